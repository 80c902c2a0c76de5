"""Files of any kind and any damage: what is read, what goes to quarantine, what is refused; never a traceback."""

import gzip
import json
import sqlite3
import tracemalloc
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingesting import HEADER, PRODUCTS, ROW, Shop

from assistant.data import connect, load_files, open_file
from assistant.errors import DataError, MissingPackage

NAMES = "customer_id,first_name\n"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def first_names(shop: Shop, content: bytes) -> list[str]:
    orders = shop.put("orders.csv", f"{HEADER}\n{ROW}\n")
    tables = shop.bring(orders=orders, customers=shop.put("customers.csv", content))
    names = tables.customers.order_by("customer_id").first_name.execute()
    return [name for name in names if isinstance(name, str)]


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("utf-8", ["Jörg", "Zoë", "Łukasz", "李"]),
        ("utf-16", ["Jörg", "Łukasz"]),
        ("utf-16-le", ["Jörg", "Zoë"]),
        ("cp1252", ["Jörg", "Zoë", "François", "Günther Straße"]),
        ("cp1250", ["Łukasz Żółć", "Gdańsk Święty", "Příliš žluťoučký kůň"]),
        ("cp1251", ["Привет Москва", "Иван Петров", "Екатерина"]),
    ],
)
def test_names_are_read_in_the_encoding_the_whole_file_is_in(shop: Shop, encoding: str, names: list[str]) -> None:
    content = NAMES + "".join(f"c{at},{name}\n" for at, name in enumerate(names))
    # Thousands of lines that say nothing come first: a sample of the file would not know.
    content = NAMES + "".join(f"a{at},\n" for at in range(3_000)) + content.removeprefix(NAMES)
    assert first_names(shop, content.encode(encoding)) == names


def test_rows_in_another_encoding_than_the_file_go_to_quarantine(shop: Shop) -> None:
    content = NAMES.encode() + "c1,Jörg\nc2,Zoë\nc3,Ann\n".encode() + "c4,François\n".encode("cp1252")
    assert first_names(shop, content) == ["Jörg", "Zoë", "Ann"]
    (row,) = shop.quarantine("customers")
    assert (row["line"], row["value"], row["reason"]) == ("5", r"Fran\xe7ois", "unreadable")


@pytest.mark.parametrize(("delimiter", "end"), [(";", "\n"), ("\t", "\r\n"), ("|", "\r")])
def test_columns_and_lines_may_be_parted_by_what_any_system_writes(shop: Shop, delimiter: str, end: str) -> None:
    content = f'{HEADER}\n{ROW}\n2,"a{delimiter}b",p1,2024-01-03,1.50\n'
    content = content.replace(",", delimiter).replace("\n", end)
    tables = shop.bring(orders=shop.put("orders.csv", content))
    assert sorted(tables.orders.customer_id.execute()) == ["007", f"a{delimiter}b"]


def test_excels_line_that_names_the_separator_is_no_header(shop: Shop) -> None:
    content = f"sep=;\n{HEADER}\n{ROW}\n".replace(",", ";")
    assert shop.bring(orders=shop.put("orders.csv", content)).orders.count().execute() == 1


DAMAGED = [
    ("fewer fields", "2,a,p1", "5 fields, as there are columns; found 3"),
    ("more fields", "2,a,p1,2024-01-02,1,x", "5 fields, as there are columns; found 6"),
    ("a quote that never closes", '2,"a,p1,2024-01-02,1', "closed double quotes"),
    ("text behind a quote", '2,"a"b,p1,2024-01-02,1', "closed double quotes"),
    ("a NUL byte", "2,a\0b,p1,2024-01-02,1", "text, without bytes"),
    ("a line beyond all bounds", "2," + "x" * 3_000_000 + ",p1,2024-01-02,1", "1,048,576 characters at most"),
]


@pytest.mark.parametrize(("damage", "expected"), [row[1:] for row in DAMAGED], ids=[row[0] for row in DAMAGED])
@pytest.mark.parametrize("last", [False, True], ids=["within", "at the end"])
def test_a_damaged_row_goes_to_quarantine_and_takes_no_other_with_it(
    shop: Shop, damage: str, expected: str, last: bool
) -> None:
    rows = [ROW, "3,b,p2,2024-01-03 11:00:00,1.05", "4,c,p2,2024-01-03 11:00:00,2.05"]
    rows.insert(len(rows) if last else 1, damage)
    content = "\n".join([HEADER, *rows]) + ("" if last else "\n")
    tables = shop.bring(orders=shop.put("orders.csv", content))
    assert sorted(tables.orders.order_id.execute()) == ["1", "3", "4"]
    (row,) = shop.quarantine()
    assert (row["line"], row["reason"]) == ("5" if last else "3", "unreadable")
    assert expected in row["expected"]
    assert len(row["value"]) <= 201
    told = shop.told("orders.csv", "orders")
    assert (told.rows_read, told.taken, told.quarantined) == (4, 3, 1)


