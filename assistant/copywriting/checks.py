"""What copy is held to, small and named. Generation, review and the report use the same ones.

Text is judged span by span: what a slot holds comes from data and is not the writer's; what stands in a text span is,
and must hold no fact.
"""

import itertools
import re
from collections import Counter
from collections.abc import Sequence

from assistant.copywriting.channels import CHANNELS, sms_parts
from assistant.copywriting.documents import opens_sentence, render, render_worst, worst_length
from assistant.copywriting.lexicon import forbidden, function_words, slot_uses
from assistant.copywriting.nearness import near_duplicates
from assistant.copywriting.slots import PieceSlots
from assistant.records import CheckResult, Piece, Span

_FACT_SIGNS = re.compile(r"[\d$€£¥%‰]|https?|www\.|\w\.(?:com|net|org)\b|@|[０-９％]")
_MARKUP = re.compile(r"[<>{}\[\]|\\*_#`~^]|&\w+;|</|\n\n\n")
_CAPITAL = re.compile(r"\b[A-Z][\w'’-]*")
_WORD = re.compile(r"[a-z][a-z'’-]*")
# Names that copy may write without a slot: the reader's and the writer's pronoun, and the words that law prescribes.
_KNOWN_NAMES = frozenset({"I", "I'm", "STOP", "Reply"})
SHORTEST_REPEATED = 4
MOST_OFTEN = 2


def check_field(channel: str, field: str, spans: Sequence[Span], slots: PieceSlots) -> tuple[CheckResult, ...]:
    """Everything that can be said of one field alone.

    Args:
        channel: its limits hold.
        field: of that channel.
        spans: the parsed text.
        slots: the piece's.
    """
    unknown = sorted({span.slot for span in spans if span.kind == "slot" and span.slot not in slots})
    if unknown:
        # Nothing else can be measured while a slot has no value.
        return (_error("unknown_slot", field, f"there is no slot {', '.join(map(repr, unknown))}"),)
    text = " ".join(span.text for span in spans if span.kind == "text")
    return (
        *_length(channel, field, spans, slots),
        *_facts_outside_slots(field, text),
        *_forbidden_words(field, text),
        *_slot_use(field, spans),
        *_proper_nouns(field, spans, slots),
        *_repetition(field, text, spans),
        *_form(field, text, spans, slots),
    )


def check_pieces(pieces: Sequence[Piece]) -> dict[str, tuple[CheckResult, ...]]:
    """What can be said of pieces beside one another, and of a piece's fields beside each other.

    Returns:
        Piece id -> results; a piece without any is absent.
    """
    results: dict[str, tuple[CheckResult, ...]] = {}
    for piece in pieces:
        texts = {field.field: field.text for field in piece.fields}
        subject, preheader = (_bare(texts.get(name, "")) for name in ("subject", "preheader"))
        if subject and (subject == preheader or subject in preheader):
            results[piece.piece] = (_error("repetition", "preheader", "it repeats the subject"),)
    for piece_id, (other, likeness) in near_duplicates(pieces).items():
        found = _error("near_duplicate", "", f"{likeness:.0%} of its words in order are those of piece {other}")
        results[piece_id] = (*results.get(piece_id, ()), found)
    return results


def _length(channel: str, field: str, spans: Sequence[Span], slots: PieceSlots) -> list[CheckResult]:
    limit = CHANNELS[channel].limit(field)
    length = worst_length(spans, slots)
    if length > limit.at_most:
        return [_error("length", field, f"{length} characters with the longest values; at most {limit.at_most}")]
    low, high = limit.aim
    results = []
    if not low <= length <= high:
        results.append(_warning("length_aim", field, f"{length} characters with the longest values; aim: {low}-{high}"))
    if channel == "sms" and (parts := sms_parts(render_worst(spans, slots))) > 1:
        results.append(_warning("sms_parts", field, f"{parts} parts with the longest values; one is cheaper"))
    return results


def _facts_outside_slots(field: str, text: str) -> list[CheckResult]:
    found = sorted({match.group() for match in _FACT_SIGNS.finditer(text)})
    return [_error("fact_outside_slot", field, f"{', '.join(map(repr, found))} stands outside a slot")] if found else []


def _forbidden_words(field: str, text: str) -> list[CheckResult]:
    results = []
    for kind in forbidden():
        found = list(dict.fromkeys(match.group().lower() for match in kind.pattern.finditer(text)))
        if found:
            results.append(_error(kind.check, field, f"{', '.join(map(repr, found))}: {kind.reason}"))
    return results


