"""A frozen model on the customer table: where each customer falls, and the order of its groups."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assistant.records import ColumnModel, KMeansModel, RfmModel, Segmentation, SegmentModel
from assistant.segments.clustering import Centroids, Grouping, Labels, Mixture
from assistant.segments.levels import level_labels
from assistant.segments.scaling import Matrix, Scaler
from assistant.segments.tiers import Tiers, raw_scores

ItemT = TypeVar("ItemT")

UNASSIGNED = -1


def assign_frame(segmentation: Segmentation, features: pd.DataFrame) -> Labels:
    """Where each customer falls.

    Args:
        segmentation: frozen.
        features: the customer table; for segments of a column, with the column beside it by `join_column`.

    Returns:
        (n,): 0 for `S1`, 1 for `S2`, ...; -1 for who lacks what a segment is told by, such as an order.
    """
    return assign_model(segmentation.model, features)


def assign_model(model: SegmentModel, features: pd.DataFrame) -> Labels:
    """As `assign_frame`, by the model alone."""
    if isinstance(model, ColumnModel):
        return level_labels(model, features)
    if isinstance(model, RfmModel):
        points, known = raw_scores(features)
        return _spread(Tiers(model), points, known)
    raw = features[list(model.scaling.features)].to_numpy(dtype=np.float64)
    known = ~np.isnan(raw).any(axis=1)
    clustering = Centroids.thaw(model) if isinstance(model, KMeansModel) else Mixture.thaw(model)
    return _spread(clustering, Scaler.thaw(model.scaling).transform(raw[known]), known)


def _spread(grouping: Grouping, points: Matrix, known: NDArray[np.bool_]) -> Labels:
    labels = np.full(len(known), UNASSIGNED, dtype=np.int64)
    if len(points):
        labels[known] = grouping.assign(points)
    return labels


def groups_of(model: SegmentModel) -> int:
    """How many groups it has."""
    if isinstance(model, ColumnModel):
        return len(model.levels)
    if isinstance(model, RfmModel):
        return len(model.tiers)
    return len(model.centroids) if isinstance(model, KMeansModel) else len(model.weights)


def reordered(model: SegmentModel, order: Sequence[int]) -> SegmentModel:
    """The same groups with that at `order[0]` first; ties then fall to another group, and nothing else changes."""

    def pick(values: tuple[ItemT, ...]) -> tuple[ItemT, ...]:
        return tuple(values[index] for index in order)

    if isinstance(model, ColumnModel):
        return model.model_copy(update={"levels": pick(model.levels)})
    if isinstance(model, RfmModel):
        return model.model_copy(update={"tiers": pick(model.tiers)})
    if isinstance(model, KMeansModel):
        return model.model_copy(update={"centroids": pick(model.centroids)})
    return model.model_copy(update={name: pick(getattr(model, name)) for name in ("weights", "means", "precisions")})


def segment_ids(labels: Labels) -> list[str | None]:
    """0 -> `S1`, 1 -> `S2`, ...; below 0, None."""
    return [None if label < 0 else f"S{label + 1}" for label in labels.tolist()]