def test_a_line_of_a_hundred_megabytes_does_not_fill_memory(shop: Shop) -> None:
    path = shop.folder / "orders.csv"
    with path.open("wb") as file:
        file.write(f"{HEADER}\n{ROW}\n".encode())
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b"\n3,b,p2,2024-01-03 11:00:00,1.05\n")
    tracemalloc.start()
    tables = shop.bring(orders=path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sorted(tables.orders.order_id.execute()) == ["1", "3"]
    assert peak < 60_000_000


def test_empty_lines_are_no_rows_and_rows_of_empty_cells_are_passed_over(shop: Shop) -> None:
    shop.bring(orders=shop.put("orders.csv", f"{HEADER}\n\n{ROW}\n,,,,\n\n"))
    told = shop.told("orders.csv", "orders")
    assert (told.rows_read, told.taken, told.passed_over) == (2, 1, {"an empty row": 1})


def test_columns_of_one_name_and_columns_without_one_are_kept_apart(shop: Shop) -> None:
    customers = shop.put("customers.csv", "customer_id,City,city,\n007,Rome,Oslo,x\n")
    shop.bring(orders=shop.put("orders.csv", f"{HEADER}\n{ROW}\n"), customers=customers)
    row = pd.read_parquet(shop.out / "customers.parquet").iloc[0]
    assert (row["City"], row["city (2)"], row["column 4"]) == ("Rome", "Oslo", "x")
    assert any("'city (2)'" in said for said in shop.told("customers.csv", "customers").assumptions)


def test_a_packed_file_is_unpacked_and_a_cut_one_is_refused(shop: Shop) -> None:
    rows = "".join(f"{at},a,p1,2024-01-02,{at}.50\n" for at in range(5_000))
    packed = gzip.compress(f"{HEADER}\n{rows}".encode())
    assert shop.bring(orders=shop.put("orders.csv.gz", packed)).orders.count().execute() == 5_000
    with pytest.raises(DataError, match=r"cut\.csv\.gz is cut off"):
        shop.bring(orders=shop.put("cut.csv.gz", packed[:-2_000]))
    with pytest.raises(DataError, match=r"hurt\.csv\.gz is (damaged|cut off)"):
        shop.bring(orders=shop.put("hurt.csv.gz", packed[:300] + b"\xff" * 50 + packed[350:]))


ORDERS: list[dict[str, Any]] = [
    {"order_id": 1, "customer_id": "a", "product_id": "p1", "ordered_at": "2024-01-02T10:00:00", "amount": 12.5},
    {"order_id": 2, "customer_id": "b", "product_id": "p2", "ordered_at": "2024-01-03T10:00:00", "amount": 0.1},
]


def as_json_lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    "content",
    [
        as_json_lines(ORDERS),
        json.dumps(ORDERS),
        json.dumps(ORDERS, indent=2),
        json.dumps({"orders": ORDERS}),
        json.dumps({"orders": ORDERS}, indent=1),
    ],
    ids=["lines", "array", "array over lines", "named array", "named array over lines"],
)
def test_json_is_read_by_what_it_holds_whatever_its_name(shop: Shop, content: str) -> None:
    tables = shop.bring(orders=shop.put("orders.txt", content))
    frame = tables.orders.order_by("order_id").execute()
    assert frame["order_id"].tolist() == ["1", "2"]
    assert frame["amount_minor"].tolist() == [1250, 10]


def test_lines_that_are_no_objects_go_to_quarantine(shop: Shop) -> None:
    third = {**ORDERS[0], "order_id": 3}
    content = as_json_lines(ORDERS) + 'nope\n[1, 2]\n{"order_id": "\\ud800"}\n' + as_json_lines([third])
    content += "[" * 100_000 + "\n" + as_json_lines([{**third, "order_id": at} for at in range(4, 9)])
    tables = shop.bring(orders=shop.put("orders.jsonl", content))
    assert tables.orders.count().execute() == 8
    assert [row["line"] for row in shop.quarantine()] == ["3", "4", "5", "7"]


def test_a_broken_array_is_refused_by_its_line(shop: Shop) -> None:
    broken = json.dumps(ORDERS, indent=1).replace('"b"', '"b')
    with pytest.raises(DataError, match=r"orders\.json, line 9: the file .* JSON|orders\.json, line 9: the file ends"):
        shop.bring(orders=shop.put("orders.json", broken))
    with pytest.raises(DataError, match="ends within its array"):
        shop.bring(orders=shop.put("orders.json", json.dumps(ORDERS)[:-20]))


