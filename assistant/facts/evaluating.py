"""A predicate held against the segment table: true, false, or not decided by these rows."""

from collections.abc import Sequence

import numpy as np

from assistant.config import FactSettings
from assistant.facts.formatting import format_percent, format_value
from assistant.facts.measuring import Mask, Measured, SegmentTable
from assistant.facts.queries import query_of
from assistant.facts.statistics import Compared, compare, compare_medians
from assistant.features import BASE_FEATURES, feature_named
from assistant.records import CUSTOMER_PREFIX, Evaluation, Predicate, Unit
from assistant.records.predicates import Verdict

NEAR = 0.1
"""How far `about` reaches: a tenth of what is compared with, above and below."""
LEAST_KNOWN = 0.5
"""Of a segment's customers, whose column must be filled in before the segment is described by it."""

_FLOAT = 1e-9
_COMPARED = {">": "above", "<": "below", ">=": "at least", "<=": "at most", "about": "within 10% of"}


def evaluate(predicate: Predicate, table: SegmentTable, settings: FactSettings, seed: int) -> Evaluation:
    """Hold one predicate against the data; see `evaluate_all`."""
    return evaluate_all([predicate], table, settings, seed)[0]


def evaluate_all(
    predicates: Sequence[Predicate], table: SegmentTable, settings: FactSettings, seed: int
) -> tuple[Evaluation, ...]:
    """Hold predicates against the data.

    A number is compared with the 95% bootstrap interval of the value, the others with that of the difference: above
    and below are verified where the whole interval lies on that side, refuted where it lies on the other, and
    undecidable where it holds the threshold. `about` is verified where the whole interval of the ratio to the
    threshold lies within 10% of 1, refuted where none of it does, and undecidable otherwise: an interval that merely
    holds 1 says that nothing is known.

    Args:
        predicates: of any segments.
        table: what they are asked of.
        settings: smallest group, bootstrap draws.
        seed: of the draws; the intervals are those of the fact sheet with the same seed.

    Returns:
        One evaluation a predicate, in their order.
    """
    found: dict[int, Evaluation] = {}
    for population in dict.fromkeys(predicate.population for predicate in predicates):
        own = {at: predicate for at, predicate in enumerate(predicates) if predicate.population == population}
        inside = table.inside(population)
        ready: dict[int, Measured] = {}
        for at, predicate in own.items():
            measured = table.measure(predicate.metric, predicate.where)
            why = _undecidable(predicate, measured, inside, settings.min_group_size, table)
            if why or measured is None:
                found[at] = Evaluation(status="undecidable", reason=why)
            else:
                ready[at] = measured
        for at, compared in _compared(own, ready, inside, settings.resamples, seed).items():
            found[at] = _evaluation(own[at], ready[at], compared, inside, table)
    return tuple(found[at] for at in range(len(predicates)))


def _compared(
    predicates: dict[int, Predicate], ready: dict[int, Measured], inside: Mask, resamples: int, seed: int
) -> dict[int, Compared]:
    """Each by itself, though the means and shares of a segment are resampled together."""
    sums = [at for at in ready if predicates[at].statistic != "median"]
    found = {}
    if sums:
        both = compare(
            np.column_stack([ready[at].values for at in sums]),
            np.column_stack([ready[at].weights for at in sums]),
            inside,
            resamples,
            seed,
        )
        found = {at: Compared(*(column[[place]] for column in vars(both).values())) for place, at in enumerate(sums)}
    for at in ready.keys() - set(sums):
        known = ready[at].weights > 0
        found[at] = compare_medians(ready[at].values[known], inside[known], resamples, seed)
    return found


def _undecidable(predicate: Predicate, measured: Measured | None, inside: Mask, least: int, table: SegmentTable) -> str:
    """Why nothing may be said, or can be, before a number is looked at; empty where something may."""
    if measured is None:
        return f"the data has no {predicate.metric!r}"
    if predicate.threshold != "others" and measured.unit is not predicate.unit:
        return f"{predicate.metric!r} counts {measured.unit.value}, not {predicate.unit.value}"
    known = measured.weights > 0
    own = int((known & inside).sum())
    if own < least:
        return f"it is known of fewer than {least} customers of {predicate.population}"
    if int((known & ~inside).sum()) < least:
        return f"it is known of fewer than {least} customers outside {predicate.population}"
    if predicate.metric.startswith(CUSTOMER_PREFIX) and own < LEAST_KNOWN * int(inside.sum()):
        return (
            f"{predicate.metric.removeprefix(CUSTOMER_PREFIX)} is known of {format_percent(own / int(inside.sum()))} "
            f"of them only"
        )
    return ""


