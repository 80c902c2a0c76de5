"""The ways of making segments behind one door: their settings, refits, columns, density, and what is said of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from segment_shops import shop_table

from assistant.config import SegmentSettings, load_settings
from assistant.errors import ConfigError, DataError
from assistant.records import GaussianModel, Segmentation
from assistant.segments import Fitted, analyse_density, fit_segments, join_column, refit

QUICK = SegmentSettings(resamples=3, k_max=4)


def club(customers: int = 200) -> pd.DataFrame:
    """A shop with a column of its own: 100 gold, 80 silver, 15 bronze, 5 without."""
    frame = shop_table(customers)
    levels = ["gold"] * 100 + ["silver"] * 80 + ["bronze"] * 15 + [None] * 5
    return join_column(frame, pd.DataFrame({"customer_id": frame["customer_id"], "club": levels}), "club")


# Settings.


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('method = "kmedians"', "segments.method is 'kmedians'; input should be 'kmeans', 'gmm', 'rfm' or 'column'"),
        ('method = "column"', 'segments: method is "column" and no column is named; add column = "NAME"'),
        ('column = "club"', "segments: column is 'club' and method is 'kmeans', which takes none"),
        ('features = ["frequency"]', "segments.features is ['frequency']"),
        ('features = ["frequency", "trend", "frequency"]', "segments: features names 'frequency' twice"),
        ("seed = -1", "segments.seed is -1"),
    ],
)
def test_a_setting_that_cannot_be_is_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "assistant.toml").write_text(f"[segments]\n{text}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path / "assistant.toml")
    assert words in str(caught.value)


def test_a_feature_that_is_not_there_is_named_with_the_nearest() -> None:
    settings = QUICK.model_copy(update={"features": ("recency", "monetary_minor")})
    with pytest.raises(ConfigError, match=r"segments\.features names 'recency', which the customer table does not"):
        fit_segments(shop_table(60), "2024-01-01", settings)
    typo = QUICK.model_copy(update={"features": ("recency_day", "monetary_minor")})
    with pytest.raises(ConfigError, match="did you mean 'recency_days'"):
        analyse_density(shop_table(60), typo)


def test_distance_is_measured_on_the_features_that_are_set() -> None:
    settings = QUICK.model_copy(update={"features": ("weekend_share", "basket_lines")})
    made = fit_segments(shop_table(100), "2024-01-01", settings).segmentation
    assert made.model.needs == made.features == ("weekend_share", "basket_lines")
    # Shares have an upper end, counts do not.
    assert made.model.scaling.logged == (False, True)  # type: ignore[union-attr]


def test_thresholds_are_kept_with_the_segmentation() -> None:
    settings = QUICK.model_copy(update={"min_jaccard": 0.6, "min_share": 0.1})
    made = fit_segments(shop_table(100), "2024-01-01", settings, min_group_size=12).segmentation
    assert (made.version, made.min_jaccard, made.min_share, made.min_group_size) == (1, 0.6, 0.1, 12)
    assert Segmentation.model_validate_json(made.model_dump_json()) == made


def test_a_cluster_below_the_smallest_group_does_not_pass_whatever_its_share() -> None:
    random = np.random.default_rng(1)
    twelve = np.arange(100) < 12
    frame = shop_table(100, frequency=np.where(twelve, 200, 2) + random.random(100), recency_days=random.random(100))
    frame = frame.assign(monetary_minor=np.where(twelve, 9e6, 100.0), coupon_share=np.where(twelve, 1.0, 0.0))
    lenient = fit_segments(frame, "2024-01-01", QUICK, min_group_size=5).segmentation
    strict = fit_segments(frame, "2024-01-01", QUICK, min_group_size=20).segmentation
    assert lenient.trials[0].smallest_share == strict.trials[0].smallest_share == 0.12
    assert lenient.trials[0].passed
    assert not strict.trials[0].passed


# Customers who lack a feature.


def test_who_lacks_a_feature_is_unassigned_and_counted() -> None:
    gaps = np.where(np.arange(150) % 5 == 0, np.nan, np.arange(150.0))
    settings = QUICK.model_copy(update={"features": ("days_between_orders", "monetary_minor")})
    made = fit_segments(shop_table(150, days_between_orders=gaps), "2024-01-01", settings)
    assert made.segmentation.unassigned == 30
    lacking = made.assignments["segment"].isna()
    assert lacking.tolist() == np.isnan(gaps).tolist()
    assert (made.assignments.loc[lacking, ["x", "y"]] == 0).all(axis=None)
    assert sum(segment.customers for segment in made.segmentation.segments) == 120
    assert sum(segment.customer_share for segment in made.segmentation.segments) == pytest.approx(1)


def test_too_few_with_every_feature_are_refused() -> None:
    gaps = np.where(np.arange(60) < 45, np.nan, 3.0)
    settings = QUICK.model_copy(update={"features": ("days_between_orders", "monetary_minor")})
    with pytest.raises(DataError, match=r"Only 15 of 60 customers have every feature of segments\.features"):
        fit_segments(shop_table(60, days_between_orders=gaps), "2024-01-01", settings)


# Mixtures.


def test_a_mixture_finds_two_kinds_of_customers_that_overlap_in_every_single_feature() -> None:
    """Spend grows with orders in one kind and falls with them in the other: no line between centroids parts them."""
    random = np.random.default_rng(4)
    along = random.normal(0, 1.0, 600)
    kind = np.arange(600) % 2
    frame = shop_table(
        600,
        frequency=np.exp(3 + along),
        monetary_minor=np.exp(8 + np.where(kind == 1, along, -along) + random.normal(0, 0.05, 600)),
    )
    settings = SegmentSettings(method="gmm", features=("frequency", "monetary_minor"), resamples=3, k_max=2)
    made = fit_segments(frame, "2024-01-01", settings)
    assert isinstance(made.segmentation.model, GaussianModel)
    far = np.abs(along) > 0.5
    found = (made.assignments["segment"] == "S1").to_numpy()[far]
    assert max((found == (kind[far] == 1)).mean(), (found == (kind[far] == 0)).mean()) > 0.97


# Columns of the shop's own.


def test_levels_become_segments_and_the_small_ones_join() -> None:
    made = fit_segments(club(), "2024-01-01", SegmentSettings(method="column", column="club")).segmentation
    assert {segment.name: segment.customers for segment in made.segments} == {"gold": 100, "silver": 80, "Other": 15}
    assert made.unassigned == 5
    assert {segment.name: segment.rule for segment in made.segments} == {
        "gold": "club is 'gold'", "silver": "club is 'silver'", "Other": "any other value of club",
    }  # fmt: skip
    assert all(segment.jaccard is None for segment in made.segments)
    assert made.trials == ()
    assert "customer: club" not in {trait.feature for trait in made.segments[0].traits}
    assert made.model.joined == ("bronze",)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("levels", "words"),
    [
        ([f"town {at % 21}" for at in range(200)], "'club' has 21 different values; expected at most 20"),
        (["gold"] * 200, "'club' makes 1 group of at least 20 customers; expected two or more"),
        ([None] * 200, "'club' makes 0 group"),
    ],
)
def test_a_column_that_makes_no_segments_is_refused(levels: list[str | None], words: str) -> None:
    frame = shop_table(200)
    joined = join_column(frame, pd.DataFrame({"customer_id": frame["customer_id"], "club": levels}), "club")
    with pytest.raises(DataError) as caught:
        fit_segments(joined, "2024-01-01", SegmentSettings(method="column", column="club"))
    assert words in str(caught.value)


def test_a_column_that_is_not_there_is_named_with_those_that_are() -> None:
    frame = shop_table(40)
    customers = pd.DataFrame({"customer_id": frame["customer_id"], "tier": "a", "town": "b"})
    with pytest.raises(DataError, match="'club', which the customers table does not have; it has tier, town"):
        join_column(frame, customers, "club")
    with pytest.raises(DataError, match="'club', which the customers table does not have; it has none"):
        fit_segments(frame, "2024-01-01", SegmentSettings(method="column", column="club"))


def test_truths_are_levels_as_an_engine_writes_them_and_a_long_level_makes_no_long_name() -> None:
    frame = shop_table(60)
    customers = pd.DataFrame({"customer_id": frame["customer_id"], "push_opt_in": np.arange(60) % 2 == 0})
    made = fit_segments(
        join_column(frame, customers, "push_opt_in"),
        "2024-01-01",
        SegmentSettings(method="column", column="push_opt_in"),
    ).segmentation
    assert sorted(segment.name for segment in made.segments) == ["false", "true"]
    long = customers.assign(push_opt_in=np.where(customers["push_opt_in"], "a\n" * 90, "a " * 80 + "b"))
    made = fit_segments(
        join_column(frame, long, "push_opt_in"), "2024-01-01", SegmentSettings(method="column", column="push_opt_in")
    ).segmentation
    names = [segment.name for segment in made.segments]
    assert len(set(names)) == 2
    assert all(len(name) < 60 and "\n" not in name for name in names)


# Refits.


def test_a_refit_of_the_same_customers_with_the_same_seed_finds_the_same_groups(
    fitted: Fitted, features: pd.DataFrame
) -> None:
    again = refit(features.sort_values("customer_id"), fitted.segmentation, 8, 7)
    labels = again.assign(features)
    frozen = fitted.assignments.set_index("customer_id")["segment"].loc[features["customer_id"]]
    assert again.k == 8
    assert len(set(zip(labels.tolist(), frozen, strict=True))) == 8


@pytest.mark.parametrize("method", ["kmeans", "gmm", "rfm", "column"])
def test_a_refit_keeps_the_method_and_assigns_customers_it_has_not_seen(method: str) -> None:
    frame = club()
    column = "club" if method == "column" else None
    settings = SegmentSettings(method=method, column=column, resamples=2, k_max=3)
    made = fit_segments(frame, "2024-01-01", settings).segmentation
    for like in (made, settings):
        again = refit(frame.iloc[::2], like, 3, 1)
        assert again.model.method == method
        assert set(again.assign(frame).tolist()) <= set(range(-1, again.k))
    if method in ("kmeans", "gmm"):
        assert refit(frame.iloc[::2], made, 3, 1).model != refit(frame.iloc[1::2], made, 3, 1).model
        with pytest.raises(DataError, match="Only 2 different customers to fit 3 segments to"):
            refit(frame.iloc[:2], made, 3, 1)


# Density, which is no segmentation.


def test_density_tells_clusters_and_the_share_of_noise() -> None:
    random = np.random.default_rng(8)
    where = np.repeat([0.0, 5.0, 10.0], [80, 80, 40])
    frame = shop_table(
        200,
        weekend_share=np.where(where == 10, random.uniform(-20, 30, 200), where + random.normal(0, 0.1, 200)),
        coupon_share=np.where(where == 10, random.uniform(-20, 30, 200), where + random.normal(0, 0.1, 200)),
    )
    settings = QUICK.model_copy(update={"features": ("weekend_share", "coupon_share"), "min_share": 0.1})
    seen = analyse_density(frame, settings)
    assert seen.clusters == 2
    assert 0.1 < seen.noise_share <= 0.2
    assert sum(seen.shares) + seen.noise_share == pytest.approx(1)
    assert seen.min_cluster_size == 20


def test_density_needs_customers() -> None:
    with pytest.raises(DataError, match="Only 19 customers have every feature"):
        analyse_density(shop_table(19), QUICK)
