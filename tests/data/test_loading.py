"""A shop's own files: what becomes of their values, and what is said of those that cannot be taken."""

import csv
import datetime as dt
import random
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from assistant.config import Settings
from assistant.data import Tables, load_files
from assistant.errors import CheckFailed, DataError
from assistant.pipeline import Pipeline
from assistant.pipeline.listening import Silent
from assistant.records.quality import DataQuality
from assistant.workspace import Workspace, read_record, sha256_file

HEADER = "order_id,customer_id,product_id,ordered_at,amount"
ROW = "1,007,p1,2024-01-02 10:00:00,12.30"
PRODUCTS = "product_id,name,category\np1,Milk,Milk\np2,Bread,Bread\n"


def files_of(folder: Path, orders: str | bytes, **others: str) -> dict[str, Path]:
    folder.mkdir(exist_ok=True)
    contents = {"orders": orders, "products": PRODUCTS, **others}
    files = {}
    for name, content in contents.items():
        files[name] = folder / f"{name}.csv"
        files[name].write_bytes(content if isinstance(content, bytes) else content.encode())
    return files


def load(folder: Path, files: Mapping[str, Path]) -> Tables:
    out = folder / "out"
    out.mkdir()
    load_files(out, files)
    return Tables(out)


def quarantined(folder: Path, table: str = "orders") -> list[dict[str, str]]:
    with (folder / "out" / "quarantine" / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(folder: Path, orders: str | bytes, **others: str) -> str:
    with pytest.raises(DataError) as caught:
        load(folder, files_of(folder, orders, **others))
    return str(caught.value)


def test_ids_with_leading_zeros_stay_as_they_are(tmp_path: Path) -> None:
    orders = load(tmp_path, files_of(tmp_path, f"{HEADER}\n{ROW}\n")).orders.execute()
    assert orders["customer_id"].tolist() == ["007"]
    assert orders["order_id"].tolist() == ["1"]


@pytest.mark.parametrize(
    ("amount", "minor"),
    [
        ("12.30", 1230),
        ("12.3", 1230),
        ("12", 1200),
        ("0.29", 29),
        ("1.15", 115),
        ("4.35", 435),
        ("90071992547409.93", 9007199254740993),
    ],
)
def test_major_units_become_exact_minor_units(tmp_path: Path, amount: str, minor: int) -> None:
    orders = load(tmp_path, files_of(tmp_path, f"{HEADER}\n1,007,p1,2024-01-02 10:00:00,{amount}\n")).orders.execute()
    assert orders["amount_minor"].tolist() == [minor]


def test_every_cent_of_many_floats_in_parquet_is_kept(tmp_path: Path) -> None:
    cents = random.Random(7).sample(range(10_000_000), 5_000)
    frame = pd.DataFrame(
        {
            "order_id": [f"{at:05d}" for at in range(len(cents))],
            "customer_id": 7,
            "product_id": "p1",
            "ordered_at": pd.Timestamp("2024-01-02 10:00:00"),
            "amount": [cent / 100 for cent in cents],
            "quantity": 2.0,
        }
    )
    files = files_of(tmp_path, "")
    files["orders"] = tmp_path / "orders.parquet"
    frame.to_parquet(files["orders"])
    orders = load(tmp_path, files).orders.execute().sort_values("order_id")
    assert orders["amount_minor"].tolist() == cents
    assert set(orders["customer_id"]) == {"7"}
    assert set(orders["quantity"]) == {2}


def test_the_same_shop_as_csv_and_as_parquet_is_the_same(tmp_path: Path) -> None:
    files = files_of(tmp_path, f"{HEADER}\n{ROW}\n2,010,p2,2024-02-03 11:30:00,0.05\n")
    frame = pd.read_csv(files["orders"], dtype=str)
    parquet = {**files, "orders": tmp_path / "orders.parquet"}
    frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"]), amount=frame["amount"].astype(float)).to_parquet(
        parquet["orders"]
    )
    hashes = []
    for name, given in (("a", files), ("b", parquet)):
        (tmp_path / name).mkdir()
        load(tmp_path / name, given)
        hashes.append([sha256_file(path) for path in sorted((tmp_path / name / "out").glob("*.parquet"))])
    assert hashes[0] == hashes[1]


