"""An audience by rule: which customers, as a condition over what they bought, did and are."""

import unicodedata
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from assistant.records.base import Record

LONGEST_NAME = 80
EventKind = Literal[
    "browse", "search", "cart", "purchase",
    "campaign_received", "campaign_opened", "campaign_clicked", "coupon_redeemed",
]  # fmt: skip


def _plain(text: str) -> str:
    """One line without control characters, so that a name can be shown anywhere."""
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in text):
        raise ValueError("expected one line without control characters")
    return text


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain)]
# One name may be written without its brackets.
Names = Annotated[tuple[Text, ...], BeforeValidator(_listed), Field(min_length=1, max_length=200)]
Days = Annotated[int, Field(ge=1, le=36_500)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Minor = Annotated[int, Field(ge=1, le=10**15)]
Percent = Annotated[float, Field(gt=0, le=100)]
Number = Annotated[float, Field(allow_inf_nan=False)]


def _one_of(record: Record, fields: tuple[str, ...], what: str) -> None:
    given = [name for name in fields if getattr(record, name) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "none"
        raise ValueError(
            f"expected exactly one {what} of {', '.join(shown_key(name) for name in fields)}; found {found}"
        )


def shown_key(field: str) -> str:
    """A field as TOML writes it: `not_` is `not`, `in_` is `in`."""
    return field.rstrip("_")


class Bought(Record):
    """Bought something of the shop's catalogue, named without regard to case; one name or a list of names."""

    product: Names | None = None
    category: Names | None = None
    department: Names | None = None
    brand: Names | None = None
    within_days: Days | None = Field(default=None, description="in the days before the cutoff; unset: ever")
    at_least: Count = Field(default=1, description="different orders with it; returns are no orders")
    at_least_minor: Minor | None = Field(default=None, description="spend on it, net of returns, minor units")

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        _one_of(self, ("product", "category", "department", "brand"), "thing")
        return self


class Ordered(Record):
    """Ordered anything."""

    within_days: Days | None = None
    at_least: Count = Field(default=1, description="orders; returns are no orders")
    at_least_minor: Minor | None = Field(default=None, description="spend, net of returns, minor units")
    with_coupon: bool = Field(default=False, description="count orders with a coupon only")


class Happened(Record):
    """Did something that the shop's events tell of."""

    kind: EventKind
    product: Names | None = None
    category: Names | None = None
    department: Names | None = None
    brand: Names | None = None
    search_text: Text | None = Field(default=None, description="what the search contains, any case")
    within_days: Days | None = None
    at_least: Count = 1

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        if any(getattr(self, name) is not None for name in ("product", "category", "department", "brand")):
            _one_of(self, ("product", "category", "department", "brand"), "thing")
        return self


_CRITERIA = ("above", "at_least", "below", "at_most", "between", "top_percent", "bottom_percent")


class FeatureIs(Record):
    """A column of the customer table; a customer without a value is never in."""

    name: Text
    above: Number | None = None
    at_least: Number | None = None
    below: Number | None = None
    at_most: Number | None = None
    between: tuple[Number, Number] | None = Field(default=None, description="first and last included")
    top_percent: Percent | None = Field(default=None, description="becomes a number when the audience is defined")
    bottom_percent: Percent | None = None
    frozen_from: Text | None = Field(default=None, description="the percentage that a number was made of, in words")

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        _one_of(self, _CRITERIA, "condition")
        if self.between is not None and self.between[0] > self.between[1]:
            raise ValueError(f"expected the smaller number first in between; found {list(self.between)}")
        return self


class AttributeIs(Record):
    """A column of the customers table, compared as text without regard to case."""

    name: Text
    equals: Text | bool | int | None = None
    in_: Names | None = Field(default=None, alias="in")

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        _one_of(self, ("equals", "in_"), "condition")
        return self


_NODES = ("all", "any", "not_", "bought", "ordered", "event", "feature", "attribute", "segment")
Rules = Annotated[tuple["Rule", ...], Field(min_length=1, max_length=50)]


class Rule(Record):
    """One condition, or conditions joined: exactly one of the fields is set."""

    all: Rules | None = None
    any: Rules | None = None
    not_: "Rule | None" = Field(default=None, alias="not")
    bought: Bought | None = None
    ordered: Ordered | None = None
    event: Happened | None = None
    feature: FeatureIs | None = None
    attribute: AttributeIs | None = None
    segment: Text | None = Field(default=None, description="id of a segment of the workspace's segmentation")

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        _one_of(self, _NODES, "condition")
        return self

    @property
    def parts(self) -> tuple["Rule", ...]:
        """The conditions directly below an `all`, `any` or `not`."""
        if self.not_ is not None:
            return (self.not_,)
        return self.all or self.any or ()

    @property
    def leaves(self) -> tuple["Rule", ...]:
        """The conditions that join no others, from left to right."""
        return tuple(leaf for part in self.parts for leaf in part.leaves) if self.parts else (self,)


class Audience(Rule):
    """A named rule."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(_plain)]


class ConditionCount(Record):
    """How many customers one condition of an audience would take on its own."""

    condition: str = Field(description="in words")
    customers: int


class AudiencePreview(Record):
    """How many customers a rule takes."""

    name: str
    rule: str = Field(description="in words")
    customers: int
    share: float = Field(description="of all customers with an order")
    revenue_minor: int = Field(description="of these customers so far, minor units")
    revenue_share: float
    conditions: tuple[ConditionCount, ...] = Field(description="the parts of the outermost `all` or `any`, in order")
