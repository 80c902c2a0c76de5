"""The frozen assignment as Ibis expressions: customers are placed where their rows are.

Only arithmetic, logarithm, `least`, `greatest`, comparison and `case` are asked of the engine, so every engine that
Ibis speaks to gives what `assign_frame` gives. Of two groups exactly as near, the lower number takes the customer on
both sides; an engine may round its logarithm in the last bit, so a distance that differs in the last bit only may
fall either way.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any

import ibis
import numpy as np

from assistant.records import (
    ColumnModel,
    GaussianModel,
    KMeansModel,
    RfmModel,
    Scaling,
    Segmentation,
    SegmentCounts,
    TierRule,
)
from assistant.records.rfm import SCORES
from assistant.segments.clustering import Mixture
from assistant.segments.levels import OTHER

LOWEST, HIGHEST = SCORES[0], SCORES[-1]


def assign_expression(segmentation: Segmentation, table: Any) -> Any:
    """Where each customer falls, computed by the table's engine.

    Args:
        segmentation: frozen.
        table: an Ibis table with `customer_id` and the columns that `segmentation.model.needs`; customers without
            an order may stand in it with nulls.

    Returns:
        An Ibis table of `customer_id` and `segment`, `S1`, `S2`, ...; null for who lacks what a segment is told by.
    """
    model = segmentation.model
    if isinstance(model, ColumnModel):
        return table.select("customer_id", segment=_level(model, table))
    if isinstance(model, RfmModel):
        return table.select("customer_id", segment=_tier(model, table))
    scaled = table.select("customer_id", **_scaled(model.scaling, table))
    names = [f"z{at}" for at in range(len(model.scaling.features))]
    if isinstance(model, KMeansModel):
        scores = _distances(model, [scaled[name] for name in names])
    else:
        scores = _densities(model, [scaled[name] for name in names])
    scored = scaled.select("customer_id", **{f"g{at}": score for at, score in enumerate(scores)})
    return scored.select("customer_id", segment=_first_least([scored[f"g{at}"] for at in range(len(scores))]))


def count_segments(segmentation: Segmentation, assigned: Any) -> SegmentCounts:
    """How many customers fell where.

    Args:
        segmentation: that assigned them.
        assigned: the table of `assign_expression`.
    """
    counted = assigned.group_by("segment").aggregate(customers=lambda t: t.count()).execute()
    named = counted.dropna(subset=["segment"])
    found = dict(zip(named["segment"], named["customers"], strict=True))
    total = int(counted["customers"].sum())
    return SegmentCounts(
        customers=total,
        unassigned=total - int(named["customers"].sum()),
        segments={own.segment: int(found.get(own.segment, 0)) for own in segmentation.segments},
    )


def _scaled(scaling: Scaling, table: Any) -> dict[str, Any]:
    scaled = {}
    for at, (name, logged, centre, scale) in enumerate(
        zip(scaling.features, scaling.logged, scaling.centre, scaling.scale, strict=True)
    ):
        raw = table[name].cast("float64")
        # least and greatest pass nulls over on some engines, so a null is kept apart from both.
        value = (ibis.greatest(raw, _number(0.0)) + _number(1.0)).ln() if logged else raw
        z = (value - _number(centre)) / _number(scale)
        cut = ibis.least(ibis.greatest(z, _number(-scaling.clip)), _number(scaling.clip))
        scaled[f"z{at}"] = ibis.cases((raw.notnull(), cut), else_=None)
    return scaled


def _distances(model: KMeansModel, scaled: Sequence[Any]) -> list[Any]:
    """||x - c||^2 without its ||x||^2, which is the same for every centroid."""
    centroids = np.array(model.centroids)
    return [
        reduce(
            lambda total, term: total - term[0] * _number(2 * term[1]),
            zip(scaled, centroid.tolist(), strict=True),
            _number(float((centroid**2).sum())),
        )
        for centroid in centroids
    ]


def _densities(model: GaussianModel, scaled: Sequence[Any]) -> list[Any]:
    """Half of each squared Mahalanobis distance, less its constant: least where the density is largest."""
    mixture = Mixture.thaw(model)
    densities = []
    for constant, mean, precision in zip(mixture.constants, mixture.means, mixture.precisions, strict=True):
        away = [z - _number(float(centre)) for z, centre in zip(scaled, mean, strict=True)]
        total = _number(-float(constant))
        for row in range(len(away)):
            # The matrix is symmetric, so what stands off its diagonal is counted once and not halved.
            inner = away[row] * _number(float(precision[row, row]) / 2)
            for column in range(row):
                inner = inner + away[column] * _number(float(precision[row, column]))
            total = total + away[row] * inner
        densities.append(total)
    return densities


def _first_least(scores: Sequence[Any]) -> Any:
    """The segment with the least score, the lower number on a tie; null where the scores are null."""
    best = ibis.least(*scores)
    return ibis.cases(
        *((score == best, f"S{number}") for number, score in enumerate(scores, start=1)),
        else_=None,
    )


def _tier(model: RfmModel, table: Any) -> Any:
    known = _all([table[name].notnull() for name in model.needs])
    tiers = ibis.cases(
        *((_all(_within(model, rule, table)), _segment(model.tiers, rule.name)) for rule in model.rules), else_=None
    )
    return ibis.cases((known, tiers), else_=None)


def _all(conditions: Sequence[Any]) -> Any:
    return reduce(lambda both, one: both & one, conditions) if conditions else ibis.literal(True)


def _within(model: RfmModel, rule: TierRule, table: Any) -> list[Any]:
    """The rule's scores as bounds on the values that are scored."""
    # A low recency scores high: score 5 is up to the first break, score 1 above the last.
    recency = HIGHEST + 1 - rule.recency[1], HIGHEST + 1 - rule.recency[0]
    bounds = []
    for name, breaks, (low, high) in zip(
        model.needs,
        (model.recency_breaks, model.frequency_breaks, model.monetary_breaks),
        (recency, rule.frequency, rule.monetary),
        strict=True,
    ):
        if low > LOWEST:
            bounds.append(table[name] > _number(breaks[low - 2]))
        if high < HIGHEST:
            bounds.append(table[name] <= _number(breaks[high - 1]))
    return bounds


def _level(model: ColumnModel, table: Any) -> Any:
    (name,) = model.needs
    level = table[name]
    named = [one for one in model.levels if one != OTHER]
    others = [(level.notnull(), _segment(model.levels, OTHER))] if OTHER in model.levels else []
    return ibis.cases(*((level == one, _segment(model.levels, one)) for one in named), *others, else_=None)


def _segment(names: Sequence[str], name: str) -> str:
    return f"S{names.index(name) + 1}"


def _number(value: float) -> Any:
    return ibis.literal(value, type="float64")
