"""One row a customer, and what each customer is fond of, as Ibis expressions with an explicit cutoff."""

from assistant.features.affinities import ATTRIBUTES, Attribute, affinities
from assistant.features.cohorts import cohort_retention
from assistant.features.concentration import revenue_concentration
from assistant.features.customers import customer_features, default_as_of
from assistant.features.definitions import (
    BASE_FEATURES,
    CATEGORY_PREFIX,
    CHANNEL_PREFIX,
    DEPARTMENT_PREFIX,
    Feature,
    feature_named,
    features_in,
)

__all__ = [
    "ATTRIBUTES",
    "BASE_FEATURES",
    "CATEGORY_PREFIX",
    "CHANNEL_PREFIX",
    "DEPARTMENT_PREFIX",
    "Attribute",
    "Feature",
    "affinities",
    "cohort_retention",
    "customer_features",
    "default_as_of",
    "feature_named",
    "features_in",
    "revenue_concentration",
]
