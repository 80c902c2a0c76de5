"""One thing wrong: each kind of fault planted into a clean piece, as a document and as plain text."""

import random
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import regex

from assistant.copywriting import CHANNELS, checked, demands_of, language_named
from assistant.records import Piece
from evals.mutations.originals import Original
from evals.targets.texts import as_text


@dataclass(frozen=True)
class Planted:
    """A piece with one fault."""

    kind: str
    original: Original
    piece: Piece | None
    """As a document; None where such a fault has no place in one."""
    text: str | None
    """As plain text."""


@dataclass(frozen=True)
class Fault:
    """One kind of fault."""

    kind: str
    plant: Callable[[Original, random.Random], Planted | None]
    """None where the piece has no room for it."""


_WAYS_OUT = ("opt_out_link", "opt_out_keyword")
# The line that a sentence is put behind; where a field is short, in its place.
_BEHIND = {"email": "opening", "whatsapp": "opening", "landing": "opening"}
_INSTEAD = {"sms": "sms", "push": "push", "google_rsa": "description_1", "meta_ad": "primary_text"}
# An advert's line of 90 signs has no room for a sentence more, whatever it says.
_ROOM = frozenset({*_BEHIND, *_INSTEAD}) - {"google_rsa"}


def plant(clean: Sequence[Original], seed: int, each: int) -> Iterator[Planted]:
    """Plant every kind of fault `each` times, into pieces that have room for it.

    Args:
        clean: to plant into.
        seed: of the draws.
        each: pieces for each kind.
    """
    for fault in FAULTS:
        draw = random.Random(f"{seed}/{fault.kind}")
        order = draw.sample(list(clean), len(clean))
        made = 0
        for original in order:
            planted = fault.plant(original, draw)
            if planted is not None:
                yield planted
                made += 1
            if made == each:
                break


def plant_unseen(clean: Sequence[Original], seed: int) -> Iterator[Planted]:
    """Plant every sentence that somebody wrote without sight of the checks, once, into a piece of its language.

    The checks were not developed on them, so what is found of these says more of what will be found of a model's.

    Args:
        clean: to plant into; sentences of other languages are passed over.
        seed: of the draws.
    """
    draw = random.Random(f"{seed}/unseen")
    for kind, by_language in _sentences("sentences_unseen.toml").items():
        for language, sentences in by_language.items():
            fitting = [own for own in clean if own.frame.language == language and own.frame.channel in _ROOM]
            for said in sentences if fitting else ():
                yield _with_sentence(kind, draw.choice(fitting), said)


@cache
def _sentences(name: str = "sentences.toml") -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _says(kind: str) -> Fault:
    def sentence(original: Original, draw: random.Random) -> Planted | None:
        said = _sentences()[kind].get(original.frame.language)
        return _with_sentence(kind, original, draw.choice(said)) if said else None

    return Fault(kind, sentence)


def _with_sentence(kind: str, original: Original, said: str) -> Planted:
    channel = original.frame.channel
    blank = "" if original.frame.language == "zh" else " "
    if channel in _BEHIND:
        line = _BEHIND[channel]
        changed = original.with_lines(**{line: f"{original.lines[line]}{blank}{said}"})
    else:
        changed = original.with_lines(**{_INSTEAD[channel]: said})
    piece = changed.piece
    return Planted(kind, original, piece, as_text(piece))


def _lines_changed(kind: str, change: Callable[[Original, random.Random], Mapping[str, str] | None]) -> Fault:
    def lines(original: Original, draw: random.Random) -> Planted | None:
        changed = change(original, draw)
        if not changed or changed.items() <= original.lines.items():
            return None
        piece = original.with_lines(**changed).piece
        return Planted(kind, original, piece, as_text(piece))

    return Fault(kind, lines)


def _value_changed(kind: str, slot: str, change: Callable[[str, random.Random], str]) -> Fault:
    """A fact that is another one than its source's: in a document the slot's value, in a text the words."""

    def value(original: Original, draw: random.Random) -> Planted | None:
        piece = original.piece
        old = next((each for each in piece.slots if each.slot == slot), None)
        if old is None:
            return None
        new = change(old.value, draw)
        slots = tuple(
            each.model_copy(update={"value": new, "worst": new}) if each.slot == slot else each for each in piece.slots
        )
        text = as_text(piece)
        return Planted(
            kind,
            original,
            piece.model_copy(update={"slots": slots}),
            text.replace(old.value, new) if new != old.value else None,
        )

    return Fault(kind, value)


def _without(kind: str, demand: str, slots: frozenset[str]) -> Fault:
    """What the law demands, taken out."""

    def removed(original: Original, _: random.Random) -> Planted | None:
        piece = original.piece
        demanded = demands_of(original.brief.market, original.frame.channel)
        used = any(span.slot in slots for field in piece.fields for span in field.spans)
        if not used or demand not in demanded:
            return None
        fields = tuple(
            field.model_copy(update={"spans": tuple(span for span in field.spans if span.slot not in slots)})
            for field in piece.fields
        )
        changed = checked(piece.model_copy(update={"fields": fields}), original.frame)
        phrases = language_named(original.frame.language).phrases
        said = [each.value for each in piece.slots if each.slot in slots]
        said += [
            text.replace("{opt_out}", original.brief.opt_out) for name, text in phrases.items() if name in _WAYS_OUT
        ]
        text = as_text(piece)
        for words in sorted(said, key=len, reverse=True):
            text = text.replace(words, "")
        return Planted(kind, original, changed, text)

    return Fault(kind, removed)


def _first_text(original: Original) -> str:
    return _BEHIND.get(original.frame.channel) or _INSTEAD[original.frame.channel]


