"""LLMBar: pairs of answers of which one does what was asked and the other only looks as if it did.

Zeng et al., Evaluating Large Language Models at Evaluating Instruction Following (ICLR 2024). In its adversarial parts
the wrong answer is mostly the longer one, so a judge is told beside "longer wins", and its accuracy is told with
length held equal: the mean of what it gets right where the better answer is the longer one and where it is the
shorter one. There "longer wins" and "shorter wins" both have one half.
"""

import gzip
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from assistant.errors import DataError
from assistant.records import Record
from assistant.retrieval import embed_texts
from evals.judges import Pair, Preference, consistency, position_bias
from evals.judges.backward import preferred
from evals.meta.answers import SCORERS, Scorer
from evals.statistics import Interval, paired_difference, t_interval, wilson_interval

ALL = "all"
MEANING = "meaning"
"""Name of the scorer that an embedder helps."""
_KEYS = ("input", "output_1", "output_2", "label")


class LabelledPair(Record):
    """A pair and which of its answers is better."""

    key: str
    subset: str
    task: str
    first: str
    second: str
    first_is_better: bool

    @property
    def pair(self) -> Pair:
        """What a judge sees."""
        return Pair(self.key, self.task, self.first, self.second, group=self.task)

    def points(self, preference: Preference) -> float | None:
        """1 where the better answer won, half for a tie; None where the judge said nothing."""
        points = preference.points
        return points if points is None or self.first_is_better else 1 - points

    @property
    def lead(self) -> int:
        """Characters by which the better answer is longer."""
        lead = len(self.first) - len(self.second)
        return lead if self.first_is_better else -lead


class SubsetReport(Record):
    """A judge on one part of the data."""

    subset: str
    pairs: int
    invalid: int
    accuracy: float | None = Field(description="of pairs with a verdict; a tie is half")
    low: float | None
    high: float | None
    ties: float = Field(description="share of pairs with a verdict")
    consistency: float | None = Field(description="share of verdicts that do not turn with the order")
    position_bias: float | None = Field(description="-1 to 1; above 0 the one shown first is favoured")
    graded: float | None = Field(description="accuracy of the margin over both orders, where the judge tells one")
    controlled: float | None = Field(description="accuracy with length held equal")
    controlled_low: float | None
    controlled_high: float | None
    longer_wins: float = Field(description="accuracy of taking the longer one, on the same pairs")
    over_longer: float | None = Field(description="accuracy minus that of taking the longer one")
    over_longer_low: float | None
    over_longer_high: float | None
    over_longer_p: float | None


def read_llmbar(path: Path) -> tuple[LabelledPair, ...]:
    """The pairs of a file: a JSON object of subset -> list of input, output_1, output_2, label; `.gz` or not.

    Raises:
        DataError: it is none; the message names the subset, the pair and the value.
    """
    try:
        content = path.read_bytes()
        told: Any = json.loads(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content)
    except (OSError, EOFError, ValueError) as error:
        raise DataError(f"{path} cannot be read ({error}); expected LLMBar as JSON, gzipped or not.") from None
    if not isinstance(told, dict) or not all(isinstance(rows, list) for rows in told.values()):
        raise DataError(f"{path} is not LLMBar; expected an object of subset -> list of {', '.join(_KEYS)}.")
    return tuple(
        _pair(path, str(subset), place, row) for subset, rows in told.items() for place, row in enumerate(rows)
    )


def limited(pairs: Sequence[LabelledPair], limit: int | None, *, seed: int = 7) -> tuple[LabelledPair, ...]:
    """At most `limit` pairs of each subset, drawn; a larger limit adds to what a smaller one drew."""
    if limit is None:
        return tuple(pairs)
    chosen: list[LabelledPair] = []
    for subset in dict.fromkeys(pair.subset for pair in pairs):
        own = [pair for pair in pairs if pair.subset == subset]
        drawn = np.random.default_rng(seed).permutation(len(own))[:limit].tolist()
        chosen += [own[place] for place in sorted(drawn)]
    return tuple(chosen)


def by_scorer(scorer: Scorer, pairs: Sequence[LabelledPair]) -> list[Preference]:
    """What a scorer that sees each answer alone prefers; no place can sway it."""
    return [preferred(pair.key, scorer(pair.task, pair.first) - scorer(pair.task, pair.second)) for pair in pairs]


