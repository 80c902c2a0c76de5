"""Numbers as a reader sees them. Every rounding decision is here."""

import datetime as dt

from assistant.records import Unit

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}
# ISO 4217: currencies whose minor unit is the unit itself.
_NO_MINOR = frozenset({"JPY", "KRW", "VND", "CLP", "ISK"})
# The first numbers that would be rounded to 10.0% and to 100.0: they stand without a decimal, as those above do.
_ONE_DECIMAL_BELOW_PERCENT = 9.95
_ONE_DECIMAL_BELOW = 99.95


def format_money(minor: float, currency: str) -> str:
    """`$1,861.50` from minor units; whole amounts keep their two decimals, as prices do."""
    symbol = _SYMBOLS.get(currency)
    amount = f"{abs(minor):,.0f}" if currency in _NO_MINOR else f"{abs(minor) / 100:,.2f}"
    sign = "-" if minor < 0 else ""
    return f"{sign}{symbol}{amount}" if symbol else f"{sign}{amount} {currency}"


def minor_units(currency: str) -> int:
    """How many minor units make one of the currency."""
    return 1 if currency in _NO_MINOR else 100


def format_percent(share: float) -> str:
    """`18%`; one decimal below ten percent, so that 0.4% is not rounded away."""
    percent = share * 100
    return f"{percent:.1f}%" if abs(percent) < _ONE_DECIMAL_BELOW_PERCENT else f"{percent:.0f}%"


def format_date(day: dt.date) -> str:
    """`January 31`: as copy says a day of this season."""
    return f"{day:%B} {day.day}"


def format_value(value: float, unit: Unit, currency: str) -> str:
    """A value with its unit, as a sentence says it."""
    if unit is Unit.MONEY:
        return format_money(value, currency)
    if unit is Unit.SHARE:
        return format_percent(value)
    if unit is Unit.RATIO:
        return f"{value:+.2f}"
    if unit is Unit.CUSTOMERS:
        return f"{value:,.0f} customers"
    number = f"{value:,.1f}" if abs(value) < _ONE_DECIMAL_BELOW else f"{value:,.0f}"
    words = {
        Unit.ORDERS: "orders",
        Unit.LINES: "products",
        Unit.ITEMS: "items",
        Unit.DAYS: "days",
        Unit.COUNT: "",
    }
    return f"{number} {words[unit]}".strip()
