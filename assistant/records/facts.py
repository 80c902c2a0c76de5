"""The fact sheet: the only numbers that language may use."""

from typing import Literal

from pydantic import Field

from assistant.records.base import Record, Unit


class Fact(Record):
    """One number about a segment, beside the same number for everybody else."""

    fact: str = Field(description="id, `S2.F07`")
    segment: str
    topic: Literal[
        "size", "value", "cadence", "basket", "price", "returns", "when", "funnel", "products", "campaigns", "trend"
    ]
    metric: str = Field(description="feature name, or `buys:Baby food`, `redeems:Type A`")
    label: str = Field(description="the metric in a reader's words")
    value: float
    unit: Unit
    display: str = Field(description="the value as a reader sees it: `$31.20`, `18%`, `6 days`")
    others: float | None = Field(default=None, description="the same for all customers outside the segment")
    others_display: str = ""
    ratio: float | None = Field(default=None, description="value / others")
    low: float | None = Field(default=None, description="95% bootstrap interval of the value, lower end")
    high: float | None = Field(default=None, description="its upper end")
    ratio_low: float | None = Field(default=None, description="95% bootstrap interval of the ratio, lower end")
    ratio_high: float | None = Field(default=None, description="its upper end")
    direction: Literal["higher", "lower", "same", "none"] = Field(
        description="higher or lower only where the ratio's interval excludes 1; none where nothing is compared"
    )
    sentence: str = Field(description="the fact said in full, with its comparison")
    source: str = Field(description="how it was computed: columns, filter, aggregate")


class FactSheet(Record):
    """All facts of one segment."""

    segment: str
    name: str
    as_of: str
    currency: str
    facts: tuple[Fact, ...]
    caution: str = Field(
        default="", description="why the segment is below the bar of its certificate; whatever is written of it says so"
    )

    @property
    def customers(self) -> int | None:
        """How many customers the segment has; None where the sheet does not say."""
        return next((int(fact.value) for fact in self.facts if fact.metric == "customers"), None)
