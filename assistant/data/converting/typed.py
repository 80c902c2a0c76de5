"""Text -> the values of a contract, as Ibis expressions; null where a text is none of its kind."""

from collections.abc import Mapping
from typing import Any

import ibis

from assistant.data.converting.conventions import Conventions
from assistant.data.converting.currencies import minor_digits
from assistant.data.converting.fields import Field
from assistant.data.converting.macros import (
    clock_of,
    from_zone,
    minor_even,
    minor_exact,
    moment_as_utc,
    moment_as_written,
    moment_of_epoch,
    moment_packed,
    number_large,
    number_small,
    offset_text,
    to_zone,
)
from assistant.data.converting.settings import RATE_DIGITS, Settings

_ONE = 10**RATE_DIGITS
_WHOLE = 1_000_000
_TRUE = ("true", "t", "yes", "y", "1", "1.0", "on", "ja", "wahr", "oui", "vrai", "si", "sí", "sim", "subscribed", "x")
_FALSE = ("false", "f", "no", "n", "0", "0.0", "off", "nein", "falsch", "non", "faux", "não", "unsubscribed")


class Reader:
    """Reads the fields of one table.

    Attributes:
        table: an Ibis table of raw rows.
    """

    def __init__(self, table: Any, conventions: Conventions, settings: Settings, time_zone: str) -> None:
        """Nothing runs yet.

        Args:
            table: raw rows, a column of text a field.
            conventions: how this file writes numbers and moments.
            settings: of the shop.
            time_zone: the one that moments of this file are in; empty: the shop's.
        """
        self.table = table
        self._conventions = conventions
        self._settings = settings
        self._time_zone = time_zone
        self.rate = self._rate()

    def value(self, field: Field) -> Any:
        """A field in its type."""
        text = self.table[field.name]
        if field.kind == "string":
            return text
        if field.kind == "boolean":
            said = text.lower()
            return ibis.cases(
                (said.isin(_TRUE), ibis.literal(True)),
                (said.isin(_FALSE), ibis.literal(False)),
                else_=ibis.null("boolean"),
            )
        if field.kind == "timestamp":
            return self._moment(field)
        if field.kind == "date":
            # A day is a day in every zone.
            return self._written(field).cast("date")
        if field.kind == "money":
            return self._minor(field)
        if field.name.endswith("_minor") and self.rate is not None:
            return self._other_minor(field)
        return minor_exact(*self._number(field), _WHOLE)

    def is_number(self, field: Field) -> Any:
        """Whether the text of a price is a number."""
        small, large = self._number(field)
        return small.notnull() | large.notnull()

    def times(self, price: Field, quantity: Any) -> Any:
        """A price by a quantity in minor units, rounded half to even where the product is no whole number of them."""
        small, large = self._number(price)
        rate = ibis.literal(_ONE) if self.rate is None else self.rate
        return minor_even(small, large, quantity, rate, self._settings.unit)

    def _number(self, field: Field) -> tuple[Any, Any]:
        text = self.table[field.name]
        comma = ibis.literal(self._conventions.comma.get(field.name, False))
        return number_small(text, comma), number_large(text, comma)

    def _minor(self, field: Field) -> Any:
        small, large = self._number(field)
        if self.rate is None:
            return minor_exact(small, large, self._settings.unit)
        own = self.rate == _ONE
        return own.ifelse(
            minor_exact(small, large, self._settings.unit),
            minor_even(small, large, ibis.literal(1), self.rate, self._settings.unit),
        )

    def _other_minor(self, field: Field) -> Any:
        """Minor units of another currency: first its major units, then the shop's."""
        whole = minor_exact(*self._number(field), _WHOLE)
        code = self.table["currency"].upper()
        millionths = [(code == other, int(10 ** (6 - minor_digits(other)))) for other in self._settings.rates]
        major = whole * ibis.cases(*millionths, else_=self._settings.unit)
        rated = minor_even(major, ibis.null("decimal(24, 9)"), ibis.literal(1), self.rate, self._settings.unit)
        return (self.rate == _ONE).ifelse(whole, rated)

    def _rate(self) -> Any:
        """Billionths of the shop's currency for one of the row's; None where all are the shop's."""
        if "currency" not in self.table.columns or not self._settings.rates:
            return None
        code = self.table["currency"].upper()
        rates: Mapping[str, int] = {other: int(rate * _ONE) for other, rate in self._settings.rates.items()}
        return ibis.cases(
            (code == self._settings.currency, _ONE),
            *((code == other, rate) for other, rate in rates.items()),
            else_=_ONE,
        )

    def _written(self, field: Field) -> Any:
        text = self.table[field.name]
        month_first = ibis.literal(self._conventions.month_first.get(field.name, False))
        return moment_as_written(text, month_first)

    def _moment(self, field: Field) -> Any:
        """A moment on the shop's clock."""
        text = self.table[field.name]
        month_first = ibis.literal(self._conventions.month_first.get(field.name, False))
        zone = self._settings.time_zone
        epoch = moment_of_epoch(text, ibis.literal(self._conventions.epoch, type="int64"))
        written = self._written(field)
        counted = moment_packed(text).notnull()
        packed = moment_packed(text)
        if not zone:
            return counted.ifelse(packed, ibis.coalesce(epoch, written))
        instant = offset_text(text) != ""
        said = moment_as_utc(text, month_first)
        source = self._time_zone
        local = ibis.coalesce(packed, written)
        if source and source != zone:
            # A day without an hour is no instant.
            local = (clock_of(text) == "").ifelse(local, to_zone(zone, from_zone(source, local)))
        return ibis.cases(
            (counted, local),
            (epoch.notnull(), to_zone(zone, from_zone("UTC", epoch))),
            (instant, to_zone(zone, from_zone("UTC", said))),
            else_=local,
        )
