"""What the data can decide about a segment, and what it decided."""

from typing import Literal, Self

from pydantic import Field, model_validator

from assistant.records.base import Record, Unit
from assistant.records.segment_models import CUSTOMER_PREFIX

Comparator = Literal[">", "<", ">=", "<=", "about"]
Statistic = Literal["mean", "median", "share"]
Verdict = Literal["verified", "refuted", "undecidable"]

# What is counted over a group's rows, not over its customers, and what is asked of each customer with a yes or no.
POOLED = ("buys:", "redeems:")
ASKED = ("has_bought:",)


class Where(Record):
    """Which customers count: those above, at least, below or at most a number, or with one of some values."""

    above: float | None = Field(default=None, description="in the unit of the metric")
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None
    one_of: tuple[str, ...] | None = Field(default=None, min_length=1, description="values of a customer's column")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_dump(exclude_none=True)) != 1:
            raise ValueError("expected exactly one of above, at_least, below, at_most, one_of")
        return self


class Predicate(Record):
    """A statement that is true or false of a segment: a statistic of a metric, set beside a number or the others."""

    metric: str = Field(
        min_length=1,
        description="feature name, `buys:NAME`, `has_bought:NAME`, `redeems:TYPE`, or `customer: COLUMN`",
    )
    statistic: Statistic = Field(
        description="mean or median over customers; share of the customers that `where` tells, or of the order lines "
        "and campaigns that a metric with a name counts"
    )
    where: Where | None = None
    population: str = Field(description="id of a segment or an audience")
    comparator: Comparator
    threshold: float | Literal["others"] = Field(description="a number in `unit`, or the same of all other customers")
    unit: Unit

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        named = self.metric.startswith((*POOLED, *ASKED))
        if named and (self.statistic != "share" or self.where is not None):
            raise ValueError(f"{self.metric!r} is a share of its own; expected statistic share and no where")
        if not named and (self.statistic == "share") != (self.where is not None):
            raise ValueError("expected a where with the statistic share, and none with mean and median")
        if self.metric.startswith(CUSTOMER_PREFIX) != (self.where is not None and self.where.one_of is not None):
            raise ValueError(f"expected where one_of for a column of customers ({CUSTOMER_PREFIX}NAME), and only there")
        if self.statistic == "share" and self.unit is not Unit.SHARE:
            raise ValueError(f"the statistic share has the unit {Unit.SHARE.value!r}, not {self.unit.value!r}")
        return self


class Evaluation(Record):
    """What the segment's rows say to a predicate."""

    status: Verdict
    reason: str = Field(description="the numbers in a reader's words, and why they do not decide where they do not")
    value: float | None = Field(default=None, description="of the segment, in the unit of the predicate")
    others: float | None = Field(default=None, description="of all customers outside it")
    low: float | None = Field(default=None, description="95% bootstrap interval of the value, lower end")
    high: float | None = None
    difference: float | None = Field(default=None, description="value - others")
    difference_low: float | None = Field(default=None, description="its 95% bootstrap interval, lower end")
    difference_high: float | None = None
    ratio: float | None = Field(default=None, description="value / others")
    ratio_low: float | None = Field(default=None, description="its 95% bootstrap interval, lower end")
    ratio_high: float | None = None
    customers: int = Field(default=0, description="of the segment, whose metric is known")
    query: str = Field(
        default="", description="SQL that DuckDB runs in the workspace's folder: value, others, customers"
    )
