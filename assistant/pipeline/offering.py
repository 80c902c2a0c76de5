"""Recommendations as they lie in a workspace."""

import pandas as pd

from assistant.errors import ConfigError, DataError
from assistant.pipeline.numbers import Numbers
from assistant.recommendations import recommendation_of
from assistant.records.recommendations import Recommendation, SegmentOffers
from assistant.workspace import read_record


def offers_of(numbers: Numbers, segment: str) -> tuple[Recommendation, ...]:
    """What a segment may be offered.

    Raises:
        ConfigError: it is an audience, or nobody is in it.
    """
    path = numbers.paths.offers / f"{segment}.json"
    if not path.exists():
        raise ConfigError(
            f"There are no recommendations for {segment}; there are for segments that customers are in, and for "
            "each customer with --customer ID."
        )
    return read_record(path, SegmentOffers).offers


def recommended_to(numbers: Numbers, customer_id: str) -> tuple[Recommendation, ...]:
    """What one customer may be offered.

    Raises:
        DataError: nobody has this id.
    """
    rows = pd.read_parquet(numbers.paths.recommended, filters=[("customer_id", "==", customer_id)])
    if not len(rows):
        raise DataError(
            f"There are no recommendations for a customer {customer_id!r}; expected an id of the customers table."
        )
    names = list(rows.columns)
    return tuple(
        recommendation_of(dict(zip(names, row, strict=True))) for row in rows.itertuples(index=False, name=None)
    )
