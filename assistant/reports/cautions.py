"""Which segments are below the bar, and in whose words the page says so."""

from assistant.reports.data import ReportData


def cautions_of(data: ReportData) -> dict[str, str]:
    """Segment -> why it is below the bar; the certificate's reasons where there is one, else the fact sheet's."""
    found = {sheet.segment: sentence(sheet.caution) for sheet in data.sheets if sheet.caution}
    if data.certificate:
        for own in data.certificate.segments:
            found.pop(own.segment, None)
            if not own.certified:
                found[own.segment] = sentence("; ".join(own.reasons) or "the certificate gives no reason")
    return found


def sentence(words: str) -> str:
    """Words that stand alone: with a capital at the start and a stop at the end."""
    end = "" if not words or words.rstrip().endswith((".", "!", "?")) else "."
    return words[:1].upper() + words[1:] + end
