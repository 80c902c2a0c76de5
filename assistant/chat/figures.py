"""The gate of an answer: a sentence is released once each of its figures is bound to what a tool has found.

A figure is bound where a tool gave the same number, of the same kind, of whom the sentence speaks, under a label
that the sentence does not contradict. A number that is only rounded otherwise, or that stands under another figure's
label, is put right by its source. What is left is kept back: no figure reaches a reader without its receipt.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import regex

from assistant.chat.mentions import Stated, stated_in
from assistant.records import Unit
from assistant.records.chat import Figure, Language, ToolResult

_SEGMENT = regex.compile(r"(?<![\p{Latin}\d.])([SA]\d{1,4})(?![\p{Latin}\d])", regex.I)
_BRACKETS = regex.compile(r"\s?(?:\[(?P<ids>[^\[\]]{2,400})\]|【(?P<ids>[^【】]{2,400})】)")
_LIKE_ID = regex.compile(r"[SA]\d{1,4}\.[FC]\d{2,4}|[a-z_]{3,}#\d+")
_CALL = regex.compile(r"(?<![\p{L}\d])[a-z_]{3,}#\d+")
_WORD = regex.compile(r"\p{L}+")
_HAN = regex.compile(r"\p{Han}")
# What nothing here measures: a sentence that says it is no sentence to put a number right in.
_ELSEWHERE = regex.compile(
    r"\b(?:grew|grow\w*|growth|increas\w+|rose|risen|drop\w*|declin\w+|fell|fallen|forecast\w*|predict\w*|expect\w*|"
    r"will|would|could|last (?:year|month|quarter|week)|since|industry|benchmark\w*|compared (?:to|with) last|"
    r"year[\s-]over[\s-]year)\b|增长|增加|下降|减少|预计|预测|去年|上个?月|同比|环比|行业",
    regex.I,
)
_COMMON = frozenset(
    ("a", "an", "and", "are", "as", "at", "by", "for", "from", "have", "has", "in", "is", "it", "of", "on", "or",
    "per", "than", "that", "the", "their", "them", "these", "they", "this", "to", "was", "who", "with", "share",
    "customers", "customer", "all", "other")
)  # fmt: skip
_NEAR = 0.6
"""Share of a label's words that a sentence must hold to be about it."""
_FAR = 0.34
"""Below this share the sentence is not about it."""
_IN_WORDS = 0.05
"""How far from two `twice` may be, and from a half `half`, as a share of it."""


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
        masked = self._masked(text)
        subjects = self.subjects_in(text)
        stated = stated_in(masked, language)
        if not stated:
            return Bound(text)
        pool = self._pool(turn, cited)
        chosen: list[tuple[Stated, Figure, bool]] = []
        for one in stated:
            speaking = self._speaking(one, text, subjects or tuple(before), bool(subjects), pool)
            picked = (
                self._equal(one, text, subjects, speaking)
                or self._within_label(one, text, chosen, pool)
                or self._right_one(one, text, subjects or tuple(before), speaking)
            )
            if picked is None:
                return Bound(text, reason=_why(one, bool(self.results)))
            chosen.append((one, *picked))
        return _written(text, chosen)

    def subjects_in(self, text: str) -> tuple[str, ...]:
        """Segments that a text names, by id or by name, in its order."""
        found = {match.start(): match.group(1).upper() for match in _SEGMENT.finditer(text)}
        folded = text.casefold()
        for segment, name in self.names.items():
            at = folded.find(name.casefold()) if name else -1
            if at >= 0:
                found.setdefault(at, segment)
        return tuple(dict.fromkeys(found[at] for at in sorted(found)))

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

    def _speaking(
        self, stated: Stated, text: str, subjects: Sequence[str], named: bool, pool: Sequence[tuple[Figure, float]]
    ) -> list["_Candidate"]:
        """The figures that may be meant, and what speaks for each."""
        clause, folded = _clause(text, stated), text.casefold()
        spoken = {thing for things in self._things.values() for thing in things if thing in folded}

        def of_other_thing(figure: Figure) -> bool:
            """Whether a sentence speaks of one product and the figure is of another."""
            things = self._things.get(figure.label, frozenset())
            return bool(things and spoken) and not things & spoken

        return [
            _Candidate(
                figure,
                weight + _about_whom(figure, subjects),
                _near(stated, figure, text),
                _near(stated, figure, clause),
            )
            for figure, weight in pool
            if _same_kind(stated, figure)
            and not (named and _of_another(figure, subjects))
            and not of_other_thing(figure)
        ]

    def _equal(
        self, stated: Stated, text: str, named: Sequence[str], speaking: Sequence["_Candidate"]
    ) -> tuple[Figure, bool] | None:
        """The figure whose number is stated, and whether it is rounded otherwise than its source shows it."""
        equal = [
            (own.score + 5 * own.here + 2 * own.near + (0.5 if own.figure.role == "value" else 0.0), at, own)
            for at, own in enumerate(speaking)
            if self._equals(stated, own.figure) and _speaks_of(stated, own, named)
        ]
        if not equal:
            return None
        best = max(equal, key=lambda one: (one[0], one[1]))[2]
        nearest = max(own.here for own in speaking)
        if nearest >= 0.75 and best.near < _FAR and _stems(best.figure.label):
            return None  # the number of one figure under the label of another
        return best.figure, not _as_shown(stated, best.figure)

    def _right_one(
        self, stated: Stated, text: str, subjects: Sequence[str], speaking: Sequence["_Candidate"]
    ) -> tuple[Figure, bool] | None:
        """The one figure whose label the sentence says, where it gives another number for it."""
        if _ELSEWHERE.search(text) or stated.kind in ("text", "ratio"):
            return None
        fitting = [
            ((own.here, len(_stems(own.figure.label))), own.figure)
            for own in speaking
            if own.here >= _NEAR
            and own.figure.role == "value"
            and stated.unit in (None, own.figure.unit)
            and (not subjects or own.figure.subject in subjects[:1])
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
        """A number of a figure's own label with its word, `90 days`, beside that figure or of what was just found."""
        if stated.kind != "number":
            return None
        word = regex.match(r"\W*(\w*)", text[stated.end :])
        # "90 customers" are no "90 days".
        counted = regex.escape(word[1]) if word else ""
        said = regex.compile(rf"(?<![\d.,]){regex.escape(stated.quote)}(?![\d.,])\W*{counted}", regex.I)
        near = [figure for _, figure, _ in chosen] + [figure for figure, weight in pool if weight >= 2]
        found = next((figure for figure in near if said.search(figure.label)), None)
        return (found, False) if found else None

    def _equals(self, stated: Stated, figure: Figure) -> bool:
        if stated.kind == "text":
            # "January 3" is no part of "January 31".
            whole = rf"(?<!\w){regex.escape(stated.quote.strip())}(?!\w)"
            return bool(regex.search(whole, figure.shown, regex.I))
        if stated.amount is None:
            return False
        scale = {Unit.MONEY: 1 / self.minor, Unit.SHARE: 100.0 if stated.kind == "share" else 1.0}
        value = figure.amount * scale.get(figure.unit, 1.0)
        if stated.kind == "ratio":
            if not stated.quote[:1].isdigit():
                return abs(value - stated.amount) <= _IN_WORDS * stated.amount
            return round(value, stated.digits) == stated.amount
        return abs(round(value, stated.digits) - stated.amount) < 10 ** -(stated.digits + 3) or (
            number_in(figure.shown) == stated.amount
        )


def _with_figures(texts: Iterable[str]) -> set[str]:
    """The texts among some that hold a figure. A bare number among them would let any figure of its digits through."""
    named = (text for text in texts if len(text) > 3 and sum(sign.isalpha() for sign in text) > 2)
    return {text for text in named if stated_in(text, "zh")}


def overlap(label: str, text: str) -> float:
    """Share of a label's words that a text holds, from 0 to 1; by pairs of signs where the label is Chinese."""
    if _HAN.search(label):
        signs = "".join(_HAN.findall(label))
        pairs = {signs[at : at + 2] for at in range(len(signs) - 1)} or {signs}
        return sum(pair in text for pair in pairs) / len(pairs)
    wanted = _stems(label)
    return len(wanted & _stems(text)) / len(wanted) if wanted else 0.0


def number_in(shown: str) -> float | None:
    """The number of a figure as it is shown: 31.2 of `$31.20`."""
    match = regex.search(r"-?\d[\d,]*(?:\.\d+)?", shown)
    return float(match.group().replace(",", "")) if match else None


def _near(stated: Stated, figure: Figure, text: str) -> float:
    """How far a sentence is about a figure; a unit says it where the label has no word of its own."""
    if not _HAN.search(figure.label) and not _stems(figure.label):
        return 1.0 if stated.unit is figure.unit else 0.0
    return overlap(figure.label, text)


def _speaks_of(stated: Stated, own: _Candidate, named: Sequence[str]) -> bool:
    """Whether a bare number may be a figure: "3 mails" is not three of anything that was counted."""
    if stated.kind != "number" or own.near > 0 or stated.unit is not None:
        return True
    return own.figure.subject in named and _as_shown(stated, own.figure)


def _clause(text: str, stated: Stated) -> str:
    """The words around a figure, up to the next comma or bracket on both sides."""
    before = regex.split(r"[,;:()，；：（）、]\s|[，；：（）、]", text[: stated.start])[-1]
    after = regex.split(r"[,;:()](?:\s|$)|[，；：（）、。]", text[stated.end :])[0]
    return f"{before} {stated.quote} {after}"


def _stems(text: str) -> set[str]:
    words = (word.lower() for word in _WORD.findall(text))
    return {regex.sub(r"(?:ies|es|s|ed|ing|y|e)$", "", word) for word in words if word not in _COMMON and len(word) > 1}


def _same_kind(stated: Stated, figure: Figure) -> bool:
    if stated.kind == "money":
        return figure.unit is Unit.MONEY
    if stated.kind == "share":
        return figure.unit is Unit.SHARE
    if stated.kind == "ratio":
        # "half of them" is a share, "half as much" a ratio.
        return figure.unit is Unit.RATIO or (figure.unit is Unit.SHARE and not stated.quote[:1].isdigit())
    if stated.kind == "number":
        if figure.unit in (Unit.MONEY, Unit.SHARE):
            return False
        return stated.unit is None or figure.unit in (stated.unit, Unit.COUNT)
    return figure.unit is Unit.COUNT


def _of_another(figure: Figure, subjects: Sequence[str]) -> bool:
    """Whether a figure is of a segment that the sentence does not speak of."""
    return bool(_SEGMENT.fullmatch(figure.subject)) and figure.subject not in subjects


def _about_whom(figure: Figure, subjects: Sequence[str]) -> float:
    if figure.subject in subjects:
        return 4.0 - 0.5 * list(subjects).index(figure.subject)
    return 0.0


def _as_shown(stated: Stated, figure: Figure) -> bool:
    """Whether a number is given as its source shows it; in words it is as good."""
    in_words = not any(sign.isdigit() for sign in stated.quote)
    return stated.kind == "text" or in_words or number_in(figure.shown) == stated.amount


def _written(text: str, chosen: Sequence[tuple[Stated, Figure, bool]]) -> Bound:
    parts, end, corrected = [], 0, False
    for stated, figure, wrong in chosen:
        parts.append(text[end : stated.start])
        parts.append(_number_as_shown(stated, figure) if wrong else text[stated.start : stated.end])
        end, corrected = stated.end, corrected or wrong
    return Bound("".join((*parts, text[end:])), tuple(figure for _, figure, _ in chosen), corrected)


def _number_as_shown(stated: Stated, figure: Figure) -> str:
    """What takes the place of a wrong number; the word that says what it counts stays where it is."""
    if stated.kind == "number" and stated.unit is not None:
        return regex.sub(r"[^\d]*$", "", figure.shown)
    return figure.shown


def _why(stated: Stated, asked: bool) -> str:
    kinds = {"money": "an amount of money", "share": "a share", "ratio": "a ratio", "text": "a date, code or address"}
    what = kinds.get(stated.kind, "a number")
    return f"it stated {what} that no tool has given" if asked else f"it stated {what}, and no tool was asked"
