"""Numbers as a reader of the report sees them, where the fact sheet has no word for them.

Money, shares and values with a unit are written by the facts floor, so that a mean in the heat map reads as the same
mean in a fact.
"""

import datetime as dt

from assistant.facts import format_date

_MINUS = "\N{MINUS SIGN}"


def times(ratio: float) -> str:
    """A ratio as `1.32×`."""
    return f"{ratio:.2f}×"


def effect(standardised: float) -> str:
    """A standardised difference with its sign, `+0.8`; what rounds to nothing has none."""
    rounded = round(standardised, 1)
    return "0.0" if rounded == 0 else f"{'+' if rounded > 0 else _MINUS}{abs(rounded):.1f}"


def day(date: dt.date) -> str:
    """`October 1, 2017`; named months, because 01/10 is read two ways."""
    return f"{format_date(date)}, {date.year}"


def moment(iso: str) -> str:
    """An ISO 8601 time as `October 1, 2017, 09:05 UTC`; a text that is none is shown as it stands."""
    try:
        time = dt.datetime.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{day(time)}, {time:%H:%M} {time.tzname() or ''}".rstrip()


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 05 s`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02d} s"
