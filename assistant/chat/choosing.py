"""Which of the figures that were found a sentence states: the one of its number, of its label, or none."""

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from assistant.chat.clauses import GROWTH, Place, counted_by, lies_back, recurs, whose
from assistant.chat.labels import stems
from assistant.chat.matching import as_shown, equals
from assistant.chat.mentions import Stated
from assistant.records import Unit
from assistant.records.chat import Figure

# What a sentence reckons or foretells: no number is put right in it.
_RECKONED = regex.compile(
    r"\b(?:forecast\w*|predict\w*|expect\w*|will|would|could|last (?:year|month|quarter|week)|since|industry|"
    r"benchmark\w*|year[\s-]over[\s-]year|less|more|fewer|higher|lower|better|worse|"
    r"together|combined|both|top|total|sum|difference|average of|"
    r"should|next (?:year|month|quarter|week)|pace|second|third|fourth|fifth|"
    r"between|apart)\b"
    r"|预计|预测|去年|上个?月|行业|合计|一共|相差|总共|比",
    regex.I,
)
_POINTED = regex.compile(r"\b(?:those|these|the|all)\s+$|[这那]$", regex.I)
_UNCOUNTED = regex.compile(
    r"^[\s-]?(?:e-?mails?|mails?|messages?|texts?|weeks?|months?|years?|hours?|minutes?|seconds?|steps?|stores?|stars?|"
    r"percent|per cent|days?|times|people|points?)\b",
    regex.I,
)
_BARE = stems("share customers spend segment")
_OF_ALL = regex.compile(
    r"^\W*(?:of\s+)?(?:all|your|our|the)?\s*(?:customers|shoppers|households|spend|revenue|sales|base)\b", regex.I
)
"""How a share of everybody is said; other sentences with a percent and a customer in them are about something else."""
_NAMED = regex.compile(r"(?<=[\p{Ll},] )\p{Lu}[\p{L}]*(?:\s\p{Lu}\b)?")
_NEAR = 0.6
"""Share of a label's words that a clause must hold to be about it."""
_WHOLE = 0.75
"""From this share on, a sentence says a label whole."""
_APART = 0.3
"""By how much another label must be nearer than a figure's own to be the one that is meant."""
_FAINT, _LONG_LABEL = 0.2, 4
"""Below this share, a sentence is not about a label of more words than that."""
_SPOKEN = 0.34
"""Of its label's words, a sentence must hold so many to state a ratio."""


@dataclass(frozen=True)
class Candidate:
    """A figure that may be meant: what speaks for it, and how far the sentence and its clause hold its label."""

    figure: Figure
    score: float
    near: float
    here: float


@dataclass(frozen=True)
class Spoken:
    """A sentence as it is held against figures."""

    text: str
    unnamed: str
    """The same without the names of segments."""
    places: tuple[Place, ...]
    before: tuple[str, ...]
    stated: tuple[Stated, ...]
    things: frozenset[str]
    """Names of products and the like that it holds."""
    found: frozenset[str]
    """Segments that the last result speaks of."""
    minor: int
    """Minor units that make one of the currency."""

    def whose(self, stated: Stated) -> tuple[str, ...]:
        """Segments that a figure may be of, by the sentence; empty where it names none."""
        return whose(self.text, self.places, stated, [own for own in self.stated if own.kind == stated.kind])


def equal_one(
    stated: Stated,
    spoken: Spoken,
    speaking: Sequence[Candidate],
    chosen: Sequence[tuple[Stated, Figure, bool]],
) -> tuple[Figure, bool] | None:
    """The figure whose number is stated, and whether it is rounded otherwise than its source shows it."""
    # Once a label is said, the others' number, the ratio or another segment's number may follow it bare.
    told = {(figure.label, figure.role, figure.subject) for _, figure, _ in chosen}
    labels = {label for label, _, _ in told}

    def follows(figure: Figure) -> bool:
        return figure.label in labels and (figure.label, figure.role, figure.subject) not in told

    equal = [
        (
            own.score + 5 * own.here + 2 * own.near + (0.5 if own.figure.role == "value" else 0.0)
            + (2.0 if follows(own.figure) else 0.0),
            at,
            own,
        )
        for at, own in enumerate(speaking)
        if equals(stated, own.figure, spoken.minor)
        and (follows(own.figure) or _speaks_of(stated, spoken, own))
    ]  # fmt: skip
    if not equal:
        return None
    best = max(equal, key=lambda one: (one[0], one[1]))[2]
    if not follows(best.figure) and _mislabelled(stated, spoken, best, speaking):
        return None
    exact = as_shown(stated, best.figure)
    # A rounded number in a sentence that reckons or foretells is not the figure that it rounds.
    return None if not exact and _RECKONED.search(spoken.text) else (best.figure, not exact)