def _evaluation(
    predicate: Predicate, measured: Measured, compared: Compared, inside: Mask, table: SegmentTable
) -> Evaluation:
    value, others = float(compared.value[0]), float(compared.others[0])
    # A trend runs from -1 to 1, so one divided by another says nothing.
    divided = others > 0 and measured.unit is not Unit.RATIO
    numbers = Evaluation(
        status="undecidable",
        reason="",
        value=value,
        others=others,
        low=float(compared.low[0]),
        high=float(compared.high[0]),
        difference=value - others,
        difference_low=float(compared.gap_low[0]),
        difference_high=float(compared.gap_high[0]),
        ratio=value / others if divided else None,
        ratio_low=_number(compared.ratio_low[0]) if divided else None,
        ratio_high=_number(compared.ratio_high[0]) if divided else None,
        customers=int((inside & (measured.weights > 0)).sum()),
        query=query_of(predicate, table.as_of),
    )
    return numbers.model_copy(
        update={"status": _verdict(predicate, numbers), "reason": _said(predicate, numbers, measured, table.currency)}
    )


def _verdict(predicate: Predicate, numbers: Evaluation) -> Verdict:
    if predicate.comparator == "about":
        return _about(predicate, numbers)
    if predicate.threshold == "others":
        low, high, threshold = numbers.difference_low, numbers.difference_high, 0.0
    else:
        low, high, threshold = numbers.low, numbers.high, predicate.threshold
    if low is None or high is None:
        return "undecidable"
    # The same sums in another order differ in their last bits.
    slack = _FLOAT * max(abs(low), abs(high), abs(threshold))
    above, below = low > threshold + slack, high < threshold - slack
    at_least, at_most = low >= threshold - slack, high <= threshold + slack
    sides = {
        ">": (above, at_most),
        ">=": (at_least, below),
        "<": (below, at_least),
        "<=": (at_most, above),
    }
    holds, fails = sides[predicate.comparator]
    return "verified" if holds else "refuted" if fails else "undecidable"


def _about(predicate: Predicate, numbers: Evaluation) -> Verdict:
    if predicate.threshold == "others":
        low, high = numbers.ratio_low, numbers.ratio_high
    elif predicate.threshold > 0 and numbers.low is not None and numbers.high is not None:
        low, high = numbers.low / predicate.threshold, numbers.high / predicate.threshold
    else:
        low, high = None, None
    if low is None or high is None:
        return "undecidable"
    if low >= 1 - NEAR - _FLOAT and high <= 1 + NEAR + _FLOAT:
        return "verified"
    return "refuted" if high < 1 - NEAR or low > 1 + NEAR else "undecidable"


def _said(predicate: Predicate, numbers: Evaluation, measured: Measured, currency: str) -> str:
    def shown(number: float | None) -> str:
        return "unknown" if number is None else format_value(number, measured.unit, currency)

    def apart(number: float | None) -> str:
        # Two shares differ by points: `5%` more would be said of one in terms of the other.
        return shown(number).replace("%", " points")

    if predicate.threshold == "others":
        return (
            f"{shown(numbers.value)} against {shown(numbers.others)} for all others: a difference of "
            f"{apart(numbers.difference)}, 95% interval {apart(numbers.difference_low)} to "
            f"{apart(numbers.difference_high)}"
        )
    return f"{shown(numbers.value)}, 95% interval {shown(numbers.low)} to {shown(numbers.high)}"


def _number(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)


def in_words(predicate: Predicate, currency: str) -> str:
    """What a predicate states, for whoever wrote the sentence that was read so.

    Args:
        predicate: any.
        currency: ISO 4217, of amounts in it.
    """
    name, own = predicate.metric, Unit.SHARE
    if any(name == feature.name for feature in BASE_FEATURES):
        own, name = feature_named(name).unit, feature_named(name).label
    counted = {
        "mean": f"the mean of {name}",
        "median": f"the median of {name}",
        "share": f"the share of {name.partition(':')[2].strip() or name}",
    }[predicate.statistic]
    if predicate.where is not None:
        ((how, limit),) = predicate.where.model_dump(exclude_none=True).items()
        said = ", ".join(limit) if how == "one_of" else format_value(limit, own, currency)
        counted = f"the share of customers whose {name} is {how.replace('_', ' ')} {said}"
    beside = "that of all others"
    if predicate.threshold != "others":
        beside = format_value(predicate.threshold, predicate.unit, currency)
    return f"{counted} is {_COMPARED[predicate.comparator]} {beside}"
