"""One text, whole: its fields, its facts, its claims, its channel's limits, its market's law."""

import regex

from assistant.copywriting.channels import CHANNELS, channel_named
from assistant.copywriting.checks import CheckContext, check_field, check_fields
from assistant.copywriting.checks.law import demands_of
from assistant.copywriting.checks.words import check_required
from assistant.copywriting.languages import language_named
from assistant.copywriting.linting.binding import Binder, Document
from assistant.copywriting.linting.wording import wording_of
from assistant.copywriting.slots import PieceSlots
from assistant.records.linting import Finding, LintReport

_MAIN = {"email": "body", "sms": "text", "push": "text", "google_rsa": "description_1", "meta_ad": "primary_text",
         "whatsapp": "body", "landing": "subhead"}  # fmt: skip
_LABELS = {"call to action": "action", "cta": "action", "button": "action", "pre-header": "preheader",
           "preview": "preheader", "preview text": "preheader", "primary text": "primary_text", "title": "title",
           "message": "text", "text": "text", "subject line": "subject"}  # fmt: skip


def fields_of(text: str, channel: str) -> dict[str, str]:
    """A text in fields: `Subject: ...` at the start of a line begins one; without any it is the main field."""
    known = {limit.field.replace("_", " "): limit.field for limit in CHANNELS[channel].fields}
    labels = {**{label: field for label, field in _LABELS.items() if field in known.values()}, **known}
    joined = "|".join(sorted(map(regex.escape, labels), key=len, reverse=True))
    start = regex.compile(rf"^[ \t]*(?P<label>{joined})[ \t]*[:：][ \t]*", regex.IGNORECASE | regex.MULTILINE)
    matches = list(start.finditer(text))
    if not matches:
        return {_MAIN[channel]: text}
    fields: dict[str, str] = {}
    head = text[: matches[0].start()].strip()
    if head:
        fields[_MAIN[channel]] = head
    for match, after in zip(matches, [*matches[1:], None], strict=True):
        said = text[match.end() : after.start() if after else len(text)].strip()
        field = labels[match["label"].lower()]
        fields[field] = f"{fields[field]}\n{said}" if field in fields else said
    return fields


def lint_text(text: str, binder: Binder, name: str = "") -> LintReport:
    """All that is wrong with a text, and where its facts come from.

    Args:
        text: as it would be sent; several fields are told by their labels, as in `Subject: ...`.
        binder: of the ground it is held against.
        name: what the report calls it.

    Raises:
        ConfigError: the ground's channel, language or market is not known.
    """
    ground = binder.ground
    channel = channel_named(ground.channel)
    fields = fields_of(text, channel.name)
    documents = [binder.bind(said, field) for field, said in fields.items()]
    findings: list[Finding] = []
    if not text.strip():
        findings.append(Finding(check="empty", severity="error", field="", message="there is no text"))
    for document in documents:
        findings += document.findings
        findings += _checked(document, binder, labelled=fields.keys() != {_MAIN[channel.name]})
    findings += [
        Finding(check=result.check, severity=result.severity, field=result.field, message=result.message)
        for result in check_fields(fields, _context(binder, ""))
    ]
    findings += _law(text, fields, binder)
    return LintReport(
        text=name,
        findings=tuple(dict.fromkeys(findings)),
        bound=tuple(bound for document in documents for bound in document.bound),
    )


def _context(binder: Binder, field: str, document: Document | None = None) -> CheckContext:
    ground = binder.ground
    return CheckContext(
        channel=CHANNELS[ground.channel],
        field=field,
        language=language_named(ground.language),
        market=ground.market,
        slots=document.slots if document else PieceSlots(()),
        brand=ground.brand,
        linted=True,
    )


def _checked(document: Document, binder: Binder, *, labelled: bool) -> list[Finding]:
    ground = binder.ground
    words = " ".join(entry.words for name in document.products if (entry := ground.catalogue.get(name)))
    results = check_field(document.spans, _context(binder, document.field, document))
    # A page or an advert without labels is several fields in one: their limits cannot be told.
    limited = labelled or ground.channel not in ("landing", "google_rsa")
    return [
        Finding(check=result.check, severity=result.severity, field=result.field, message=result.message)
        for result in results
        if (limited or result.check not in ("length", "length_aim"))
        and not _catalogue_supports(result.check, result.message, words)
    ]


def _catalogue_supports(check: str, message: str, words: str) -> bool:
    """Whether the product's own catalogue text says each of the words that a check refuses."""
    if check not in ("attribute", "green", "health") or not words:
        return False
    quoted = regex.findall(r"['\"]([^'\"]+)['\"]", message.rpartition(":")[0])
    return bool(quoted) and all(phrase in words for phrase in quoted)


def _law(text: str, fields: dict[str, str], binder: Binder) -> list[Finding]:
    ground, brief = binder.ground, binder.ground.brief
    demands = demands_of(ground.market, ground.channel)
    # The body of an e-mail alone says nothing of its footer.
    whole = ground.channel != "email" or ("subject" in fields and ("footer" in fields or "body" in fields))
    found = []
    if whole and "opt_out" in demands and not wording_of(ground.language).opt_out.search(text):
        found.append(("missing_opt_out", f"a way to opt out is missing; {ground.market} demands it"))
    if whole and brief and "sender" in demands and brief.sender.casefold() not in text.casefold():
        found.append(("missing_sender", f"the sender {brief.sender!r} is missing; {ground.market} demands it"))
    if whole and brief and "address" in demands and brief.address.casefold() not in text.casefold():
        found.append(("missing_address", f"the sender's postal address is missing; {ground.market} demands it"))
    terms = brief.offer.terms.casefold() if brief else ""
    if terms and terms not in text.casefold() and wording_of(ground.language).off.search(text):
        found.append(("missing_terms", "the terms that belong to the offer are missing"))
    disclaimers = ground.brand.disclaimers_for(ground.market, ground.channel, ground.language)
    found += [
        ("missing_disclaimer", f"the disclaimer {said!r} is missing")
        for said in disclaimers
        if whole and said.casefold() not in text.casefold()
    ]
    required = check_required(text, _context(binder, ""))
    return [
        *(Finding(check=check, severity="error", field="", message=message) for check, message in found),
        *(Finding(check=r.check, severity=r.severity, field="", message=r.message) for r in required),
    ]