def _markup(original: Original, draw: random.Random) -> Mapping[str, str]:
    line = _first_text(original)
    said = original.lines[line]
    tags = ("{{ first_name }} ", "<b>Hi</b> ", "*|FNAME|* ", "[First Name] ", "%%name%% ", "**wow** ", "&nbsp;&amp; ")
    return {line: draw.choice(tags) + said}


def _unknown_slot(original: Original, _: random.Random) -> Mapping[str, str]:
    line = _first_text(original)
    return {line: original.lines[line] + " {offer.price}"}


def _too_long(original: Original, _: random.Random) -> Mapping[str, str] | None:
    line = {
        "email": "subject",
        "google_rsa": "headline_3",
        "meta_ad": "tagline",
        "landing": "headline",
        "push": "title",
    }.get(original.frame.channel, _first_text(original))
    said = original.lines[line].rstrip(".。")
    limit = CHANNELS[original.frame.channel].limit(CHANNELS[original.frame.channel].field_of(line)).at_most
    parts = {"en": " and so on and so forth", "zh": "以及其他种种"}
    filler = parts.get(original.frame.language, " etc. pp. etc. pp.")
    return {line: said + filler * (limit // len(filler) + 1)}


def _headline(change: Callable[[str], str]) -> Callable[[Original, random.Random], Mapping[str, str] | None]:
    def changed(original: Original, _: random.Random) -> Mapping[str, str] | None:
        if original.frame.channel != "google_rsa":
            return None
        return {"headline_3": change(original.lines["headline_3"])}

    return changed


# What joins a headline to one before it, and to one behind it.
_JOINTS = {
    "en": ("And ", " with"),
    "de": ("Und ", " mit"),
    "es": ("Y ", " con"),
    "fr": ("Et ", " avec"),
    "zh": ("和", "的"),
}


def _fragment(original: Original, draw: random.Random) -> Mapping[str, str] | None:
    if original.frame.channel != "google_rsa":
        return None
    said = original.lines["headline_3"]
    before, after = _JOINTS[original.frame.language]
    return {"headline_3": draw.choice((f"{before}{said[:1].lower()}{said[1:]}", f"{said}{after}"))}


def _same_headline(original: Original, _: random.Random) -> Mapping[str, str] | None:
    return {"headline_2": original.lines["headline_1"]} if original.frame.channel == "google_rsa" else None


def _same_preheader(original: Original, _: random.Random) -> Mapping[str, str] | None:
    return {"preheader": original.lines["subject"]} if original.frame.channel == "email" else None


def _shouting(original: Original, _: random.Random) -> Mapping[str, str] | None:
    if original.frame.language == "zh":
        return None
    line = {"email": "subject", "push": "title"}.get(original.frame.channel)
    return {line: regex.sub(r"\{[^}]*\}|\p{L}+", lambda m: m.group() if "{" in m.group() else m.group().upper(),
                            original.lines[line])} if line and len(original.lines[line]) > 20 else None  # fmt: skip


_OTHER = {
    "en": "Das hier ist ein Satz, der in keiner anderen Sprache geschrieben wurde.",
    "de": "This is a sentence that somebody wrote in another language than asked for.",
    "es": "This is a sentence that somebody wrote in another language than asked for.",
    "fr": "This is a sentence that somebody wrote in another language than asked for.",
    "zh": "This is a sentence that somebody wrote in another language than asked for.",
}


def _language(original: Original, _: random.Random) -> Mapping[str, str] | None:
    channel = original.frame.channel
    return {_first_text(original): _OTHER[original.frame.language]} if channel in ("sms", "email", "landing") else None


def _misused(original: Original, _: random.Random) -> Mapping[str, str] | None:
    if original.frame.language != "en" or original.frame.channel == "google_rsa":
        return None
    return {_first_text(original): "Get {offer.code} off {product} on {offer.deadline} for {offer.discount}."}


def _more(value: str, draw: random.Random) -> str:
    number = regex.search(r"\d+", value)
    if not number:
        return value
    new = str(int(number.group()) + draw.choice((5, 10, 20, 35)))
    return value[: number.start()] + new + value[number.end() :]


def _later(value: str, draw: random.Random) -> str:
    """Another day of the month than the last one of it."""
    days = list(regex.finditer(r"\d+", value))
    if not days:
        return value
    day = days[-1]
    return value[: day.start()] + str((int(day.group()) + draw.randint(2, 9)) % 27 + 1) + value[day.end() :]


def _other_code(value: str, draw: random.Random) -> str:
    return value[:-2] + str(draw.randint(60, 99))


def _near_duplicate(original: Original, _: random.Random) -> Planted | None:
    piece = original.piece
    return Planted("near_duplicate", original, piece.model_copy(update={"piece": f"{piece.piece}-2"}), None)


FAULTS: tuple[Fault, ...] = (
    *(_says(kind) for kind in _sentences()),
    _value_changed("percent_changed", "offer.discount", _more),
    _value_changed("date_changed", "offer.deadline", _later),
    _value_changed("code_changed", "offer.code", _other_code),
    _without("opt_out", "opt_out", frozenset({"opt_out", "unsubscribe"})),
    _without("postal_address", "address", frozenset({"address"})),
    _lines_changed("markup", _markup),
    _lines_changed("unknown_slot", _unknown_slot),
    _lines_changed("too_long", _too_long),
    _lines_changed("headline_fragment", _fragment),
    _lines_changed("headline_emoji", _headline(lambda said: f"{said} 🎉")),
    _lines_changed("headline_exclaims", _headline(lambda said: f"{said}!")),
    _lines_changed("same_headline", _same_headline),
    _lines_changed("same_preheader", _same_preheader),
    _lines_changed("capitals", _shouting),
    _lines_changed("language", _language),
    _lines_changed("slot_misuse", _misused),
    Fault("near_duplicate", _near_duplicate),
)  # fmt: skip