def _mislabelled(stated: Stated, spoken: Spoken, best: Candidate, speaking: Sequence[Candidate]) -> bool:
    """Whether a number is said under a label that another figure has."""
    if stated.kind == "text" or best.figure.amount == 0:
        return False
    each = counted_by(spoken.text, stated)
    own = stems(best.figure.label)
    if recurs(spoken.text, stated) and own and "between" not in own:
        return True
    if stated.unit is Unit.DAYS and lies_back(spoken.text, stated) and own and not own & stems("last since first"):
        return True
    if each and not stems(each) <= own | stems("customer"):
        return True
    word = regex.match(r"\W*(\p{L}+)", spoken.text[stated.end :])
    head = next(iter(stems(word[1])), "") if word and stated.kind == "number" else ""
    for other in speaking:
        if other.figure.label == best.figure.label or equals(stated, other.figure, spoken.minor):
            continue
        if other.figure.subject != best.figure.subject and other.figure.subject not in spoken.whose(stated):
            continue
        theirs = stems(other.figure.label)
        if head and head in own and other.figure.unit is not best.figure.unit:
            continue
        if best.near >= _WHOLE and len(own) > len(theirs):
            continue
        nearer = other.here >= _NEAR and other.here - best.here >= _APART
        narrower = other.here == best.here == 1.0 and own < theirs
        elsewhere = other.near >= _NEAR and other.near - best.near >= _APART and best.here < 0.5
        if nearer or narrower or elsewhere:
            return True
    return False


def right_one(stated: Stated, spoken: Spoken, speaking: Sequence[Candidate]) -> tuple[Figure, bool] | None:
    """The one figure whose label the clause says plainly, where it gives another number for it."""
    text = spoken.text
    if _RECKONED.search(text) or GROWTH.search(text) or stated.kind in ("text", "ratio"):
        return None
    if stated.kind == "number" and stated.unit is None:
        return None
    whom = spoken.whose(stated)
    if len(whom) != 1 and len(spoken.found) != 1:
        return None
    each = counted_by(text, stated)
    # A name that the label has not, "Type B", makes it another figure.
    names = stems(" ".join(_NAMED.findall(spoken.unnamed)))
    fitting = [
        ((own.here, len(stems(own.figure.label))), own.figure)
        for own in speaking
        if own.here >= _NEAR
        and own.figure.role == "value"
        and not equals(stated, own.figure, spoken.minor)
        and stated.unit in (None, own.figure.unit)
        and own.figure.subject in (whom or spoken.found)
        and (not each or stems(each) <= stems(own.figure.label))
        and names <= stems(own.figure.label)
        and (stems(own.figure.label) - _BARE or _OF_ALL.match(text[stated.end :]))
    ]
    if not fitting:
        return None
    best = max(near for near, _ in fitting)
    told = {(figure.source, figure.shown): figure for near, figure in fitting if near == best}
    return (next(iter(told.values())), True) if len(told) == 1 else None


def within_label(
    stated: Stated,
    text: str,
    chosen: Sequence[tuple[Stated, Figure, bool]],
    pool: Sequence[tuple[Figure, float]],
) -> tuple[Figure, bool] | None:
    """A number of a figure's own label, `the last 90 days`: beside that figure, or with the words around it."""
    if stated.kind != "number":
        return None
    quoted = rf"(?<![\d.,\p{{L}}]){regex.escape(stated.quote)}(?![\d.,\p{{L}}])"
    before = regex.search(r"(\w+)\W*$", text[: stated.start])
    after = regex.match(r"\W*(\w*)", text[stated.end :])
    around = rf"{regex.escape(before[1]) if before else ''}\W*{quoted}\W*{regex.escape(after[1]) if after else ''}"
    beside = next((figure for _, figure, _ in chosen if regex.search(quoted, figure.label, regex.I)), None)
    fresh = (figure for figure, weight in pool if weight >= 2)
    found = beside or next((figure for figure in fresh if regex.search(around, figure.label, regex.I)), None)
    return (found, False) if found else None


def _speaks_of(stated: Stated, spoken: Spoken, own: Candidate) -> bool:
    """Whether a number may be a figure by the words around it: "3 mails" is not three of anything that was counted."""
    if stated.kind == "ratio":
        return own.near >= _SPOKEN
    if own.near < _FAINT and len(stems(own.figure.label)) > _LONG_LABEL:
        return False  # of all that the figure counts, the sentence says next to nothing
    if stated.kind != "number" or (own.figure.amount == 0 and as_shown(stated, own.figure)):
        return True
    after = spoken.text[stated.end :]
    if stated.unit is None and not as_shown(stated, own.figure):
        return False
    if stated.unit is None and _UNCOUNTED.match(after) and own.near < _NEAR:
        return False
    if stated.unit is not None or own.near > 0:
        return True
    pointed = own.score >= 2 and bool(_POINTED.search(spoken.text[: stated.start]))
    return own.figure.subject in spoken.whose(stated) or pointed
