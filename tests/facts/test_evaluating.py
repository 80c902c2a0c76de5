"""Predicates are judged as brute force judges them, and their SQL yields their numbers."""

import contextlib
import operator
import random
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_table import small_table

from assistant.config import FactSettings
from assistant.facts import SegmentTable, evaluate, evaluate_all, in_words
from assistant.facts.queries import query_of
from assistant.records import Evaluation, Predicate

SETTINGS = FactSettings(min_group_size=20, resamples=600)
UNITS = {
    "frequency": "orders", "monetary_minor": "minor units", "recency_days": "days", "days_between_orders": "days",
    "basket_value_minor": "minor units", "coupon_share": "share", "evening_share": "share", "trend": "ratio",
}  # fmt: skip
SIGNS = {">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SegmentTable]:
    return small_table(tmp_path_factory.mktemp("evaluating"))


def predicate(metric: str = "frequency", **changed: Any) -> Predicate:
    made = {
        "metric": metric, "statistic": "mean", "population": "S1", "comparator": ">", "threshold": "others",
        "unit": UNITS.get(metric, "share"), **changed,
    }  # fmt: skip
    return Predicate.model_validate(made)


@st.composite
def predicates(draw: st.DrawFn, table: SegmentTable) -> Predicate:
    metric = draw(st.sampled_from(sorted(UNITS)))
    values = table.features[metric].dropna()
    statistic = draw(st.sampled_from(["mean", "median", "share"]))
    limit = float(values.quantile(draw(st.floats(0.05, 0.95))))
    where = None
    if statistic == "share":
        where = {draw(st.sampled_from(["above", "at_least", "below", "at_most"])): limit}
        limit = draw(st.floats(0.01, 0.99))
    return predicate(
        metric,
        statistic=statistic,
        where=where,
        population=draw(st.sampled_from(["S1", "S2", "S3"])),
        comparator=draw(st.sampled_from([*SIGNS, "about"])),
        threshold=draw(st.sampled_from(["others", limit])),
        unit="share" if where else UNITS[metric],
    )


def values_of(asked: Predicate, table: SegmentTable) -> tuple[list[float], list[float]]:
    """What each known customer counts for, inside and outside, in plain loops."""
    mine: list[float] = []
    theirs: list[float] = []
    for own, inside in zip(table.features[asked.metric], table.inside(asked.population), strict=True):
        if own != own:
            continue
        number = float(own)
        if asked.where is not None:
            ((how, limit),) = asked.where.model_dump(exclude_none=True).items()
            sign = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}[how]
            number = float(SIGNS[sign](number, limit))
        (mine if inside else theirs).append(number)
    return mine, theirs


def summed(asked: Predicate, values: list[float]) -> float:
    ordered = sorted(values)
    if asked.statistic != "median":
        return sum(ordered) / len(ordered)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def brute_verdicts(asked: Predicate, mine: list[float], theirs: list[float]) -> set[str]:
    """The verdicts that a bootstrap by hand may give: more than one where an end of the interval is near the bar."""
    draw = random.Random(3)
    pairs = []
    for _ in range(400):
        own, others = (summed(asked, draw.choices(group, k=len(group))) for group in (mine, theirs))
        if asked.threshold != "others":
            pairs.append(own / asked.threshold if asked.comparator == "about" else own - asked.threshold)
        elif asked.comparator == "about":
            pairs.append(own / others if others else float("nan"))
        else:
            pairs.append(own - others)
    pairs = sorted(own for own in pairs if own == own)
    if not pairs:
        return {"undecidable"}
    # Other draws give other ends, and a median of few values jumps from one to the next.
    lows = np.percentile(pairs, [0.7, 2.5, 5.5])
    highs = np.percentile(pairs, [94.5, 97.5, 99.3])
    slack = 0.1 * (highs[1] - lows[1]) + 1e-9
    ends = ([*lows, lows[1] - slack, lows[1] + slack], [*highs, highs[1] - slack, highs[1] + slack])
    return {verdict(asked.comparator, low, max(low, high)) for low in ends[0] for high in ends[1]}


def verdict(comparator: str, low: float, high: float) -> str:
    if comparator == "about":
        return "verified" if low >= 0.9 and high <= 1.1 else "refuted" if high < 0.9 or low > 1.1 else "undecidable"
    if comparator in ("<", "<="):
        low, high = -high, -low
    return "verified" if low > 0 else "refuted" if high < 0 else "undecidable"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_random_predicates_are_judged_as_brute_force_judges_them(
    data: st.DataObject, shop: tuple[Path, SegmentTable]
) -> None:
    _, table = shop
    asked = data.draw(predicates(table))
    found = evaluate(asked, table, SETTINGS, 7)
    mine, theirs = values_of(asked, table)
    if len(mine) < 20:
        assert (found.status, found.value) == ("undecidable", None)
        return
    value, others = summed(asked, mine), summed(asked, theirs)
    assert found.value == pytest.approx(value)
    assert found.others == pytest.approx(others)
    assert found.difference == pytest.approx(value - others)
    assert found.customers == len(mine)
    if asked.comparator == "about" and (asked.unit == "ratio" or (asked.threshold == "others" and others <= 0)):
        if asked.threshold == "others":
            assert found.status == "undecidable"
        return
    if asked.comparator == "about" and asked.threshold != "others" and asked.threshold <= 0:
        assert found.status == "undecidable"
        return
    assert found.status in brute_verdicts(asked, mine, theirs)
    # Whatever the resamples say, a verified statement is true of these customers, and a refuted one false.
    limit = others if asked.threshold == "others" else asked.threshold
    if asked.comparator != "about" and found.status != "undecidable":
        holds = SIGNS[asked.comparator](round(value - limit, 9), 0)
        assert holds == (found.status == "verified")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_sql_of_a_receipt_yields_its_numbers(data: st.DataObject, shop: tuple[Path, SegmentTable]) -> None:
    root, table = shop
    asked = data.draw(predicates(table))
    found = evaluate(asked, table, SETTINGS, 7)
    if found.value is not None:
        check_query(root, found)


