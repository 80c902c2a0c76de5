"""The gate of an answer: a sentence is released once each of its figures is bound to what a tool has found.

A figure is bound where a tool gave the same number, of the same kind, of whom its clause speaks, under a label that the
sentence does not contradict. A number that is only rounded otherwise, or that stands under one plain label of another
number, is put right by its source. What is left is kept back: no figure reaches a reader without its receipt.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import regex

from assistant.chat.choosing import Candidate, Spoken, equal_one, right_one, within_label
from assistant.chat.clauses import CHANGES, GROWTH, Place, clause_of, compares, of_the_shop, without_others
from assistant.chat.matching import about_whom, nearness, same_kind, why_kept_back
from assistant.chat.mentions import Stated, stated_in
from assistant.records.chat import Figure, Language, ToolResult

_SEGMENT = regex.compile(r"(?<![\p{Latin}\d.])([SA]\d{1,4})(?![\p{Latin}\d])", regex.I)
_BRACKETS = regex.compile(r"\s?(?:\[(?P<ids>[^\[\]]{2,400})\]|【(?P<ids>[^【】]{2,400})】)")
_LIKE_ID = regex.compile(r"[SA]\d{1,4}\.[FC]\d{2,4}|[a-z_]{3,}#\d+")
_CALL = regex.compile(r"(?<![\p{L}\d])[a-z_]{3,}#\d+")
_ABOUT = regex.compile(r"(?:\b(?:about|roughly|around|approximately|nearly|almost|some)\s+|大?约|近|差不多)$", regex.I)


@dataclass(frozen=True)
class Bound:
    """What becomes of a sentence. `reason` says why it is kept back; empty: it is released."""

    text: str
    figures: tuple[Figure, ...] = ()
    corrected: bool = False
    reason: str = ""


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
        spoken = Spoken(
            text=text,
            unnamed=self._unnamed(text),
            places=tuple(self._places(text)),
            before=tuple(before),
            stated=stated,
            things=frozenset(thing for things in self._things.values() for thing in things if thing in folded),
            found=frozenset(
                subject for result in self.results[-1:] for subject in result.subjects if _SEGMENT.fullmatch(subject)
            ),
            minor=self.minor,
        )
        pool = self._pool(turn, cited)
        chosen: list[tuple[Stated, Figure, bool]] = []
        for one in stated:
            speaking = self._speaking(one, spoken, pool)
            picked = (
                equal_one(one, spoken, speaking, chosen)
                or within_label(one, text, chosen, pool)
                or right_one(one, spoken, speaking)
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

    def _speaking(self, stated: Stated, spoken: Spoken, pool: Sequence[tuple[Figure, float]]) -> list[Candidate]:
        """The figures that may be meant, and what speaks for each."""
        text, named = spoken.text, spoken.whose(stated)
        start, end = clause_of(text, stated)
        whom = named or spoken.before
        compared, shop, growing = compares(text, stated), of_the_shop(text), bool(GROWTH.search(text))
        plain = without_others(spoken.unnamed)

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
            Candidate(
                figure,
                weight + about_whom(figure, whom),
                nearness(stated, figure, plain),
                nearness(stated, figure, plain[start:end]),
            )
            for figure, weight in pool
            if may_be(figure)
        ]


def _with_figures(texts: Iterable[str]) -> set[str]:
    """The texts among some that hold a figure. A bare number among them would let any figure of its digits through."""
    named = (text for text in texts if len(text) > 3 and sum(sign.isalpha() for sign in text) > 2)
    return {text for text in named if stated_in(text, "zh")}


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