def _slot_use(field: str, spans: Sequence[Span]) -> list[CheckResult]:
    """Whether the words beside a slot say what its fact is: `take JANUARY off` uses a code as a discount."""
    results = []
    for at, span in enumerate(spans):
        use = slot_uses().get(span.slot)
        if use is None:
            continue
        before = spans[at - 1].text.lower().rstrip() if at and spans[at - 1].kind == "text" else ""
        after = spans[at + 1].text.lower().lstrip() if at + 1 < len(spans) and spans[at + 1].kind == "text" else ""
        introduced = [_ends_with(before.rstrip(" :,"), use.before), _starts_with(after, use.after)]
        free = not use.before and not use.after
        wrong = _ends_with(before, use.not_before) or _starts_with(after, use.not_after)
        # "Save 15% off" says it twice.
        if wrong or not (free or sum(introduced) == 1):
            said = f"{before[-20:]} {{{span.slot}}}{after[:12]}".strip()
            results.append(_error("slot_use", field, f"{said!r}: {use.reason}"))
    return results


def _ends_with(text: str, words: Sequence[str]) -> bool:
    return any(re.search(rf"(?:^|\W){re.escape(word)}$", text) for word in words)


def _starts_with(text: str, words: Sequence[str]) -> bool:
    return any(re.match(rf"{re.escape(word)}\b", text) for word in words)


def _proper_nouns(field: str, spans: Sequence[Span], slots: PieceSlots) -> list[CheckResult]:
    """A capital inside a sentence is a name, and a name is a fact."""
    known = _KNOWN_NAMES | {word for slot in slots.slots for word in _CAPITAL.findall(slot.value)}
    strange: list[str] = []
    before = ""
    for span in spans:
        if span.kind == "text":
            for match in _CAPITAL.finditer(span.text):
                opens = opens_sentence(before + span.text[: match.start()]) or (before + span.text)[
                    : len(before) + match.start()
                ].rstrip().endswith(":")
                if not opens and match.group() not in known:
                    strange.append(match.group())
            before += span.text
        else:
            before += "\n" if span.kind == "break" else "x"
    return [_error("proper_noun", field, f"{', '.join(map(repr, strange))}: a name from nowhere")] if strange else []


def _repetition(field: str, text: str, spans: Sequence[Span]) -> list[CheckResult]:
    words = [
        word for word in _WORD.findall(text.lower()) if len(word) >= SHORTEST_REPEATED and word not in function_words()
    ]
    often = sorted(word for word, times in Counter(words).items() if times > MOST_OFTEN)
    # A slot parts the words around it: "with {product}. With {offer.code}" repeats nothing.
    every = [
        word for span in spans for word in ([f"{{{span.slot}}}"] if span.slot else _WORD.findall(span.text.lower()))
    ]
    triples = Counter(zip(every, every[1:], every[2:], strict=False))
    again = sorted(" ".join(triple) for triple, times in triples.items() if times > 1)
    slots = Counter(span.slot for span in spans if span.kind == "slot" and span.slot != "sender")
    doubled = sorted(name for name, times in slots.items() if times > (2 if field == "body" else 1))
    stutter = [word for word, after in itertools.pairwise(every) if word == after]
    found = [*often, *again, *doubled, *stutter]
    return [_error("repetition", field, f"{', '.join(map(repr, found))} comes too often")] if found else []


def _form(field: str, text: str, spans: Sequence[Span], slots: PieceSlots) -> list[CheckResult]:
    """Leftovers of a model's own syntax, and text that is no sentence."""
    results = []
    leaked = sorted({match.group() for match in _MARKUP.finditer(text)})
    if leaked:
        results.append(_error("markup", field, f"{', '.join(map(repr, leaked))} is markup or a broken slot"))
    shown = render(spans, slots)
    if not shown.strip():
        results.append(_error("empty", field, "there is no text"))
    if re.search(r" {2}|\s[.,!?:;]|[,:;]{2}|[,:;-]\s*$|\.\.|^\W", shown.replace("\n", " ").replace("  ", " ")):
        results.append(_error("punctuation", field, "stray or doubled punctuation or blanks"))
    if any(sentence.count(":") > 1 for sentence in re.split(r"[.!?\n]", text)):
        results.append(_error("punctuation", field, "two colons in one sentence"))
    if "!" in text and text.count("!") > 1:
        results.append(_warning("exclamation", field, "more than one exclamation mark"))
    return results


def _bare(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


def _error(check: str, field: str, message: str) -> CheckResult:
    return CheckResult(check=check, field=field, severity="error", message=message)


def _warning(check: str, field: str, message: str) -> CheckResult:
    return CheckResult(check=check, field=field, severity="warning", message=message)
