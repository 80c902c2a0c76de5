"""Scores of recency, frequency and spend, and the tiers made of them."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from segment_shops import adversarial_table, shop_table

from assistant.config import RfmSettings, SegmentSettings, load_settings
from assistant.errors import ConfigError, DataError
from assistant.segments import Fitted, Tiers, assign_frame, default_tiers, fit_segments, fit_tiers, rfm_grid

NAMED = (
    "Champions", "Loyal", "Potential loyalist", "New", "Promising", "Need attention", "About to sleep", "At risk",
    "Cannot lose", "Hibernating", "Lost",
)  # fmt: skip
BY_RULE = SegmentSettings(method="rfm", resamples=3)


def scored(values: pd.Series, falling: bool) -> pd.Series:
    """By rank, sharing no code: the fifth in which the first of all equal values falls, counted from below."""
    shares = values.rank(method="min").sub(1) / len(values)
    score = np.minimum((shares * 5 + 1e-9).astype(int), 4) + 1
    return 6 - score if falling else score


def refused(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    return str(caught.value)


def test_the_table_covers_every_combination_of_scores_exactly_once() -> None:
    rules = default_tiers()
    for scores in product(range(1, 6), repeat=3):
        assert sum(rule.takes(*scores) for rule in rules) == 1, scores
    assert tuple(dict.fromkeys(rule.name for rule in rules)) == NAMED


def test_scores_are_fifths_where_no_two_customers_are_equal() -> None:
    random = np.random.default_rng(3)
    frame = shop_table(1_000).assign(
        **{name: random.permutation(1_000) for name in ("recency_days", "frequency", "monetary_minor")}
    )
    tiers = Tiers(fit_tiers(frame, RfmSettings()))
    scores = tiers.scores(frame[list(tiers.model.needs)].to_numpy(float))
    assert np.bincount(scores.ravel()).tolist() == [0] + [600] * 5
    expected = [scored(frame[name], name == "recency_days") for name in tiers.model.needs]
    assert scores.T.tolist() == [column.tolist() for column in expected]


def test_customers_with_equal_values_have_equal_scores_and_a_break_is_a_value_that_occurs(
    features: pd.DataFrame,
) -> None:
    model = fit_tiers(features, RfmSettings())
    scores = Tiers(model).scores(features[list(model.needs)].to_numpy(float))
    for at, (name, breaks) in enumerate(
        zip(model.needs, (model.recency_breaks, model.frequency_breaks, model.monetary_breaks), strict=True)
    ):
        assert pd.Series(scores[:, at]).groupby(features[name].to_numpy()).nunique().max() == 1
        assert set(breaks) <= set(features[name].astype(float))
        for number, value in enumerate(breaks, start=1):
            at_most = (features[name] <= value).mean()
            assert at_most >= number / 5
            assert (features[name] < value).mean() < number / 5


def test_a_shop_where_most_ordered_once_gives_them_all_the_lowest_score() -> None:
    frame = shop_table(100, frequency=[1] * 70 + [2] * 20 + [5] * 10)
    tiers = Tiers(fit_tiers(frame, RfmSettings()))
    frequency = tiers.scores(frame[list(tiers.model.needs)].to_numpy(float))[:, 1]
    assert dict(zip(frame["frequency"], frequency.tolist(), strict=True)) == {1: 1, 2: 4, 5: 5}


def test_breaks_set_by_hand_stay_and_the_others_are_quintiles() -> None:
    frame = shop_table(200)
    model = fit_tiers(frame, RfmSettings(recency_days=(7, 30, 90, 180)))
    assert model.recency_breaks == (7, 30, 90, 180)
    assert model.fixed == ("recency",)
    points = np.array([[7, 1, 1], [7.5, 1, 1], [90, 1, 1], [180.5, 1, 1]], dtype=float)
    assert Tiers(model).scores(points)[:, 0].tolist() == [5, 4, 3, 1]
    again = Tiers(model).refit(points, seed=1).model
    assert again.recency_breaks == (7, 30, 90, 180)
    assert again.frequency_breaks != model.frequency_breaks


def test_the_grid_counts_every_customer_once(features: pd.DataFrame, fitted: Fitted) -> None:
    grid = fitted.segmentation.grid
    assert grid is not None
    assert [(cell.recency, cell.frequency) for cell in grid.cells] == list(product(range(1, 6), repeat=2))
    assert sum(cell.customers for cell in grid.cells) == len(features)
    assert sum(cell.revenue_minor for cell in grid.cells) == features["monetary_minor"].sum()
    assert sum(tier.customers for tier in grid.tiers) == len(features)
    assert sum(tier.revenue_minor for tier in grid.tiers) == features["monetary_minor"].sum()
    assert tuple(tier.tier for tier in grid.tiers) == NAMED
    assert all(set(cell.tiers) <= set(NAMED) and cell.tiers for cell in grid.cells)


def test_the_grid_equals_a_count_in_pandas(features: pd.DataFrame) -> None:
    model = fit_tiers(features, RfmSettings())
    scores = pd.DataFrame(
        {
            "recency": 5 - np.sum([features["recency_days"] > own for own in model.recency_breaks], axis=0),
            "frequency": 1 + np.sum([features["frequency"] > own for own in model.frequency_breaks], axis=0),
            "spent": features["monetary_minor"],
        }
    )
    counted = scores.groupby(["recency", "frequency"])["spent"].agg(["size", "sum"])
    cells = {(cell.recency, cell.frequency): cell for cell in rfm_grid(features, model).cells}
    for at, cell in cells.items():
        expected = counted.loc[at] if at in counted.index else {"size": 0, "sum": 0}
        assert (cell.customers, cell.revenue_minor) == (expected["size"], expected["sum"])


def test_who_has_no_order_is_left_out_of_the_grid_and_counted() -> None:
    frame = adversarial_table(1_000)
    grid = rfm_grid(frame, fit_tiers(frame, RfmSettings()))
    missing = int(frame[["recency_days", "frequency", "monetary_minor"]].isna().any(axis=1).sum())
    assert grid.unscored == missing > 0
    assert sum(cell.customers for cell in grid.cells) == 1_000 - missing


def test_an_empty_cell_names_the_tiers_that_may_lie_there() -> None:
    frame = shop_table(40, recency_days=np.arange(40), frequency=1, monetary_minor=5)
    cells = {(cell.recency, cell.frequency): cell for cell in rfm_grid(frame, fit_tiers(frame, RfmSettings())).cells}
    assert cells[5, 4].customers == 0
    assert set(cells[5, 4].tiers) == {"Champions", "Loyal"}


def test_tiers_are_segments_with_their_own_names_and_rules(features: pd.DataFrame) -> None:
    made = fit_segments(features, "2018-01-01", BY_RULE).segmentation
    assert sorted(segment.name for segment in made.segments) == sorted(NAMED)
    rules = {segment.name: segment.rule for segment in made.segments}
    assert rules["Champions"] == "recency 5, frequency 4-5, monetary 4-5"
    assert rules["At risk"] == "recency 1-2, frequency 3; or recency 1-2, frequency 4-5, monetary 1-3"
    assert made.trials == ()
    assert all(segment.jaccard is not None and segment.jaccard > 0.6 for segment in made.segments)
    revenues = [segment.revenue_minor for segment in made.segments]
    assert revenues == sorted(revenues, reverse=True)
    assert made.grid is not None
    assert {tier.tier: tier.customers for tier in made.grid.tiers} == {
        segment.name: segment.customers for segment in made.segments
    }


def test_a_tier_with_nobody_in_it_stays_a_segment_for_who_comes_later() -> None:
    random = np.random.default_rng(1)
    first = shop_table(60, recency_days=random.permutation(60) + 1, frequency=1, monetary_minor=100)
    made = fit_segments(first, "2024-01-01", BY_RULE).segmentation
    empty = next(segment for segment in made.segments if segment.name == "Champions")
    assert (empty.customers, empty.jaccard, empty.traits) == (0, None, ())
    later = shop_table(1, recency_days=1, frequency=9, monetary_minor=9_000)
    assert made.segments[assign_frame(made, later)[0]].name == "Champions"


def test_customers_all_in_one_tier_are_refused() -> None:
    alike = shop_table(30, recency_days=3, frequency=2, monetary_minor=100)
    with pytest.raises(DataError, match="All 30 customers are alike in recency, frequency and spend"):
        fit_segments(alike, "2024-01-01", BY_RULE)


def test_a_workspace_names_tiers_of_its_own(tmp_path: Path, features: pd.DataFrame) -> None:
    path = tmp_path / "assistant.toml"
    path.write_text(
        '[segments]\nmethod = "rfm"\nresamples = 2\n[segments.rfm]\nrecency_days = [7, 14, 28, 56]\n'
        '[[segments.rfm.tiers]]\nname = "Here"\nrecency = [3, 5]\nfrequency = [1, 5]\n'
        '[[segments.rfm.tiers]]\nname = "Gone"\nrecency = [1, 2]\nfrequency = [1, 5]\n',
        encoding="utf-8",
    )
    made = fit_segments(features, "2018-01-01", load_settings(path).segments).segmentation
    sizes = {segment.name: segment.customers for segment in made.segments}
    assert sizes == {"Here": int((features["recency_days"] <= 28).sum()),
                     "Gone": int((features["recency_days"] > 28).sum())}  # fmt: skip


@pytest.mark.parametrize(
    ("tiers", "words"),
    [
        (
            '{name = "A", recency = [2, 5], frequency = [1, 5]}',
            "segments.rfm.tiers: no tier takes recency 1, frequency 1-5, monetary 1-5; expected every combination",
        ),
        (
            '{name = "A", recency = [1, 5], frequency = [1, 5]}, {name = "B", recency = [5, 5], frequency = [5, 5], '
            "monetary = [4, 5]}",
            "A and B both take recency 5, frequency 5, monetary 4-5; expected",
        ),
        ('{name = "A", recency = [1, 6], frequency = [1, 5]}', "tiers.0.recency.1 is 6"),
        ('{name = "A", recency = [5, 1], frequency = [1, 5]}', "the range [5, 1] ends before it begins"),
        ('{name = "A", frequency = [1, 5]}', "'segments.rfm.tiers.0.recency' is missing"),
        ("", "no tier takes recency 1, frequency 1-5, monetary 1-5; no tier takes recency 2"),
    ],
)
def test_a_table_with_gaps_or_overlaps_is_refused_and_says_where(tmp_path: Path, tiers: str, words: str) -> None:
    message = refused(tmp_path / "assistant.toml", f"[segments.rfm]\ntiers = [{tiers}]\n")
    assert words in message
    assert len(message) < 500


def test_breaks_that_fall_are_refused(tmp_path: Path) -> None:
    message = refused(tmp_path / "assistant.toml", "[segments.rfm]\nfrequency = [1, 3, 2, 5]\n")
    assert "segments.rfm.frequency" in message
    assert "falls; expected four numbers, each at least the one before" in message
