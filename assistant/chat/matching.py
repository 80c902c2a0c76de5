"""Whether a figure that is stated may be one that a tool gave: its number, its kind, whose it is, how it is shown."""

from collections.abc import Sequence

import regex

from assistant.chat.labels import overlap
from assistant.chat.mentions import Stated, stated_in
from assistant.records import Unit
from assistant.records.chat import Figure

_IN_WORDS = 0.05
"""How far from two `twice` may be, and from a half `half`, as a share of it."""


def equals(stated: Stated, figure: Figure, minor: int) -> bool:
    """Whether a figure's number is the one stated, rounded as it is stated.

    Args:
        stated: in the main unit of money, shares in percent.
        figure: of a tool.
        minor: minor units that make one of the currency.
    """
    if stated.kind == "text":
        # "January 3" is no part of "January 31", and 2018-01-31 is that day too.
        whole = rf"(?<!\w){regex.escape(stated.quote.strip())}(?!\w)"
        return bool(regex.search(whole, figure.shown, regex.I)) or same_day(stated, figure.shown)
    if stated.amount is None:
        return False
    if (
        figure.amount == 0
        and _is_year(stated)
        and f"{stated.amount:.0f}" in regex.findall(r"(?<!\d)\d{4}(?!\d)", figure.shown)
    ):
        return True
    scale = {Unit.MONEY: 1 / minor, Unit.SHARE: 100.0 if stated.kind == "share" else 1.0}
    value = figure.amount * scale.get(figure.unit, 1.0)
    if stated.kind == "ratio":
        if not stated.quote[:1].isdigit():
            return abs(value - stated.amount) <= _IN_WORDS * stated.amount
        return round(value, stated.digits) == stated.amount
    return abs(round(value, stated.digits) - stated.amount) < 10 ** -(stated.digits + 3) or (
        number_in(figure.shown) == stated.amount
    )


def number_in(shown: str) -> float | None:
    """The number of a figure as it is shown: 31.2 of `$31.20`."""
    match = regex.search(r"(?<![\w.])-?[$€£¥]?\d[\d,]*(?:\.\d+)?", shown)
    return float(regex.sub(r"[,$€£¥]", "", match.group())) if match else None


def _is_year(stated: Stated) -> bool:
    """Whether a bare number may be the year of a date."""
    return (
        stated.kind == "number" and stated.unit is None and stated.amount is not None and 1990 <= stated.amount <= 2100
    )


def same_day(stated: Stated, shown: str) -> bool:
    """Whether two texts say one day, however it is written; a year that one leaves out is the other's."""
    days = [own.day for own in stated_in(shown, "zh") if own.day] if stated.day else []
    return any(
        stated.day is not None and day[:2] == stated.day[:2] and (0 in (day[2], stated.day[2]) or day == stated.day)
        for day in days
    )


def nearness(stated: Stated, figure: Figure, text: str) -> float:
    """How far a text is about a figure; its own sign says that a percent is a share."""
    return overlap(figure.label, text, "share" if stated.kind == "share" else "")


def same_kind(stated: Stated, figure: Figure) -> bool:
    """Whether a figure is money, a share, a ratio or a count as what is stated is, and of what is counted."""
    if stated.kind == "money":
        return figure.unit is Unit.MONEY
    if stated.kind == "share":
        return figure.unit is Unit.SHARE
    if stated.kind == "ratio":
        # "half of them" is a share, "half as much" a ratio; a count of usual gaps is said in times too.
        return figure.unit in (Unit.RATIO, Unit.COUNT) or (figure.unit is Unit.SHARE and not stated.quote[:1].isdigit())
    if stated.kind == "number":
        if figure.unit in (Unit.MONEY, Unit.SHARE):
            return False
        # A date or a code is no count, whatever its digits are.
        worded = figure.amount == 0 and number_in(figure.shown) not in (None, 0.0)
        return not (worded and not _is_year(stated)) and (
            stated.unit is None or figure.unit in (stated.unit, Unit.COUNT)
        )
    return figure.unit is Unit.COUNT


def about_whom(figure: Figure, subjects: Sequence[str]) -> float:
    """What speaks for a figure by whose it is: more, the sooner its subject was spoken of."""
    if figure.subject in subjects:
        return 4.0 - 0.5 * min(list(subjects).index(figure.subject), 6)
    return 0.0


def as_shown(stated: Stated, figure: Figure) -> bool:
    """Whether a number is given as its source shows it; in words it is as good."""
    in_words = not any(sign.isdigit() for sign in stated.quote)
    return stated.kind == "text" or in_words or number_in(figure.shown) == stated.amount


def why_kept_back(stated: Stated, asked: bool) -> str:
    """Why a sentence is kept back, without the figure."""
    kinds = {"money": "an amount of money", "share": "a share", "ratio": "a ratio", "text": "a date, code or address"}
    what = kinds.get(stated.kind, "a number")
    return f"it stated {what} that no tool has given" if asked else f"it stated {what}, and no tool was asked"
