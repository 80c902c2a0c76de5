"""From the customer table to a segmentation."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assistant.config import FactSettings, SegmentSettings
from assistant.errors import DataError
from assistant.records import ColumnModel, KTrial, RfmGrid, RfmModel, Segment, Segmentation, SegmentModel, Trait
from assistant.segments.clustering import Labels
from assistant.segments.finding import K_MIN, find_groups, known_rows, logged_of
from assistant.segments.frozen import assign_model, groups_of, reordered, segment_ids
from assistant.segments.levels import level_name, level_rules
from assistant.segments.profiling import lifts_of, name_segments, numbered, traits_of
from assistant.segments.scaling import Matrix, Scaler
from assistant.segments.surrogates import surrogate_tree
from assistant.segments.tiers import fit_tiers, rfm_grid, tier_rule

MIN_GROUP_SIZE = FactSettings().min_group_size


@dataclass(frozen=True)
class Fitted:
    """A segmentation and where each customer landed."""

    segmentation: Segmentation
    assignments: pd.DataFrame
    """One row a customer: `customer_id`, `segment` (None for who lacks what one is told by), and `x`, `y` of the
    projection."""


def fit_segments(
    features: pd.DataFrame,
    as_of: str,
    settings: SegmentSettings,
    on_trial: Callable[[KTrial], None] | None = None,
    min_group_size: int = MIN_GROUP_SIZE,
) -> Fitted:
    """Find, profile and name segments.

    Args:
        features: the customer table of `customer_features`, one row a customer; for segments of a column, with the
            column beside it by `join_column`.
        as_of: ISO date the features were computed for.
        settings: the method, bounds on k, stability, size; the seed.
        on_trial: told of each k as it has been tried.
        min_group_size: customers; a smaller segment is not written for.

    Returns:
        Segments `S1`, `S2`, ... by falling share of revenue; every customer is in one, or lacks what it is told by.
        Every tier is a segment, those with nobody in them too: a customer may come into one later.

    Raises:
        ConfigError: the settings name a feature that the table does not have.
        DataError: there are fewer customers than two segments need, or all of them are alike.
    """
    features = features.sort_values("customer_id", kind="stable").reset_index(drop=True)
    needed = 10 * K_MIN
    if len(features) < needed:
        raise DataError(
            f"Only {len(features)} customers have an order before {as_of}; segments need at least {needed}. "
            "Bring in more orders with `assistant ingest`."
        )
    found = find_groups(features, settings, min_group_size, on_trial)
    order = _by_revenue(features, assign_model(found.model, features), groups_of(found.model))
    model = reordered(found.model, order)
    labels = assign_model(model, features)
    points, explained = _map(features, settings.features)
    segmentation = Segmentation(
        as_of=as_of,
        seed=settings.seed,
        resamples=settings.resamples,
        min_jaccard=settings.min_jaccard,
        min_share=settings.min_share,
        min_group_size=min_group_size,
        model=model,
        features=settings.features,
        trials=found.trials,
        segments=_describe(features, labels, model, tuple(found.jaccards[index] for index in order)),
        unassigned=int((labels < 0).sum()),
        explained=explained,
        grid=_grid(features, settings, model),
        tree=surrogate_tree(features, labels, min_group_size, settings.seed),
    )
    return Fitted(segmentation, _assignments(features, labels, points))


def place_customers(frozen: Segmentation, features: pd.DataFrame, as_of: str, settings: SegmentSettings) -> Fitted:
    """A frozen segmentation with the customers of another day in it.

    The model, the ids and the names stay; sizes, traits, rules of thumb and the map are those of today.

    Args:
        frozen: as it was fitted.
        features: the customer table of `as_of`; for segments of a column, with the column beside it.
        as_of: ISO date the features were computed for.
        settings: of the scores in the picture.
    """
    features = features.sort_values("customer_id", kind="stable").reset_index(drop=True)
    labels = assign_model(frozen.model, features)
    points, explained = _map(features, frozen.features)
    described = _describe(features, labels, frozen.model, tuple(own.jaccard for own in frozen.segments))
    segments = tuple(
        now.model_copy(update={"name": then.name}) for now, then in zip(described, frozen.segments, strict=True)
    )
    segmentation = frozen.model_copy(
        update={
            "as_of": as_of,
            "segments": segments,
            "unassigned": int((labels < 0).sum()),
            "explained": explained,
            "grid": _grid(features, settings, frozen.model),
            "tree": surrogate_tree(features, labels, frozen.min_group_size, frozen.seed),
        }
    )
    return Fitted(segmentation, _assignments(features, labels, points))


def _assignments(features: pd.DataFrame, labels: Labels, points: Matrix) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": features["customer_id"],
            "segment": segment_ids(labels),
            "x": points[:, 0],
            "y": points[:, 1],
        }
    )


def _grid(features: pd.DataFrame, settings: SegmentSettings, model: SegmentModel) -> RfmGrid:
    return rfm_grid(features, model if isinstance(model, RfmModel) else fit_tiers(features, settings.rfm))


def _by_revenue(features: pd.DataFrame, labels: Labels, k: int) -> list[int]:
    inside = labels >= 0
    spent = features["monetary_minor"].to_numpy(dtype=np.float64)[inside]
    revenue = np.bincount(labels[inside], weights=spent, minlength=k)
    return [int(index) for index in np.argsort(-revenue, kind="stable")]


def _describe(
    features: pd.DataFrame, labels: Labels, model: SegmentModel, jaccards: tuple[float | None, ...]
) -> tuple[Segment, ...]:
    placed = labels >= 0
    total = int(features["monetary_minor"][placed].sum())
    traits = [traits_of(features, labels == label) for label in range(len(jaccards))]
    names, rules = _names(model, traits)
    segments = []
    for label, jaccard in enumerate(jaccards):
        inside = features[labels == label]
        revenue = int(inside["monetary_minor"].sum())
        segments.append(
            Segment(
                segment=f"S{label + 1}",
                name=names[label],
                rule=rules[label],
                customers=len(inside),
                customer_share=len(inside) / max(int(placed.sum()), 1),
                revenue_minor=revenue,
                revenue_share=revenue / total if total else 0.0,
                jaccard=jaccard,
                traits=traits[label],
                lifts=lifts_of(traits[label], features),
            )
        )
    return tuple(segments)


def _names(model: SegmentModel, traits: list[tuple[Trait, ...]]) -> tuple[list[str], list[str]]:
    """What each segment is called, and the rule behind it where there is one."""
    if isinstance(model, RfmModel):
        return list(model.tiers), [tier_rule(model, tier) for tier in model.tiers]
    if isinstance(model, ColumnModel):
        return numbered([level_name(level) for level in model.levels]), level_rules(model)
    return name_segments(traits), [""] * len(traits)


def _map(features: pd.DataFrame, names: tuple[str, ...]) -> tuple[Matrix, tuple[float, float]]:
    """Where customers lie on the two axes of the picture; who lacks a feature lies in the middle."""
    raw, known = known_rows(features, names)
    points = np.zeros((len(features), 2))
    points[known], explained = _project(Scaler.fit(raw, logged_of(names)).transform(raw))
    return points, explained


def _project(scaled: Matrix) -> tuple[Matrix, tuple[float, float]]:
    """First two principal axes: points (n, 2) and the share of variance each explains.

    The sign of an axis is fixed by its largest loading, so that two runs draw the same picture.
    """
    centred = scaled - scaled.mean(axis=0)
    _, strength, axes = np.linalg.svd(centred, full_matrices=False)
    axes = axes[:2] * np.sign(axes[:2][np.arange(2), np.abs(axes[:2]).argmax(axis=1)])[:, None]
    variance = strength**2 / max(float((strength**2).sum()), 1e-12)
    return np.asarray(centred @ axes.T), (float(variance[0]), float(variance[1]))
