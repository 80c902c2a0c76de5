"""Currencies: how many digits their minor units have, and the signs by which amounts name them.

ISO 4217 list one (six-group.com, maintenance agency, January 2024): two digits unless listed.
"""

from assistant.errors import DataError

_DIGITS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
         "XOF", "XPF"), 0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}  # fmt: skip

# A sign -> the currencies it is written for.
_SIGNS = {
    "€": "EUR",
    "£": "GBP EGP FKP GIP SHP SSP SYP LBP SDG",
    "$": "USD AUD BBD BMD BND BRL BSD BZD CAD CLP COP CVE DOP FJD GYD HKD JMD KYD LRD MXN NAD NIO NZD SBD SGD SRD "
    "TTD TWD UYU XCD ARS BOB",
    "¥": "JPY CNY",
    "￥": "JPY CNY",
    "₹": "INR",
    "₩": "KRW KPW",
    "₽": "RUB",
    "₺": "TRY",
    "₴": "UAH",
    "₪": "ILS",
    "฿": "THB",
    "₫": "VND",
    "₱": "PHP",
    "₦": "NGN",
    "₡": "CRC",
    "₲": "PYG",
    "₸": "KZT",
    "₾": "GEL",
    "₵": "GHS",
}  # fmt: skip


def minor_digits(currency: str) -> int:
    """Digits behind the decimal sign of a currency.

    Args:
        currency: its ISO 4217 code.
    """
    return _DIGITS.get(currency, 2)


def check_code(currency: str) -> str:
    """A code as it was given.

    Raises:
        DataError: it is none.
    """
    if len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper():
        return currency
    raise DataError(f"The currency {currency!r} is no ISO 4217 code; expected three capitals, such as USD or EUR.")


def may_say(sign: str, currency: str) -> bool:
    """Whether amounts of a currency may carry a sign or a code; letters that are no code say nothing."""
    if sign in _SIGNS:
        return currency in _SIGNS[sign].split()
    return sign == currency or sign not in _CODES


_CODES = frozenset({
    "AED", "ALL", "AMD", "AOA", "ARS", "AUD", "AZN", "BAM", "BDT", "BGN", "BHD", "BIF", "BND", "BOB", "BRL", "BWP",
    "BYN", "CAD", "CDF", "CHF", "CLP", "CNY", "COP", "CRC", "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ETB", "EUR",
    "FJD", "GBP", "GEL", "GHS", "GNF", "GTQ", "HKD", "HNL", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD",
    "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KRW", "KWD", "KZT", "LAK", "LBP", "LKR", "LYD", "MAD", "MDL", "MGA",
    "MKD", "MMK", "MNT", "MOP", "MUR", "MVR", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR",
    "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SEK", "SGD", "THB",
    "TND", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU", "UZS", "VND", "XAF", "XOF", "XPF", "ZAR", "ZMW",
})  # fmt: skip
