"""What can be certified: customers in groups, and how the groups come about at another time or on other customers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assistant.data import Cutoff
from assistant.segments.clustering import Labels
from assistant.segments.scaling import Matrix

Assign = Callable[[pd.DataFrame], Labels]
"""A frozen model: customer table (n rows) -> group of each, from 0; -1 for none."""
Refit = Callable[[pd.DataFrame, int], Assign]
"""The method itself: customer table, seed -> a frozen model."""


@dataclass(frozen=True)
class Candidate:
    """Customers in groups, and one of two ways in which they come about again: `refit` or `labels_at`."""

    segments: tuple[str, ...]
    """Ids; a label is a place in them."""
    labels: Labels
    """(n,) in the order of the customer table; -1 for none."""
    refit: Refit | None = None
    """None: nothing is fitted, so that resampling customers says nothing."""
    labels_at: Callable[[Cutoff, pd.DataFrame], Labels] | None = None
    """Without `refit`: the groups at an earlier cutoff, of its customer table. May raise DataError."""
    scaled: Matrix | None = None
    """(n, features) in which distance is measured; None: there is no silhouette."""
    stability_note: str = ""
    """Why there is no `refit`."""
    holdout_note: str = ""
    """What `labels_at` cannot promise."""


def fitted_candidate(
    segments: tuple[str, ...], features: pd.DataFrame, assign: Assign, refit: Refit, scaled: Matrix | None = None
) -> Candidate:
    """Groups that a method finds.

    Args:
        segments: ids in the order of the frozen model's labels.
        features: the customer table.
        assign: the frozen model.
        refit: the method that found it.
        scaled: as in `Candidate`.
    """
    return Candidate(segments, assign(features), refit=refit, scaled=scaled)


def brought_candidate(
    segments: tuple[str, ...], features: pd.DataFrame, members: "pd.Series[str]", scaled: Matrix | None = None
) -> Candidate:
    """Groups that the shop brings along, such as a column of its customers.

    Args:
        segments: ids.
        features: the customer table.
        members: id of the segment by `customer_id`; who is missing or has another value is in none.
        scaled: as in `Candidate`.
    """
    places = {segment: place for place, segment in enumerate(segments)}
    known = {customer: places[own] for customer, own in members.items() if own in places}

    def labels_of(frame: pd.DataFrame) -> Labels:
        return np.array([known.get(customer, -1) for customer in frame["customer_id"]], dtype=np.int64)

    return Candidate(
        segments=segments,
        labels=labels_of(features),
        labels_at=lambda _, earlier: labels_of(earlier),
        scaled=scaled,
        stability_note="the segments were brought along and not found in the data, so no resample can find them again",
        holdout_note=(
            "the segments are those of today: where they were set after an earlier cutoff, with what happened since, "
            "the holdout flatters them"
        ),
    )
