"""What a density-based method sees, for reading only.

HDBSCAN leaves a large part of customers out as noise, and has no rule by which the next customer would be placed, so
its clusters are not a segmentation and no segment is made of them.
"""

import numpy as np
import pandas as pd
from sklearn.cluster import HDBSCAN

from assistant.config import SegmentSettings
from assistant.errors import DataError
from assistant.records import DensityAnalysis
from assistant.segments.clustering import sample
from assistant.segments.finding import known_rows, logged_of
from assistant.segments.scaling import Scaler

# Time grows with the square of the customers.
MOST_CUSTOMERS = 10_000
_FEWEST_CUSTOMERS = 20
_SMALLEST = 5


def analyse_density(features: pd.DataFrame, settings: SegmentSettings) -> DensityAnalysis:
    """Clusters of HDBSCAN over the features that segments are told apart by.

    Args:
        features: the customer table; of more than 10,000 customers a sample is looked at.
        settings: the features, the smallest share of a cluster, the seed.

    Raises:
        ConfigError: the settings name a feature that the table does not have.
        DataError: fewer than 20 customers have every feature.
    """
    raw, _ = known_rows(features, settings.features)
    if len(raw) < _FEWEST_CUSTOMERS:
        raise DataError(
            f"Only {len(raw)} customers have every feature of segments.features; a density needs at least "
            f"{_FEWEST_CUSTOMERS}: bring in more orders with `assistant ingest`."
        )
    raw = sample(raw, MOST_CUSTOMERS, settings.seed)
    points = Scaler.fit(raw, logged_of(settings.features)).transform(raw)
    smallest = max(_SMALLEST, round(settings.min_share * len(points)))
    labels = HDBSCAN(min_cluster_size=smallest, copy=True).fit_predict(points)
    sizes = np.sort(np.bincount(labels[labels >= 0]))[::-1]
    return DensityAnalysis(
        customers=len(points),
        features=settings.features,
        min_cluster_size=smallest,
        clusters=len(sizes),
        shares=tuple((sizes / len(points)).tolist()),
        noise_share=float((labels < 0).mean()),
    )
