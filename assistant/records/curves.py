"""Two pictures of a shop as a whole: who brings the revenue, and who comes back."""

from pydantic import Field

from assistant.records.base import Record


class Concentration(Record):
    """How revenue is spread over customers: the Lorenz curve, most valuable customers first."""

    customers: int
    points: tuple[tuple[float, float], ...] = Field(
        description="share of customers, share of revenue that these bring; from (0, 0) to (1, 1)"
    )
    top_tenth: float = Field(description="share of revenue of the most valuable tenth of customers")
    half: float = Field(description="smallest share of customers that brings half of the revenue")


class Cohort(Record):
    """Customers whose first order fell in one month."""

    month: str = Field(description="`2017-03`")
    customers: int
    retained: tuple[float, ...] = Field(
        description="share of them who ordered 1, 2, ... months after; whole months before the cutoff only"
    )


class CohortRetention(Record):
    """Cohorts by month of the first order, oldest first."""

    cohorts: tuple[Cohort, ...]
