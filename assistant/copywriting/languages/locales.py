"""Facts as a language and a market write them, by the rules of Unicode's CLDR."""

import datetime as dt
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from babel.numbers import format_currency, format_percent, get_currency_precision

from assistant.copywriting.languages.language import language_named

# CLDR parts number and sign by a narrow or a hard blank. Not in GSM-7, they would turn a text message into UCS-2.
_BLANKS = str.maketrans({"\u00a0": " ", "\u202f": " "})


def locale_of(language: str, market: str) -> str:
    """`de_AT` where the language is written in the market, else where the language is at home."""
    try:
        return str(Locale.parse(f"{language}_{market}"))
    except (UnknownLocaleError, ValueError):
        return language_named(language).locale


def money_in(locale: str, minor: int, currency: str) -> str:
    """`$20`, `1.861,50 €` from minor units; a whole amount has no decimals."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    pattern = Locale.parse(locale).currency_formats["standard"].pattern
    if amount == amount.to_integral_value():
        pattern = pattern.replace("0.00", "0")
    return str(format_currency(amount, currency, pattern, locale=locale, currency_digits=False)).translate(_BLANKS)


def percent_in(locale: str, percent: int) -> str:
    """`15%`, in German `15 %`."""
    return str(format_percent(Decimal(percent) / 100, locale=locale)).translate(_BLANKS)


def date_in(locale: str, day: dt.date) -> str:
    """`January 31`, `31. Januar`, `1月31日`: as copy says a day of this season."""
    return str(format_skeleton("MMMMd", day, locale=locale)).translate(_BLANKS)