def test_customers_who_were_not_given_are_those_who_ordered(tmp_path: Path) -> None:
    rows = f"{HEADER}\n{ROW}\n2,010,p2,2024-02-03 11:30:00,0.05\n3,007,p2,2024-02-03 11:30:00,0.05\n"
    tables = load(tmp_path, files_of(tmp_path, rows))
    assert sorted(tables.customers.execute()["customer_id"]) == ["007", "010"]
    assert tables.events.count().execute() == tables.past_campaigns.count().execute() == 0


def test_a_table_of_text_alone_keeps_its_header_and_its_first_row(tmp_path: Path) -> None:
    files = files_of(tmp_path, f"{HEADER}\n{ROW}\n", customers="customer_id,age_band\nabc,old\n007,young\n")
    customers = load(tmp_path, files).customers.execute().sort_values("customer_id")
    assert customers[["customer_id", "age_band"]].to_numpy().tolist() == [["007", "young"], ["abc", "old"]]


def test_what_a_file_may_leave_out_takes_its_default(tmp_path: Path) -> None:
    row = load(tmp_path, files_of(tmp_path, f"{HEADER}\n{ROW}\n")).orders.execute().iloc[0]
    assert (row["quantity"], row["discount_minor"], row["coupon_minor"]) == (1, 0, 0)
    assert pd.isna(row["store_id"])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_columns_may_be_parted_by_what_a_spreadsheet_writes(tmp_path: Path, delimiter: str) -> None:
    content = "\ufeff" + f"{HEADER}\n{ROW}\n".replace(",", delimiter)
    assert load(tmp_path, files_of(tmp_path, content)).orders.execute()["amount_minor"].tolist() == [1230]


def test_a_row_that_starts_with_a_hash_is_a_row(tmp_path: Path) -> None:
    rows = f"{HEADER}\n#1,007,p1,2024-01-02 10:00:00,1\n{ROW}\n"
    orders = load(tmp_path, files_of(tmp_path, rows)).orders.execute()
    assert sorted(orders["order_id"]) == ["#1", "1"]


WRONG = [
    ("amount", "", "", "missing value", "never empty"),
    ("amount", "-5.00", "'-5.00", "rule broken", "a sale is 0 or more"),
    ("amount", "1.005", "1.005", "wrong type", "no more decimals than the currency has"),
    ("amount", "5 apples", "5 apples", "wrong type", "an amount (what the shop received"),
    ("amount", "=SUM(A1:A9)", "'=SUM(A1:A9)", "wrong type", "an amount"),
    ("amount_minor", "12.30", "12.30", "wrong type", "minor units"),
    ("amount_minor", "many", "many", "wrong type", "int64"),
    ("quantity", "1.5", "1.5", "wrong type", "int64"),
    ("quantity", "", "", "missing value", "never empty"),
    ("discount", "-1", "'-1", "not allowed", "at least 0"),
    ("ordered_at", "2024-02-30", "2024-02-30", "wrong type", "timestamp"),
    ("ordered_at", "yesterday", "yesterday", "wrong type", "the shop's local time"),
    ("ordered_at", "1899-12-30", "1899-12-30", "not allowed", "not before 1970"),
    ("ordered_at", "2024-03-02", "2024-03-02", "future date", "2024-03-01 or earlier"),
    ("customer_id", "", "", "missing value", "who ordered"),
    ("customer_id", "   ", "", "missing value", "never empty"),
    ("customer_id", "NULL", "", "missing value", "never empty"),
]