def test_parquet_with_every_type_is_read_as_it_is(shop: Shop) -> None:
    table = pa.table(
        {
            "order_id": pa.array([1, 2], pa.int64()),
            "customer_id": pa.array([7.0, None], pa.float64()),
            "product_id": pa.array(["p1", "p2"]).dictionary_encode(),
            "ordered_at": pa.array([pd.Timestamp("2024-01-02 10:00:00.5")] * 2),
            "amount": pa.array([12.3, 0.1], pa.float32()),
            "discount": pa.array([pd.NA, pd.NA], pa.float64(), from_pandas=True),
        }
    )
    path = shop.folder / "orders.data"
    pq.write_table(table, path)
    frame = shop.bring(orders=path).orders.execute()
    assert frame[["order_id", "customer_id", "amount_minor", "discount_minor"]].to_numpy().tolist() == [
        ["1", "7", 1230, 0]
    ]
    (row,) = shop.quarantine()
    assert (row["line"], row["column"], row["reason"]) == ("2", "customer_id", "missing value")


def test_a_table_and_a_query_of_sqlite_are_read(shop: Shop) -> None:
    path = shop.folder / "shop.db"
    with sqlite3.connect(path) as base:
        base.execute("create table sales (order_id, customer_id, product_id, ordered_at, amount real, quantity int)")
        base.executemany(
            "insert into sales values (?, ?, ?, ?, ?, ?)",
            [("1", "007", "p1", "2024-01-02 10:00:00", 12.3, 2), ("2", "b", "p2", "2024-01-03", 0.29, 1)],
        )
    base.close()
    whole = shop.bring(orders=f"sqlite:///{path}?table=sales").orders.order_by("order_id").execute()
    assert whole[["customer_id", "amount_minor", "quantity"]].to_numpy().tolist() == [["007", 1230, 2], ["b", 29, 1]]
    assert shop.told("shop.db?table=sales", "orders").taken == 2
    query = "select * from sales where quantity = 2"
    assert shop.bring(orders=f"sqlite:///{path}?query={query}").orders.count().execute() == 1
    with pytest.raises(DataError, match=r"shop\.db\?table=nothing cannot be read"):
        shop.bring(orders=f"sqlite:///{path}?table=nothing")
    with pytest.raises(DataError, match="is no address of a table; expected `sqlite:///FILE"):
        shop.bring(orders=f"sqlite:///{path}")
    with pytest.raises(DataError, match="does not exist"):
        shop.bring(orders="sqlite:///nowhere.db?table=sales")


def test_a_table_of_duckdb_is_read_and_twice_the_same_changes_nothing(shop: Shop) -> None:
    path = shop.folder / "shop.duckdb"
    with duckdb.connect(str(path)) as base:
        base.execute(
            "create table sales as select '1' order_id, 'a' customer_id, 'p1' product_id, "
            "timestamp '2024-01-02 10:00:00' ordered_at, 12.30::decimal(10, 2) amount"
        )
    address = f"duckdb:///{path}?table=sales"
    shop.bring(orders=address)
    before = {path.name: path.read_bytes() for path in shop.out.glob("*.parquet")}
    assert shop.bring_more(orders=address).orders.amount_minor.execute().tolist() == [1230]
    assert {path.name: path.read_bytes() for path in shop.out.glob("*.parquet")} == before
    with pytest.raises(DataError, match="is a DuckDB database; name it as `duckdb:///FILE"):
        shop.bring(orders=path)


def test_a_database_that_nothing_here_speaks_to_names_what_to_install_and_no_password(shop: Shop) -> None:
    with pytest.raises(MissingPackage, match=r"pip install 'ibis-framework\[postgres\]'") as caught:
        shop.bring(orders="postgres://ann:secret@127.0.0.1/shop?table=orders")
    assert "secret" not in str(caught.value)


def test_several_files_of_a_table_are_one(shop: Shop) -> None:
    files = [
        shop.put("a.csv", f"{HEADER}\n{ROW}\n"),
        shop.put("b.jsonl", as_json_lines([{**ORDERS[0], "order_id": 5}])),
    ]
    assert sorted(shop.bring(orders=files).orders.order_id.execute()) == ["1", "5"]


def test_whatever_bytes_a_file_holds_it_is_read_or_refused(shop: Shop) -> None:
    good = f"{HEADER}\n{ROW}\n2,b,p2,2024-01-03 10:00:00,1\n".encode()
    broken = [good[:at] + bytes([(0, 34, 255)[at % 3]]) + good[at:] for at in range(3, len(good), 13)]
    products = shop.put("products.csv", PRODUCTS)
    for at, content in enumerate(broken):
        said = refusal_of(shop.folder / f"broken{at}", shop.put("broken.csv", content), products)
        assert not said or ("broken.csv" in said and said.isprintable())


def refusal_of(out: Path, orders: Path, products: Path) -> str:
    try:
        load_files(out, {"orders": orders, "products": products})
    except DataError as error:
        return str(error)
    return ""


def test_a_file_can_be_opened_for_its_columns_alone(shop: Shop) -> None:
    engine = connect()
    table = open_file(engine, shop.put("a.csv", "id;x\n007;1,5\n"), "customers")
    assert table.execute().to_dict("records") == [{"id": "007", "x": "1,5"}]
    with pytest.raises(DataError, match=r"b\.csv, line 3: the row '2' cannot be read; expected 2 fields"):
        open_file(engine, shop.put("b.csv", "id,x\n1,2\n2\n"), "customers")
