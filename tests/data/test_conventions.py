"""Numbers, moments and currencies as shops write them: decided by the whole column, never guessed from one value."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ingesting import Shop, lines

from assistant.data import connect
from assistant.data.converting import add_macros, minor_digits
from assistant.data.converting.macros import minor_even, number_large, number_small
from assistant.errors import ConfigError, DataError


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def orders_of(values: list[str], column: str = "amount", **others: str) -> list[dict[str, str]]:
    row = {"customer_id": "a", "product_id": "p1", "ordered_at": "2024-01-02", "amount": "1", **others}
    return [{"order_id": f"{at:03d}", **row, column: value} for at, value in enumerate(values)]


def amounts(shop: Shop, values: list[str], **settings: Any) -> list[int]:
    orders = shop.put_rows("orders.csv", orders_of(values), delimiter=";")
    return [row[0] for row in lines(shop.bring(settings, orders=orders), "amount_minor")]


def moments(shop: Shop, values: list[str], **settings: Any) -> list[str]:
    orders = shop.put_rows("orders.csv", orders_of(values, "ordered_at"), delimiter=";")
    return [f"{row[0]:%Y-%m-%d %H:%M:%S}" for row in lines(shop.bring(settings, orders=orders), "ordered_at")]


def test_a_decimal_comma_is_known_by_the_other_values_of_its_column(shop: Shop) -> None:
    written = ["1.234,50", "12,30", "7", "1.234", "€ 5,00", "1 000,5", "0,05 €", "2.000.000,00"]
    assert amounts(shop, written, currency="EUR") == [123450, 1230, 700, 123400, 500, 100050, 5, 200000000]
    assert "numbers in 'amount' have a decimal comma" in shop.told("orders.csv", "orders").assumptions


def test_a_decimal_point_is_known_by_the_other_values_of_its_column(shop: Shop) -> None:
    written = ["1,234.50", "12.30", "7", "1,234", "$5.00", "1'000.5", "USD 0.05", "12,34,567.00", "1.5E+3", ".5"]
    assert amounts(shop, written) == [123450, 1230, 700, 123400, 500, 100050, 5, 123456700, 150000, 50]


def test_a_number_that_may_be_thousands_or_decimals_is_asked_about_and_not_guessed(shop: Shop) -> None:
    with pytest.raises(DataError, match=r"numbers such as 1\.234 or 1,234 in column 'amount' .* `--decimal \.`"):
        amounts(shop, ["1.234", "5"])
    assert amounts(shop, ["1.234", "5"], decimal=",") == [123400, 500]
    assert amounts(shop, ["1,234", "5"], decimal=".") == [123400, 500]


def test_a_column_that_does_not_decide_follows_the_others_of_its_file(shop: Shop) -> None:
    rows = orders_of(["1.234", "2.000"])
    orders = shop.put_rows("orders.csv", [{**row, "discount": "0,50"} for row in rows], delimiter=";")
    assert lines(shop.bring(orders=orders), "amount_minor", "discount_minor") == [(123400, 50), (200000, 50)]


def test_points_and_commas_in_one_column_are_refused_and_one_slip_of_many_is_quarantined(shop: Shop) -> None:
    with pytest.raises(DataError, match="a decimal point and with a decimal comma"):
        amounts(shop, ["1.50", "2,50"])
    assert len(amounts(shop, ["1.50"] * 40 + ["2,50"])) == 40
    assert [row["value"] for row in shop.quarantine()] == ["2,50"]


def test_brackets_and_a_minus_behind_are_below_zero(shop: Shop) -> None:
    orders = shop.put_rows("o.csv", [{**row, "quantity": "-1"} for row in orders_of(["(12.30)", "5.00-", "-1", "2"])])
    assert lines(shop.bring(orders=orders), "amount_minor") == [(-1230,), (-500,), (-100,), (-200,)]


@pytest.mark.parametrize(("currency", "digits"), [("USD", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("BHD", 3)])
def test_minor_units_have_the_digits_of_the_currency(shop: Shop, currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits
    assert amounts(shop, ["1200", "5"], currency=currency) == [1200 * 10**digits, 5 * 10**digits]


def test_ids_that_look_like_numbers_stay_text(shop: Shop) -> None:
    orders = shop.put_rows("o.csv", orders_of(["1.00"] * 3, customer_id="007"))
    rows = [
        {**row, "product_id": said} for row, said in zip(orders_of(["1"] * 3), ["1.2E+05", "00", "1,5"], strict=True)
    ]
    orders = shop.put_rows("o.csv", rows)
    assert lines(shop.bring(orders=orders), "product_id") == [("1.2E+05",), ("00",), ("1,5",)]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.decimals("-99999999999", "99999999999", places=4, allow_nan=False), st.integers(-200_000, 200_000)
        ),
        min_size=1,
        max_size=20,
    )
)
def test_prices_times_items_are_exact_and_rounded_half_to_even(rows: list[tuple[Decimal, int]]) -> None:
    engine = connect(threads=1)
    add_macros(engine)
    frame = pd.DataFrame({"t": [f"{price:f}" for price, _ in rows], "q": [items for _, items in rows]})
    table = engine.create_table("rows", frame, temp=True, overwrite=True)
    small, large = number_small(table.t, False), number_large(table.t, False)
    said = table.select(minor=minor_even(small, large, table.q, 10**9, 10_000), at=table.t).execute()
    assert said["minor"].tolist() == [
        int((price * items * 100).quantize(Decimal(1), "ROUND_HALF_EVEN")) for price, items in rows
    ]
    engine.disconnect()


WRITTEN = [
    ("2024-01-02", "2024-01-02 00:00:00"),
    ("2024-01-02 10:00:00", "2024-01-02 10:00:00"),
    ("2024-01-02T10:00:00.5", "2024-01-02 10:00:00"),
    ("2024/1/2 9:05", "2024-01-02 09:05:00"),
    ("20240102", "2024-01-02 00:00:00"),
    ("20240102103000", "2024-01-02 10:30:00"),
    ("02.01.2024", "2024-01-02 00:00:00"),
    ("2. März 2024", "2024-03-02 00:00:00"),
    ("Jan 2, 2024 10:05 PM", "2024-01-02 22:05:00"),
    ("2-Jan-2024", "2024-01-02 00:00:00"),
    ("2024-01-02 12:05 AM", "2024-01-02 00:05:00"),
    ("1704189600", "2024-01-02 10:00:00"),
    ("1704189600000", "2024-01-02 10:00:00"),
    ("1704189600000000", "2024-01-02 10:00:00"),
]


def test_moments_are_read_however_they_are_written(shop: Shop) -> None:
    assert moments(shop, [said for said, _ in WRITTEN]) == [meant for _, meant in WRITTEN]


ZONED = [
    ("2024-01-02 10:00:00 -0500", "2024-01-02 16:00:00"),
    ("2024-07-02 10:00:00 -0400", "2024-07-02 16:00:00"),
    ("2024-01-02T10:00:00Z", "2024-01-02 11:00:00"),
    ("2024-07-02T10:00:00.250+05:30", "2024-07-02 06:30:00"),
    ("2024-03-31 00:59:59 UTC", "2024-03-31 01:59:59"),
    ("2024-03-31 01:00:00 UTC", "2024-03-31 03:00:00"),
    ("Tue, 02 Jan 2024 10:00:00 +0200", "2024-01-02 09:00:00"),
    ("Tue Jan 02 2024 10:00:00 GMT+0200 (EET)", "2024-01-02 09:00:00"),
    ("1704189600", "2024-01-02 11:00:00"),
    ("2024-01-02 10:00:00", "2024-01-02 10:00:00"),
    ("2024-01-02", "2024-01-02 00:00:00"),
]


def test_moments_with_an_offset_are_told_by_the_shops_clock(shop: Shop) -> None:
    assert moments(shop, [said for said, _ in ZONED], time_zone="Europe/Berlin") == [meant for _, meant in ZONED]


def test_without_a_zone_the_clock_is_taken_as_it_is_written(shop: Shop) -> None:
    assert moments(shop, ["2024-01-02 10:00:00 -0500", "2024-07-02T10:00:00Z"]) == [
        "2024-01-02 10:00:00",
        "2024-07-02 10:00:00",
    ]


def test_a_zone_that_is_none_is_named(shop: Shop) -> None:
    with pytest.raises(ConfigError, match="no time zone 'Mars/Base'; expected an IANA name"):
        moments(shop, ["2024-01-02"], time_zone="Mars/Base")


def test_the_order_of_day_and_month_is_that_of_the_whole_column(shop: Shop) -> None:
    assert moments(shop, ["02/03/2024", "25/12/2024 18:30"]) == ["2024-03-02 00:00:00", "2024-12-25 18:30:00"]
    assert moments(shop, ["02/03/2024", "12/25/24"]) == ["2024-02-03 00:00:00", "2024-12-25 00:00:00"]
    assert "dates in 'ordered_at' have the month first" in shop.told("orders.csv", "orders").assumptions


def test_an_order_of_day_and_month_that_nothing_decides_is_asked_about(shop: Shop) -> None:
    with pytest.raises(DataError, match=r"dates such as 2/3/2024 in column 'ordered_at' .* `--dates day-first`"):
        moments(shop, ["02/03/2024", "04/05/2024"])
    assert moments(shop, ["02/03/2024"], dates="day-first") == ["2024-03-02 00:00:00"]
    assert moments(shop, ["02/03/2024"], dates="month-first") == ["2024-02-03 00:00:00"]
    with pytest.raises(DataError, match="now the day, now the month first"):
        moments(shop, ["25/12/2024", "12/25/2024"])


def in_currencies(shop: Shop, rates: dict[str, Decimal] | None) -> list[tuple[Any, ...]]:
    said = [("10.00", "USD"), ("10.00", "eur"), ("0.05", "EUR"), ("100", "JPY"), ("7.00", "")]
    rows = [{**row, "currency": code} for row, (_, code) in zip(orders_of([a for a, _ in said]), said, strict=True)]
    tables = shop.bring({"rates": rates}, orders=shop.put_rows("orders.csv", rows))
    return lines(tables, "amount_minor")


def test_mixed_currencies_are_refused_with_their_counts(shop: Shop) -> None:
    with pytest.raises(DataError, match=r"EUR \(2 rows\), JPY \(1 rows\), USD \(1 rows\); expected USD"):
        in_currencies(shop, None)
    with pytest.raises(DataError, match="Give a rate for JPY"):
        in_currencies(shop, {"EUR": Decimal("1.085")})


def test_with_rates_every_amount_is_turned_into_the_shops_currency_and_rounded_half_to_even(shop: Shop) -> None:
    # 0.05 x 1.1 = 0.055, half of a cent: to the even one.
    rates = {"EUR": Decimal("1.1"), "JPY": Decimal("0.006789")}
    assert in_currencies(shop, rates) == [(1000,), (1100,), (6,), (68,), (700,)]
    with pytest.raises(ConfigError, match="The rate of EUR is 0; expected USD for one EUR, above 0"):
        in_currencies(shop, {"EUR": Decimal(0)})


def test_amounts_with_the_sign_of_another_currency_are_refused(shop: Shop) -> None:
    with pytest.raises(DataError, match=r"amounts in column 'amount' are in € \(1 rows\); expected USD"):
        amounts(shop, ["$5.00", "€ 6.00", "7"])
    assert amounts(shop, ["$5.00", "6.00", "7"], currency="CAD") == [500, 600, 700]


def test_consent_is_read_in_the_usual_words(shop: Shop) -> None:
    said = ["yes", "No", "TRUE", "0", "", "n/a"]
    people = shop.put_rows("c.csv", [{"customer_id": f"c{at}", "email_opt_in": word} for at, word in enumerate(said)])
    tables = shop.bring(orders=shop.put_rows("o.csv", orders_of(["1"], customer_id="c0")), customers=people)
    frame = tables.customers.order_by("customer_id").execute()
    assert [None if pd.isna(value) else bool(value) for value in frame["email_opt_in"]] == [
        True, False, True, False, None, None,
    ]  # fmt: skip
