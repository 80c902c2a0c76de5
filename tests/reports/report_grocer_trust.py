"""The grocer's certificate, drift and lifetime value: made up, but as a real run has them."""

from assistant.records.certificates import (
    Certificate,
    CertificateSettings,
    Drift,
    HoldoutScore,
    Interval,
    Migration,
    OverTime,
    Range,
    SegmentCertificate,
    Shift,
    TargetVerdict,
    Verdict,
)
from assistant.records.lifetime import (
    CalibrationBin,
    ForecastScore,
    Holdout,
    LifetimeReport,
    PurchaseFit,
    Requirement,
    SpendFit,
)

IDS = ("S1", "S2", "S3", "S4", "S5")
BELOW = "its mean Jaccard is 0.69, and 0.75 is the bar"


def certificate(sizes: tuple[float, ...], revenues: tuple[float, ...], customers: int) -> Certificate:
    """Four segments that hold and one that does not."""
    found = ((0.94, 0.91, 0.97), (0.83, 0.74, 0.91), (0.88, 0.83, 0.92), (0.91, 0.88, 0.94), (0.69, 0.48, 0.86))
    silhouettes = (0.41, 0.22, 0.27, 0.34, 0.12)
    segments = tuple(
        SegmentCertificate(
            segment=segment,
            customers=round(sizes[index] * customers),
            customer_share=sizes[index],
            revenue_minor=round(revenues[index] * 460_289_512),
            revenue_share=revenues[index],
            jaccard=Range(mean=found[index][0], low=found[index][1], high=found[index][2]),
            ari=Range(mean=found[index][0] - 0.03, low=found[index][1] - 0.05, high=found[index][2] - 0.01),
            silhouette=silhouettes[index],
            certified=index < 4,
            reasons=() if index < 4 else (BELOW,),
        )
        for index, segment in enumerate(IDS)
    )
    return Certificate(
        as_of="2017-10-01",
        settings=CertificateSettings(),
        coverage_customers=1.0,
        coverage_revenue=1.0,
        ari=Range(mean=0.84, low=0.77, high=0.9),
        silhouette=0.29,
        stability_note="",
        segments=segments,
        scores=_scores(),
        targets=_targets(),
        holdout_note="",
        over_time=(
            OverTime(as_of="2017-07-03", customers=2430, ari=0.71, jaccards=(0.88, 0.61, 0.74, 0.79, 0.52)),
            OverTime(as_of="2017-04-04", customers=2311, ari=0.58, jaccards=(0.81, 0.44, 0.66, 0.7, 0.39)),
        ),
        summary="4 of 5 segments are certified, and they explain the next 90 days’ spend beyond RFM quintiles by "
        "1.4 points (95% interval 0.8 to 2.1).",
    )


_GAINS = (
    ("spend_winsorised", "spend, the largest one percent cut", True, 0.572, 0.014, 0.008, 0.021, Verdict.ADDS),
    ("orders", "orders", True, 0.641, 0.004, -0.001, 0.009, Verdict.NOTHING),
    ("redeemed", "who redeems a coupon of a campaign", True, 0.083, 0.031, 0.012, 0.052, Verdict.ADDS),
    ("spend", "spend as it is", False, 0.501, -0.006, -0.011, -0.002, Verdict.TAKES),
    ("coupon_order", "who orders with a coupon", False, None, None, None, None, Verdict.UNKNOWN),
)
_SAID = {
    Verdict.ADDS: "The segments explain more of it than recency, frequency and spend do.",
    Verdict.NOTHING: "Nothing that could be told from chance is added.",
    Verdict.TAKES: "Beside recency, frequency and spend the segments are in the way.",
    Verdict.UNKNOWN: "Fewer than 20 customers did so.",
}


def _targets() -> tuple[TargetVerdict, ...]:
    return tuple(
        TargetVerdict(
            target=target,
            label=label,
            headline=headline,
            rfm=rfm,
            both=None if rfm is None else rfm + gain,
            gain=None if gain is None else Interval(value=gain, low=low, high=high),
            verdict=verdict,
            sentence=_SAID[verdict],
        )
        for target, label, headline, rfm, gain, low, high, verdict in _GAINS
    )


def _scores() -> tuple[HoldoutScore, ...]:
    return tuple(
        HoldoutScore(
            as_of=as_of,
            target=target,
            customers=customers,
            mean=3.1,
            rfm=rfm,
            segments=None if rfm is None else rfm * 0.8,
            both=None if rfm is None else rfm + gain,
            gain=None if gain is None else Interval(value=gain, low=low - 0.004, high=high + 0.004),
            verdict=verdict,
            note=_SAID[verdict] if verdict is Verdict.UNKNOWN else "",
        )
        for as_of, customers in (("2017-07-03", 2430), ("2017-04-04", 2311))
        for target, _, _, rfm, gain, low, high, verdict in _GAINS
    )


