"""Raw rows -> typed rows, each taken, passed over, a duplicate or quarantined with the first thing that is wrong."""

import datetime as dt
import functools
import operator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis

from assistant.data.contracts import CONTRACTS
from assistant.data.converting.conventions import Conventions
from assistant.data.converting.fields import Field, fields_of
from assistant.data.converting.raw import DUPLICATE, ELEMENT, OTHER, STATE, Raw
from assistant.data.converting.settings import Settings
from assistant.data.converting.typed import Reader
from assistant.data.reading import LINE, LONGEST_SHOWN, ROW
from assistant.errors import DataError
from assistant.records.mappings import TableMapping

STATUS = "__status__"
WHY = "__why__"
COLUMN = "__column__"
VALUE = "__value__"
EXPECTED = "__expected__"
GROSS = "__gross__"
"""Of an order line: whether its money was reckoned from a price, so that what is taken off the order is still in it."""
_TYPED, _CHECKED = "= ", "== "
_WHOLE = "= whole"

TAKEN, PASSED_OVER, QUARANTINED = "taken", "passed over", "quarantined"
MISSING, WRONG_TYPE, NOT_ALLOWED = "missing value", "wrong type", "not allowed"
FUTURE, RULE_BROKEN, DUPLICATE_ID = "future date", "rule broken", "duplicate id"
CANCELLED = "a cancelled order"

_CANCELLED = (
    "cancelled", "canceled", "voided", "void", "failed", "declined", "expired", "storniert", "abgebrochen", "annule",
    "annulee", "annulé", "annulée", "cancelado", "cancelada", "anulado", "geannuleerd", "wc-cancelled", "wc-failed",
    "unavailable", "trash",
)  # fmt: skip
# No shop's own record of a sale is older.
_FIRST_YEAR = 1970
# What may be below 0 on a return, so that a line as a whole decides.
_SIGNED = ("amount_minor", "amount", "discount_minor", "discount", "coupon_minor", "coupon")


@dataclass(frozen=True)
class _Fault:
    """Something that may be wrong with a row."""

    holds: Any
    """Whether it is, never null."""
    text: str
    """The field whose text is shown."""
    column: str
    reason: str
    expected: str


def check_rows(
    engine: Any, raw: Raw, mapping: TableMapping, conventions: Conventions, settings: Settings, place: str, out: Path
) -> None:
    """Write every row in its types, with what became of it.

    Args:
        engine: with the macros.
        raw: the rows as text.
        mapping: which column is what.
        conventions: how the file writes numbers and moments.
        settings: of the shop.
        place: the file, for messages.
        out: Parquet to write: `ROW`, `ELEMENT`, `LINE`, `STATUS`, `WHY`, `COLUMN`, `VALUE`, `EXPECTED`, every typed
            field, for orders `gross`, and the other columns.

    Raises:
        DataError: amounts are in a currency that is neither the shop's nor has a rate.
    """
    texts = engine.read_parquet(str(raw.path))
    check_currencies(texts, settings, place)
    typed = out.with_name("typed.parquet")
    # Apart from what follows, because an engine reckons an expression anew wherever it is named.
    texts.mutate(**_typed(Reader(texts, conventions, settings, mapping.time_zone), raw)).to_parquet(
        str(typed), compression="lz4"
    )
    table = engine.read_parquet(str(typed))
    values = {field.name: table[f"{_TYPED}{field.name}"] for field in raw.fields if field.kind != "price"}
    faults = [fault for field in raw.fields for fault in _faults_of(field, raw, table, settings)]
    if mapping.table == "orders":
        values, more = _order_line(raw, table, values)
        faults += more
    firsts = table.mutate(
        **{f"{_CHECKED}{name}": value for name, value in values.items()},
        __fault__=ibis.cases(*((fault.holds, at) for at, fault in enumerate(faults)), else_=-1),
        __over__=_state_of(mapping, table, values),
    )
    stored = [name for name in (*fields_of(mapping.table), GROSS) if name in values]
    firsts.select(
        ROW,
        ELEMENT,
        LINE,
        **{
            STATUS: ibis.cases(
                (firsts["__over__"] == DUPLICATE, DUPLICATE),
                (firsts["__over__"].notnull(), PASSED_OVER),
                (firsts["__fault__"] >= 0, QUARANTINED),
                else_=TAKEN,
            ),
            WHY: ibis.coalesce(firsts["__over__"], _pick(firsts, [fault.reason for fault in faults])),
            COLUMN: _pick(firsts, [fault.column for fault in faults]),
            VALUE: _pick(firsts, [_shown(firsts, fault.text) for fault in faults]),
            EXPECTED: _pick(firsts, [fault.expected for fault in faults]),
        },
        **{name: firsts[f"{_CHECKED}{name}"] for name in stored},
        **{f"{OTHER}{name}": firsts[f"{OTHER}{name}"] for name in raw.others},
    ).to_parquet(str(out), compression="lz4")


