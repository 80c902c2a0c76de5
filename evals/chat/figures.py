"""Figures that reached the reader, held against the workspace's files."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assistant.records.chat import Figure, Sentence, Table, ToolResult
from evals.chat.artefacts import TrueFigure
from evals.chat.phrases import bounds, count_of
from evals.chat.stated import Kind, Stated, masked, stated_in
from evals.chat.truth import Truth

Verdict = Literal["right", "wrong", "unjudged"]
_SEGMENT = re.compile(r"(?<![A-Za-z0-9.])([SA]\d{1,4})(?![\w-])")
_IDS = re.compile(
    r"(?<![A-Za-z0-9])[SA]\d{1,4}(?:\.[FC]\d+|(?:-[A-Za-z0-9_]+)+)?(?![A-Za-z0-9])|\b[a-z_]+#\d+|\[\d+\]|https?://\S+"
    r"|\b9[05]% (?:bootstrap )?(?:confidence )?interval|(?m:^\s*\d{1,2}[.)]\s)"
    r"|\b(?:\w+ to )?\w+(?= in the (?:morning|afternoon|evening)\b)|(?:周|星期|礼拜)[一二三四五六日天]"
)
_OTHERS = re.compile(r"\bothers?\b|\brest\b|\bagainst\b|\baverage\b|\bthan\b|\bvs\b|其他|其余|别的", re.I)
_LINE = re.compile(r"(?P<file>[\w./-]+\.\w+), line (?P<number>\d+): (?P<text>[^|\n]*)")
_FACT = re.compile(r"[SA]\d+\.F\d+")
_PIECE = re.compile(r"\b[SA]\d{1,4}(?:-[A-Za-z0-9_]+)+")
_DOCUMENT = re.compile(r"(?:product|buys-more|bought-together|coupons|hours):[^#]+")
_CLOSENESS = frozenset({"score", "match", "closeness", "similarity", "相关度"})
"""Columns of a search's own measure, which no file holds."""
_FURTHER = re.compile(r"\s*(?:further|more)\b|\s*条?其他")
_RANKS = frozenset({"rank", "#", "no", "no.", "nr", "排名", "名次"})
_POOLS: dict[str, frozenset[str]] = {
    "shop_overview": frozenset({"shop"}),
    "list_segments": frozenset({"shop", "segments"}),
    "describe_segment": frozenset({"segments", "persona"}),
    "compare_segments": frozenset({"segments"}),
    "segment_facts": frozenset({"segments"}),
    "rank_segments": frozenset({"segments"}),
    "count_customers": frozenset({"shop", "segments", "rules"}),
    "search_products": frozenset(),
    "search_behaviour": frozenset(),
    "recommend": frozenset({"offers"}),
    "show_persona": frozenset({"persona"}),
    "edit_persona": frozenset({"persona"}),
    "list_campaigns": frozenset({"shop", "campaign", "brief", "plan"}),
    "show_campaign": frozenset({"campaign", "brief", "piece"}),
    "plan_campaign": frozenset({"plan", "brief"}),
    "run_campaign": frozenset({"plan", "brief", "campaign"}),
}
_OF_PIECES = frozenset({"piece", "brief", "campaign"})
_ESTIMATING = frozenset({"plan_campaign", "run_campaign", "check_copy", "draft_copy", "revise_piece"})
"""Tools whose figures the files cannot tell: estimates, lengths of what was pasted or written in the chat."""
_LEAST_SHOWN = 20.0
"""The smallest group that is told of: fact sheets' own bound, and a count's."""


@dataclass(frozen=True)
class Checked:
    """One figure of a released sentence or of a row."""

    figure: str
    where: str
    """The sentence, or the row."""
    verdict: Verdict
    why: str = ""


def check_sentence(
    sentence: Sentence, truth: Truth, calls: Mapping[str, ToolResult], said: Sequence[str] = ()
) -> list[Checked]:
    """Hold every figure of a sentence against the files.

    Args:
        sentence: as it was released.
        truth: what the files say.
        calls: the tools' results by call; only their names and arguments are used, never their figures.
        said: what the person has typed in this conversation.
    """
    text = _blanked(sentence.text, truth, _literals(truth, calls, said))
    told = []
    for stated in stated_in(text):
        subjects = _spoken_of(sentence.text, stated, truth.names)
        told.append(_judged(stated, sentence, subjects, truth, calls, said))
    return told