def drift() -> Drift:
    """Three months between two versions."""
    names = (
        ("recency_days", 0.31), ("coupon_share", 0.14), ("frequency", 0.06), ("monetary_minor", 0.05),
        ("trend", 0.04), ("basket_value_minor", 0.02), ("basket_lines", 0.02), ("days_between_orders", 0.02),
        ("discount_share", 0.01), ("weekend_share", 0.01), ("evening_share", 0.01), ("night_share", 0.0),
    )  # fmt: skip
    stayed = (
        (310, 40, 12, 8, 4),
        (28, 214, 9, 33, 6),
        (14, 21, 402, 30, 22),
        (5, 19, 44, 640, 61),
        (0, 3, 18, 74, 381),
    )
    anew = ((322, 31, 14, 5, 2), (61, 150, 12, 60, 7), (9, 42, 371, 44, 23), (3, 20, 61, 601, 84), (0, 4, 21, 99, 352))
    readings = {0: "stable", 1: "some shift", 2: "large shift"}
    return Drift(
        before="2017-07-03",
        now="2017-10-01",
        customers=sum(map(sum, stayed)),
        came=39,
        went=11,
        features=tuple(
            Shift(name=name, psi=psi, chance=0.012, reading=readings[(psi >= 0.1) + (psi >= 0.25)])  # type: ignore[arg-type]
            for name, psi in names
        ),
        segments=Shift(name="segments", psi=0.03, chance=0.006, reading="stable"),
        shares_before=(0.157, 0.121, 0.205, 0.322, 0.195),
        shares_now=(0.149, 0.124, 0.202, 0.327, 0.198),
        frozen=Migration(rows=IDS, columns=IDS, counts=stayed, ari=0.72),
        stayed=0.81,
        refit=Migration(rows=IDS, columns=IDS, counts=anew, ari=0.66),
        relabelled=0.78,
        advice="watch",
        summary="81% of customers are where they were; days since the last order have shifted far, so look again "
        "next month before fitting anew.",
    )


def lifetime() -> LifetimeReport:
    """A model that beats the naive forecasts by a little."""
    bins = (("0", 12, 0.9, 1.2, 1.9), ("1", 41, 1.6, 1.9, 2.8), ("2", 66, 2.4, 2.6, 3.4), ("3", 83, 3.0, 3.3, 4.1),
            ("4", 90, 3.9, 3.9, 4.8), ("5", 97, 4.4, 4.7, 5.4), ("6", 104, 5.5, 5.4, 6.1),
            ("7+", 1976, 21.9, 20.8, 22.4))  # fmt: skip
    return LifetimeReport(
        as_of="2017-10-01",
        method="bg_nbd",
        reasons=(
            "There are enough customers, days and regulars for a model of buying.",
            "BG/NBD misses by 6.741 orders a customer, the better naive forecast by 6.940; the difference is clear.",
        ),
        customers=2469,
        kept_share=0.994,
        interval=0.8,
        requirements=(
            Requirement(requirement="customers", label="customers with an order", found=2469, needed=500, met=True),
            Requirement(requirement="history_days", label="days of history", found=273, needed=180, met=True),
            Requirement(
                requirement="days_since_order", label="days since the last order", found=1, needed=30, met=True
            ),
            Requirement(
                requirement="regulars", label="customers with three orders or more", found=2380, needed=20, met=True
            ),
        ),
        fits=(
            PurchaseFit(
                model="bg_nbd",
                until="2017-10-01",
                parameters={"r": 1.3998, "alpha": 1.3607, "a": 0.0295, "b": 26.648},
                log_errors={"r": 0.03, "alpha": 0.03, "a": 0.4, "b": 0.6},
                log_likelihood=-151_204.3,
                customers=2469,
                starts=8,
                agreeing=7,
                converged=True,
            ),
        ),
        spend=SpendFit(
            parameters={"p": 6.25, "q": 3.74, "v": 1544.0},
            log_errors={"p": 0.1, "q": 0.1, "v": 0.2},
            log_likelihood=-9_594.9,
            customers=2400,
            correlation=-0.11,
            converged=True,
            note="customers who order more often spend a little less each time",
        ),
        holdout=Holdout(
            as_of="2017-07-03",
            days=90,
            customers=2469,
            orders=41_002,
            best_model="bg_nbd",
            best_naive="same_rate",
            scores=(
                ForecastScore(
                    forecast="bg_nbd", rmse=6.741, bias=-0.03, top_decile=0.312, ahead=0.199, ahead_low=0.11,
                    ahead_high=0.29,
                ),
                ForecastScore(
                    forecast="pareto_nbd", rmse=6.752, bias=-0.031, top_decile=0.311, ahead=0.188, ahead_low=0.1,
                    ahead_high=0.27,
                ),
                ForecastScore(forecast="same_rate", rmse=6.94, bias=0.041, top_decile=0.312),
                ForecastScore(forecast="same_window", rmse=7.31, bias=0.052, top_decile=0.301),
                ForecastScore(forecast="zero", rmse=24.1, bias=-1.0, top_decile=0.1),
            ),
            calibration=tuple(
                CalibrationBin(repeats=repeats, customers=customers, actual=actual, model=model, naive=naive)
                for repeats, customers, actual, model, naive in bins
            ),
            model_coverage=0.78,
            naive_coverage=0.74,
        ),
    )  # fmt: skip
