"""Lists for customers and segments in shops where what follows from what is known."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from planted_baskets import DAY, Shop, communities, kinds

from assistant.config import RecommendationSettings
from assistant.data import Cutoff, Tables
from assistant.errors import DataError
from assistant.recommendations import SCHEMA, Recommender, fit_recommender, purchase_history
from assistant.records import BoughtAgain, BoughtTogether, ComesBack, PopularWith, Recommendation, Suits

CUTOFF = Cutoff(DAY)
NOBODY = pd.DataFrame({"customer_id": [], "segment": []}, dtype="object")


def recommender(tables: Tables, assignments: pd.DataFrame = NOBODY, least: int = 5, **settings: object) -> Recommender:
    return fit_recommender(
        tables, CUTOFF, assignments, RecommendationSettings.model_validate(settings), min_group_size=least, seed=7
    )


def of_kind(entries: tuple[Recommendation, ...], kind: str) -> list[Recommendation]:
    return [entry for entry in entries if entry.kind == kind]


def planted() -> Shop:
    """The communities, and customers whose one purchase says what they want next."""
    shop = communities()
    shop.buy("A-only", ["A00"], 10)
    shop.customers += ["stranger", "unplaced"]
    return shop


@pytest.fixture(scope="module")
def shop() -> Shop:
    return planted()


@pytest.fixture(scope="module")
def tables(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return shop.open(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def fitted(shop: Shop, tables: Tables) -> Recommender:
    assignments = kinds(shop)
    assignments.loc[len(assignments)] = ["stranger", "S2"]
    return recommender(tables, assignments)


def test_what_is_bought_together_is_found_and_both_buyers_are_counted(fitted: Recommender, shop: Shop) -> None:
    first = of_kind(fitted.for_customer("A-only", 3), "new")[0]
    lines = pd.DataFrame(shop.lines)
    buyers = {p: set(lines.loc[lines["product_id"] == p, "customer_id"]) for p in ("A00", "A01")}
    assert first.product_id == "A01"
    assert first.basis == "history"
    assert first.reason == BoughtTogether(
        product_id="A00", name="Name of A00", customers=len(buyers["A00"] & buyers["A01"])
    )


def test_customers_are_offered_what_their_kind_buys(fitted: Recommender, shop: Shop) -> None:
    bought = pd.DataFrame(shop.lines).drop_duplicates(["customer_id", "product_id"])
    own = bought[bought["product_id"].str[0] == bought["customer_id"].str[0]].groupby("customer_id").size()
    table = fitted.table(1)
    # Who has most of the kind's products may be offered what is left of another's.
    new = table[(table["kind"] == "new") & table["customer_id"].isin(own.index[own <= 5])]
    new = new[new["product_id"].str[0] != "Z"]
    assert len(new) > 10
    assert (new["product_id"].str[0] == new["customer_id"].str[0]).mean() > 0.98


def test_a_weekly_habit_stands_before_one_purchase_of_long_ago(tmp_path: Path) -> None:
    shop = communities(60)
    for week in range(8):
        shop.buy("regular", ["Z03"], 3 + 7 * week)
    shop.buy("regular", ["Z01"], 200)
    shop.buy("regular", ["Z02"], 10)
    shop.buy("regular", ["Z02"], 40)
    again = of_kind(recommender(shop.open(tmp_path)).for_customer("regular", 10), "again")
    assert [entry.product_id for entry in again] == ["Z03", "Z02", "Z01"]
    assert [entry.rank for entry in again] == [1, 2, 3]
    assert [entry.reason for entry in again] == [
        BoughtAgain(times=8, every_days=7, days_since=3),
        BoughtAgain(times=2, every_days=None, days_since=10),
        BoughtAgain(times=1, every_days=None, days_since=200),
    ]


def test_a_product_that_people_come_back_for_stands_before_one_that_they_do_not(tmp_path: Path) -> None:
    shop = Shop()
    for product in ("lamp", "milk"):
        shop.sell(product)
    for number in range(40):
        shop.buy(f"C{number:02d}", ["lamp", "milk"], 20)
        shop.buy(f"C{number:02d}", ["milk"], 10 + number)
    shop.buy("new here", ["lamp", "milk"], 5)
    again = of_kind(recommender(shop.open(tmp_path), prior_buyers=1).for_customer("new here", 2), "again")
    assert [entry.product_id for entry in again] == ["milk", "lamp"]


def test_two_lines_of_a_day_are_one_purchase_and_a_return_is_none(tmp_path: Path) -> None:
    shop = communities(60)
    shop.buy("careful", ["Z00"], 30)
    shop.buy("careful", ["Z00"], 30)
    shop.buy("careful", ["Z00"], 9, quantity=-1)
    shop.buy("careful", ["Z01"], 5, quantity=-1)
    again = of_kind(recommender(shop.open(tmp_path)).for_customer("careful", 5), "again")
    assert [(entry.product_id, entry.reason) for entry in again] == [
        ("Z00", BoughtAgain(times=1, every_days=None, days_since=30))
    ]


def test_what_happens_after_the_cutoff_changes_no_bit_of_any_list(tmp_path: Path) -> None:
    shop = planted()
    before = recommender(shop.open(tmp_path / "before"), kinds(shop))
    assignments = kinds(shop)
    for number in range(100):
        shop.buy(f"A-{3 * (number % 80):03d}", ["B00", "C01", "Z00"], -(number % 30))
    after = recommender(shop.open(tmp_path / "after"), assignments)
    pd.testing.assert_frame_equal(after.table(10), before.table(10), check_exact=True)
    assert after.for_segment("S1", 5) == before.for_segment("S1", 5)
    # The rows were seen by who may see them, so the equality is not of two empty readings.
    later = fit_recommender(
        after_tables := Tables(tmp_path / "after"),
        Cutoff(DAY + dt.timedelta(days=40)),
        assignments,
        RecommendationSettings(),
        min_group_size=5,
        seed=7,
    )
    assert after_tables.orders.count().execute() > len(before.history.columns)
    assert not later.table(10)["product_id"].equals(before.table(10)["product_id"])


def test_rows_in_another_order_give_the_same_lists(shop: Shop, fitted: Recommender, tmp_path: Path) -> None:
    again = recommender(shop.open(tmp_path, shuffled=5), kinds(shop))
    ours = fitted.table(10)
    theirs = again.table(10)
    known = ours["customer_id"] != "stranger"
    theirs = theirs[theirs["customer_id"] != "stranger"].reset_index(drop=True)
    pd.testing.assert_frame_equal(theirs, ours[known].reset_index(drop=True), check_exact=True)


def test_of_equal_scores_the_product_of_more_buyers_comes_first_then_the_smaller_id(tmp_path: Path) -> None:
    shop = Shop()
    for product in ("seed", "twin 2", "twin 1", "liked"):
        shop.sell(product)
    for number in range(30):
        shop.buy(f"C{number:02d}", ["seed", "twin 1", "twin 2"], 50)
        shop.buy(f"D{number:02d}", ["liked"], 50)
    shop.buy("E", ["liked"], 5)
    shop.buy("asks", ["seed"], 5)
    shop.customers.append("stranger")
    fitted = recommender(shop.open(tmp_path))
    new = of_kind(fitted.for_customer("asks", 3), "new")
    assert [entry.product_id for entry in new] == ["twin 1", "twin 2", "liked"]
    assert new[0].score == new[1].score
    assert [e.product_id for e in fitted.for_customer("stranger", 4)] == ["liked", "seed", "twin 1", "twin 2"]


def test_what_may_not_be_advertised_is_neither_recommended_nor_a_reason(tmp_path: Path) -> None:
    shop = Shop()
    shop.sell("test kit", advertisable=False)
    for product in ("diapers", "rattle"):
        shop.sell(product)
    for number in range(60):
        shop.buy(f"C{number:02d}", ["test kit", "diapers", "uncatalogued"] if number % 2 else ["rattle"], 20)
    shop.buy("asks", ["test kit"], 5)
    fitted = recommender(shop.open(tmp_path))
    table = fitted.table(5)
    assert set(table["product_id"]) <= {"diapers", "rattle"}
    assert "test kit" not in set(table["reason_product_id"].dropna())
    (first, _) = fitted.for_customer("asks", 5)
    assert first.product_id == "diapers"
    assert isinstance(first.reason, PopularWith)
    assert not {"test kit", "uncatalogued"} & {e.product_id for e in fitted.for_customer("C01", 5)}


def test_a_name_stands_once_and_is_not_new_to_who_bought_another_product_of_it(tmp_path: Path) -> None:
    shop = Shop()
    for size in ("small", "large"):
        for product in ("milk", "bread", "jam"):
            shop.sell(f"{product} {size}", name=product.title())
    for number in range(60):
        size = ("small", "large")[number % 2]
        shop.buy(f"C{number:02d}", [f"milk {size}", f"bread {size}", f"jam {size}"][number % 3 :], 20 + number)
    shop.buy("asks", ["milk large"], 4)
    shop.buy("asks", ["milk small"], 5)
    shop.buy("asks", ["milk small"], 6)
    entries = recommender(shop.open(tmp_path)).for_customer("asks", 10)
    assert [entry.product_id for entry in of_kind(entries, "again")] == ["milk small"]
    assert sorted(entry.name for entry in of_kind(entries, "new")) == ["Bread", "Jam"]


def test_who_bought_nothing_gets_what_the_segment_buys_and_it_says_so(fitted: Recommender, shop: Shop) -> None:
    entries = fitted.for_customer("stranger", 4)
    lines = pd.DataFrame(shop.lines)
    inside = lines[lines["customer_id"].str.startswith("B-")].drop_duplicates(["customer_id", "product_id"])
    counts = inside["product_id"].value_counts()
    assert {entry.kind for entry in entries} == {"new"}
    assert {entry.basis for entry in entries} == {"segment"}
    assert [entry.reason for entry in entries] == [
        PopularWith(segment="S2", customers=counts[entry.product_id]) for entry in entries
    ]
    assert [entry.score for entry in entries] == sorted(counts, reverse=True)[:4]


def test_without_a_segment_it_is_what_everybody_buys(fitted: Recommender, shop: Shop) -> None:
    entries = fitted.for_customer("unplaced", 3)
    counts = pd.DataFrame(shop.lines).drop_duplicates(["customer_id", "product_id"])["product_id"].value_counts()
    assert {entry.basis for entry in entries} == {"everyone"}
    assert [entry.reason for entry in entries] == [
        PopularWith(segment="", customers=counts[entry.product_id]) for entry in entries
    ]


def test_a_segment_too_small_to_be_counted_is_not(shop: Shop, tables: Tables) -> None:
    assignments = kinds(shop)
    assignments.loc[assignments["customer_id"] == "B-001", "segment"] = "S9"
    assignments.loc[len(assignments)] = ["stranger", "S9"]
    entries = recommender(tables, assignments).for_customer("stranger", 3)
    assert {entry.basis for entry in entries} == {"everyone"}
    assert all(entry.reason.segment == "" for entry in entries if isinstance(entry.reason, PopularWith))


def test_fewer_customers_than_may_be_counted_give_no_reason(shop: Shop, tables: Tables) -> None:
    table = recommender(tables, kinds(shop), least=10_000).table(5)
    assert set(table.loc[table["kind"] == "new", "reason"].isna()) == {True}
    assert set(table.loc[table["kind"] == "again", "reason"]) == {"again"}


def test_an_unknown_customer_is_an_error_of_one_sentence(fitted: Recommender) -> None:
    with pytest.raises(DataError, match=r"^There is no customer 'nobody' before 2024-01-01; .*[^.]\.$"):
        fitted.for_customer("nobody", 3)


def test_a_segment_is_offered_what_it_comes_back_for_and_what_suits_most_of_it(fitted: Recommender, shop: Shop) -> None:
    entries = fitted.for_segment("S3", 4)
    lines = pd.DataFrame(shop.lines)
    inside = lines[lines["customer_id"].str.startswith("C-")]
    days = inside.drop_duplicates(["customer_id", "product_id", "ordered_at"]).groupby(["product_id", "customer_id"])
    times = days.size()
    for entry in of_kind(entries, "again"):
        mine = times[entry.product_id]
        assert entry.reason == ComesBack(segment="S3", customers=len(mine), returned=int((mine > 1).sum()))
    table = fitted.table(4)
    new = table[(table["kind"] == "new") & table["customer_id"].str.startswith("C-")]
    counts = new["product_id"].value_counts()
    suits = of_kind(entries, "new")
    assert suits
    assert all(entry.reason == Suits(segment="S3", customers=counts[entry.product_id]) for entry in suits)
    assert not {entry.name for entry in suits} & {entry.name for entry in of_kind(entries, "again")}


def test_an_unknown_segment_is_an_error_that_names_those_there_are(fitted: Recommender) -> None:
    with pytest.raises(DataError, match=r"no segment 'S7'; expected one of S1, S2, S3"):
        fitted.for_segment("S7", 3)


def test_a_shop_without_a_purchase_before_the_cutoff_is_an_error(tmp_path: Path) -> None:
    shop = Shop()
    shop.sell("late")
    shop.buy("C", ["late"], -5)
    with pytest.raises(DataError, match="Nobody bought anything before 2024-01-01"):
        recommender(shop.open(tmp_path))


def test_the_file_holds_the_table_and_blocks_do_not_show(
    fitted: Recommender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fitted.table(5)
    monkeypatch.setattr("assistant.recommendations.lists.BLOCK_BYTES", 8 * fitted.model.modelled * 7)
    assert len(list(fitted.blocks(5))) > 30
    path = tmp_path / "lists.parquet"
    assert fitted.write(path, 5) == len(whole)
    written = pd.read_parquet(path)
    assert list(written.columns) == SCHEMA.names
    assert [p.name for p in tmp_path.iterdir()] == ["lists.parquet"]
    for column in SCHEMA.names:
        left, right = written[column].astype(object), whole[column].astype(object)
        pd.testing.assert_series_equal(left.where(left.notna(), None), right.where(right.notna(), None))


def test_what_memory_does_not_hold_are_the_products_bought_by_fewest(shop: Shop, tables: Tables) -> None:
    everything = purchase_history(tables, CUTOFF, 120)
    half = purchase_history(tables, CUTOFF, 120, max_pairs=len(everything.columns) // 2)
    held = len(half.products)
    assert 0 < held < len(everything.products) == half.products_bought
    assert list(half.products) == list(everything.products[:held])
    assert len(half.columns) <= len(everything.columns) // 2
    assert (half.bought != everything.bought[:, :held]).nnz == 0


def test_where_nobody_has_come_back_the_latest_purchase_stands_first(tmp_path: Path) -> None:
    shop = Shop()
    for product in ("a", "b", "c"):
        shop.sell(product)
        shop.buy("C", [product], {"a": 20, "b": 5, "c": 90}[product])
    again = of_kind(recommender(shop.open(tmp_path)).for_customer("C", 3), "again")
    assert [entry.product_id for entry in again] == ["b", "a", "c"]
