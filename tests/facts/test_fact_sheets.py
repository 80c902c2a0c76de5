"""Every fact of the demo against the raw rows, and what a fact sheet must never say."""

import datetime as dt
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from raw_facts import raw_lines, recompute

from assistant.config import FactSettings
from assistant.data import Tables
from assistant.facts import build_sheets, format_value
from assistant.facts.sheet import TOPICS
from assistant.features import BASE_FEATURES
from assistant.records import Fact, FactSheet, Segmentation, Unit
from assistant.segments import Fitted

Sheets = tuple[FactSheet, ...]


@pytest.fixture(scope="module")
def sheets(journey: Tables, features: pd.DataFrame, fitted: Fitted) -> Sheets:
    return build_sheets(journey, features, fitted.assignments, fitted.segmentation, FactSettings(), "USD")


@pytest.fixture(scope="module")
def facts(sheets: Sheets) -> list[Fact]:
    return [fact for sheet in sheets for fact in sheet.facts]


def test_every_fact_of_every_sheet_follows_from_the_raw_rows(
    facts: list[Fact], fitted: Fitted, raw: dict[str, Path]
) -> None:
    assert len(facts) > 200
    for fact in facts:
        value, others = recompute(fact, fitted.assignments, raw)
        assert fact.value == pytest.approx(value, rel=1e-9, abs=1e-12), fact.sentence
        assert (fact.others is None) == (others is None), fact.sentence
        if others is not None:
            assert fact.others == pytest.approx(others, rel=1e-9, abs=1e-12), fact.sentence
        if fact.ratio is not None:
            assert others is not None
            assert fact.ratio == pytest.approx(value / others, rel=1e-9), fact.sentence


def test_every_kind_of_fact_is_there(sheets: Sheets) -> None:
    for sheet in sheets:
        metrics = [fact.metric for fact in sheet.facts]
        assert {
            "customers",
            "customer_share",
            "revenue_share",
            *(own.name for own in BASE_FEATURES if not own.optional),
        } <= set(metrics)
        assert sum(metric.startswith("has_bought:") for metric in metrics) == 4
        assert len(set(metrics)) == len(metrics)
    for kind, least in (("buys:", 8), ("redeems:", 8)):
        assert sum(fact.metric.startswith(kind) for sheet in sheets for fact in sheet.facts) >= least


def test_every_segment_has_a_sheet_under_its_own_name(sheets: Sheets, fitted: Fitted) -> None:
    assert [(sheet.segment, sheet.name) for sheet in sheets] == [
        (segment.segment, segment.name) for segment in fitted.segmentation.segments
    ]
    assert {(sheet.as_of, sheet.currency) for sheet in sheets} == {("2018-01-01", "USD")}


def test_facts_are_numbered_without_a_gap_and_ordered_by_topic(sheets: Sheets) -> None:
    for sheet in sheets:
        assert [fact.fact for fact in sheet.facts] == [
            f"{sheet.segment}.F{number:02d}" for number in range(1, len(sheet.facts) + 1)
        ]
        assert {fact.segment for fact in sheet.facts} == {sheet.segment}
        topics = [TOPICS.index(fact.topic) for fact in sheet.facts]
        assert topics == sorted(topics)


def test_intervals_are_ordered_and_hold_the_value(facts: list[Fact]) -> None:
    for fact in facts:
        if fact.direction == "none":
            assert fact.low is fact.high is fact.ratio_low is fact.ratio_high is None
            continue
        assert fact.low is not None
        assert fact.high is not None
        assert fact.low <= fact.value <= fact.high, fact.sentence
        if fact.ratio is not None:
            assert fact.ratio_low is not None
            assert fact.ratio_high is not None
            assert fact.ratio_low <= fact.ratio <= fact.ratio_high, fact.sentence


def test_a_direction_is_said_only_where_the_ratios_interval_excludes_one(facts: list[Fact]) -> None:
    compared = [fact for fact in facts if fact.ratio is not None]
    assert {fact.direction for fact in compared} == {"higher", "lower", "same"}
    for fact in compared:
        assert fact.ratio_low is not None
        assert fact.ratio_high is not None
        expected = "higher" if fact.ratio_low > 1 else "lower" if fact.ratio_high < 1 else "same"
        assert fact.direction == expected, fact.sentence
        assert fact.sentence.endswith("may be chance.") == (expected == "same")


def test_a_trend_is_never_divided_by_another(facts: list[Fact]) -> None:
    trends = [fact for fact in facts if fact.unit is Unit.RATIO]
    assert trends
    assert all(fact.ratio is None for fact in trends)


def test_sentences_show_the_numbers_of_their_fact_and_no_other(facts: list[Fact]) -> None:
    for fact in facts:
        assert fact.display == format_value(fact.value, fact.unit, "USD")
        assert fact.display in fact.sentence
        said = fact.sentence[len(fact.label) :].replace(fact.display, "", 1)
        if fact.others is not None:
            assert fact.others_display == format_value(fact.others, fact.unit, "USD")
            said = said.replace(fact.others_display, "")
        if fact.ratio is not None:
            said = said.replace(f"{fact.ratio:.1f} times as much", "")
        assert not re.search(r"\d", said), fact.sentence
        assert not math.isnan(fact.value)


