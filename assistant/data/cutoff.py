"""The one line in time: what may be seen of a shop, and what is kept back to judge by."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Cutoff:
    """Where the past ends. `Tables.before` and `Tables.after` are the only ways to rows, so nothing leaks.

    Days are whole days of the shop's local calendar: the last moment of the day before `as_of` is seen, midnight is
    not. An order whose lines lie on both sides is seen with the lines before. Whatever is chosen by looking (which
    departments are the largest, whether there are events or returns at all) is chosen from what is seen. Rows that
    are appended on the far side therefore change no bit of any feature.

    Products carry no date: their names, categories and prices are those of today on either side.
    """

    as_of: dt.date
    """Nothing that happened on this day or later is seen."""
    known_at: dt.datetime | None = None
    """Nothing the shop came to know at this moment or later is seen; None: whatever happened is known."""
    horizon_days: int = 90
    """Days from `as_of` on that are kept back to judge by."""

    @property
    def ends(self) -> dt.date:
        """The first day behind the horizon."""
        return self.as_of + dt.timedelta(days=self.horizon_days)
