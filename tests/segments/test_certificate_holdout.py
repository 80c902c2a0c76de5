"""A hidden habit that decides later spend is found, one that decides nothing is not, and nothing leaks."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from planted_shop import AS_OF, HORIZON, MILK, THEN, TODAY, moment, planted_rows, write_tables

from assistant.data import Cutoff, Tables
from assistant.features import customer_features
from assistant.records.certificates import Certificate, CertificateSettings, Verdict
from assistant.segments.certifying import (
    TARGETS,
    Assign,
    brought_candidate,
    certify,
    earlier_cutoffs,
    fitted_candidate,
    judge,
    measure_holdout,
    outcomes_after,
    play,
)
from assistant.segments.certifying.explaining import fold_plan, indicators, rfm_quintiles, squared_errors

SETTINGS = CertificateSettings(resamples=2, draws=300, repeats=2, max_cutoffs=1)
HABITS = ("S1", "S2")


def habit(frame: pd.DataFrame, seed: int) -> Assign:
    return lambda other: (other["morning_share"].to_numpy() < 0.5).astype(np.int64)


def table_of(tables: Tables, cutoff: Cutoff = TODAY) -> pd.DataFrame:
    frame: pd.DataFrame = customer_features(tables, cutoff).order_by("customer_id").execute()
    return frame


def certificate(tables: Tables, settings: CertificateSettings = SETTINGS) -> Certificate:
    features = table_of(tables)
    return certify(tables, TODAY, features, fitted_candidate(HABITS, features, habit(features, 1), habit), settings)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return write_tables(tmp_path_factory.mktemp("planted"), planted_rows(planted=True))


@pytest.fixture(scope="module")
def unplanted(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return write_tables(tmp_path_factory.mktemp("unplanted"), planted_rows(planted=False))


def test_a_habit_that_decides_what_is_spent_and_redeemed_later_is_found(planted: Tables) -> None:
    made = certificate(planted)
    verdicts = {own.target: own.verdict for own in made.targets}
    assert {name for name, own in verdicts.items() if own is Verdict.ADDS} == {
        "spend_winsorised", "spend", "redeemed", "coupon_order",
    }  # fmt: skip
    spend = next(own for own in made.targets if own.target == "spend_winsorised")
    assert spend.gain is not None
    assert spend.gain.low > 0.15
    assert "explain more of spend" in made.summary
    assert (
        "add nothing that could be told from chance on orders" in made.summary
        or "explain less than they alone of orders" in made.summary
    )


def test_a_habit_that_decides_nothing_adds_nothing(unplanted: Tables) -> None:
    made = certificate(unplanted)
    assert [own.verdict for own in made.targets if own.verdict is Verdict.ADDS] == []
    for own in made.targets:
        assert own.gain is not None
        assert own.gain.value < 0.01
    assert "explain more" not in made.summary


def test_no_noise_passes_for_a_gain() -> None:
    random = np.random.default_rng(1)
    settings = SETTINGS.model_copy(update={"draws": 200})
    verdicts = []
    for seed in range(40):
        frame = pd.DataFrame(
            {name: random.gamma(2, 10, 300) for name in ("recency_days", "frequency", "monetary_minor")}
        )
        rfm = rfm_quintiles(frame)
        outcomes = rfm @ random.uniform(0, 1, (15, len(TARGETS))) + random.normal(0, 1, (300, len(TARGETS)))
        for place, target in enumerate(TARGETS):
            if target.binary:
                outcomes[:, place] = outcomes[:, place] > outcomes[:, place].mean()
        ids = np.array([str(number) for number in range(300)], dtype=object)
        rounds = [play("2024-01-01", ids, outcomes, rfm, random.integers(0, 4, 300), settings)]
        verdicts += [own.verdict for own in judge(rounds, settings.model_copy(update={"seed": seed}))[1]]
    # One in forty would be, were the segments free of cost; out of sample they cost a little.
    assert sum(own is Verdict.ADDS for own in verdicts) <= len(verdicts) / 40


def test_rows_from_the_earlier_cutoff_on_change_no_feature_and_no_segment(tmp_path: Path) -> None:
    seen: list[pd.DataFrame] = []

    def spy(frame: pd.DataFrame, seed: int) -> Assign:
        seen.append(frame)
        return habit(frame, seed)

    outcomes = []
    for name, later in (("as it is", 0), ("a fortune", 10**7)):
        tables = write_tables(tmp_path / name, planted_rows(planted=True, customers=120, later_minor=later))
        features = table_of(tables)
        candidate = fitted_candidate(HABITS, features, habit(features, 1), spy)
        outcomes.append(measure_holdout(tables, TODAY, features, candidate, SETTINGS).scores[0].mean)
    pd.testing.assert_frame_equal(*seen, check_exact=True)
    assert outcomes[1] > outcomes[0] + 10**6


def test_rows_from_today_on_change_nothing_at_all(tmp_path: Path, planted: Tables) -> None:
    rows = planted_rows(planted=True)
    rows["orders"] += [
        {"order_id": f"late{at}", "customer_id": f"c{at:04d}", "product_id": "milk", "amount_minor": 10**8,
         "ordered_at": moment(AS_OF)}
        for at in range(0, 400, 3)
    ]  # fmt: skip
    rows["events"] += [{"customer_id": "c0001", "event": "coupon_redeemed", "occurred_at": moment(AS_OF)}]
    assert certificate(write_tables(tmp_path, rows)) == certificate(planted)


def test_what_the_shop_learnt_late_is_as_late_at_an_earlier_cutoff(tmp_path: Path) -> None:
    known = Cutoff(AS_OF, moment(AS_OF + dt.timedelta(days=2)), HORIZON)
    rows = planted_rows(planted=True, customers=120)
    earlier = earlier_cutoffs(write_tables(tmp_path, rows), known, SETTINGS)
    assert [own.known_at for own in earlier] == [moment(THEN + dt.timedelta(days=2))]


@pytest.mark.parametrize(
    ("history", "expected"),
    [(450, 3), (449, 2), (270, 1), (269, 0), (2000, 4)],
)
def test_an_earlier_cutoff_has_its_history_before_it(tmp_path: Path, history: int, expected: int) -> None:
    first = moment(AS_OF - dt.timedelta(days=history))
    order = {"order_id": "1", "customer_id": "a", "product_id": "milk", "ordered_at": first}
    tables = write_tables(tmp_path, {"orders": [order], "products": [MILK]})
    cutoffs = earlier_cutoffs(tables, TODAY, CertificateSettings())
    assert [(AS_OF - own.as_of).days for own in cutoffs] == [90, 180, 270, 360][:expected]
    assert all(own.ends <= AS_OF for own in cutoffs)


def test_a_young_or_a_small_shop_is_told_why_nothing_can_be_said(tmp_path: Path) -> None:
    rows = planted_rows(planted=True, customers=60)
    small = certificate(write_tables(tmp_path / "small", rows))
    assert "60 customers had an order by then; expected at least 100" in small.holdout_note
    young = {**rows, "orders": [row for row in rows["orders"] if row["ordered_at"] >= moment(THEN)]}
    made = certificate(write_tables(tmp_path / "young", young))
    assert "no cutoff 90 days back has 180 days of orders before it" in made.holdout_note
    assert {own.verdict for own in made.targets} == {Verdict.UNKNOWN}
    assert "nothing can be said of later days" in made.summary


def test_a_target_that_hardly_anybody_meets_is_not_judged(tmp_path: Path) -> None:
    rows = planted_rows(planted=True, customers=120)
    rows["events"] = rows["events"][:9]
    made = certificate(write_tables(tmp_path, rows))
    score = next(own for own in made.scores if own.target == "redeemed")
    assert (score.verdict, score.rfm, score.gain) == (Verdict.UNKNOWN, None, None)
    assert "only 9 customers did so" in next(own.sentence for own in made.targets if own.target == "redeemed")


def test_the_outcomes_are_those_of_the_days_in_question_only(tmp_path: Path) -> None:
    def order(number: int, who: str, when: dt.datetime, **values: object) -> dict[str, object]:
        return {"order_id": str(number), "customer_id": who, "product_id": "milk", "ordered_at": when, **values}

    last = moment(AS_OF - dt.timedelta(days=1), 23)
    tables = write_tables(
        tmp_path,
        {
            "orders": [
                order(1, "a", moment(THEN, 0), amount_minor=700, coupon_minor=5),
                order(1, "a", moment(THEN, 0), amount_minor=300, line=1),
                order(2, "a", last, amount_minor=50),
                order(3, "a", last, amount_minor=-200, quantity=-1),
                order(4, "a", moment(AS_OF, 0), amount_minor=9999, coupon_minor=5),
                order(5, "b", moment(THEN - dt.timedelta(days=1), 23), amount_minor=9999, coupon_minor=5),
            ],
            "events": [
                {"customer_id": "b", "event": "coupon_redeemed", "occurred_at": last},
                {"customer_id": "b", "event": "coupon_redeemed", "occurred_at": moment(THEN, 0)},
                {"customer_id": "a", "event": "coupon_redeemed", "occurred_at": moment(AS_OF, 0)},
            ],
            "products": [MILK],
        },
    )
    customers = np.array(["b", "a", "nobody"], dtype=object)
    outcomes = pd.DataFrame(
        outcomes_after(tables, Cutoff(THEN, None, HORIZON), customers),
        columns=[target.name for target in TARGETS],
        index=customers,
    )
    assert outcomes["spend"].to_dict() == {"b": 0, "a": 850, "nobody": 0}
    assert outcomes["orders"].to_dict() == {"b": 0, "a": 2, "nobody": 0}
    assert outcomes["redeemed"].to_dict() == {"b": 1, "a": 0, "nobody": 0}
    assert outcomes["coupon_order"].to_dict() == {"b": 0, "a": 1, "nobody": 0}
    assert outcomes.loc["a", "spend_winsorised"] == pytest.approx(np.quantile([0, 0, 850], 0.99))


def test_every_customer_is_predicted_by_fits_that_did_not_see_them() -> None:
    random = np.random.default_rng(4)
    customers, folds = 60, 5
    labels = np.arange(customers)
    targets = random.normal(size=(customers, 1))
    (plan,) = fold_plan(customers, folds, 1, seed=1)
    assert sorted(np.bincount(plan)) == [12] * 5
    # A group for each customer tells all of who was seen and nothing of who was not.
    errors = squared_errors(indicators(labels), targets, [False], [plan])
    means = np.array([targets[plan != plan[at]].mean() for at in range(customers)])
    np.testing.assert_allclose(errors[:, 0], (targets[:, 0] - means) ** 2)


def test_quintiles_have_equal_sizes_and_never_part_equal_values() -> None:
    frame = pd.DataFrame(
        {"recency_days": np.arange(100), "frequency": [1] * 70 + list(range(2, 32)), "monetary_minor": [5] * 100}
    )
    design = rfm_quintiles(frame)
    assert sorted(design[:, :5].sum(axis=0)) == [20] * 5
    assert design[:, 5:-1].sum(axis=0).tolist() == [70, 10, 20]
    assert design[:, -1].tolist() == [1] * 100


def test_brought_segments_are_judged_but_not_resampled(planted: Tables) -> None:
    features = table_of(planted)
    members = pd.Series(np.where(features["morning_share"] > 0.5, "early", "late"), index=features["customer_id"])
    members.iloc[:100] = None
    made = certify(planted, TODAY, features, brought_candidate(("early", "late"), features, members), SETTINGS)
    assert made.ari is None
    assert made.of("early").jaccard is None
    assert made.of("early").certified
    assert "brought along" in made.stability_note
    assert "flatters" in made.holdout_note
    assert made.coverage_customers == 300 / 400
    assert made.coverage_revenue == features["monetary_minor"].iloc[100:].sum() / features["monetary_minor"].sum()
    assert sum(own.customers for own in made.segments) == 300
    with pytest.raises(KeyError):
        made.of("S9")


def test_a_segment_below_a_bar_says_which(planted: Tables) -> None:
    features = table_of(planted)

    def moody(frame: pd.DataFrame, seed: int) -> Assign:
        return lambda other: np.random.default_rng(seed).integers(0, 2, len(other))

    few = np.where(np.arange(400) < 8, 1, 0)
    candidate = fitted_candidate(HABITS, features, lambda _: few, moody)
    made = certify(planted, TODAY, features, candidate, SETTINGS)
    assert not made.of("S2").certified
    assert [reason.split("; ")[1] for reason in made.of("S2").reasons] == [
        "the bar is 0.75", "the bar is 3.0%", "the bar is 20",
    ]  # fmt: skip
    assert made.summary.startswith("0 of 2 segments are certified, below the bar: S1 and S2;")
    assert Certificate.model_validate_json(made.model_dump_json()) == made
