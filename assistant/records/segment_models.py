"""What is frozen of a fit: enough to tell a customer's segment without fitting again."""

from typing import Annotated, Literal

from pydantic import Field

from assistant.records.base import Record
from assistant.records.rfm import RfmModel

# How a column of the customers table is called where it stands beside the features.
CUSTOMER_PREFIX = "customer: "


class Scaling(Record):
    """How raw features become distances."""

    features: tuple[str, ...] = Field(description="columns of the customer table")
    logged: tuple[bool, ...] = Field(description="log1p first, per feature; below 0 counts as 0")
    centre: tuple[float, ...] = Field(description="subtracted, per feature")
    scale: tuple[float, ...] = Field(description="divided by, per feature")
    clip: float = Field(description="scaled values are cut at plus and minus this")


class KMeansModel(Record):
    """A customer belongs to the nearest centroid; of two as near, to the one with the lower number."""

    method: Literal["kmeans"] = "kmeans"
    scaling: Scaling
    centroids: tuple[tuple[float, ...], ...] = Field(description="(k, features), scaled units, in segment order")

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns of the customer table that place a customer."""
        return self.scaling.features


class GaussianModel(Record):
    """A customer belongs to the component of the largest weighted density; of two as large, to the lower number."""

    method: Literal["gmm"] = "gmm"
    scaling: Scaling
    weights: tuple[float, ...] = Field(description="(k,), in segment order; they sum to 1")
    means: tuple[tuple[float, ...], ...] = Field(description="(k, features), scaled units")
    precisions: tuple[tuple[tuple[float, ...], ...], ...] = Field(
        description="(k, features, features), inverse covariances"
    )

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns of the customer table that place a customer."""
        return self.scaling.features


class ColumnModel(Record):
    """A customer belongs to the level of a column of the shop's own."""

    method: Literal["column"] = "column"
    column: str = Field(description="of the customers table")
    levels: tuple[str, ...] = Field(description="in segment order; `Other` also takes every level that is not named")
    joined: tuple[str, ...] = Field(default=(), description="levels too small to stand alone, joined to `Other`")

    @property
    def needs(self) -> tuple[str, ...]:
        """The column as it stands beside the features."""
        return (CUSTOMER_PREFIX + self.column,)


SegmentModel = Annotated[KMeansModel | GaussianModel | RfmModel | ColumnModel, Field(discriminator="method")]
