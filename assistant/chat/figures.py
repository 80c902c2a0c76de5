"""The gate of an answer: a sentence is released once each of its figures is bound to what a tool has found.

A figure is bound where a tool gave the same number, of the same kind, of whom its clause speaks, under a label that the
sentence does not contradict. A number that is only rounded otherwise, or that stands under one plain label of another
number, is put right by its source. What is left is kept back: no figure reaches a reader without its receipt.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import regex

from assistant.chat.clauses import (
    CHANGES,
    GROWTH,
    Place,
    clause_of,
    compares,
    counted_by,
    lies_back,
    of_the_shop,
    recurs,
    whose,
    without_others,
)
from assistant.chat.labels import stems
from assistant.chat.matching import about_whom, as_shown, equals, nearness, same_kind, why_kept_back
from assistant.chat.mentions import Stated, stated_in
from assistant.records import Unit
from assistant.records.chat import Figure, Language, ToolResult

_SEGMENT = regex.compile(r"(?<![\p{Latin}\d.])([SA]\d{1,4})(?![\p{Latin}\d])", regex.I)
_BRACKETS = regex.compile(r"\s?(?:\[(?P<ids>[^\[\]]{2,400})\]|【(?P<ids>[^【】]{2,400})】)")
_LIKE_ID = regex.compile(r"[SA]\d{1,4}\.[FC]\d{2,4}|[a-z_]{3,}#\d+")
_CALL = regex.compile(r"(?<![\p{L}\d])[a-z_]{3,}#\d+")
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
_ABOUT = regex.compile(r"(?:\b(?:about|roughly|around|approximately|nearly|almost|some)\s+|大?约|近|差不多)$", regex.I)
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
class Bound:
    """What becomes of a sentence. `reason` says why it is kept back; empty: it is released."""

    text: str
    figures: tuple[Figure, ...] = ()
    corrected: bool = False
    reason: str = ""


@dataclass(frozen=True)
class _Candidate:
    """A figure that may be meant: what speaks for it, and how far the sentence and its clause hold its label."""

    figure: Figure
    score: float
    near: float
    here: float


@dataclass(frozen=True)
class _Spoken:
    """A sentence as it is held against figures."""

    text: str
    places: tuple[Place, ...]
    before: tuple[str, ...]
    stated: tuple[Stated, ...]
    things: frozenset[str]
    """Names of products and the like that it holds."""

    def whose(self, stated: Stated) -> tuple[str, ...]:
        """Segments that a figure may be of, by the sentence; empty where it names none."""
        return whose(self.text, self.places, stated, [own for own in self.stated if own.kind == stated.kind])


@dataclass
class Evidence:
    """What the tools of a session have found: the only source of figures.

    Args:
        names: segment id -> its name, so that a sentence may speak of it by either.
        minor: minor units that make one of the currency.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    minor: int = 100
    results: list[ToolResult] = field(default_factory=list)
    _literals: set[str] = field(default_factory=set)
    _sources: set[str] = field(default_factory=set)
    _things: dict[str, frozenset[str]] = field(default_factory=dict)
    """Label -> the names of products and the like that it holds."""

    def add(self, result: ToolResult) -> None:
        """A tool has answered."""
        self.results.append(result)
        said = {*result.notes, *result.subjects}
        said |= {text for figure in result.figures for text in (figure.label, figure.subject)}
        self._literals |= _with_figures(said)
        self._sources |= {result.call, *(figure.source for figure in result.figures)}
        names = [note.casefold() for note in result.notes if len(note) > 3 and note not in self.names.values()]
        for label in {figure.label for figure in result.figures}:
            folded = label.casefold()
            held = frozenset(name for name in names if name in folded)
            self._things[label] = self._things.get(label, frozenset()) | held

    def bind(self, sentence: str, language: Language, before: Sequence[str] = (), turn: int = 1) -> Bound:
        """Hold a sentence against what was found.

        Args:
            sentence: one sentence or one line of a list.
            language: of the sentence.
            before: subjects that the answer has spoken of, the last first.
            turn: how many of the last results are of the question that is being answered.
        """
        text, cited = self._without_citations(sentence)
        stated = tuple(stated_in(self._masked(text), language))
        if not stated:
            return Bound(text)
        folded = text.casefold()
        spoken = _Spoken(
            text=text,
            places=tuple(self._places(text)),
            before=tuple(before),
            stated=stated,
            things=frozenset(thing for things in self._things.values() for thing in things if thing in folded),
        )
        pool = self._pool(turn, cited)
        chosen: list[tuple[Stated, Figure, bool]] = []
        for one in stated:
            speaking = self._speaking(one, spoken, pool)
            picked = (
                self._equal(one, spoken, speaking, chosen)
                or self._within_label(one, text, chosen, pool)
                or self._right_one(one, spoken, speaking)
            )
            if picked is None:
                return Bound(text, reason=why_kept_back(one, bool(self.results)))
            chosen.append((one, *picked))
        return _written(text, chosen)

    def subjects_in(self, text: str) -> tuple[str, ...]:
        """Segments that a text names, by id or by name, in its order."""
        return tuple(dict.fromkeys(segment for _, segment in self._places(text)))

    def _places(self, text: str) -> list[Place]:
        found = {match.start(): match.group(1).upper() for match in _SEGMENT.finditer(text)}
        folded = text.casefold()
        for segment, name in self.names.items():
            at = folded.find(name.casefold()) if name else -1
            while at >= 0:
                found.setdefault(at, segment)
                at = folded.find(name.casefold(), at + 1)
        return sorted(found.items())

    def _unnamed(self, text: str) -> str:
        """A text without the names of segments, whose words are those of labels; as long as before."""
        for name in self.names.values():
            if name:
                text = regex.sub(regex.escape(name), lambda match: " " * len(match.group()), text, flags=regex.I)
        return text

    def literals(self) -> list[str]:
        """Texts that stand in an answer as they are: names of the shop's data and labels, the longest first."""
        return sorted(self._literals | _with_figures(self.names.values()), key=len, reverse=True)

    def _without_citations(self, sentence: str) -> tuple[str, frozenset[str]]:
        """A sentence without the ids in brackets that a model has copied, and these."""
        cited: set[str] = set()

        def told(match: "regex.Match[str]") -> str:
            ids = {one.strip() for one in regex.split(r"[,;，；]", match["ids"])}
            known = ids <= self._sources or all(_LIKE_ID.fullmatch(one) for one in ids)
            cited.update(ids if known else ())
            return "" if known else match.group()

        return _BRACKETS.sub(told, sentence), frozenset(cited)

    def _masked(self, text: str) -> str:
        folded = text.casefold()
        if len(folded) != len(text):
            folded = text.lower() if len(text.lower()) == len(text) else text
        masked = list(text)
        for literal in self.literals():
            start = folded.find(literal.casefold())
            while start >= 0:
                masked[start : start + len(literal)] = "\ue000" * len(literal)
                start = folded.find(literal.casefold(), start + len(literal))
        for match in (*_SEGMENT.finditer(text), *_CALL.finditer(text)):
            masked[match.start() : match.end()] = "\ue000" * (match.end() - match.start())
        return "".join(masked)

    def _pool(self, turn: int, cited: frozenset[str]) -> list[tuple[Figure, float]]:
        """All figures, with what speaks for each whatever is said: those of this question, those cited."""
        fresh = len(self.results) - turn
        pool = []
        for at, result in enumerate(self.results):
            for figure in result.figures:
                weight = (2.0 if at >= fresh else 0.0) + (3.0 if figure.source in cited else 0.0)
                pool.append((figure, weight))
        return pool

    def _speaking(self, stated: Stated, spoken: _Spoken, pool: Sequence[tuple[Figure, float]]) -> list[_Candidate]:
        """The figures that may be meant, and what speaks for each."""
        text, named = spoken.text, spoken.whose(stated)
        start, end = clause_of(text, stated)
        whom = named or spoken.before
        compared, shop, growing = compares(text, stated), of_the_shop(text), bool(GROWTH.search(text))
        plain = without_others(self._unnamed(text))

        def may_be(figure: Figure) -> bool:
            if not same_kind(stated, figure) or (figure.role == "others" and not compared):
                return False
            if _SEGMENT.fullmatch(figure.subject):
                if whom and figure.subject not in whom:
                    return False
            elif not figure.subject and named and stated.kind != "text" and not shop:
                return False  # the shop's number is not the segment's that the sentence names
            if growing and not CHANGES.search(figure.label):
                return False
            things = self._things.get(figure.label, frozenset())
            return not (things and spoken.things) or bool(things & spoken.things)

        return [
            _Candidate(
                figure,
                weight + about_whom(figure, whom),
                nearness(stated, figure, plain),
                nearness(stated, figure, plain[start:end]),
            )
            for figure, weight in pool
            if may_be(figure)
        ]

    def _equal(
        self,
        stated: Stated,
        spoken: _Spoken,
        speaking: Sequence[_Candidate],
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
            if equals(stated, own.figure, self.minor)
            and (follows(own.figure) or _speaks_of(stated, spoken, own))
        ]  # fmt: skip
        if not equal:
            return None
        best = max(equal, key=lambda one: (one[0], one[1]))[2]
        if not follows(best.figure) and self._mislabelled(stated, spoken, best, speaking):
            return None
        exact = as_shown(stated, best.figure)
        # A rounded number in a sentence that reckons or foretells is not the figure that it rounds.
        return None if not exact and _RECKONED.search(spoken.text) else (best.figure, not exact)

    def _mislabelled(self, stated: Stated, spoken: _Spoken, best: _Candidate, speaking: Sequence[_Candidate]) -> bool:
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
            if other.figure.label == best.figure.label or equals(stated, other.figure, self.minor):
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

    def _right_one(self, stated: Stated, spoken: _Spoken, speaking: Sequence[_Candidate]) -> tuple[Figure, bool] | None:
        """The one figure whose label the clause says plainly, where it gives another number for it."""
        text = spoken.text
        if _RECKONED.search(text) or GROWTH.search(text) or stated.kind in ("text", "ratio"):
            return None
        if stated.kind == "number" and stated.unit is None:
            return None
        subjects = {
            subject for result in self.results[-1:] for subject in result.subjects if _SEGMENT.fullmatch(subject)
        }
        whom = spoken.whose(stated)
        if len(whom) != 1 and len(subjects) != 1:
            return None
        each = counted_by(text, stated)
        # A name that the label has not, "Type B", makes it another figure.
        names = stems(" ".join(_NAMED.findall(self._unnamed(text))))
        fitting = [
            ((own.here, len(stems(own.figure.label))), own.figure)
            for own in speaking
            if own.here >= _NEAR
            and own.figure.role == "value"
            and not equals(stated, own.figure, self.minor)
            and stated.unit in (None, own.figure.unit)
            and own.figure.subject in (whom or subjects)
            and (not each or stems(each) <= stems(own.figure.label))
            and names <= stems(own.figure.label)
            and (stems(own.figure.label) - _BARE or _OF_ALL.match(text[stated.end :]))
        ]
        if not fitting:
            return None
        best = max(near for near, _ in fitting)
        told = {(figure.source, figure.shown): figure for near, figure in fitting if near == best}
        return (next(iter(told.values())), True) if len(told) == 1 else None

    def _within_label(
        self,
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


def _with_figures(texts: Iterable[str]) -> set[str]:
    """The texts among some that hold a figure. A bare number among them would let any figure of its digits through."""
    named = (text for text in texts if len(text) > 3 and sum(sign.isalpha() for sign in text) > 2)
    return {text for text in named if stated_in(text, "zh")}


def _speaks_of(stated: Stated, spoken: _Spoken, own: _Candidate) -> bool:
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


def _written(text: str, chosen: Sequence[tuple[Stated, Figure, bool]]) -> Bound:
    parts, end, corrected = [], 0, False
    for stated, figure, wrong in chosen:
        # What is exact is no longer "about".
        lead = text[end : stated.start]
        parts.append(_ABOUT.sub("", lead) if wrong else lead)
        parts.append(_number_as_shown(stated, figure) if wrong else text[stated.start : stated.end])
        end, corrected = stated.end, corrected or wrong
    return Bound("".join((*parts, text[end:])), tuple(figure for _, figure, _ in chosen), corrected)


def _number_as_shown(stated: Stated, figure: Figure) -> str:
    """What takes the place of a wrong number; the word that says what it counts stays where it is."""
    if stated.kind == "number" and stated.unit is not None:
        return regex.sub(r"[^\d]*$", "", figure.shown)
    return figure.shown
