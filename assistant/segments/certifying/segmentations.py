"""A workspace's segmentation and an earlier one, as what is certified and compared."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from assistant.data import Cutoff, Tables
from assistant.records import ColumnModel, Segmentation
from assistant.records.certificates import Certificate, CertificateSettings, Drift
from assistant.segments.certifying.candidate import Assign, Candidate, brought_candidate, fitted_candidate
from assistant.segments.certifying.certificate import certify
from assistant.segments.certifying.drift import Version, measure_drift
from assistant.segments.clustering import Labels
from assistant.segments.finding import known_rows, logged_of, refit
from assistant.segments.frozen import assign_frame, segment_ids
from assistant.segments.scaling import Matrix, Scaler


def certify_segmentation(
    tables: Tables, cutoff: Cutoff, features: pd.DataFrame, segmentation: Segmentation, settings: CertificateSettings
) -> Certificate:
    """Put a segmentation to the test, at its own bars.

    Args:
        tables: the canonical tables.
        cutoff: the one that `features` were computed with.
        features: the customer table in any order; for segments of a column, with the column beside it.
        segmentation: frozen.
        settings: how; the bars in it are not looked at.
    """
    features = features.sort_values("customer_id", kind="stable").reset_index(drop=True)
    bars = {name: getattr(segmentation, name) for name in ("min_jaccard", "min_share", "min_group_size")}
    candidate = segmentation_candidate(segmentation, features)
    return certify(tables, cutoff, features, candidate, settings.model_copy(update=bars))


def segmentation_candidate(segmentation: Segmentation, features: pd.DataFrame) -> Candidate:
    """What is certified of a segmentation; `features` as in `certify_segmentation`, in the order of its labels."""
    segments = tuple(own.segment for own in segmentation.segments)
    scaled = distances(features, segmentation.features)
    if isinstance(segmentation.model, ColumnModel):
        ids = segment_ids(assign_frame(segmentation, features))
        return brought_candidate(segments, features, pd.Series(ids, index=features["customer_id"]), scaled)

    def frozen(frame: pd.DataFrame) -> Labels:
        return assign_frame(segmentation, frame)

    def again(frame: pd.DataFrame, seed: int) -> Assign:
        return refit(frame, segmentation, len(segments), seed).assign

    return fitted_candidate(segments, features, frozen, again, scaled)


def distances(features: pd.DataFrame, names: Sequence[str]) -> Matrix:
    """(n, names) scaled for distance as clusters are; a row without a value of each is missing throughout."""
    raw, known = known_rows(features, tuple(names))
    scaled = np.full((len(features), len(names)), np.nan)
    if len(raw):
        scaled[known] = Scaler.fit(raw, logged_of(tuple(names))).transform(raw)
    return scaled


def drift_between(
    before: Segmentation, now: Segmentation, features_before: pd.DataFrame, features_now: pd.DataFrame
) -> Drift:
    """What has changed since an earlier version.

    Args:
        before: the earlier version.
        now: the later one.
        features_before: the customer table at `before.as_of`, with the column of a column segmentation beside it.
        features_now: the customer table at `now.as_of`, with the columns that either version needs.

    Raises:
        DataError: a version has no customer.
    """
    earlier, later = (
        Version(own.as_of, tuple(segment.segment for segment in own.segments), frame, assign_frame(own, frame))
        for own, frame in ((before, features_before), (now, features_now))
    )
    shared = [name for name in before.features if name in features_before and name in features_now]
    return measure_drift(earlier, later, lambda frame: assign_frame(before, frame), shared)
