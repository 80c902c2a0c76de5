"""What is said of a segment: lifts, names, and the tree that tells it roughly."""

import numpy as np
import pandas as pd
import pytest
from segment_shops import shop_table

from assistant.config import SegmentSettings
from assistant.features import BASE_FEATURES, feature_named
from assistant.records import TreeRule
from assistant.segments import Fitted, assign_frame, fit_segments, lifts_of, surrogate_tree, traits_of
from assistant.segments.profiling import NAMING_FEATURES


def inside(rule: TreeRule, frame: pd.DataFrame) -> pd.Series:
    held = pd.Series(True, index=frame.index)
    for condition in rule.conditions:
        # The tree compares in single precision.
        values = frame[condition.feature].astype(np.float32)
        if condition.above is not None:
            held &= values > condition.above
        if condition.at_most is not None:
            held &= values <= condition.at_most
    return held


def test_a_lift_is_the_share_of_spend_over_that_of_all_customers(fitted: Fitted, features: pd.DataFrame) -> None:
    rows = features.merge(fitted.assignments[["customer_id", "segment"]], on="customer_id")
    lifts = [(segment.segment, lift) for segment in fitted.segmentation.segments for lift in segment.lifts]
    assert lifts
    for segment, lift in lifts:
        assert lift.feature.startswith(("department: ", "category: "))
        assert lift.value == pytest.approx(rows.loc[rows["segment"] == segment, lift.feature].mean())
        assert lift.overall == pytest.approx(rows[lift.feature].mean())
        assert lift.lift == pytest.approx(lift.value / lift.overall)
        assert lift.lift > 1


def test_a_category_that_tells_nothing_is_no_lift() -> None:
    frame = shop_table(100)
    half = frame.index < 50
    frame["category: Bread"] = np.where(half, 0.4, 0.1) + np.random.default_rng(1).normal(0, 0.01, 100)
    frame["category: Chance"] = 0.0
    frame.loc[0, "category: Chance"] = 0.01
    lifts = lifts_of(traits_of(frame, half), frame)
    assert [lift.feature for lift in lifts] == ["category: Bread"]
    assert lifts[0].lift == pytest.approx(1.6, abs=0.05)


def test_only_what_is_listed_names_a_segment_however_many_features_there_are() -> None:
    assert {feature.name for feature in BASE_FEATURES} >= NAMING_FEATURES
    frame = shop_table(200)
    half = frame.index < 100
    for feature in BASE_FEATURES:
        if feature.name not in NAMING_FEATURES:
            frame[feature.name] = np.where(half, 100.0, 1.0) + frame[feature.name] / 100
    frame["recency_days"] = np.where(half, 40.0, 20.0) + frame["recency_days"] / 3
    made = fit_segments(frame, "2024-01-01", SegmentSettings(resamples=2, k_max=3)).segmentation
    words = {
        word for name in NAMING_FEATURES for word in (
            feature_named(name).high, feature_named(name).low, feature_named(name).extreme, "average"
        )
    }  # fmt: skip
    for segment in made.segments:
        assert set(segment.name.lower().removesuffix(" shoppers").split(", ")) <= words


def test_the_rules_cover_every_customer_once_and_count_right(fitted: Fitted, features: pd.DataFrame) -> None:
    tree = fitted.segmentation.tree
    assert tree is not None
    labels = assign_frame(fitted.segmentation, features)
    held = np.array([inside(rule, features) for rule in tree.rules])
    assert (held.sum(axis=0) == 1).all()
    assert len(tree.rules) <= 8
    for rule, who in zip(tree.rules, held, strict=True):
        assert rule.customers == who.sum() >= 20
        assert rule.right == pytest.approx((labels[who] == int(rule.segment[1:]) - 1).mean())
        assert len(rule.conditions) <= 3
        assert all(condition.label == feature_named(condition.feature).label for condition in rule.conditions)


def test_the_tree_is_judged_on_customers_it_has_not_seen(fitted: Fitted, features: pd.DataFrame) -> None:
    tree = fitted.segmentation.tree
    assert tree is not None
    seen = sum(rule.customers * rule.right for rule in tree.rules) / tree.customers
    assert tree.majority_share == max(segment.customers for segment in fitted.segmentation.segments) / len(features)
    assert tree.majority_share < tree.accuracy < seen


def test_segments_that_nothing_tells_apart_are_told_no_better_than_by_their_size() -> None:
    labels = (np.random.default_rng(2).random(600) < 0.3).astype(np.int64)
    tree = surrogate_tree(shop_table(600), labels, 20, seed=7)
    assert tree is not None
    assert tree.accuracy <= tree.majority_share + 0.03


def test_leaves_that_name_one_segment_are_one_rule() -> None:
    frame = shop_table(400)
    tree = surrogate_tree(frame, (frame["frequency"] > 20).to_numpy().astype(np.int64), 20, seed=7)
    assert tree is not None
    assert [(rule.segment, len(rule.conditions), rule.right) for rule in tree.rules] == [("S1", 1, 1), ("S2", 1, 1)]
    assert tree.accuracy > 0.97


def test_who_has_no_segment_is_left_out_of_the_tree_and_too_few_make_none() -> None:
    frame = shop_table(100)
    labels = np.where(frame.index < 60, frame.index % 2, -1).astype(np.int64)
    tree = surrogate_tree(frame, labels, 20, seed=7)
    assert tree is not None
    assert tree.customers == 60
    assert surrogate_tree(frame, np.where(frame.index < 4, 0, -1).astype(np.int64), 20, seed=7) is None