def _typed(reader: Reader, raw: Raw) -> dict[str, Any]:
    """Every field in its type; of a price whether it is a number, and what its items come to."""
    given = {field.name: field for field in raw.fields}
    values = {
        f"{_TYPED}{name}": reader.is_number(field) if field.kind == "price" else reader.value(field)
        for name, field in given.items()
    }
    if "unit_amount" in given:
        quantity = values.get(f"{_TYPED}quantity", ibis.literal(1, type="int64"))
        values[_WHOLE] = reader.times(given["unit_amount"], quantity)
    return values


def check_currencies(table: Any, settings: Settings, place: str) -> None:
    """See that every amount is in the shop's currency or in one with a rate.

    Raises:
        DataError: one is not; the message counts them.
    """
    if "currency" not in table.columns:
        return
    codes = table.filter(table[STATE].isnull() & table["currency"].notnull()).select(code=table["currency"].upper())
    counts = codes.group_by("code").aggregate(rows=lambda t: t.count()).order_by("code").execute()
    found = {str(row.code): int(row.rows) for row in counts.itertuples(index=False)}
    known = {settings.currency, *settings.rates}
    if set(found) - known:
        listed = ", ".join(f"{code} ({rows:,} rows)" for code, rows in found.items())
        wanting = ", ".join(sorted(set(found) - known))
        raise DataError(
            f"{place}: the amounts are in {listed}; expected {settings.currency}, the shop's currency. Give a rate for "
            f"{wanting} under [data.rates] in assistant.toml, or set `currency` under [shop]."
        )


def _faults_of(field: Field, raw: Raw, table: Any, settings: Settings) -> list[_Fault]:
    label, text, value = raw.labels[field.name], table[field.name], table[f"{_TYPED}{field.name}"]
    said = text.notnull()

    def fault(holds: Any, reason: str, expected: str = field.expected) -> _Fault:
        return _Fault(holds.fill_null(False), field.name, label, reason, expected)

    if field.kind == "price":
        return [fault(said & ~value, WRONG_TYPE)]
    faults = []
    if field.kind != "string":
        faults.append(fault(said & value.isnull(), WRONG_TYPE))
    if field.needed:
        faults.append(fault(~said, MISSING))
    if field.minimum is not None and field.name not in _SIGNED:
        faults.append(fault(value < field.minimum, NOT_ALLOWED))
    if field.column is not None and field.column.values:
        faults.append(fault(said & ~value.isin(field.column.values), NOT_ALLOWED))
    if field.kind == "timestamp":
        early = f"{field.expected}, not before {_FIRST_YEAR}"
        faults.append(fault(value < ibis.timestamp(f"{_FIRST_YEAR}-01-01 00:00:00"), NOT_ALLOWED, early))
        if settings.today is not None:
            last = settings.today + dt.timedelta(days=1)
            until = f"{field.expected}, {settings.today} or earlier"
            faults.append(fault(value >= ibis.timestamp(f"{last} 00:00:00"), FUTURE, until))
    return faults