def check_table(table: Table, truth: Truth, result: ToolResult, said: Sequence[str] = ()) -> list[Checked]:
    """Hold every figure of a tool's rows against the files.

    Args:
        table: as it was shown.
        truth: what the files say.
        result: whose table it is; only its name, arguments and subjects are used.
        said: what the person has typed in this conversation.
    """
    told = []
    literals = _literals(truth, {result.call: result}, said)
    labels = {fact["label"].casefold() for fact in truth.facts.values()}
    before: dict[str, str] = {}
    for row in table.rows:
        for column, cell in zip(table.columns, row, strict=False):
            # Ranks go up by one, or begin again.
            if column.casefold() in _RANKS and cell in ("1", str(int(before.get(column, "0")) + 1)):
                before[column] = cell
                continue
            if column.casefold() in _CLOSENESS:
                told += [Checked(one.text, cell, "unjudged", "a search's own measure") for one in stated_in(cell)]
                continue
            text = _blanked(cell, truth, literals)
            for stated in stated_in(text):
                about = _subjects_of_row(table, column, row, result, truth.names)
                metrics = {own.casefold() for own in (*row, column)} & labels
                context = " ".join((table.title, *table.columns, *row))
                ok = _in_table(stated, about, metrics, context, truth, result) or _is_said(stated, said)
                where = f"{table.title}: {' | '.join(row)}"
                told.append(
                    _verdict(stated, where, ok, {result.tool}, f"{', '.join(about) or 'the shop'} has no such figure")
                )
    return told


def _blanked(text: str, truth: Truth, literals: Iterable[str]) -> str:
    """The text without ids, names, and lines of files that are quoted as they stand."""

    def line(match: "re.Match[str]") -> str:
        return "_" * len(match.group()) if _stands(match, truth) else match.group()

    return masked(_IDS.sub(lambda match: "_" * len(match.group()), _LINE.sub(line, text)), literals)


def _stands(match: "re.Match[str]", truth: Truth) -> bool:
    """Whether a quoted line stands there in the workspace's file."""
    path = (truth.root / match["file"]).resolve()
    if not path.is_relative_to(truth.root.resolve()) or not path.is_file():
        return False
    lines = path.read_text("utf-8").splitlines()
    number = int(match["number"])
    return 0 < number <= len(lines) and lines[number - 1].strip().startswith(match["text"].strip(" .")[:200])


def _literals(truth: Truth, calls: Mapping[str, ToolResult], said: Sequence[str]) -> set[str]:
    """Names, and texts of one's own that an answer repeats; never a bare number."""
    own = {str(value) for result in calls.values() for value in result.arguments.values()}
    quoted = {
        match
        for text in said
        for match in re.findall(r"[\"“]([^\"”]{8,})[\"”]|[:：]\s*(.{8,})$", text)
        for match in match
    }
    return set(truth.literals) | {text for text in own | quoted if sum(sign.isalpha() for sign in text) > 3}


def _spoken_of(text: str, stated: Stated, names: Mapping[str, str]) -> tuple[str, ...]:
    """Whose figure it is by the sentence: who was named last before it, or right behind it; else all it names."""
    named = [(match.start(), match.group(1)) for match in _SEGMENT.finditer(text)]
    folded = text.casefold()
    for segment, name in names.items():
        at = folded.find(name.casefold())
        if at >= 0:
            named.append((at, segment))
    before = [own for own in sorted(named) if own[0] < stated.start]
    behind = [own for own in sorted(named) if stated.end <= own[0] <= stated.end + 24]
    if len({segment for _, segment in named}) > 1 and before:
        return tuple({before[-1][1], *(segment for _, segment in behind[:1])})
    return tuple(dict.fromkeys(segment for _, segment in sorted(named)))


def _judged(
    stated: Stated,
    sentence: Sentence,
    subjects: tuple[str, ...],
    truth: Truth,
    calls: Mapping[str, ToolResult],
    said: Sequence[str],
) -> Checked:
    if stated.kind == "date":
        return _verdict(
            stated, sentence.text, _true_day(stated, truth) or _is_said(stated, said), set(), "no such date"
        )
    tools = {figure.source.partition("#")[0] for figure in sentence.figures}
    why = "no receipt names it"
    for figure in sentence.figures:
        if figure.subject and subjects and figure.subject in truth.names and figure.subject not in subjects:
            fits = _holds(figure, stated, sentence.text, truth, calls)
            why = f"it is {figure.subject}'s, not {', '.join(subjects)}'s" if fits else why
            continue
        if _holds(figure, stated, sentence.text, truth, calls):
            return Checked(stated.text, sentence.text, "right")
        why = why if why.startswith("it is") else f"{figure.source} has no such figure"
    if _is_said(stated, said):
        return Checked(stated.text, sentence.text, "right", "said by the person")
    if _counts_those_named(stated, calls):
        return Checked(stated.text, sentence.text, "right", "how many are named")
    if _FURTHER.match(sentence.text[stated.end :]):
        return Checked(stated.text, sentence.text, "unjudged", "how many were left out")
    return _verdict(stated, sentence.text, False, tools, why)


