"""What all records share."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen value; an unknown field is an error, so a file of another version is never half read."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Unit(StrEnum):
    """What a number counts."""

    CUSTOMERS = "customers"
    ORDERS = "orders"
    LINES = "lines"
    ITEMS = "items"
    DAYS = "days"
    MONEY = "minor units"
    SHARE = "share"
    RATIO = "ratio"
    COUNT = "count"
