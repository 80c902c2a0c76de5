"""Texts of the index: every number in them counted again, and no small group behind any of them."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from raw_facts import raw_lines

from assistant.config import FactSettings
from assistant.data import Tables, load_files
from assistant.facts import build_sheets, format_money
from assistant.records import Document, FactSheet
from assistant.retrieval import build_documents
from assistant.segments import Fitted

AS_OF = dt.date(2018, 1, 1)
LEAST = 20


@pytest.fixture(scope="module")
def sheets(journey: Tables, features: pd.DataFrame, fitted: Fitted) -> tuple[FactSheet, ...]:
    settings = FactSettings(min_group_size=LEAST, resamples=200)
    return build_sheets(journey, features, fitted.assignments, fitted.segmentation, settings, "USD")


@pytest.fixture(scope="module")
def documents(journey: Tables, sheets: tuple[FactSheet, ...], fitted: Fitted) -> tuple[Document, ...]:
    return build_documents(journey, AS_OF, sheets, fitted.assignments, "USD", LEAST)


@pytest.fixture(scope="module")
def lines(raw: dict[str, Path]) -> pd.DataFrame:
    """Raw order lines of products that may be named."""
    rows = raw_lines(raw)
    return rows[rows["named"] != ""]


def of(documents: tuple[Document, ...], kind: str) -> list[Document]:
    return [document for document in documents if document.kind == kind]


def test_every_kind_of_text_is_there_and_no_id_twice(documents: tuple[Document, ...]) -> None:
    assert {document.kind for document in documents} == {"product", "buys_more", "bought_together", "coupons", "hours"}
    assert len({document.document for document in documents}) == len(documents)
    assert all(re.fullmatch(r"[a-z-]+:[A-Za-z0-9:-]+", document.document) for document in documents)


def test_products_that_few_customers_bought_carry_no_number(
    documents: tuple[Document, ...], lines: pd.DataFrame
) -> None:
    customers = lines.groupby("named")["customer_id"].nunique()
    told = {document.title: document.text for document in of(documents, "product")}
    few = [name for name in told if customers[name] < LEAST]
    assert len(few) > 50
    for name, text in told.items():
        words = text.removeprefix(name)
        assert bool(re.search(r"\d", words)) == (customers[name] >= LEAST), text


def test_the_numbers_of_a_product_are_those_of_the_raw_rows(
    documents: tuple[Document, ...], lines: pd.DataFrame
) -> None:
    told = {document.title: document.text for document in of(documents, "product")}
    for name in ("Milk", "Bananas", "Large eggs", "Toilet paper", "Yogurt"):
        own = lines[lines["named"] == name]
        priced = own[own["quantity"] > 0]
        low, high = (priced["amount"] / priced["quantity"]).quantile([0.1, 0.9])
        assert (
            f"Most cost {format_money(low, 'USD')} to {format_money(high, 'USD')}. "
            f"Bought {len(own):,} times by {own['customer_id'].nunique():,} customers."
        ) in told[name]


def test_what_is_bought_together_is_counted_again_for_five_pairs(
    documents: tuple[Document, ...], raw: dict[str, Path], lines: pd.DataFrame
) -> None:
    orders = raw_lines(raw)["order_id"].nunique()
    baskets = lines.groupby("named")["order_id"].agg(set)
    pairs = of(documents, "bought_together")
    assert len(pairs) > 100
    for document in pairs[:: len(pairs) // 4][:5]:
        found = re.search(r"orders with ['\"](.+)['\"] x orders with ['\"](.+)['\"] / all orders", document.source)
        assert found
        first, second = found.groups()
        both = len(baskets[first] & baskets[second])
        lift = both / (len(baskets[first]) * len(baskets[second]) / orders)
        assert f"{both:,} baskets hold both, {lift:.1f} times as many as chance" in document.text
        assert both >= 100
        assert lift > 1


def test_coupons_are_told_of_products_that_enough_customers_used_them_on(
    documents: tuple[Document, ...], fitted: Fitted, lines: pd.DataFrame
) -> None:
    used = lines[lines["coupon"] > 0].merge(fitted.assignments, on="customer_id")
    told = of(documents, "coupons")
    assert told
    for document in told:
        own = used[used["segment"] == document.segment].groupby("named")["customer_id"].agg(["size", "nunique"])
        named = re.findall(r"([^,:]+?) \(([\d,]+) lines\)", document.text.partition(": ")[2])
        counts = {name.strip(): int(count.replace(",", "")) for name, count in named}
        assert 1 <= len(counts) <= 6
        for name, count in counts.items():
            assert own.loc[name, "size"] == count
            assert own.loc[name, "nunique"] >= LEAST
        assert max(counts.values()) == own.loc[own["nunique"] >= LEAST, "size"].max()


def test_every_text_on_what_a_segment_buys_more_of_says_a_fact(
    documents: tuple[Document, ...], sheets: tuple[FactSheet, ...]
) -> None:
    facts = {fact.fact: fact for sheet in sheets for fact in sheet.facts}
    told = of(documents, "buys_more")
    assert told
    for document in told:
        found = re.match(r"fact (S\d+\.F\d+): ", document.source)
        assert found
        fact = facts[found[1]]
        assert fact.sentence in document.text
        assert (fact.segment, fact.direction) == (document.segment, "higher")
    higher = [fact for fact in facts.values() if fact.metric.startswith("buys:") and fact.direction == "higher"]
    assert len(told) == len(higher)


def test_later_rows_are_in_no_text(journey: Tables, fitted: Fitted, lines: pd.DataFrame) -> None:
    as_of = dt.date(2017, 3, 1)
    made = build_documents(journey, as_of, (), fitted.assignments, "USD", LEAST)
    milk = lines[(lines["named"] == "Milk") & (lines["at"] < pd.Timestamp(as_of))]
    text = next(document.text for document in made if document.document == "product:milk")
    assert f"Bought {len(milk):,} times by {milk['customer_id'].nunique():,} customers." in text


def shop(folder: Path, baskets: list[tuple[str, tuple[str, ...]]], department: str = "Dairy") -> Tables:
    """A shop of the given baskets: who, and the names of what; the catalogue lacks `unlisted`."""
    lines: list[dict[str, Any]] = [
        {"order_id": at, "customer_id": who, "product_id": name, "ordered_at": "2017-05-05", "amount": "1.00"}
        for at, (who, names) in enumerate(baskets)
        for name in names
    ]
    names = sorted({line["product_id"] for line in lines} - {"unlisted"})
    pd.DataFrame(lines).to_csv(folder / "orders.csv", index=False)
    pd.DataFrame({"product_id": names, "name": [name.capitalize() for name in names], "department": department}).assign(
        advertisable=department == "Dairy"
    ).to_csv(folder / "products.csv", index=False)
    load_files(folder, {"orders": folder / "orders.csv", "products": folder / "products.csv"})
    return Tables(folder)


def documents_of(tables: Tables) -> tuple[Document, ...]:
    nobody = pd.DataFrame({"customer_id": ["c0"], "segment": ["S1"]})
    return build_documents(tables, AS_OF, (), nobody, "USD", LEAST)


@pytest.mark.parametrize(("customers", "told"), [(LEAST - 1, 0), (LEAST, 2)])
def test_a_hundred_baskets_of_a_few_customers_tie_nothing_together(tmp_path: Path, customers: int, told: int) -> None:
    pairs = [(f"c{at % customers}", ("cheese", "crackers")) for at in range(150)]
    # Enough customers buy each alone, so that only their baskets together can give them away.
    alone = [(f"d{at}", (name,)) for at in range(50) for name in ("cheese", "crackers", "salt")]
    together = of(documents_of(shop(tmp_path, [*pairs, *alone])), "bought_together")
    assert len(together) == told


def test_chance_is_reckoned_with_all_orders(tmp_path: Path) -> None:
    pairs = [(f"c{at % 50}", ("cheese", "crackers")) for at in range(150)]
    rest = [(f"c{at % 50}", ("unlisted",)) for at in range(450)]
    together = of(documents_of(shop(tmp_path, [*pairs, *rest])), "bought_together")
    assert {"4.0 times as many" in document.text for document in together} == {True}


def test_a_shop_with_nothing_to_advertise_has_no_text(tmp_path: Path) -> None:
    assert documents_of(shop(tmp_path, [("c0", ("thing",))], department="Other")) == ()


def test_names_without_a_latin_letter_are_told_apart(tmp_path: Path) -> None:
    made = of(documents_of(shop(tmp_path, [("c0", ("牛乳", "パン", "café"))])), "product")
    assert {document.title for document in made} == {"牛乳", "パン", "Café"}
    assert len({document.document for document in made}) == 3
    assert all(document.document.isascii() for document in made)


def test_what_came_back_is_not_counted_as_bought(tmp_path: Path) -> None:
    tables = shop(tmp_path, [(f"c{at}", ("cheese",)) for at in range(LEAST)])
    back = tables.orders.mutate(
        quantity=-tables.orders.quantity, amount_minor=-tables.orders.amount_minor, line=tables.orders.line + 1
    )
    tables.orders = tables.orders.union(back)
    (cheese,) = of(documents_of(tables), "product")
    assert f"Bought {LEAST} times by {LEAST} customers." in cheese.text


def test_the_hours_of_a_segment_are_those_of_its_facts(
    documents: tuple[Document, ...], sheets: tuple[FactSheet, ...]
) -> None:
    told = {document.segment: document for document in of(documents, "hours")}
    assert told
    for sheet in sheets:
        facts = [fact for fact in sheet.facts if fact.topic == "when"]
        assert all(fact.sentence in told[sheet.segment].text for fact in facts)
        assert all(fact.fact in told[sheet.segment].source for fact in facts)
