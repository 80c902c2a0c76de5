"""Which of two texts is better: asked in both orders, and a verdict that turns with the order is a tie."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import Field, ValidationError

from assistant.records import Outcome, Record, Request
from evals.asking import fenced, made_to_say, question, read_verdict, total_logprob, trouble

KIND = "pairwise"
VERSION = 1
A, B, TIE = "A", "B", "tie"
CRITERION = "Which answer does better what was asked, exactly and fully?"
ORDERS = ("forward", "backward")
"""Forward: the first text stands as A; backward: as B."""

Winner = Literal["first", "second", "tie", "invalid"]


class Backend(Protocol):
    """What answers requests: `assistant.llm.Gateway` does."""

    def complete(self, requests: Iterable[Request]) -> Iterable[Outcome]:
        """One outcome for each request, in any order."""


class PairRubric(Record):
    """What two texts are compared by."""

    criterion: str = Field(default=CRITERION, min_length=1)
    ties: bool = Field(default=False, description="whether `tie` is offered as a verdict")
    reading: Literal["verdict", "likelihood"] = Field(
        default="verdict",
        description="likelihood: which of A and B the model holds likelier; only local models tell",
    )

    @property
    def offered(self) -> tuple[str, ...]:
        """The verdicts."""
        return (A, B, TIE) if self.ties else (A, B)


@dataclass(frozen=True)
class Pair:
    """Two texts for one task."""

    key: str
    task: str
    first: str
    second: str
    group: str = ""
    """Pairs of one group are not independent; empty: the pair stands alone."""

    @property
    def cluster(self) -> str:
        """The group of its statistics."""
        return self.group or self.key


class Preference(Record):
    """Which of two texts is better, from both orders."""

    key: str
    winner: Winner
    consistent: bool | None = Field(description="whether both orders say the same; None where one says nothing")
    orders: tuple[str, str] = Field(
        description="the verdicts with the first text as A, and as B: A, B, tie; empty: it said none"
    )
    margin: float | None = Field(
        default=None, description="log-odds of the first over the second, the mean of both orders, so that what "
        "speaks for a place goes out; only by likelihood"
    )  # fmt: skip
    reason: str = ""

    @property
    def points(self) -> float | None:
        """1 where the first wins, 0 where the second does, half for a tie; None where invalid."""
        return {"first": 1.0, "second": 0.0, "tie": 0.5, "invalid": None}[self.winner]


def pair_rubric_of(options: Mapping[str, Any]) -> PairRubric:
    """The rubric that options describe.

    Raises:
        ValueError: they describe none.
    """
    try:
        rubric = PairRubric.model_validate(dict(options))
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    if rubric.ties and rubric.reading == "likelihood":
        raise ValueError("ties is true, and a tie has no likelihood of its own; leave one of the two out")
    return rubric


def pair_requests(pair: Pair, rubric: PairRubric) -> list[Request]:
    """What is asked about a pair: both orders, always."""
    shown = {"task": fenced(pair.task), "criterion": rubric.criterion.strip()}
    texts = (fenced(pair.first), fenced(pair.second))
    asked: list[Request] = []
    for order, (first, second) in zip(ORDERS, (texts, texts[::-1]), strict=True):
        request = question(
            KIND, {**shown, "first": first, "second": second}, rubric.offered, key=f"{pair.key}\n{order}"
        )
        if rubric.reading == "likelihood":
            asked += [made_to_say(request, name, key=f"{request.key} {name}") for name in (A, B)]
        else:
            asked.append(request)
    return asked


def read_pair(pair: Pair, rubric: PairRubric, outcomes: Mapping[str, Outcome]) -> Preference:
    """The preference that both orders state together, or why there is none.

    Raises KeyError where an outcome of `pair_requests` is missing.
    """
    margins: list[float] = []
    verdicts: list[str] = []
    reasons: list[str] = []
    for order in ORDERS:
        key = f"{pair.key}\n{order}"
        if rubric.reading == "likelihood":
            margin, reason = _log_odds(outcomes[f"{key} {A}"], outcomes[f"{key} {B}"])
            margins.append(margin)
            verdict = "" if reason else A if margin > 0 else B if margin < 0 else TIE
        else:
            reading = read_verdict(outcomes[key], rubric.offered)
            verdict, reason = reading.verdict or "", reading.reason
        verdicts.append(verdict)
        reasons.append(reason)
    orders = (verdicts[0], verdicts[1])
    if any(reasons):
        reason = next(reason for reason in reasons if reason)
        return Preference(key=pair.key, winner="invalid", consistent=None, orders=orders, reason=reason)
    winner, consistent = _together(*orders)
    return Preference(
        key=pair.key,
        winner=winner,
        consistent=consistent,
        orders=orders,
        margin=(margins[0] - margins[1]) / 2 if margins else None,
        reason="" if consistent else "the verdict turns with the order",
    )


def judge_pairs(backend: Backend, pairs: Sequence[Pair], rubric: PairRubric) -> list[Preference]:
    """Every pair's preference, in their order.

    Raises ValueError for two pairs of one key.
    """
    requests = [request for pair in pairs for request in pair_requests(pair, rubric)]
    outcomes = {outcome.key: outcome for outcome in backend.complete(requests)}
    return [read_pair(pair, rubric, outcomes) for pair in pairs]


def position_bias(preferences: Iterable[Preference]) -> float:
    """How much more often the text shown first is chosen than the one shown second, from -1 to 1; 0 is none.

    Every pair is asked in both orders, so what is better cancels out and the place is left: (A's - B's) / verdicts
    over both orders of pairs that could be read. NaN where there is none.
    """
    said = [verdict for each in preferences if each.winner != "invalid" for verdict in each.orders]
    return (said.count(A) - said.count(B)) / len(said) if said else math.nan


def consistency(preferences: Iterable[Preference]) -> float:
    """Share of pairs whose verdict does not turn with the order; NaN where none could be read."""
    said = [each.consistent for each in preferences if each.consistent is not None]
    return sum(said) / len(said) if said else math.nan


def _together(forward: str, backward: str) -> tuple[Winner, bool]:
    """The winner, and whether the orders agree: a text that is A forward is B backward."""
    if (forward, backward) == (A, B):
        return "first", True
    if (forward, backward) == (B, A):
        return "second", True
    return "tie", forward == backward == TIE


def _log_odds(first: Outcome, second: Outcome) -> tuple[float, str]:
    totals = []
    for outcome, name in ((first, A), (second, B)):
        wrong = trouble(outcome)
        total = total_logprob(outcome)
        if wrong or total is None or outcome.text.strip() != name:
            told = "the judge's model tells no likelihood; use a local one, or the reading `verdict`"
            return math.nan, wrong or told
        totals.append(total)
    return totals[0] - totals[1], ""