def _verdict(stated: Stated, where: str, ok: bool, tools: set[str], why: str) -> Checked:
    if ok:
        return Checked(stated.text, where, "right")
    if tools & _ESTIMATING and (stated.kind not in ("share", "date", "customers")):
        return Checked(stated.text, where, "unjudged", "the files do not tell it")
    return Checked(stated.text, where, "wrong", why)


def _holds(figure: Figure, stated: Stated, text: str, truth: Truth, calls: Mapping[str, ToolResult]) -> bool:
    """Whether the source that a receipt names has the figure, by the files."""
    if _FACT.fullmatch(figure.source):
        fact = truth.facts.get(figure.source)
        if fact is None or (figure.subject and figure.subject != fact["segment"]):
            return False
        return _of_fact(stated, fact, text, truth)
    if match := _PIECE.match(figure.source):
        return _of_piece(stated, match.group(), text, truth)
    if match := _DOCUMENT.match(figure.source):
        own = [one for one in truth.documents if one.document == match.group()]
        return any(_alike(stated, one) for document in own for one in document.figures)
    result = calls.get(figure.source)
    if result is None:
        return False
    about = set(_SEGMENT.findall(text)) | {
        own for own, name in truth.names.items() if name.casefold() in text.casefold()
    }
    about |= {figure.subject, *result.subjects} if not about else set()
    return _in_pool(stated, about, text, truth, result)


def _in_pool(stated: Stated, about: set[str], text: str, truth: Truth, result: ToolResult) -> bool:
    folded = text.casefold()
    pieces = {
        *_PIECE.findall(text),
        str(result.arguments.get("piece", "")),
        *(own for own in result.subjects if "-" in own),
    } - {""}

    def spoken_of(own: TrueFigure) -> bool:
        if own.pool == "offers":
            return any(one.casefold() in folded or one in about for one in own.subjects)
        return not own.subjects or bool(own.subjects & (about | pieces))

    if result.tool in ("search_products", "search_behaviour"):
        quoted = [own for own in truth.documents if own.text and own.text.rstrip(".") in text]
        return any(_alike(stated, one) for own in quoted for one in own.figures)
    pools = _POOLS.get(result.tool, _OF_PIECES)
    behind = folded[stated.end : stated.end + 60]
    for own in (*truth.figures, *truth.live):
        if own.pool not in pools or not spoken_of(own) or not _fits(stated, own.kind, own.amount):
            continue
        if not own.what or any(word in behind or word in folded for word in own.what.split("|")):
            return True
    if result.tool == "compare_segments":
        return any(_fits(stated, kind, amount) for kind, amount in _differences(truth, result, None))
    if result.tool == "count_customers":
        return _counted(stated, truth, result)
    if pools & {"segments"} or result.tool in ("explain_piece", "show_piece"):
        facts = (fact for fact in truth.facts.values() if fact["segment"] in about)
        return any(_of_fact(stated, fact, text, truth) for fact in facts)
    return False


def _of_fact(stated: Stated, fact: Mapping[str, Any], text: str, truth: Truth) -> bool:
    """Whether a fact has the figure; what all others have is theirs only where the text speaks of others."""
    others = bool(_OTHERS.search(text[: stated.start]) or _OTHERS.search(text[stated.end : stated.end + 40]))
    return any(_fits(stated, kind, amount) for kind, amount in truth.amounts(fact, others=others))


def _of_piece(stated: Stated, piece: str, text: str, truth: Truth) -> bool:
    """Whether a piece has the figure: in its words, its slots, its brief, or the facts of its segment."""
    for own in (*truth.figures, *truth.live):
        if (
            own.pool in _OF_PIECES
            and (not own.subjects or piece in own.subjects)
            and _fits(stated, own.kind, own.amount)
        ):
            return True
    segment = piece.partition("-")[0]
    facts = (fact for fact in truth.facts.values() if fact["segment"] == segment)
    return any(_of_fact(stated, fact, text, truth) for fact in facts)


def _alike(stated: Stated, other: Stated) -> bool:
    return _fits(stated, other.kind, (other.low + other.high) / 2)


