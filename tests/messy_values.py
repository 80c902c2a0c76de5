"""Cells that no table can take, and some that look so and can; the shop they are set into; names of files."""

import csv
import io
import random
import re
from dataclasses import dataclass
from typing import Literal

ORDERS = "order_id,customer_id,product_id,ordered_at,quantity,amount\n" + "".join(
    f"o{at // 2:03d},c{at // 2 % 7:03d},p{at % 4},2024-0{1 + at % 9}-1{at % 9} 1{at % 9}:00:00,{1 + at % 3},{at}.50\n"
    for at in range(40)
)
# A product that no order line knows makes no file wrong.
PRODUCTS = (
    "product_id,name,category,brand\np0,Milk,Dairy,Acme\np1,Bread,Bakery,Acme\np2,Tea,Pantry,Bee\n"
    "p3,Jam,Pantry,Bee\np9,Oil,Pantry,\n"
)
CUSTOMERS = "customer_id,email,first_name,email_opt_in\n" + "".join(
    f"c{at:03d},ann{at}@example.com,Ann,{'yes' if at % 2 else 'no'}\n" for at in range(7)
)
EVENTS = "customer_id,event,occurred_at,product_id\n" + "".join(
    f"c{at % 7:03d},{('browse', 'search', 'cart', 'purchase')[at % 4]},2024-03-0{1 + at % 9} 09:00:00,p{at % 4}\n"
    for at in range(20)
)
SHOP_FILES: dict[str, bytes] = {
    "orders": ORDERS.encode(),
    "products": PRODUCTS.encode(),
    "customers": CUSTOMERS.encode(),
    "events": EVENTS.encode(),
}


def _comma(row: str) -> str:
    head, _, amount = row.rpartition(",")
    return f'{head},"{amount.replace(".", ",")}"'


def _commas(every: int) -> str:
    """The orders with a decimal comma in every so-manieth row."""
    head, *rows = ORDERS.splitlines()
    return "\n".join([head, *(row if at % every else _comma(row) for at, row in enumerate(rows))]) + "\n"


def _each(old: str, *new: str) -> str:
    """The orders with every occurrence of a text replaced, by each of the others in turn."""
    pieces = ORDERS.split(old)
    return "".join(piece + new[at % len(new)] for at, piece in enumerate(pieces[:-1])) + pieces[-1]


def _unclear_days() -> str:
    """The orders with dates that are one day in Paris and another in New York."""
    return re.sub(r"2024-0(\d)-1\d", r"0\1/03/2024", ORDERS)


def _with_column(name: str, *cells: str) -> str:
    head, *rows = ORDERS.splitlines()
    return "\n".join([f"{head},{name}", *(f"{row},{cells[at % len(cells)]}" for at, row in enumerate(rows))]) + "\n"


# Orders that are wrong, or look so, as a whole.
ORDERS_WHOLE: dict[str, tuple[str, Literal["error", "quarantine", "clean", "refused"]]] = {
    "two currencies": (_with_column("currency", "USD", "EUR"), "error"),
    "currencies in two cases": (_with_column("currency", "USD", "usd"), "clean"),
    "a currency that is none": (_with_column("currency", "USD", "BANANA"), "refused"),
    "decimal points and commas": (_commas(2), "refused"),
    "decimal commas in quotation marks": (_commas(1), "clean"),
    "decimal commas, parted by semicolons": (ORDERS.replace(",", ";").replace(".50", ",50"), "clean"),
    "dates of which nobody knows the day": (_unclear_days(), "refused"),
    "dates of two kinds": (_each("2024-0", "2024-0", "2024/0"), "refused"),
    "time zones of two kinds": (_each(":00:00,", ":00:00+02:00,", ":00:00Z,"), "clean"),
    "time zones in some rows": (_each(":00:00,", ":00:00 -0500,", ":00:00,"), "clean"),
    "every row twice": (ORDERS + ORDERS.split("\n", 1)[1], "clean"),
    "one order of two customers": (ORDERS + "o000,c006,p0,2024-01-10 10:00:00,1,1.00\n", "clean"),
    "a product that no file knows": (ORDERS + "o900,c006,p77,2024-01-10 10:00:00,1,1.00\n", "refused"),
    "no row that can be taken": (ORDERS.replace("2024-", "20x4-"), "refused"),
    "nothing but commas": (ORDERS.splitlines()[0] + "\n" + ",,,,,\n" * 5, "refused"),
    "names of columns shouted": (ORDERS.replace(ORDERS.splitlines()[0], ORDERS.splitlines()[0].upper()), "clean"),
    "names of columns with spaces": (ORDERS.replace(",", " , ", 5), "clean"),
    "names of columns in quotation marks": (
        ",".join(f'"{name}"' for name in ORDERS.splitlines()[0].split(",")) + "\n" + ORDERS.split("\n", 1)[1],
        "clean",
    ),
    "names of columns that say nothing": (ORDERS.replace(ORDERS.splitlines()[0], "a,b,c,d,e,f"), "error"),
    "a row of totals last": (ORDERS + "Total,,,,,780.00\n", "refused"),
}

# A file that lacks one of these is an error, whatever else it has.
MISSING = [
    ("orders", "order_id"),
    ("orders", "customer_id"),
    ("orders", "product_id"),
    ("orders", "ordered_at"),
    ("orders", "amount"),
    ("products", "product_id"),
    ("products", "name"),
    ("customers", "customer_id"),
    ("events", "customer_id"),
    ("events", "event"),
    ("events", "occurred_at"),
]

