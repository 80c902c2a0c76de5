"""How a shop's files are to be understood, beyond what each mapping says."""

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from assistant.data.converting.currencies import check_code, minor_digits
from assistant.errors import ConfigError

Decimals = Literal["", ".", ","]
Dates = Literal["", "iso", "day-first", "month-first", "seconds", "milliseconds", "microseconds"]

# A rate is exact to this many digits behind the point.
RATE_DIGITS = 9


@dataclass(frozen=True)
class Settings:
    """Facts of the shop and what a person has said of all files of one ingest."""

    currency: str = "USD"
    """ISO 4217 code of every amount that is stored."""
    time_zone: str = ""
    """IANA name; empty: moments are taken as they are written, and those counted since 1970 as UTC."""
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    """Code of another currency -> units of the shop's own for one of it."""
    today: dt.date | None = None
    """Nothing happened later; None: not looked at."""
    decimal: Decimals = ""
    """Where a mapping does not say; empty: the data decides."""
    dates: Dates = ""
    """Where a mapping does not say; empty: the data decides."""

    def check(self) -> None:
        """See that the settings can be meant.

        Raises:
            ConfigError: a time zone or a rate cannot be.
            DataError: a currency is none.
        """
        check_code(self.currency)
        check_zone(self.time_zone)
        for code, rate in self.rates.items():
            check_code(code)
            if not rate.is_finite() or rate <= 0 or rate != round(rate, RATE_DIGITS) or rate >= 1_000_000_000:
                raise ConfigError(
                    f"The rate of {code} is {rate}; expected {self.currency} for one {code}, above 0, with at most "
                    f"{RATE_DIGITS} digits behind the point."
                )

    @property
    def unit(self) -> int:
        """Millionths of a major unit in a minor one."""
        return int(10 ** (6 - minor_digits(self.currency)))


def check_zone(name: str) -> None:
    """See that there is such a time zone.

    Raises:
        ConfigError: there is not.
    """
    if not name:
        return
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f"There is no time zone {name!r}; expected an IANA name, such as Europe/Berlin.") from None