@pytest.mark.parametrize(("column", "value", "found", "reason", "expected"), WRONG)
def test_a_wrong_value_goes_to_quarantine_by_file_line_column_value_reason_and_what_was_expected(
    tmp_path: Path, column: str, value: str, found: str, reason: str, expected: str
) -> None:
    good = {"order_id": "1", "customer_id": "007", "product_id": "p1", "ordered_at": "2024-01-02 10:00:00"}
    good |= {"quantity": "1", ("amount_minor" if column == "amount_minor" else "amount"): "12", "discount": "0"}
    bad = {**good, "order_id": "2", column: value}
    also = {**good, "order_id": "3"} | ({"amount": "12.5"} if "amount" in good else {})
    orders = "\n".join(",".join(row) for row in (list(good), *(list(row.values()) for row in (good, bad, also)))) + "\n"
    (tmp_path / "out").mkdir()
    load_files(tmp_path / "out", files_of(tmp_path, orders), today=dt.date(2024, 3, 1))
    (row,) = quarantined(tmp_path)
    assert (row["file"], row["line"], row["column"]) == ("orders.csv", "3", column)
    assert (row["value"], row["reason"]) == (found, reason)
    assert expected in row["expected"]
    assert sorted(Tables(tmp_path / "out").orders.order_id.execute()) == ["1", "3"]


def test_the_line_is_the_one_an_editor_shows(tmp_path: Path) -> None:
    rows = f'{HEADER}\n1,"two\nlines ""quoted""",p1,2024-01-02 10:00:00,1\n\n2,a,p1,2024-01-02 10:00:00,x\n'
    load(tmp_path, files_of(tmp_path, rows))
    assert [(row["line"], row["value"]) for row in quarantined(tmp_path)] == [("5", "x")]


def test_wrong_lines_of_a_long_file_are_told_in_their_order(tmp_path: Path) -> None:
    rows = [f"{at},007,p1,2024-01-02 10:00:00,1" for at in range(50_000)]
    for at in (49_000, 23_456, 40_000):
        rows[at] = rows[at].replace("10:00", "25:00")
    load(tmp_path, files_of(tmp_path, "\n".join([HEADER, *rows])))
    assert [row["line"] for row in quarantined(tmp_path)] == ["23458", "40002", "49002"]


def test_a_wrong_row_of_parquet_is_told_by_its_number(tmp_path: Path) -> None:
    files = files_of(tmp_path, "")
    files["orders"] = tmp_path / "orders.parquet"
    row = {"order_id": "1", "customer_id": "a", "product_id": "p1", "ordered_at": pd.Timestamp("2024-01-02")}
    pd.DataFrame([{**row, "amount": 1.0}, {**row, "order_id": "2", "amount": -1.0}]).to_parquet(files["orders"])
    load(tmp_path, files)
    assert [(row["line"], row["column"]) for row in quarantined(tmp_path)] == [("2", "amount")]


def test_an_instant_is_told_by_the_shops_clock(tmp_path: Path) -> None:
    files = files_of(tmp_path, "")
    files["orders"] = tmp_path / "orders.parquet"
    row = {"order_id": "1", "customer_id": "a", "product_id": "p1", "amount_minor": 1}
    pd.DataFrame([{**row, "ordered_at": pd.Timestamp("2024-07-02 12:00", tz="UTC")}]).to_parquet(files["orders"])
    load_files(tmp_path / "out", files, time_zone="Europe/Berlin")
    assert Tables(tmp_path / "out").orders.ordered_at.execute().tolist() == [pd.Timestamp("2024-07-02 14:00")]


def test_a_file_of_which_more_than_half_is_wrong_is_refused_with_its_first_line(tmp_path: Path) -> None:
    message = refusal(tmp_path, f"{HEADER}\n{ROW}\n2,a,p1,2024-01-02 10:00:00,x\n3,a,p1,2024-01-02 10:00:00,y\n")
    assert message.startswith(f"{tmp_path / 'orders.csv'}, line 3: column 'amount' holds 'x'; expected an amount")
    assert "2 of 3 rows of the orders cannot be taken" in message


