"""Segments as they would have been found at an earlier day, so that a holdout is not judged with what came after."""

import pandas as pd

from assistant.config import SegmentSettings
from assistant.data import Cutoff, Tables
from assistant.features import customer_features
from assistant.records import ColumnModel, Segmentation
from assistant.segments import join_column, refit, segment_ids


def segments_before(
    tables: Tables, cutoff: Cutoff, like: Segmentation | SegmentSettings, k: int, seed: int
) -> pd.DataFrame:
    """The same method fitted anew on what a cutoff lets be seen.

    Args:
        tables: the canonical tables.
        cutoff: what may be seen of them.
        like: the segmentation in force, or the settings of one.
        k: segments; those of a column and of rules are what they are.
        seed: of the fit.

    Returns:
        `customer_id` and `segment`, null for who is in none. The ids are not those of the segmentation in force.

    Raises:
        DataError: there are fewer different customers than segments.
    """
    features: pd.DataFrame = customer_features(tables, cutoff).execute()
    column = like.column if isinstance(like, SegmentSettings) else None
    if isinstance(like, Segmentation) and isinstance(like.model, ColumnModel):
        column = like.model.column
    if column:
        features = join_column(features, tables.before(cutoff).customers.execute(), column)
    labels = refit(features, like, k, seed).assign(features)
    return pd.DataFrame({"customer_id": features["customer_id"], "segment": segment_ids(labels)})
