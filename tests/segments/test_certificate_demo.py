"""The certificate of the real chain: what its eight segments are worth, and what they are not."""

import datetime as dt

import pandas as pd
import pytest

from assistant.config import SegmentSettings
from assistant.data import Cutoff, Tables
from assistant.features import customer_features
from assistant.records.certificates import Certificate, CertificateSettings, Verdict
from assistant.segments import Fitted, fit_segments, join_column
from assistant.segments.certifying import certify_segmentation, drift_between

TODAY = Cutoff(dt.date(2018, 1, 1))


@pytest.fixture(scope="module")
def certificate(journey: Tables, features: pd.DataFrame, fitted: Fitted) -> Certificate:
    return certify_segmentation(journey, TODAY, features, fitted.segmentation, CertificateSettings(resamples=10))


def test_all_eight_segments_are_stable(certificate: Certificate) -> None:
    assert [own.segment for own in certificate.segments] == [f"S{at}" for at in range(1, 9)]
    for own in certificate.segments:
        assert own.certified, own.reasons
        assert own.jaccard is not None
        assert own.ari is not None
        assert own.silhouette is not None
        assert 0.75 <= own.jaccard.mean <= 1
        assert own.jaccard.low <= own.jaccard.mean <= own.jaccard.high
        assert own.ari.mean > 0.75
    assert certificate.ari is not None
    assert certificate.ari.mean > 0.8


def test_everybody_is_covered_and_the_sizes_are_those_of_the_segmentation(
    certificate: Certificate, fitted: Fitted
) -> None:
    assert (certificate.coverage_customers, certificate.coverage_revenue) == (1, 1)
    assert [(own.customers, own.revenue_minor) for own in certificate.segments] == [
        (own.customers, own.revenue_minor) for own in fitted.segmentation.segments
    ]


def test_the_segments_explain_who_redeems_beyond_rfm_at_both_earlier_cutoffs(certificate: Certificate) -> None:
    scores = {(own.as_of, own.target): own for own in certificate.scores}
    assert {as_of for as_of, _ in scores} == {"2017-10-03", "2017-07-05"}
    for as_of in ("2017-10-03", "2017-07-05"):
        for target in ("redeemed", "coupon_order"):
            assert scores[as_of, target].verdict is Verdict.ADDS
        for target in ("spend_winsorised", "spend"):
            assert scores[as_of, target].verdict is Verdict.NOTHING
    redeemed = next(own for own in certificate.targets if own.target == "redeemed")
    assert redeemed.gain is not None
    assert redeemed.gain.low > 0.03
    assert redeemed.gain.value == pytest.approx(0.07, abs=0.02)


def test_it_says_plainly_that_spend_is_not_explained_beyond_rfm(certificate: Certificate) -> None:
    spend = next(own for own in certificate.targets if own.target == "spend_winsorised")
    assert spend.verdict is Verdict.NOTHING
    assert "segments add nothing to RFM quintiles that could be told from chance" in spend.sentence
    assert "add nothing that could be told from chance on spend" in certificate.summary


def test_the_numbers_of_the_horizon_are_those_of_the_rows(certificate: Certificate, journey: Tables) -> None:
    lines = journey.orders.execute()
    redeemers = journey.events.execute().query("event == 'coupon_redeemed'")
    first = pd.Timestamp("2017-10-03")
    known = set(lines.loc[lines["ordered_at"] < first, "customer_id"])
    later = lines[(lines["ordered_at"] >= first) & lines["customer_id"].isin(known)]
    did = set(redeemers.loc[redeemers["occurred_at"] >= first, "customer_id"]) & known
    scores = {own.target: own for own in certificate.scores if own.as_of == "2017-10-03"}
    assert scores["spend"].customers == len(known)
    assert scores["spend"].mean == pytest.approx(later["amount_minor"].sum() / len(known))
    assert scores["orders"].mean == pytest.approx(later["order_id"].nunique() / len(known))
    assert scores["redeemed"].mean == pytest.approx(len(did) / len(known))


def test_an_interval_over_all_cutoffs_is_wider_than_one_by_itself_would_be(certificate: Certificate) -> None:
    # Four targets at once: two of a half percent in place of two and a half, 2.50 standard errors in place of 1.96.
    for own in certificate.targets:
        single = [score.gain for score in certificate.scores if score.target == own.target]
        assert own.gain is not None
        widths = [gain.high - gain.low for gain in single if gain is not None]
        assert own.gain.value == pytest.approx(sum(gain.value for gain in single if gain is not None) / 2)
        assert own.gain.high - own.gain.low > 2.2 / 1.96 * min(widths) / 2**0.5


@pytest.mark.parametrize("method", ["rfm", "column"])
def test_segments_by_rule_are_certified_like_the_rest(method: str, journey: Tables, features: pd.DataFrame) -> None:
    table = features
    settings = SegmentSettings(method="rfm", resamples=2)
    if method == "column":
        settings = SegmentSettings(method="column", column="age_band")
        table = join_column(features, journey.customers.execute(), "age_band")
    segmentation = fit_segments(table, "2018-01-01", settings).segmentation
    made = certify_segmentation(
        journey, TODAY, table, segmentation, CertificateSettings(resamples=2, repeats=1, max_cutoffs=1)
    )
    assert [own.customers for own in made.segments] == [own.customers for own in segmentation.segments]
    assert sum(own.customers for own in made.segments) == len(features) - segmentation.unassigned
    assert all((own.jaccard is None) == (method == "column") for own in made.segments)
    assert bool(made.stability_note) == bool(made.holdout_note) == (method == "column")
    # Tiers are made of nothing but recency, frequency and spend; an age band is not.
    redeemed = next(own for own in made.targets if own.target == "redeemed")
    assert redeemed.gain is not None
    assert abs(redeemed.gain.value) < 0.01 or method == "column"


def test_a_fit_of_a_quarter_before_agrees_in_part(certificate: Certificate) -> None:
    last, first = certificate.over_time
    assert (last.as_of, first.as_of) == ("2017-10-03", "2017-07-05")
    assert 0.3 < first.ari < last.ari < 0.9
    assert len(last.jaccards) == 8


def test_drift_since_a_quarter_before(journey: Tables, features: pd.DataFrame, fitted: Fitted) -> None:
    then = Cutoff(dt.date(2017, 10, 3))
    frame = customer_features(journey, then).execute()
    earlier = fit_segments(frame, "2017-10-03", SegmentSettings(resamples=2)).segmentation
    drift = drift_between(earlier, fitted.segmentation, frame, features)
    assert (drift.customers, drift.went) == (len(frame), 0)
    assert drift.came == len(features) - len(frame)
    assert 0.3 < drift.stayed < 0.9
    assert {shift.name for shift in drift.features} == set(earlier.features)
    assert all(shift.psi >= 0 for shift in drift.features)
    assert sum(map(sum, drift.frozen.counts)) == sum(map(sum, drift.refit.counts)) == drift.customers