def test_a_product_fact_speaks_of_at_least_the_smallest_group(
    facts: list[Fact], fitted: Fitted, raw: dict[str, Path]
) -> None:
    lines = raw_lines(raw)
    for fact in facts:
        kind, _, name = fact.metric.partition(":")
        if kind in ("buys", "has_bought"):
            inside = fitted.assignments.loc[fitted.assignments["segment"] == fact.segment, "customer_id"]
            buyers = lines.loc[(lines["named"] == name) & lines["customer_id"].isin(inside), "customer_id"].nunique()
            assert buyers >= (max(20, 0.2 * len(inside)) if kind == "buys" else 20), fact.sentence


def regrouped(fitted: Fitted, sizes: dict[str, int]) -> tuple[pd.DataFrame, Segmentation]:
    """Households dealt anew to the first segments, so many to each."""
    ids = [segment for segment, size in sizes.items() for _ in range(size)]
    assignments = fitted.assignments.sort_values("customer_id").head(len(ids)).assign(segment=ids)
    segments = tuple(own for own in fitted.segmentation.segments if own.segment in sizes)
    return assignments, fitted.segmentation.model_copy(update={"segments": segments})


def test_a_segment_below_the_smallest_group_has_no_sheet(
    journey: Tables, features: pd.DataFrame, fitted: Fitted
) -> None:
    assignments, segmentation = regrouped(fitted, {"S1": 60, "S2": 20, "S3": 19})
    settings = FactSettings(resamples=100)
    made = build_sheets(journey, features, assignments, segmentation, settings, "USD")
    assert [sheet.segment for sheet in made] == ["S1", "S2"]


def test_nothing_is_set_beside_fewer_others_than_the_smallest_group(
    journey: Tables, features: pd.DataFrame, fitted: Fitted
) -> None:
    assignments, segmentation = regrouped(fitted, {"S1": 60, "S2": 19})
    features = features[features["customer_id"].isin(assignments["customer_id"])]
    made = build_sheets(journey, features, assignments, segmentation, FactSettings(resamples=100), "USD")
    assert [sheet.segment for sheet in made] == ["S1"]
    assert [fact.metric for fact in made[0].facts] == ["customers", "customer_share", "revenue_share"]


def test_no_fact_speaks_of_fewer_customers_than_the_smallest_group(
    journey: Tables, features: pd.DataFrame, fitted: Fitted, raw: dict[str, Path]
) -> None:
    least = 180
    made = build_sheets(
        journey,
        features,
        fitted.assignments,
        fitted.segmentation,
        FactSettings(min_group_size=least, resamples=100),
        "USD",
    )
    received = pd.read_parquet(raw["campaigns"]).merge(pd.read_parquet(raw["campaign_descriptions"]), on="campaign_id")
    received["customer_id"] = received["household_id"].astype(str)
    received = received.merge(fitted.assignments, on="customer_id")
    households = received.groupby(["segment", "campaign_type"])["customer_id"].nunique()
    said = {
        (sheet.segment, f.metric.removeprefix("redeems:"))
        for sheet in made
        for f in sheet.facts
        if "redeems:" in f.metric
    }
    segments = {segment.segment for segment in fitted.segmentation.segments if segment.customers >= least}
    assert {sheet.segment for sheet in made} == segments
    assert len(segments) < 8
    assert said == {key for key, count in households.items() if count >= least and key[0] in segments}
    assert 0 < len(said) < 3 * len(segments)


def test_a_customer_without_a_gap_is_no_gap_of_nothing(journey: Tables, features: pd.DataFrame, fitted: Fitted) -> None:
    """Half the segment ordered once: their gap is unknown, not zero."""
    assignments, segmentation = regrouped(fitted, {"S1": 60, "S2": 60})
    changed = features.set_index("customer_id").copy()
    once = assignments["customer_id"].iloc[:30]
    changed.loc[once, "days_between_orders"] = np.nan
    changed.loc[assignments["customer_id"].iloc[30:60], "days_between_orders"] = 8.0
    made = build_sheets(journey, changed.reset_index(), assignments, segmentation, FactSettings(resamples=100), "USD")
    fact = next(own for own in made[0].facts if own.metric == "days_between_orders")
    assert (fact.value, fact.display) == (8.0, "8.0 days")


def test_campaigns_of_the_day_and_later_are_not_seen(journey: Tables, features: pd.DataFrame, fitted: Fitted) -> None:
    early = fitted.segmentation.model_copy(update={"as_of": "2017-02-01"})
    made = build_sheets(journey, features, fitted.assignments, early, FactSettings(resamples=100), "USD")
    campaigns = journey.past_campaigns.execute()
    seen = set(campaigns.loc[pd.to_datetime(campaigns["starts"]).dt.date < dt.date(2017, 2, 1), "campaign_type"])
    said = {fact.metric.removeprefix("redeems:") for sheet in made for fact in sheet.facts if "redeems:" in fact.metric}
    assert said <= seen
    assert seen != set(campaigns["campaign_type"])