def test_strict_refuses_a_single_wrong_row(tmp_path: Path) -> None:
    files = files_of(tmp_path, f"{HEADER}\n{ROW}\n2,a,p1,2024-01-02 10:00:00,2\n3,a,p1,2024-01-02 10:00:00,y\n")
    with pytest.raises(CheckFailed, match=r"orders\.csv, line 4: column 'amount' holds 'y'.*1 of 3 rows") as caught:
        load_files(tmp_path / "out", files, strict=True)
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("column", ["order_id", "customer_id", "product_id", "ordered_at", "amount_minor"])
def test_a_missing_column_is_named_with_what_the_file_has(tmp_path: Path, column: str) -> None:
    names = [name for name in HEADER.split(",") if not column.startswith(name)]
    message = refusal(tmp_path, ",".join(names) + "\n" + ",".join("1" * len(names)) + "\n")
    assert message.startswith(str(tmp_path / "orders.csv"))
    assert repr("amount" if column == "amount_minor" else column) in message
    assert "--mapping FILE" in message


@pytest.mark.parametrize("table", ["orders", "products"])
def test_without_a_required_file_the_option_that_names_it_is_given(tmp_path: Path, table: str) -> None:
    files = files_of(tmp_path, f"{HEADER}\n{ROW}\n")
    del files[table]
    with pytest.raises(DataError, match=f"no file for {table}; name one with `--{table} FILE`"):
        load(tmp_path, files)


def test_a_row_that_repeats_another_in_every_column_counts_once(tmp_path: Path) -> None:
    tables = load(tmp_path, files_of(tmp_path, f"{HEADER}\n{ROW}\n{ROW}\n{ROW.replace('p1', 'p2')}\n"))
    assert tables.orders.count().execute() == 2
    told = read_record(tmp_path / "out" / "quality.json", DataQuality).sources[0]
    assert (told.rows_read, told.taken, told.duplicates) == (3, 2, 1)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    files = {**files_of(tmp_path, f"{HEADER}\n{ROW}\n"), "orders": tmp_path / "odrers.csv"}
    with pytest.raises(DataError, match=r"odrers\.csv does not exist; expected the shop's orders"):
        load(tmp_path, files)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is an empty file"),
        (random.Random(3).randbytes(4_000), "does not start with a line of column names"),
        (b"PK\x03\x04\x14\x00\x06\x00" * 50 + b"\n", "is a workbook or a ZIP file; save the sheet as CSV"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "is a web page or XML"),
        (b"SQLite format 3\x00" + b"\x00" * 100, "name it as `sqlite:///FILE?table=NAME`"),
        (HEADER.encode() + b"\n", "holds column names and no rows"),
        (b" \r\n\n", "is an empty file"),
    ],
)
def test_what_is_no_csv_is_refused_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    message = refusal(tmp_path, content)
    assert words in message
    assert str(tmp_path / "orders.csv") in message
    assert "\n" not in message
    assert message.isprintable()


def test_a_folder_and_a_false_parquet_are_refused(tmp_path: Path) -> None:
    files = files_of(tmp_path, f"{HEADER}\n{ROW}\n")
    false = tmp_path / "false.parquet"
    false.write_bytes(b"PAR1 and no more")
    for path, words in ((tmp_path, "is no file"), (false, "cannot be read as Parquet")):
        with pytest.raises(DataError, match=words):
            load_files(tmp_path, {**files, "orders": path})


def test_a_failing_ingest_leaves_the_earlier_data_as_it_was(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "shop", Settings())
    with workspace.writing():
        Pipeline(workspace, Silent()).ingest_files(files_of(tmp_path / "good", f"{HEADER}\n{ROW}\n"))
    before = contents(workspace.data)
    # The orders are good, so that their table has been written when the products fail.
    bad = files_of(
        tmp_path / "bad", f"{HEADER}\n{ROW}\n9,9,p2,2024-01-02 10:00:00,9\n", products="product_id,name\np1,\n"
    )
    with workspace.writing(), pytest.raises(DataError, match=r"products\.csv, line 2: column 'name' holds nothing"):
        Pipeline(workspace, Silent()).ingest_files(bad)
    assert contents(workspace.data) == before
    assert {"orders.parquet", "sources.json", "quality.json", "data.manifest.json"} <= set(before)
    assert Tables(workspace.data).orders.count().execute() == 1
