"""Numbers as a reader of the report sees them, where the fact sheet has no word for them.

Money, shares and values with a unit are written by the facts floor, so that a mean in the heat map reads as the same
mean in a fact.
"""

import datetime as dt
import math
from collections.abc import Sequence

from assistant.facts import format_date, format_percent

# From fewer customers than this a share says little, and the page says so.
FEW = 20

# The first share that one decimal of a percentage point would not round to none.
_SECOND_DECIMAL_BELOW = 0.0005
_MINUS = "\N{MINUS SIGN}"
_NOTHING = "–"


def times(ratio: float) -> str:
    """A ratio as `1.32×`."""
    return f"{ratio:.2f}×"


def effect(standardised: float) -> str:
    """A standardised difference with its sign, `+0.8`; what rounds to nothing has none."""
    return signed(standardised, 1)


def signed(value: float | None, digits: int) -> str:
    """A number with its sign, `+0.8`; what rounds to nothing has none, what is unknown is a dash."""
    if value is None or not math.isfinite(value):
        return _NOTHING
    rounded = round(value, digits)
    sign = "" if rounded == 0 else "+" if rounded > 0 else _MINUS
    return f"{sign}{abs(rounded):,.{digits}f}"


def index(value: float | None) -> str:
    """A measure that is 1 at its best, `0.94`; a dash where it is unknown."""
    return plain(value, 2)


def plain(value: float | None, digits: int) -> str:
    """A number without a plus, `−0.031`; a dash where it is unknown."""
    return signed(value, digits).removeprefix("+")


def points(share: float | None) -> str:
    """A difference of two shares in percentage points, `+1.2`; nearly none has a second decimal."""
    return _NOTHING if share is None else signed(100 * share, 2 if abs(share) < _SECOND_DECIMAL_BELOW else 1)


def tenths(share: float | None) -> str:
    """A share that is compared with one close to it: `57.2%`."""
    return _NOTHING if share is None or not math.isfinite(share) else f"{plain(100 * share, 1)}%"


def percent(share: float | None) -> str:
    """A share as `18%`, none as `0%`, below that as `−3.1%`; a dash where it is unknown."""
    if share is None or not math.isfinite(share):
        return _NOTHING
    return format_percent(share).replace("-", _MINUS) if share else "0%"


def change(share: float | None) -> str:
    """A relative change as `+18%`."""
    shown = percent(share)
    return f"+{shown}" if share is not None and share > 0 else shown


def count(number: int) -> str:
    """`1,469,307`."""
    return f"{number:,}".replace("-", _MINUS)


def counted(number: int, one: str, many: str = "") -> str:
    """`1 customer`, `1,204 customers`."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """`2`, `2 and 3`, `2, 3 and 4`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def day(date: dt.date) -> str:
    """`October 1, 2017`; named months, because 01/10 is read two ways."""
    return f"{format_date(date)}, {date.year}"


def date(iso: str) -> str:
    """An ISO date as `October 1, 2017`; a text that is none is shown as it stands."""
    try:
        return day(dt.date.fromisoformat(iso))
    except ValueError:
        return iso


def month(iso: str) -> str:
    """`2017-03` as `Mar 2017`; a text that is none is shown as it stands."""
    try:
        return f"{dt.date.fromisoformat(f'{iso}-01'):%b %Y}"
    except ValueError:
        return iso


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
