"""How much, how often and when, as a phrase says it."""

from decimal import Decimal
from typing import Any

from assistant.errors import DataError
from assistant.segments.audiences.lexicon import DAYS
from assistant.segments.audiences.words import Cursor


def often_and_when(cursor: Cursor) -> tuple[dict[str, Any], bool]:
    """How often and in which days, in either order, as fields of a condition; whether it says fewer than that."""
    more: dict[str, Any] = when_of(cursor)
    before = cursor.at
    often = often_of(cursor)
    turned = False
    if often is not None and cursor.take("times", "time", "orders", "order"):
        more["at_least"], turned = often
    else:
        cursor.at = before
        if cursor.take("once"):
            more["at_least"] = 1
        elif cursor.take("twice"):
            more["at_least"] = 2
    return {**more, **when_of(cursor)}, turned


def often_of(cursor: Cursor) -> tuple[int, bool] | None:
    """`at least 3`, `fewer than 3`, `3 or more`: at least how many, and whether that is denied."""
    least, turned = bound_of(cursor)
    count = cursor.number()
    if count is None or count != int(count):
        return None
    cursor.take("or more")
    wanted = int(count) + least
    if wanted < 1:
        raise DataError(f"{count} times is no number of times; expected 1 or more.")
    return wanted, turned


def bound_of(cursor: Cursor) -> tuple[int, bool]:
    """What to add to the whole number that follows to say `at least`, and whether that is denied."""
    if cursor.take("more than", "over", "above"):
        return 1, False
    if cursor.take("less than", "fewer than", "under", "below"):
        return 0, True
    if cursor.take("at most", "up to"):
        return 1, True
    cursor.take("at least")
    return 0, False


def when_of(cursor: Cursor) -> dict[str, int]:
    """The days as a field of a condition; empty, and nothing stepped over, where none are said."""
    before = cursor.at
    days = days_of(cursor)
    if days is None:
        cursor.at = before
        return {}
    return {"within_days": days}


def days_of(cursor: Cursor) -> int | None:
    """`in the last 60 days`, `for 2 months`, `in the past year`; months of 30 days, years of 365."""
    cursor.take("in", "within", "over", "during", "for", "since")
    cursor.take("at least", "more than")
    cursor.skip(("the", "last", "past", "previous"))
    count = cursor.number()
    unit = cursor.key()
    length = DAYS.get(unit) or DAYS.get(unit.removesuffix("s"))
    if length is None:
        return None
    cursor.at += 1
    number = Decimal(1) if count is None else count
    if number != int(number) or number < 1:
        raise DataError(f"{number} {unit} is no time that can be counted; expected whole {unit}, 1 or more.")
    return int(number) * length