def _order_line(raw: Raw, table: Any, values: dict[str, Any]) -> tuple[dict[str, Any], list[_Fault]]:
    """What a line is worth, and what is wrong with it.

    A line of a quantity below 0 is a return, whatever the sign of its money: it is worth 0 or less, and what was
    taken off it is not counted again.
    """
    given = {field.name: field for field in raw.fields}
    quantity = values.get("quantity", ibis.literal(1, type="int64"))
    back = (quantity < 0).fill_null(False)
    discount, coupon = (_either(values, f"{name}_minor", name) for name in ("discount", "coupon"))
    taken_off = discount.fill_null(0) + coupon.fill_null(0)
    net = _either(values, "amount_minor", "amount")
    whole = table[_WHOLE] if "unit_amount" in given else ibis.null("int64")
    gross = net.isnull() & whole.notnull()
    off = back.ifelse(-taken_off.abs(), taken_off)
    amount = gross.ifelse(whole - off, net)
    amount = back.ifelse(-amount.abs(), amount)
    # A return keeps no discount of its own: its money is what went back.
    kept = {name: back.ifelse(0, value.fill_null(0)) for name, value in (("discount", discount), ("coupon", coupon))}
    own = next((name for name in ("amount_minor", "amount", "unit_amount") if name in given), "amount_minor")
    label, field = raw.labels.get(own, own), fields_of("orders")[own]
    faults = [_Fault(amount.isnull(), own, label, MISSING, f"{field.expected}, never empty")]
    for name in ("discount", "discount_minor", "coupon", "coupon_minor"):
        if name in given:
            below = (~back & (values[name] < 0)).fill_null(False)
            faults.append(_Fault(below, name, raw.labels[name], NOT_ALLOWED, given[name].expected))
    rule = CONTRACTS["orders"].rules[0].expected
    faults.append(_Fault((~back & (amount < 0)).fill_null(False), own, label, RULE_BROKEN, rule))
    values = {
        **values,
        "quantity": quantity,
        "amount_minor": amount,
        "discount_minor": kept["discount"],
        "coupon_minor": kept["coupon"],
        GROSS: gross.fill_null(False),
    }
    for name in ("order_discount", "order_coupon", "order_refund", "returned_quantity"):
        # Exports write what is taken off with and without a sign.
        if name in values:
            values[name] = values[name].abs()
    return {name: value for name, value in values.items() if name not in ("amount", "discount", "coupon")}, faults


def _shown(table: Any, field: str) -> Any:
    return table[field].substr(0, LONGEST_SHOWN) if field in table.columns else ibis.null("string")


def _either(values: dict[str, Any], exact: str, major: str) -> Any:
    found = [values[name] for name in (exact, major) if name in values]
    return ibis.coalesce(*found) if found else ibis.null("int64")


def _state_of(mapping: TableMapping, table: Any, values: dict[str, Any]) -> Any:
    """Why a row is none of the table, an order that was cancelled among them, whatever went back for it."""
    if mapping.table != "orders":
        return table[STATE]
    cancelled = []
    if "status" in values:
        cancelled.append(values["status"].lower().isin(_CANCELLED).fill_null(False))
    if "cancelled_at" in values:
        cancelled.append(values["cancelled_at"].notnull())
    if not cancelled:
        return table[STATE]
    gone = functools.reduce(operator.or_, cancelled)
    return ibis.coalesce(table[STATE], gone.ifelse(CANCELLED, ibis.null("string")))


def _pick(table: Any, texts: list[Any]) -> Any:
    """The text that belongs to a row's first fault."""
    return ibis.cases(*((table["__fault__"] == at, text) for at, text in enumerate(texts)), else_=ibis.null("string"))
