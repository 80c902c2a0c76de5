"""Where the noise of a score comes from, and where the next call is best spent."""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

Row = tuple[str, str, int, str, float]


@dataclass(frozen=True)
class VarianceSplit:
    """Components of variance of a single score, each at least 0, in the square of the metric's unit."""

    case: float
    """Between cases (brief x segment), all else equal."""
    sample: float
    """Between answers to one and the same prompt."""
    judge: float
    """Between judges of one and the same answer, and a judge's own wavering."""
    wording: float
    """Between wordings of the prompt on one case."""
    advice: str
    """One sentence: where the next call is best spent."""


def split_variance(
    rows: Sequence[Row], *, call_cost: float = 1.0, judgement_cost: float = 1.0, case_cost: float = 0.0
) -> VarianceSplit:
    """Split the variance of scores (case, wording, sample, judge, value); unbalanced rows are fine.

    By the method of moments: two rows that differ only in the judge are apart by the judge's variance, two that
    differ only in the sample by the sample's, and so on, for half the mean squared difference of such pairs is the
    sum of the components in which they differ (Koch 1967, Technometrics 9). What no pair shows is 0: with one sample
    a cell, the sample's noise is counted under the case. Costs, in any one unit, are of one answer, of one judgement
    and of finding one more case.

    Raises:
        ValueError: fewer than two cases, or a value is no finite number.
    """
    if not all(math.isfinite(row[4]) for row in rows):
        raise ValueError("a value is NaN or infinite; leave invalid scores out")
    if len({row[0] for row in rows}) < 2:
        raise ValueError("the variance between cases needs at least two cases")
    judge = _half_square(rows, lambda r: (r[0], r[1], r[2]), lambda r: r[3])
    same_judge = _half_square(rows, lambda r: (r[0], r[1], r[3]), lambda r: r[2])
    # Judges differ in level and waver too; over two samples the wavering of one judge is seen in `same_judge`.
    other_judge = _half_square_of_both(rows, lambda r: (r[0], r[1]), lambda r: r[2], lambda r: r[3])
    crossed = judge is not None and other_judge is not None
    sample = max(0.0, (other_judge or 0.0) - (judge or 0.0)) if crossed else same_judge or 0.0
    noise = same_judge or 0.0
    worded = _half_square(rows, lambda r: (r[0], r[3]), lambda r: r[1])
    wording = max(0.0, worded - noise) if worded is not None else 0.0
    cased = _half_square(rows, lambda r: (r[1], r[3]), lambda r: r[0])
    case = max(0.0, cased - noise) if cased is not None else 0.0
    # Over two wordings, what a wording does on one case alone is told from the case itself.
    both = _half_square_of_both(rows, lambda r: r[3], lambda r: r[0], lambda r: r[1])
    if both is not None and worded is not None:
        case = max(0.0, both - worded)
    advice = _advice(rows, case, sample, judge or 0.0, wording, call_cost, judgement_cost, case_cost)
    return VarianceSplit(case, sample, judge or 0.0, wording, advice)


def _half_square(
    rows: Sequence[Row], within: Callable[[Row], Hashable], differs: Callable[[Row], Hashable]
) -> float | None:
    """Half the mean squared difference of pairs that agree in `within` and differ in `differs`; None without one.

    A group's pairs weigh by the inverse of its rows, as in analysis of variance.
    """
    groups: dict[Hashable, dict[Hashable, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        groups[within(row)][differs(row)].append(row[4])
    total = weight = 0.0
    for group in groups.values():
        everything = [value for values in group.values() for value in values]
        pairs = (len(everything) ** 2 - sum(len(values) ** 2 for values in group.values())) / 2
        if pairs:
            squares = _squares(everything) - sum(_squares(values) for values in group.values())
            total += squares / 2 / len(everything)
            weight += pairs / len(everything)
    return total / weight if weight else None


def _squares(values: Sequence[float]) -> float:
    """Sum of squared differences over all unordered pairs."""
    mean = math.fsum(values) / len(values)
    return len(values) * math.fsum((value - mean) ** 2 for value in values)


def _half_square_of_both(
    rows: Sequence[Row],
    within: Callable[[Row], Hashable],
    one: Callable[[Row], Hashable],
    other: Callable[[Row], Hashable],
) -> float | None:
    """Half the mean squared difference of pairs that agree in `within` and differ in `one` and in `other`."""
    cells: dict[Hashable, list[Row]] = defaultdict(list)
    for row in rows:
        cells[within(row)].append(row)
    total = weight = 0.0
    for cell in cells.values():
        by_one: dict[Hashable, list[float]] = defaultdict(list)
        by_other: dict[Hashable, list[float]] = defaultdict(list)
        by_both: dict[Hashable, list[float]] = defaultdict(list)
        for row in cell:
            by_one[one(row)].append(row[4])
            by_other[other(row)].append(row[4])
            by_both[one(row), other(row)].append(row[4])
        count = len(cell) ** 2 - _pairs(by_one) - _pairs(by_other) + _pairs(by_both)
        if count:
            squares = _squares([row[4] for row in cell]) - sum(map(_squares, by_one.values()))
            squares += sum(map(_squares, by_both.values())) - sum(map(_squares, by_other.values()))
            total += squares / 2 / len(cell)
            weight += count / 2 / len(cell)
    return total / weight if weight else None


def _pairs(groups: dict[Hashable, list[float]]) -> int:
    return sum(len(values) ** 2 for values in groups.values())


def _advice(
    rows: Sequence[Row],
    case: float,
    sample: float,
    judge: float,
    wording: float,
    call_cost: float,
    judgement_cost: float,
    case_cost: float,
) -> str:
    """Where as much money again cuts the variance of the mean most."""
    cases = len({row[0] for row in rows})
    samples = max(1.0, len({row[:3] for row in rows}) / max(1, len({row[:2] for row in rows})))
    judges = max(1.0, len(rows) / max(1, len({row[:3] for row in rows})))
    judged = any(row[3] for row in rows)
    judging = judgement_cost if judged else 0.0

    def variance(c: float, s: float, j: float) -> float:
        return (case + sample / s + judge / (s * j)) / c

    now = variance(cases, samples, judges)
    if now <= 0:
        return "Nothing varies; there is nothing to gain from further calls."
    one_case = case_cost + samples * (call_cost + judges * judging)
    budget = cases * one_case
    ways = {"more cases": variance(cases * 2, samples, judges)}
    if call_cost + judges * judging > 0:
        ways["more samples"] = variance(cases, samples + budget / cases / (call_cost + judges * judging), judges)
    if judged and judging > 0:
        ways["more judges"] = variance(cases, samples, judges + budget / cases / (samples * judging))
    best = min(ways, key=lambda way: ways[way])
    told = ", ".join(f"{way} by {1 - left / now:.0%}" for way, left in ways.items())
    extra = ""
    if wording > max(case, sample, judge):
        extra = "; most of a score hangs on the wording of the prompt, so compare several before one is believed"
    return f"Spend on {best}: as much again as was spent cuts the variance of the mean for {told}{extra}."
