"""One row a customer, as Ibis expressions with an explicit `as_of`."""

from assistant.features.customers import customer_features, default_as_of
from assistant.features.definitions import (
    BASE_FEATURES,
    CATEGORY_PREFIX,
    DEPARTMENT_PREFIX,
    Feature,
    feature_named,
)

__all__ = [
    "BASE_FEATURES",
    "CATEGORY_PREFIX",
    "DEPARTMENT_PREFIX",
    "Feature",
    "customer_features",
    "default_as_of",
    "feature_named",
]
