"""What has changed between two versions of a segmentation.

Population stability index: Siddiqi (2006), "Credit Risk Scorecards", ch. 8, with his reading: below .1 stable, below
.25 some shift, from there on a large one. Its law where nothing has changed, a chi-square with bins - 1 degrees of
freedom times 1/n + 1/m: Yurdakul (2018), "Statistical Properties of Population Stability Index". With few customers
the index is large by chance alone, so a shift is read as one only above that law's 95th percentile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.stats import chi2

from assistant.errors import DataError
from assistant.records.certificates import Drift, Migration, Shift
from assistant.segments.certifying.agreement import adjusted_rand, cross_counts
from assistant.segments.certifying.candidate import Assign
from assistant.segments.clustering import Labels
from assistant.segments.scaling import Matrix

BINS = 10
SOME_SHIFT = 0.1
LARGE_SHIFT = 0.25
# Half a customer in every bin: an empty one would make the logarithm infinite.
_HALF = 0.5


@dataclass(frozen=True)
class Version:
    """A segmentation as it was made."""

    as_of: str
    """ISO date."""
    segments: tuple[str, ...]
    """Ids; a label is a place in them."""
    features: pd.DataFrame
    """The customer table of that day: `customer_id` and the features of distance at the least."""
    labels: Labels
    """(n,) in the order of `features`; -1 for none."""


def measure_drift(before: Version, now: Version, frozen: Assign, distance_features: Sequence[str]) -> Drift:
    """Compare two versions.

    Args:
        before: the earlier version.
        now: the later one.
        frozen: the earlier version's model.
        distance_features: the features that it measures distance on.

    Raises:
        DataError: one of the versions has no customer.
    """
    for version in (before, now):
        if not len(version.labels):
            raise DataError(
                f"The segmentation of {version.as_of} has no customer; fit it with `assistant segments fit`."
            )
    then = frozen(now.features)
    groups = len(before.segments)
    shifts = sorted(
        (_feature_shift(name, before.features[name], now.features[name]) for name in distance_features),
        key=lambda shift: (-shift.psi, shift.name),
    )
    sizes_before, sizes_now = _sizes(before.labels, groups), _sizes(then, groups)
    shares = stability_index(sizes_before, sizes_now, "segments")
    places = pd.Index(now.features["customer_id"])
    at = places.get_indexer(before.features["customer_id"])
    kept = at >= 0
    old, same_model, refitted = before.labels[kept], then[at[kept]], now.labels[at[kept]]
    stayed = float((old == same_model).mean()) if kept.any() else 0.0
    relabelled = adjusted_rand(cross_counts(then, now.labels))
    advice = _advice([*shifts, shares])
    return Drift(
        before=before.as_of,
        now=now.as_of,
        customers=int(kept.sum()),
        came=len(now.labels) - int(kept.sum()),
        went=int((~kept).sum()),
        features=tuple(shifts),
        segments=shares,
        shares_before=tuple((sizes_before[:groups] / len(before.labels)).tolist()),
        shares_now=tuple((sizes_now[:groups] / len(now.labels)).tolist()),
        frozen=_migration(before.segments, before.segments, old, same_model),
        stayed=stayed,
        refit=_migration(before.segments, now.segments, old, refitted),
        relabelled=relabelled,
        advice=advice,
        summary=_summary(before.as_of, [*shifts, shares], stayed, relabelled, advice),
    )


def stability_index(before: Matrix, now: Matrix, name: str) -> Shift:
    """The population stability index of two counts over the same bins, each with half a customer added.

    Args:
        before: (bins,) customers.
        now: (bins,) customers.
        name: of what.
    """
    used = (before > 0) | (now > 0)
    before, now = before[used] + _HALF, now[used] + _HALF
    old, new = before / before.sum(), now / now.sum()
    psi = float(((new - old) * np.log(new / old)).sum())
    freedom = len(old) - 1
    chance = float(chi2.ppf(0.95, freedom) * (1 / before.sum() + 1 / now.sum())) if freedom else 0.0
    reading: Literal["stable", "some shift", "large shift"] = "stable"
    if psi >= SOME_SHIFT and psi > chance:
        reading = "large shift" if psi >= LARGE_SHIFT else "some shift"
    return Shift(name=name, psi=psi, chance=chance, reading=reading)


def _feature_shift(name: str, before: "pd.Series[Any]", now: "pd.Series[Any]") -> Shift:
    old, new = (np.asarray(values, dtype=np.float64) for values in (before, now))
    edges = _edges(old[~np.isnan(old)])
    count = len(edges) + 2
    return stability_index(_binned(old, edges, count), _binned(new, edges, count), name)


def _edges(values: Matrix) -> Matrix:
    """Upper edges of ten bins of equal size; equal values share one, and what lies below all of them has its own."""
    if not len(values):
        return np.empty(0)
    edges = np.unique(np.quantile(values, np.arange(1, BINS) / BINS))
    return np.append(np.nextafter(values.min(), -np.inf), edges) if edges[0] == values.min() else edges


def _binned(values: Matrix, edges: Matrix, count: int) -> Matrix:
    """Customers in each bin; those without a value are in the last."""
    known = ~np.isnan(values)
    place = np.where(known, np.searchsorted(edges, np.where(known, values, 0.0)), count - 1)
    return np.bincount(place, minlength=count).astype(np.float64)


def _sizes(labels: Labels, groups: int) -> Matrix:
    """Customers of each group, and of none."""
    return np.bincount(np.where(labels < 0, groups, labels), minlength=groups + 1).astype(np.float64)


def _migration(rows: tuple[str, ...], columns: tuple[str, ...], old: Labels, new: Labels) -> Migration:
    counts = cross_counts(old, new, len(rows), len(columns))
    # Those in no segment have a row or a column only where there are any.
    below, beside = counts[-1].any(), counts[:, -1].any()
    shown = counts[: len(counts) if below else -1, : counts.shape[1] if beside else -1]
    return Migration(
        rows=(*rows, "") if below else rows,
        columns=(*columns, "") if beside else columns,
        counts=tuple(tuple(int(value) for value in row) for row in shown),
        ari=adjusted_rand(counts),
    )


def _advice(shifts: Sequence[Shift]) -> Literal["keep", "watch", "refit"]:
    readings = {shift.reading for shift in shifts}
    if "large shift" in readings:
        return "refit"
    return "watch" if "some shift" in readings else "keep"


def _summary(before: str, shifts: Sequence[Shift], stayed: float, relabelled: float, advice: str) -> str:
    moved = [f"{shift.name} ({shift.psi:.2f})" for shift in shifts if shift.reading != "stable"]
    what = f"no distribution has shifted since {before}"
    if moved:
        what = f"since {before} {', '.join(moved)} shifted by the stability index"
    do = {
        "keep": "keep the segments, and assign customers to them anew before a campaign",
        "watch": "keep the segments, assign customers to them anew, and look again next month",
        "refit": "the segments describe customers as they were; refit them deliberately, with `assistant segments fit`",
    }[advice]
    text = (
        f"{what}; the frozen model leaves {stayed:.0%} of customers where they were, and today's segments "
        f"agree with it at an adjusted Rand index of {relabelled:.2f}: {do}."
    )
    return text[0].upper() + text[1:]