# Names that a file may have on this system.
NAMES = [
    "two words.csv",
    "new\nline.csv",
    "größe-名前-🧺.csv",
    "quote'and\"double.csv",
    "star*[1-9]?.csv",
    "percent%s%20.csv",
    "-orders.csv",
    "$(touch gone);`id`.csv",
    "dots..in..csv",
    "UPPER.CSV",
    "no ending",
    "a" * 200 + ".csv",
]


@dataclass(frozen=True)
class Value:
    """One cell that is set into a row in the middle of a file."""

    table: str
    column: str
    what: str
    """How a case says it."""
    cell: str
    expected: Literal["error", "quarantine", "clean", "refused"]
    rows: int = 1


def _values(
    table: str, column: str, cells: dict[str, str], expected: Literal["quarantine", "clean", "refused"]
) -> list[Value]:
    return [Value(table, column, what, cell, expected) for what, cell in cells.items()]


_BAD_MOMENTS = {
    "that is empty": "",
    "of zeros": "0000-00-00 00:00:00",
    "of the 31st of February": "31.02.2024",
    "of the 30th of February": "2024-02-30 10:00:00",
    "of month 13": "2024-13-01",
    "in words": "yesterday",
    "not a number": "NaN",
    "of hour 25": "2024-01-01 25:00:00",
    "of the far future": "2999-01-01 00:00:00",
    "of the year 1": "0001-01-01",
    "a formula": "=NOW()",
    "a negative number": "-1",
    "past any calendar": "99999-01-01",
    "huge": "9" * 40,
}
_BAD_AMOUNTS = {
    "that is empty": "",
    "not a number": "NaN",
    "infinite": "inf",
    "infinite below": "-Infinity",
    "in powers": "1e400",
    "past 64 bits": "99999999999999999999999.00",
    "in words": "twelve",
    "a formula": "=1+1|cmd",
    "below nothing": "-5.00",
    "with two signs": "--5.00",
    "hexadecimal": "0x1F",
    "with three points": "1.2.3.4",
    "of markup": "<b>5</b>",
    "true": "true",
    "a lone sign": "-",
}
_BAD_COUNTS = {
    "not whole": "1.5",
    "not a number": "NaN",
    "infinite": "inf",
    "past 64 bits": "9223372036854775808",
    "in words": "two",
    "a formula": "=2",
    "of a date": "2024-01-01",
}
_BAD_IDS = {"that is empty": "", "of spaces": "   ", "of a tab": "\t"}
# Text is data: whatever it says, it is an id.
_ODD_IDS = {
    "of SQL": "'; DROP TABLE orders;--",
    "of markup": "<script>alert(1)</script>",
    "of a formula": '=HYPERLINK("http://example.com")',
    "of a path": "../../../etc/passwd",
    "turned round": "\u202eevil",
    "of a face": "😀🧺",
    "over two lines": "one\ntwo",
    "of quotation marks": 'a"b""c',
    "very long": "x" * 20_000,
    "of a bell": "a\x07b",
    "in full width": "ｏ１",
    "of a template": "{{ 7 * 7 }} ${x} %s",
}
_GOOD_AMOUNTS = {"with a sign of the currency": "$5.00", "with a space": " 5.00 ", "whole": "5"}
_BAD_EVENTS = {"that is empty": "", "that nobody knows": "teleported", "in another case": "BROWSE"}

VALUES: list[Value] = [
    *_values("orders", "ordered_at", _BAD_MOMENTS, "quarantine"),
    *_values("orders", "amount", _BAD_AMOUNTS, "quarantine"),
    *_values("orders", "amount", _GOOD_AMOUNTS, "refused"),
    *_values("orders", "quantity", _BAD_COUNTS, "quarantine"),
    # A return: what it is worth goes back, whatever the sign it is written with.
    *_values("orders", "quantity", {"below nothing while paid": "-1"}, "clean"),
    *_values("orders", "order_id", _BAD_IDS, "quarantine"),
    *_values("orders", "customer_id", _BAD_IDS, "quarantine"),
    *_values("orders", "product_id", _BAD_IDS, "quarantine"),
    *_values("orders", "order_id", _ODD_IDS, "clean"),
    *_values("orders", "customer_id", _ODD_IDS, "clean"),
    *_values("products", "product_id", _BAD_IDS, "quarantine"),
    *_values("products", "name", _BAD_IDS, "quarantine"),
    *_values("products", "name", _ODD_IDS, "clean"),
    *_values("products", "product_id", {"that another has": "p0"}, "refused"),
    *_values("customers", "customer_id", _BAD_IDS, "quarantine"),
    *_values("customers", "customer_id", {"that another has": "c000"}, "refused"),
    *_values("customers", "email_opt_in", {"perhaps": "perhaps", "a number": "7"}, "quarantine"),
    *_values("customers", "first_name", _ODD_IDS, "clean"),
    *_values("events", "event", _BAD_EVENTS, "refused"),
    *_values("events", "occurred_at", _BAD_MOMENTS, "quarantine"),
    *_values("events", "customer_id", _BAD_IDS, "quarantine"),
]


def without_column(content: bytes, column: str) -> bytes:
    """A CSV without one of its columns."""
    rows = _rows(content)
    at = rows[0].index(column)
    return _written([row[:at] + row[at + 1 :] for row in rows])


def with_value(content: bytes, value: Value, draw: random.Random) -> bytes:
    """A CSV with a cell in one of its rows replaced."""
    rows = _rows(content)
    at = rows[0].index(value.column)
    number = draw.randrange(2, len(rows))
    rows[number] = [*rows[number][:at], value.cell, *rows[number][at + 1 :]]
    return _written(rows)


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def _written(rows: list[list[str]]) -> bytes:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue().encode()
