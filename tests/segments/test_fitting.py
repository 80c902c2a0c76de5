"""Segments of the real chain, and of shops that are too small or too alike."""

import numpy as np
import pandas as pd
import pytest

from assistant.config import SegmentSettings
from assistant.errors import DataError
from assistant.features import BASE_FEATURES
from assistant.records import KMeansModel, KTrial
from assistant.segments import Fitted, assign_frame, fit_segments, name_segment, segment_ids, traits_of
from assistant.segments.profiling import name_segments

QUICK = SegmentSettings(resamples=3)
DISTANCE_FEATURES = QUICK.features


def shop(customers: int, **columns: object) -> pd.DataFrame:
    random = np.random.default_rng(11)
    frame = pd.DataFrame({feature.name: random.gamma(2, 10, customers) for feature in BASE_FEATURES})
    frame.insert(0, "customer_id", [f"c{at:04d}" for at in range(customers)])
    return frame.assign(**columns)


def test_the_real_chain_bears_eight_segments(fitted: Fitted) -> None:
    chosen = next(trial for trial in fitted.segmentation.trials if trial.k == 8)
    assert chosen.passed
    assert len(fitted.segmentation.segments) == 8


def test_every_segment_is_stable_and_large_enough(fitted: Fitted) -> None:
    for segment in fitted.segmentation.segments:
        assert segment.jaccard >= 0.75
        assert segment.customer_share >= 0.03


def test_every_household_is_in_one_segment_and_the_sizes_add_up(fitted: Fitted, features: pd.DataFrame) -> None:
    assert sorted(fitted.assignments["customer_id"]) == sorted(features["customer_id"])
    assert fitted.assignments["customer_id"].is_unique
    counts = fitted.assignments["segment"].value_counts().to_dict()
    assert counts == {segment.segment: segment.customers for segment in fitted.segmentation.segments}
    assert sum(segment.customer_share for segment in fitted.segmentation.segments) == pytest.approx(1, abs=1e-12)


def test_revenue_adds_up_and_falls_from_segment_to_segment(fitted: Fitted, features: pd.DataFrame) -> None:
    segments = fitted.segmentation.segments
    spend = features.merge(fitted.assignments, on="customer_id").groupby("segment")["monetary_minor"].sum()
    assert [segment.revenue_minor for segment in segments] == [int(spend[segment.segment]) for segment in segments]
    assert sum(segment.revenue_minor for segment in segments) == features["monetary_minor"].sum()
    assert sum(segment.revenue_share for segment in segments) == pytest.approx(1, abs=1e-12)
    assert [segment.segment for segment in segments] == [f"S{at}" for at in range(1, 9)]
    assert [segment.revenue_minor for segment in segments] == sorted(spend, reverse=True)


def test_no_two_segments_have_one_name(fitted: Fitted) -> None:
    names = [segment.name for segment in fitted.segmentation.segments]
    assert len(set(names)) == len(names)
    assert all(name.endswith(" shoppers") and name[0].isupper() for name in names)


def test_the_same_seed_gives_the_same_segmentation_whatever_the_order_of_rows(
    fitted: Fitted, features: pd.DataFrame
) -> None:
    again = fit_segments(features.sample(frac=1, random_state=1), "2018-01-01", SegmentSettings())
    assert again.segmentation == fitted.segmentation
    pd.testing.assert_frame_equal(again.assignments, fitted.assignments, check_exact=True)


def test_the_frozen_segmentation_puts_everybody_where_the_fit_did(fitted: Fitted, features: pd.DataFrame) -> None:
    frozen = type(fitted.segmentation).model_validate_json(fitted.segmentation.model_dump_json())
    rows = features.set_index("customer_id", drop=False).loc[fitted.assignments["customer_id"]]
    assert segment_ids(assign_frame(frozen, rows)) == fitted.assignments["segment"].tolist()


def test_the_axes_of_the_picture_are_principal_components(fitted: Fitted) -> None:
    points = fitted.assignments[["x", "y"]].to_numpy()
    np.testing.assert_allclose(points.mean(axis=0), 0, atol=1e-9)
    assert np.corrcoef(points.T)[0, 1] == pytest.approx(0, abs=1e-9)
    first, second = fitted.segmentation.explained
    assert 1 > first > second > 0
    assert points[:, 0].var() / points[:, 1].var() == pytest.approx(first / second)


