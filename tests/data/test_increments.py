"""Files that come one after another: they add, replace or change nothing, and the same files give the same bytes."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from ingesting import HEADER, ROW, Shop, hashes, lines
from small_shop import write_shop

from assistant.data import load_files
from assistant.errors import DataError

DATA = ("orders", "products", "customers", "events", "past_campaigns")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def orders_in(shop: Shop, name: str, *rows: str) -> Path:
    return shop.put(name, "\n".join([HEADER, *rows]) + "\n")


def test_the_same_files_give_the_same_bytes_and_brought_in_again_change_nothing(tmp_path: Path) -> None:
    files = write_shop(tmp_path / "files")
    first, second, again = (tmp_path / name for name in ("first", "second", "again"))
    counts = load_files(first, files)
    load_files(second, files, today=dt.date(2024, 5, 1))
    assert load_files(again, files, earlier=first) == counts
    assert hashes(first) == hashes(second) == hashes(again)
    assert {f"{name}.parquet" for name in DATA} <= set(hashes(first))


def test_a_further_file_adds_its_orders(shop: Shop) -> None:
    shop.bring(orders=orders_in(shop, "january.csv", ROW))
    tables = shop.bring_more(orders=orders_in(shop, "february.csv", "2,b,p2,2024-02-02,5"))
    assert lines(tables, "order_id", "amount_minor") == [("1", 1230), ("2", 500)]
    assert sorted(tables.customers.customer_id.execute()) == ["007", "b"]


def test_an_order_that_comes_again_replaces_all_of_its_lines(shop: Shop) -> None:
    shop.bring(orders=orders_in(shop, "a.csv", ROW, "1,007,p2,2024-01-02,1", "2,b,p2,2024-02-02,5"))
    tables = shop.bring_more(orders=orders_in(shop, "b.csv", "1,007,p1,2024-01-02,9"))
    assert lines(tables, "order_id", "line", "amount_minor") == [("1", 0, 900), ("2", 0, 500)]
    assert {check.check: check.count for check in shop.quality.checks}["replaced_orders"] == 1


def test_an_earlier_file_again_does_not_overtake_a_later_one(shop: Shop) -> None:
    first = orders_in(shop, "a.csv", ROW)
    shop.bring(orders=first)
    shop.bring_more(orders=orders_in(shop, "b.csv", "1,007,p1,2024-01-02,9"))
    before = hashes(shop.out)
    assert lines(shop.bring_more(orders=first), "amount_minor") == [(900,)]
    assert hashes(shop.out) == before


def test_the_same_file_read_another_way_replaces_what_it_gave(shop: Shop) -> None:
    path = orders_in(shop, "a.csv", ROW.replace("2024-01-02 10:00:00", "03/04/2024"))
    shop.bring({"dates": "day-first"}, orders=path)
    tables = shop.bring_more({"dates": "month-first"}, orders=path)
    assert [str(row[0]) for row in lines(tables, "ordered_at")] == ["2024-03-04 00:00:00"]
    assert len([source for source in shop.quality.sources if source.table == "orders"]) == 1


def test_of_a_customer_the_last_file_counts_and_what_it_does_not_say_stays(shop: Shop) -> None:
    orders = orders_in(shop, "o.csv", ROW)
    first = shop.put("c1.csv", "customer_id,first_name,phone,City\n007,James,1,Rome\n008,Eve,2,Oslo\n")
    shop.bring(orders=orders, customers=first)
    tables = shop.bring_more(customers=shop.put("c2.csv", "customer_id,first_name,phone\n007,Jim,\n009,Ann,4\n"))
    frame = tables.customers.order_by("customer_id").execute()
    found = frame[["customer_id", "first_name", "phone", "City"]].astype(object).where(lambda f: f.notna(), None)
    assert found.to_numpy().tolist() == [
        ["007", "Jim", None, "Rome"], ["008", "Eve", "2", "Oslo"], ["009", "Ann", "4", None],
    ]  # fmt: skip


def test_of_consent_the_latest_known_counts_whichever_file_comes_last(shop: Shop) -> None:
    head = "customer_id,email_opt_in,known_at,first_name\n"
    newer = shop.put("newer.csv", head + "007,no,2024-05-01,Jim\n")
    older = shop.put("older.csv", head + "007,yes,2023-01-01,James\n")
    shop.bring(orders=orders_in(shop, "o.csv", ROW), customers=newer)
    row = shop.bring_more(customers=older).customers.execute().iloc[0]
    assert not row["email_opt_in"]
    assert row["first_name"] == "James"
    assert row["known_at"] == pd.Timestamp("2023-01-01")


def test_events_count_once_by_their_id_and_without_one_as_often_as_one_file_says(shop: Shop) -> None:
    head = "customer_id,event,occurred_at,event_id,page\n"
    first = "007,browse,2024-01-02,e1,x\n007,browse,2024-01-02,e1,y\n007,cart,2024-01-03,,a\n007,cart,2024-01-03,,b\n"
    second = "007,browse,2024-01-02,e1,x\n007,cart,2024-01-03,,a\n007,search,2024-01-04,,\n"
    orders = orders_in(shop, "o.csv", ROW)
    shop.bring(orders=orders, events=shop.put("e1.csv", head + first))
    assert shop.told("e1.csv", "events").duplicates == 1
    events = shop.bring_more(events=shop.put("e2.csv", head + second)).events.execute()
    assert sorted(events["event"]) == ["browse", "cart", "cart", "search"]


def test_a_product_that_comes_again_in_one_file_is_quarantined_and_in_another_replaces(shop: Shop) -> None:
    twice = shop.put("p.csv", "product_id,name\np1,Milk\np1,Cream\np2,Bread\n")
    tables = shop.bring(orders=orders_in(shop, "o.csv", ROW), products=twice)
    assert tables.products.order_by("product_id").name.execute().tolist() == ["Milk", "Bread"]
    assert [(row["line"], row["value"], row["reason"]) for row in shop.quarantine("products")] == [
        ("3", "p1", "duplicate id")
    ]
    more = shop.bring_more(products=shop.put("p2.csv", "product_id,name\np1,Butter\n"))
    assert more.products.order_by("product_id").name.execute().tolist() == ["Butter", "Bread"]
    # What was not taken of the earlier file is still there to be mended.
    assert len(shop.quarantine("products")) == 1


def test_rows_of_the_future_are_kept_out(shop: Shop) -> None:
    orders = orders_in(shop, "o.csv", ROW, "2,b,p1,2024-03-01 23:59:59,1", "3,b,p1,2024-03-02,1")
    tables = shop.bring({"today": dt.date(2024, 3, 1)}, orders=orders)
    assert sorted(tables.orders.order_id.execute()) == ["1", "2"]


def test_parts_that_are_gone_are_told(shop: Shop) -> None:
    shop.bring(orders=orders_in(shop, "o.csv", ROW))
    (part,) = (shop.out / "parts").glob("o-csv-*")
    part.rename(shop.folder / "elsewhere")
    with pytest.raises(DataError, match=r"What o\.csv gave is missing"):
        shop.bring_more(orders=orders_in(shop, "o2.csv", ROW.replace("1,", "2,", 1)))


def test_customers_who_ordered_are_there_without_a_file_and_counted(shop: Shop) -> None:
    orders = orders_in(shop, "o.csv", ROW, "2,new,p9,2024-02-02,5")
    tables = shop.bring(orders=orders, customers=shop.put("c.csv", "customer_id,first_name\n007,James\nx,Max\n"))
    assert sorted(tables.customers.customer_id.execute()) == ["007", "new", "x"]
    found = {check.check: (check.count, check.of) for check in shop.quality.checks}
    assert found["customers_without_file"] == (1, 3)
    assert found["customers_without_order"] == (1, 3)
    assert found["lines_without_product"] == (1, 2)
    assert found["days_covered"] == (32, 0)
    assert found["longest_gap"] == (30, 0)