def by_meaning(pairs: Sequence[LabelledPair], *, embedder: str = "minilm") -> list[Preference]:
    """What `words` prefers with the cosine of instruction and answer added to it; an embedder of the house.

    Raises:
        ConfigError, MissingPackage, ModelError: the embedder is not to be had.
    """
    texts = list(dict.fromkeys(text for pair in pairs for text in (pair.task, pair.first, pair.second)))
    vectors = dict(zip(texts, embed_texts(embedder, [text or " " for text in texts]), strict=True))
    words = SCORERS["words"]

    def scorer(task: str, answer: str) -> float:
        return words(task, answer) + float(vectors[task] @ vectors[answer])

    return by_scorer(scorer, pairs)


def report(pairs: Sequence[LabelledPair], preferences: Sequence[Preference]) -> tuple[SubsetReport, ...]:
    """Each subset and, last, all of them together.

    Args:
        pairs: (n,)
        preferences: the judge's, (n,), in the order of the pairs.

    Raises ValueError for lists of two lengths.
    """
    if [pair.key for pair in pairs] != [each.key for each in preferences]:
        raise ValueError("preferences are not those of the pairs")
    judged = list(zip(pairs, preferences, strict=True))
    subsets = list(dict.fromkeys(pair.subset for pair in pairs))
    parts = [[each for each in judged if each[0].subset == subset] for subset in subsets]
    return (
        *(_report(subset, part) for subset, part in zip(subsets, parts, strict=True)),
        *((_report(ALL, judged),) if len(subsets) != 1 else ()),
    )


def _report(subset: str, judged: Sequence[tuple[LabelledPair, Preference]]) -> SubsetReport:
    said = [(pair, each, won) for pair, each in judged if (won := pair.points(each)) is not None]
    points = [won for _, _, won in said]
    pairs = [pair for pair, _, _ in said]
    preferences = [each for _, each, _ in said]
    groups = [pair.task for pair in pairs]
    floor = [pair.points(each) or 0.0 for pair, each in zip(pairs, by_scorer(SCORERS["longer"], pairs), strict=True)]
    accuracy = _interval(points, groups)
    over = paired_difference(floor, points, groups)
    controlled, half = _controlled(pairs, points)
    graded = [(each.margin > 0) == pair.first_is_better for pair, each, _ in said if each.margin]
    return SubsetReport(
        subset=subset,
        pairs=len(judged),
        invalid=len(judged) - len(said),
        accuracy=_figure(accuracy.estimate),
        low=_figure(max(0.0, accuracy.low)),
        high=_figure(min(1.0, accuracy.high)),
        ties=sum(each.winner == "tie" for each in preferences) / max(1, len(said)),
        consistency=_figure(consistency(preferences)),
        position_bias=_figure(position_bias(preferences)),
        graded=sum(graded) / len(graded) if graded else None,
        controlled=_figure(controlled),
        controlled_low=_figure(max(0.0, controlled - half)),
        controlled_high=_figure(min(1.0, controlled + half)),
        longer_wins=sum(floor) / max(1, len(floor)),
        over_longer=_figure(over.estimate) if said else None,
        over_longer_low=_figure(over.low) if said else None,
        over_longer_high=_figure(over.high) if said else None,
        over_longer_p=_figure(over.p) if said else None,
    )


def _controlled(pairs: Sequence[LabelledPair], points: Sequence[float]) -> tuple[float, float]:
    """The mean of the accuracies where the better one is longer and where it is shorter, and half its interval.

    NaN where one of the two does not occur.
    """
    sides = [
        [(point, pair.task) for pair, point in zip(pairs, points, strict=True) if sign * pair.lead > 0]
        for sign in (1, -1)
    ]
    if not all(sides):
        return math.nan, math.nan
    found = [_interval([point for point, _ in side], [task for _, task in side]) for side in sides]
    halves = [(each.high - each.low) / 2 for each in found]
    return sum(each.estimate for each in found) / 2, math.hypot(*halves) / 2


def _interval(points: Sequence[float], groups: Sequence[str]) -> Interval:
    """By cluster-robust t; where all points are equal, as when a judge only ties, Wilson's, which has a width there."""
    if points and min(points) == max(points):
        return wilson_interval(sum(points), len(points))
    return t_interval(points, groups)


def _figure(value: float) -> float | None:
    """JSON has no NaN and no infinity."""
    return float(value) if math.isfinite(value) else None


def _pair(path: Path, subset: str, place: int, row: Any) -> LabelledPair:
    where = f"{path}, {subset}, pair {place}"
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in _KEYS[:3]):
        raise DataError(f"{where}: expected an object with {', '.join(_KEYS)}.")
    if row.get("label") not in (1, 2):
        raise DataError(f"{where}, label: {row.get('label')!r}; expected 1 or 2, the better answer.")
    return LabelledPair(
        key=f"{subset} {place}",
        subset=subset,
        task=row["input"],
        first=row["output_1"],
        second=row["output_2"],
        first_is_better=row["label"] == 1,
    )
