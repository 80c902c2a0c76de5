"""What the values of a column look like: moments, amounts, addresses, yes and no."""

import re
from collections.abc import Callable, Sequence

from assistant.data.layouts.names import value_words, words_of

_ENOUGH = 0.8
"""The share of a column's values that must look alike; shops' files have slips."""

_DATE = re.compile(
    r"""^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}      # 2024-05-01
        | \d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})   # 1.5.2024, 05/01/24
        | \d{1,2}[ -][^\W\d]{3,9}\.?[ -]\d{2,4}      # 1 May 2024
        | [^\W\d]{3,9}\.?[ -]\d{1,2},?[ -](?:\d{4}|\d{2}))  # May 1, 2024, May-01-24
        (?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\ ?[AaPp]\.?[Mm]\.?)?)?
        \ ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?$""",
    re.VERBOSE,
)
_SINCE_1970 = re.compile(r"^1\d{9}(?:\d{3}|\d{6})?$")
_COMPACT_DATE = re.compile(r"^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$")
_TIME = re.compile(r"^\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?$")
_MONEY = re.compile(
    r"^[(+-]?\s?(?:[A-Z]{3}|[^\w\s.,()%+-]{1,3})?\s?[+-]?\d[\d.,'\s  ]*\s?(?:[A-Z]{3}|[^\w\s.,()%+-]{1,3})?\)?$"
)
_NUMBER = re.compile(r"^[+-]?\d[\d.,]*$")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_PHONE = re.compile(r"^'?\+?[\d\s().\/-]{6,}(?:\s?(?:x|ext)\.?\s?\d+)?$")
_CURRENCY = re.compile(r"^[A-Za-z]{3}$|^[^\w\s]{1,3}$")


def said(values: Sequence[str]) -> list[str]:
    """The values that say something, without the space around them."""
    return [value.strip() for value in values if value and value.strip()]


def is_moment(value: str) -> bool:
    """Whether a value is a date, with or without a time, or a count of seconds since 1970."""
    return bool(_DATE.match(value) or _SINCE_1970.match(value) or _COMPACT_DATE.match(value))


def is_time(value: str) -> bool:
    """Whether a value is a time of day alone."""
    return bool(_TIME.match(value))


def is_date_alone(value: str) -> bool:
    """Whether a value is a date without a time."""
    return is_moment(value) and ":" not in value and not _SINCE_1970.match(value)


def is_amount(value: str) -> bool:
    """Whether a value is an amount of money, with or without a sign of the currency."""
    return bool(_MONEY.match(value)) and not _DATE.match(value)


def is_email(value: str) -> bool:
    """Whether a value is an e-mail address."""
    return bool(_EMAIL.match(value))


def is_boolean(value: str) -> bool:
    """Whether a value says yes or no."""
    return any(words_of(value) in words for words in value_words("boolean").values())


_LOOKS: dict[str, Callable[[str], bool]] = {
    "moment": is_moment,
    "amount": is_amount,
    "reduction": is_amount,
    "number": lambda value: bool(_NUMBER.match(value)),
    "email": is_email,
    "phone": lambda value: bool(_PHONE.match(value)),
    "boolean": is_boolean,
    "currency": lambda value: bool(_CURRENCY.match(value)),
    # An id is anything but a moment written out or an amount with cents.
    "id": lambda value: not _DATE.match(value) and not re.match(r"^-?\d+[.,]\d{1,2}$", value),
    "text": lambda value: True,
    "word": lambda value: not is_moment(value),
}


def looks_like(values: Sequence[str], look: str) -> bool | None:
    """Whether a column's values look as a field's should.

    Args:
        values: of the first rows.
        look: one of `_LOOKS`, as `vocabulary.toml` names it.

    Returns:
        None where no row says anything.
    """
    own = said(values)
    if not own:
        return None
    if look == "reduction" and _are_rates(own):
        return False
    return sum(map(_LOOKS[look], own)) >= _ENOUGH * len(own)


def _are_rates(values: Sequence[str]) -> bool:
    """Whether reductions are shares of the price, such as 0.15, and no money: none is above 1, and not all are 0."""
    try:
        numbers = [float(value) for value in values]
    except ValueError:
        return False
    return max(numbers) <= 1 and any(0 < number < 1 for number in numbers) and len(set(numbers)) > 1


def share_of(values: Sequence[str], test: Callable[[str], bool]) -> float:
    """The share of the values that say something for which a test holds; 0 where none says anything."""
    own = said(values)
    return sum(map(test, own)) / len(own) if own else 0.0