def _counted(stated: Stated, truth: Truth, result: ToolResult) -> bool:
    """Whether it is the phrase's count or its shares, counted anew."""
    segment = _id_of(str(result.arguments.get("segment", "")), truth.names)
    if stated.kind == "customers" and stated.holds(_LEAST_SHOWN):
        return True
    # A rule is told as it was read: over 500 is at least 500.01, more than 100 times at least 101 times.
    for own in stated_in(str(result.arguments.get("who", ""))):
        amount = (own.low + own.high) / 2
        if any(stated.holds(amount + more) for more in (0.0, 0.01, 1.0)) and stated.kind != "customers":
            return True
    counted = count_of(str(result.arguments.get("who", "")) or "all", truth.root, truth.as_of, segment)
    if counted is None:
        return False
    told: tuple[tuple[Kind, float], ...] = (
        ("customers", counted.customers),
        ("share", counted.customer_share * 100),
        ("share", counted.revenue_share * 100),
        ("money", counted.revenue_minor / truth.minor),
    )
    if any(_fits(stated, kind, amount) for kind, amount in told):
        return True
    return stated.kind == "money" and bounds(stated.low * truth.minor, stated.high * truth.minor, counted, truth.root)


def _differences(truth: Truth, result: ToolResult, metrics: Iterable[str] | None) -> list[tuple[Kind, float]]:
    first, second = (_id_of(str(result.arguments.get(name, "")), truth.names) for name in ("first", "second"))
    wanted = {fact["metric"] for fact in truth.facts.values() if metrics is None or fact["label"].casefold() in metrics}
    return [own for metric in wanted for own in truth.between(first, second, metric)]


def _id_of(said: str, names: Mapping[str, str]) -> str:
    told = said.strip().casefold()
    return next((own for own, name in names.items() if told in (own.casefold(), name.casefold())), said)


def _in_table(
    stated: Stated, about: set[str], metrics: set[str], context: str, truth: Truth, result: ToolResult
) -> bool:
    if stated.kind == "date":
        return _true_day(stated, truth)
    metrics = metrics if about else set()
    own = [
        fact
        for fact in truth.facts.values()
        if fact["segment"] in about and (not metrics or fact["label"].casefold() in metrics)
    ]
    others = bool(_OTHERS.search(context))
    if any(_fits(stated, kind, amount) for fact in own for kind, amount in truth.amounts(fact, others=others)):
        return True
    if result.tool == "compare_segments":
        return any(_fits(stated, kind, amount) for kind, amount in _differences(truth, result, metrics or None))
    return not metrics and _in_pool(stated, about, context, truth, result)


def _subjects_of_row(
    table: Table, column: str, row: Sequence[str], result: ToolResult, names: Mapping[str, str]
) -> set[str]:
    for text in (" ".join(row), column, table.title):
        found = set(_SEGMENT.findall(_PIECE.sub("", text)))
        found |= {match.partition(".")[0] for match in re.findall(r"\b[SA]\d+\.[FC]\d+", text)}
        found |= {own for own, name in names.items() if name in text}
        if found:
            return found
    return {own for own in result.subjects if own in names}


def _fits(stated: Stated, kind: Kind, amount: float) -> bool:
    """Whether an amount may be written so: the same kind of thing, and the same number as far as it is said."""
    if stated.kind == kind:
        return stated.holds(amount)
    if stated.kind == "times" and kind == "share":
        return not stated.text[0].isdigit() and stated.holds(amount / 100)
    loose: dict[Kind, tuple[Kind, ...]] = {
        "number": ("customers", "orders", "items", "days", "times"),
        "orders": ("number", "items"),
        "items": ("number", "orders"),
        "customers": ("number",),
        "times": ("number",),
        "days": ("number",),
    }
    return kind in loose.get(stated.kind, ()) and stated.holds(amount)


def _true_day(stated: Stated, truth: Truth) -> bool:
    if stated.day is None:
        return False
    year, month, day = stated.day
    return any((own[1:] == (month, day)) and year in (None, own[0]) for own in truth.dates)


def _is_said(stated: Stated, said: Sequence[str]) -> bool:
    """Whether the person has stated the same figure: an answer may repeat what it was asked."""
    for text in said:
        for own in stated_in(text):
            if stated.kind == "date" and own.day is not None and stated.day is not None:
                if own.day[1:] == stated.day[1:]:
                    return True
            elif own.kind in (stated.kind, "number") and (own.low, own.high) == (stated.low, stated.high):
                return True
    return False


def _counts_those_named(stated: Stated, calls: Mapping[str, ToolResult]) -> bool:
    """`The two segments`, of a comparison of two."""
    return (
        stated.kind == "number"
        and stated.low == stated.high == 2
        and any(result.tool == "compare_segments" for result in calls.values())
    )