def check_query(root: Path, found: Evaluation) -> None:
    with contextlib.chdir(root):
        ((value, others, customers),) = duckdb.sql(found.query).fetchall()
    assert (value, others) == (pytest.approx(found.value), pytest.approx(found.others))
    assert customers == found.customers


@pytest.mark.parametrize(
    "asked",
    [
        predicate("buys:Ground coffee", statistic="share", population="S2"),
        predicate("has_bought:Cheddar cheese", statistic="share"),
        predicate("redeems:Type A", statistic="share", population="S2"),
        predicate("customer: age_band", statistic="share", where={"one_of": ["35-44"]}),
        predicate("department: Dairy", population="S3"),
    ],
)
def test_names_are_counted_over_the_rows_behind_them(asked: Predicate, shop: tuple[Path, SegmentTable]) -> None:
    root, table = shop
    found = evaluate(asked, table, SETTINGS, 7)
    assert found.value is not None
    check_query(root, found)


def test_a_name_cannot_end_the_query(shop: tuple[Path, SegmentTable]) -> None:
    root, table = shop
    hostile = "x' OR 1=1; DROP TABLE orders; --"
    asked = predicate(f"has_bought:{hostile}", statistic="share")
    with contextlib.chdir(root):
        ((value, _, customers),) = duckdb.sql(query_of(asked, table.as_of)).fetchall()
    assert (value, customers) == (0.0, int(table.inside("S1").sum()))


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (predicate("shoe_size", unit="share"), "the data has no 'shoe_size'"),
        (predicate("buys:Nothing we sell", statistic="share"), "the data has no"),
        (predicate(population="S4"), "fewer than 20 customers of S4"),
        (predicate(population="S9"), "fewer than 20 customers of S9"),
        (predicate(threshold=3.0, unit="days"), "counts orders, not days"),
    ],
)
def test_what_the_data_cannot_say_is_undecidable_and_no_number_is_told(
    asked: Predicate, why: str, shop: tuple[Path, SegmentTable]
) -> None:
    found = evaluate(asked, shop[1], SETTINGS, 7)
    assert found.status == "undecidable"
    assert why in found.reason
    assert (found.value, found.query) == (None, "")


def test_about_is_a_tenth_and_no_interval_that_merely_holds_one(shop: tuple[Path, SegmentTable]) -> None:
    value = evaluate(predicate(), shop[1], SETTINGS, 7)
    assert value.value is not None
    near = evaluate(predicate(comparator="about", threshold=value.value), shop[1], SETTINGS, 7)
    far = evaluate(predicate(comparator="about", threshold=value.value * 2), shop[1], SETTINGS, 7)
    assert (near.status, far.status) == ("verified", "refuted")
    # Hours are drawn alike for all groups, and a few hundred orders do not tell them from each other to a tenth.
    chance = evaluate(predicate("evening_share", comparator="about", population="S3"), shop[1], SETTINGS, 7)
    assert chance.ratio_low is not None
    assert chance.ratio_high is not None
    assert chance.ratio_low < 1 < chance.ratio_high
    assert chance.status == "undecidable"


def test_one_by_one_is_as_all_at_once(shop: tuple[Path, SegmentTable]) -> None:
    asked = [predicate(), predicate("coupon_share", population="S2"), predicate("frequency", statistic="median")]
    together = evaluate_all(asked, shop[1], SETTINGS, 7)
    assert list(together) == [evaluate(own, shop[1], SETTINGS, 7) for own in asked]


def test_a_predicate_can_be_said_in_words() -> None:
    asked = predicate("coupon_share", statistic="share", where={"above": 0}, comparator=">", threshold=0.5)
    told = in_words(asked, "USD")
    assert told == "the share of customers whose share of orders with a coupon is above 0.0% is above 50%"


@pytest.mark.parametrize(
    "broken",
    [
        {"statistic": "share"},
        {"where": {"above": 1}},
        {"statistic": "share", "where": {"above": 1}, "unit": "orders"},
        {"statistic": "share", "where": {"above": 1, "below": 2}, "unit": "share"},
        {"metric": "buys:Milk", "statistic": "mean"},
        {"metric": "customer: age_band", "statistic": "share", "unit": "share", "where": {"above": 1}},
    ],
)
def test_a_predicate_that_makes_no_sense_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"expected|share of its own|has the unit"):
        predicate(**broken)
