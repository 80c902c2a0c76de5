"""A certificate and its parts in words."""

from collections.abc import Sequence

from assistant.records.certificates import Interval, SegmentCertificate, TargetVerdict, Verdict

# The first number that one decimal would not round to none.
_SECOND_DECIMAL_BELOW = 0.05


def target_sentence(
    label: str,
    verdict: Verdict,
    rfm: float | None,
    both: float | None,
    gain: Interval | None,
    days: int,
    cutoffs: int,
    why: str,
) -> str:
    """What the segments add to RFM quintiles on one target, in one sentence."""
    if rfm is None or both is None or gain is None:
        return f"Over the next {days} days, {label}: cannot be said, as {why}."
    figures = (
        f"gain {points(gain.value)} percentage points, interval {points(gain.low)} to {points(gain.high)}, "
        "95% for all targets together; "
        f"RFM {rfm:.1%}, with segments {both:.1%} of the variance out of sample, "
        f"over {cutoffs} earlier {'cutoff' if cutoffs == 1 else 'cutoffs'}"
    )
    what = {
        Verdict.ADDS: "segments explain more than RFM quintiles do",
        Verdict.NOTHING: "segments add nothing to RFM quintiles that could be told from chance",
        Verdict.TAKES: "RFM quintiles with segments explain less than they do alone",
    }[verdict]
    return f"Over the next {days} days, {label}: {what} ({figures})."


def points(share: float) -> str:
    """A difference of shares in percentage points, with its sign: `+8.9`; nearly none has a second decimal."""
    value = share * 100
    return f"{value:+.2f}" if abs(value) < _SECOND_DECIMAL_BELOW else f"{value:+.1f}"


def certificate_summary(segments: Sequence[SegmentCertificate], targets: Sequence[TargetVerdict], days: int) -> str:
    """All of a certificate in one sentence."""
    below = [own.segment for own in segments if not own.certified]
    if not below:
        stand = "the segment is certified" if len(segments) == 1 else f"all {len(segments)} segments are certified"
    elif len(segments) == 1:
        stand = f"the segment is below the bar ({below[0]})"
    else:
        stand = f"{len(segments) - len(below)} of {len(segments)} segments are certified, below the bar: {_list(below)}"
    spoken = [own for own in targets if own.headline]
    adds = [
        f"{own.label} ({points(own.gain.value)} points, {points(own.gain.low)} to {points(own.gain.high)})"
        for own in spoken
        if own.verdict is Verdict.ADDS and own.gain is not None
    ]
    they, s = ("it", "s") if len(segments) == 1 else ("they", "")
    parts = [f"explain{s} more of {_list(adds)}"] if adds else []
    for verdict, words in (
        (Verdict.NOTHING, f"add{s} nothing that could be told from chance on"),
        (Verdict.TAKES, f"explain{s} less than they alone of"),
    ):
        labels = [own.label for own in spoken if own.verdict is verdict]
        if labels:
            parts.append(f"{words} {_list(labels)}")
    said = f"beyond RFM quintiles {they} {', and '.join(parts)}" if parts else "nothing can be said of later days"
    text = f"{stand}; over the next {days} days {said}."
    return text[0].upper() + text[1:]


def _list(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