def test_the_effect_of_a_trait_is_cohens_d(fitted: Fitted, features: pd.DataFrame) -> None:
    rows = features.merge(fitted.assignments[["customer_id", "segment"]], on="customer_id")
    for segment in fitted.segmentation.segments:
        assert len(segment.traits) == len(features.columns) - 1
        own = rows["segment"] == segment.segment
        for trait in segment.traits:
            mine, others = rows.loc[own, trait.feature].dropna(), rows.loc[~own, trait.feature].dropna()
            squares = (len(mine) - 1) * mine.var(ddof=1) + (len(others) - 1) * others.var(ddof=1)
            pooled = (squares / (len(mine) + len(others) - 2)) ** 0.5
            assert trait.value == pytest.approx(mine.mean(), rel=1e-9)
            assert trait.others == pytest.approx(others.mean(), rel=1e-9)
            assert trait.effect == pytest.approx((mine.mean() - others.mean()) / pooled, rel=1e-9)
        effects = [abs(trait.effect) for trait in segment.traits]
        assert effects == sorted(effects, reverse=True)


def test_each_number_of_clusters_is_told_as_it_has_been_tried() -> None:
    heard: list[KTrial] = []
    made = fit_segments(shop(100), "2024-01-01", SegmentSettings(resamples=2, k_max=4), heard.append)
    assert [trial.k for trial in heard] == [2, 3, 4]
    assert made.segmentation.trials == tuple(heard)


def test_too_few_customers_are_refused_with_how_many_there_are() -> None:
    with pytest.raises(DataError, match="Only 19 customers have an order before 2024-01-01; segments need at least 20"):
        fit_segments(shop(19), "2024-01-01", QUICK)
    assert len(fit_segments(shop(20), "2024-01-01", QUICK).segmentation.segments) == 2


def test_customers_who_are_all_alike_are_refused() -> None:
    alike = dict.fromkeys(DISTANCE_FEATURES, 1.0)
    with pytest.raises(DataError, match="All 40 customers are alike in recency_days, frequency"):
        fit_segments(shop(40, **alike), "2024-01-01", QUICK)


def test_two_kinds_of_customers_bear_two_segments_and_no_more() -> None:
    alike: dict[str, object] = dict.fromkeys(DISTANCE_FEATURES, 1.0)
    made = fit_segments(shop(60, **{**alike, "frequency": np.arange(60) % 2 + 1.0}), "2024-01-01", QUICK)
    assert [segment.customers for segment in made.segmentation.segments] == [30, 30]


def test_a_constant_feature_does_no_harm() -> None:
    made = fit_segments(shop(120, coupon_share=0.0), "2024-01-01", QUICK)
    trait = next(trait for trait in made.segmentation.segments[0].traits if trait.feature == "coupon_share")
    assert (trait.value, trait.others, trait.effect) == (0, 0, 0)
    assert isinstance(made.segmentation.model, KMeansModel)
    assert np.isfinite(np.array(made.segmentation.model.centroids)).all()


def test_one_extreme_customer_is_no_segment() -> None:
    frame = shop(300)
    frame.loc[0, list(DISTANCE_FEATURES)] = 1e9
    made = fit_segments(frame, "2024-01-01", QUICK)
    assert min(segment.customers for segment in made.segmentation.segments) >= 9


def test_a_missing_gap_is_left_out_of_both_means() -> None:
    frame = shop(4).assign(days_between_orders=[2.0, np.nan, 10.0, 20.0])
    inside = np.array([True, True, False, False])
    trait = next(trait for trait in traits_of(frame, inside) if trait.feature == "days_between_orders")
    assert (trait.value, trait.others) == (2.0, 15.0)


def test_segments_with_the_same_strongest_traits_are_told_apart_by_the_next_or_by_a_number() -> None:
    frame = shop(40)
    traits = traits_of(frame, frame.index < 20)
    names = name_segments([traits, traits, traits])
    assert len(set(names)) == 3
    assert all(", group " in name for name in names)


def test_who_differs_in_nothing_is_average() -> None:
    frame = pd.concat([shop(30), shop(30)], ignore_index=True)
    assert name_segment(traits_of(frame, frame.index < 30)) == "Average shoppers"
