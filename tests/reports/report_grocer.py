"""A grocer's records, made up but of the shape and size a real run gives: five segments, their facts,
personas and twenty pieces of copy. Built from a seed, so two calls give the same records."""

import datetime as dt
import random

from report_grocer_copy import BUYS, MODEL, campaign_of, pieces_for
from report_grocer_files import quality
from report_grocer_shop import cohorts, concentration, grid
from report_grocer_trust import BELOW, certificate, drift, lifetime

from assistant.facts import format_value
from assistant.records import (
    Claim,
    Document,
    Fact,
    FactSheet,
    KMeansModel,
    KTrial,
    Lift,
    Persona,
    Scaling,
    Segment,
    Segmentation,
    SurrogateTree,
    Trait,
    TreeCondition,
    TreeRule,
    Unit,
)
from assistant.records.personas import Dropped
from assistant.reports import Counts, ReportData, StageRun

CUSTOMERS = 2469
NAMES = (
    "Most frequent, high-spending shoppers",
    "Coupon-led, regular shoppers",
    "Big-basket, occasional shoppers",
    "Quick-trip, low-spending shoppers",
    "Lapsing, infrequent shoppers",
)
LINES = (
    "They come every few days, fill half the till and rarely wait for an offer.",
    "They plan around coupons and come back every week for the next one.",
    "They come seldom, but with a long list and a full trolley.",
    "They drop in for two or three things on the way home.",
    "They have not been seen for weeks, and nobody has told them they are missed.",
)
SIZES = (0.164, 0.121, 0.203, 0.318, 0.194)
REVENUES = (0.447, 0.158, 0.243, 0.118, 0.034)
JACCARDS = (0.94, 0.83, 0.88, 0.91, 0.69)
CENTRES = ((2.6, 0.4), (1.1, 2.2), (0.2, -1.3), (-1.2, 0.5), (-3.0, -0.4))

# feature, label, unit, topic, mean of everybody, effect in each segment
FEATURES: tuple[tuple[str, str, Unit, str, float, tuple[float, ...]], ...] = (
    ("frequency", "orders", Unit.ORDERS, "cadence", 42.0, (1.9, 0.7, -0.2, -0.6, -1.3)),
    ("monetary_minor", "spend", Unit.MONEY, "value", 186_432.0, (2.1, 0.4, 0.3, -0.8, -1.2)),
    ("recency_days", "days since the last order", Unit.DAYS, "cadence", 19.0, (-0.6, -0.4, -0.1, 0.1, 2.3)),
    ("coupon_share", "share of orders with a coupon", Unit.SHARE, "price", 0.062, (0.1, 2.4, -0.3, -0.5, -0.4)),
    ("basket_value_minor", "spend per order", Unit.MONEY, "basket", 3_120.0, (0.2, 0.1, 1.4, -0.9, -0.3)),
    ("basket_lines", "different products per order", Unit.LINES, "basket", 9.4, (0.3, 0.2, 1.3, -1.0, -0.2)),
    ("days_between_orders", "days between orders", Unit.DAYS, "cadence", 9.8, (-0.9, -0.5, 0.6, 0.2, 1.1)),
    ("discount_share", "share of shelf prices taken off by the shop", Unit.SHARE, "price", 0.158,
     (-0.1, 0.8, 0.2, -0.3, -0.2)),
    ("private_brand_share", "share of spend on the shop’s own brand", Unit.SHARE, "price", 0.284,
     (-0.2, 0.3, 0.1, 0.2, -0.1)),
    ("weekend_share", "share of orders on Saturday or Sunday", Unit.SHARE, "when", 0.312,
     (-0.4, 0.0, 0.6, -0.1, 0.1)),
    ("evening_share", "share of orders from four in the afternoon to nine in the evening", Unit.SHARE, "when",
     0.384, (-0.2, -0.1, -0.3, 0.6, 0.0)),
    ("night_share", "share of orders from nine in the evening to five in the morning", Unit.SHARE, "when", 0.071,
     (0.1, -0.2, -0.1, 0.2, 0.0)),
    ("categories_bought", "different categories bought", Unit.COUNT, "products", 112.0, (1.6, 0.9, 0.2, -0.9, -1.4)),
    ("trend", "change of spend in the last quarter", Unit.RATIO, "trend", -0.02, (0.1, 0.0, 0.1, 0.0, -0.9)),
    ("department: produce", "share of spend on produce", Unit.SHARE, "products", 0.11, (0.5, 0.2, 0.1, -0.4, -0.2)),
)  # fmt: skip


def grocer(repeat: int = 1) -> ReportData:
    """The grocer's report; `repeat` copies of the pieces make the campaign longer."""
    rng = random.Random(7)
    segments = tuple(_segment(index) for index in range(5))
    sheets = tuple(_sheet(index, segments[index]) for index in range(5))
    pieces = tuple(
        piece.model_copy(update={"piece": f"{piece.piece}-{copy + 1}" if repeat > 1 else piece.piece})
        for copy in range(repeat)
        for index in range(5)
        for piece in pieces_for(index)
    )
    return ReportData(
        title="Complete Journey Grocers",
        as_of=dt.date(2017, 10, 1),
        currency="USD",
        counts=Counts(
            households=CUSTOMERS,
            order_lines=1_469_307,
            products=92_331,
            first_day=dt.date(2017, 1, 1),
            last_day=dt.date(2017, 9, 30),
        ),
        segmentation=_segmentation(segments),
        sheets=sheets,
        personas=tuple(_persona(index) for index in range(5)),
        campaigns=(campaign_of(pieces),),
        documents=(
            Document(
                document="buys-more:S1:baby-food",
                kind="buys_more",
                segment="S1",
                title="S1 buys more baby food",
                text="Customers of S1 buy baby food in 24% of their orders, 3.08 times as often as all others.",
                source="orders with category = 'Baby food' / orders, S1 against all other customers",
            ),
        ),
        points=_points(rng),
        rfm=grid(),
        concentration=concentration(CUSTOMERS),
        cohorts=cohorts(),
        certificate=certificate(SIZES, REVENUES, CUSTOMERS),
        drift=drift(),
        lifetime=lifetime(),
        quality=quality(),
        stages=(
            StageRun(stage="data", seconds=4.2, made_at="2025-03-01T09:00:05Z", kept=True),
            StageRun(stage="features", seconds=2.8, made_at="2025-03-01T09:00:08Z", kept=True),
            StageRun(stage="segments", seconds=31.5, made_at="2025-03-01T09:00:40Z", kept=True),
            StageRun(stage="facts", seconds=12.9, made_at="2025-03-01T09:00:53Z", kept=False),
            StageRun(stage="index", seconds=48.3, made_at="2025-03-01T09:01:41Z", kept=False),
            StageRun(stage="personas", seconds=184.7, made_at="2025-03-01T09:04:46Z", kept=False),
            StageRun(stage="campaign", seconds=402.1, made_at="2025-03-01T09:11:28Z", kept=False),
        ),
        versions={"duckdb": "1.5.1", "numpy": "2.4.0", "scikit-learn": "1.8.0", "torch": "2.9.0"},
    )


def _points(rng: random.Random) -> tuple[tuple[float, float, str], ...]:
    points = []
    for index, (x, y) in enumerate(CENTRES):
        for _ in range(round(SIZES[index] * CUSTOMERS)):
            points.append((round(rng.gauss(x, 0.75), 3), round(rng.gauss(y, 0.8), 3), f"S{index + 1}"))
    rng.shuffle(points)
    return tuple(points)


def _segment(index: int) -> Segment:
    traits = tuple(
        Trait(
            feature=name,
            label=label,
            unit=unit,
            value=_value(mean, unit, effects[index]),
            others=_value(mean, unit, -0.2 * effects[index]),
            effect=effects[index],
        )
        for name, label, unit, _, mean, effects in FEATURES
    )
    return Segment(
        segment=f"S{index + 1}",
        name=NAMES[index],
        customers=round(SIZES[index] * CUSTOMERS),
        customer_share=SIZES[index],
        revenue_minor=round(REVENUES[index] * 460_289_512),
        revenue_share=REVENUES[index],
        jaccard=JACCARDS[index],
        traits=tuple(sorted(traits, key=lambda trait: -abs(trait.effect))),
        lifts=(
            Lift(feature="category: baby food", label="baby food", value=0.041, overall=0.013, lift=3.15),
            Lift(feature="department: produce", label="produce", value=0.14, overall=0.11, lift=1.27),
        ),
    )


def _value(mean: float, unit: Unit, effect: float) -> float:
    if unit is Unit.RATIO:
        return round(mean + 0.2 * effect, 4)
    return round(mean * (1.45**effect), 4)


def _segmentation(segments: tuple[Segment, ...]) -> Segmentation:
    rows = ((2, 0.98, 0.46, 0.41), (3, 0.93, 0.22, 0.36), (4, 0.86, 0.14, 0.31), (5, 0.79, 0.12, 0.29),
            (6, 0.66, 0.08, 0.27), (7, 0.58, 0.05, 0.26), (8, 0.51, 0.02, 0.24))  # fmt: skip
    trials = tuple(
        KTrial(
            k=k,
            jaccards=tuple(round(low + (0.98 - low) * i / max(k - 1, 1), 3) for i in range(k)),
            smallest_share=share,
            silhouette=silhouette,
            passed=low >= 0.75 and share >= 0.03,
        )
        for k, low, share, silhouette in rows
    )
    names = ("recency_days", "frequency", "monetary_minor", "coupon_share")
    return Segmentation(
        as_of="2017-10-01",
        seed=7,
        resamples=20,
        model=KMeansModel(
            scaling=Scaling(
                features=names, logged=(True, True, True, False), centre=(0.0,) * 4, scale=(1.0,) * 4, clip=4.0
            ),
            centroids=tuple((x, y, 0.0, 0.0) for x, y in CENTRES),
        ),
        features=names,
        trials=trials,
        segments=segments,
        explained=(0.58, 0.23),
        tree=_tree(),
    )


def _tree() -> SurrogateTree:
    """One rule a segment."""
    often = TreeCondition(feature="frequency", label="orders", unit=Unit.ORDERS, above=61.0)
    lately = TreeCondition(
        feature="recency_days", label="days since the last order", unit=Unit.DAYS, above=2.0, at_most=20.5
    )
    return SurrogateTree(
        rules=tuple(
            TreeRule(segment=f"S{index + 1}", conditions=(often, lately), customers=300, right=0.87)
            for index in range(5)
        ),
        accuracy=0.81,
        majority_share=0.32,
        folds=5,
        customers=CUSTOMERS,
    )


def _sheet(index: int, segment: Segment) -> FactSheet:
    own = {trait.feature: trait for trait in segment.traits}
    facts = []
    for name, label, unit, topic, _, _ in FEATURES:
        trait = own[name]
        facts.append(_fact(index, len(facts) + 1, topic, name, label, unit, trait.value, trait.others))
    for number, category in enumerate((BUYS[index], "Bananas", "Eggs", "Cheese", "Yoghurt", "Cold cereal")):
        share = (0.24, 0.31, 0.22, 0.28, 0.14, 0.19)[number]
        facts.append(
            _fact(index, len(facts) + 1, "products", f"buys:{category}", f"orders with {category.lower()}",
                  Unit.SHARE, share, share / (3.08 if number == 0 else 1.02 + 0.1 * number))
        )  # fmt: skip
    for kind, share in (("Type A", 0.21), ("Type B", 0.08), ("Type C", 0.02)):
        facts.append(
            _fact(index, len(facts) + 1, "campaigns", f"redeems:{kind}", f"customers who redeemed {kind} coupons",
                  Unit.SHARE, share, share * 0.7)
        )  # fmt: skip
    facts.append(
        Fact(
            fact=f"S{index + 1}.F{len(facts) + 1:02d}",
            segment=f"S{index + 1}",
            topic="size",
            metric="customers",
            label="customers",
            value=segment.customers,
            unit=Unit.CUSTOMERS,
            display=f"{segment.customers:,} customers",
            direction="none",
            sentence=f"The segment has {segment.customers:,} customers, {segment.customer_share:.0%} of all.",
            source="count(customer_id)",
        )
    )
    return FactSheet(
        segment=segment.segment,
        name=segment.name,
        as_of="2017-10-01",
        currency="USD",
        facts=tuple(facts),
        caution=BELOW if index == 4 else "",
    )


def _fact(
    index: int, number: int, topic: str, metric: str, label: str, unit: Unit, value: float, others: float
) -> Fact:
    ratio = value / others if others else None
    higher = ratio is not None and ratio * 0.95 > 1
    lower = ratio is not None and ratio * 1.05 < 1
    direction = "higher" if higher else "lower" if lower else "same"
    shown, beside = format_value(value, unit, "USD"), format_value(others, unit, "USD")
    return Fact(
        fact=f"S{index + 1}.F{number:02d}",
        segment=f"S{index + 1}",
        topic=topic,  # type: ignore[arg-type]
        metric=metric,
        label=label,
        value=value,
        unit=unit,
        display=shown,
        others=others,
        others_display=beside,
        ratio=ratio,
        low=value * 0.96,
        high=value * 1.05,
        ratio_low=None if ratio is None else ratio * 0.95,
        ratio_high=None if ratio is None else ratio * 1.05,
        direction=direction,
        sentence=f"{label[:1].upper()}{label[1:]}: {shown}, against {beside} among all other customers.",
        source=f"mean({metric}) over customers with an order before 2017-10-01",
    )


def _persona(index: int) -> Persona:
    segment = f"S{index + 1}"
    texts = (
        ("who", LINES[index], "verified", ("F01", "F02"), ()),
        ("who", "Some of them cook for a family.", "hypothesis", ("F06",),
         ("No fact says how many people eat along.",)),
        ("buys", f"{BUYS[index]} is in their basket three times as often as in anybody else’s.", "verified",
         ("F16",), ()),
        ("when", "They come more often on workdays than others do.", "verified", ("F10",), ()),
        ("price", "A coupon changes what they buy.", "verified", ("F04", "F08"), ()),
        ("say", "Thank them for coming so often, and name what they like.", "hypothesis", ("F01", "F16"),
         ("Advice follows from facts but is not decided by them.",)),
        ("avoid", "Do not promise the lowest price in town.", "hypothesis", ("F08",),
         ("No fact compares prices with other shops.",)),
    )  # fmt: skip
    claims = tuple(
        Claim(
            claim=f"{segment}.C{number:02d}",
            about=about,  # type: ignore[arg-type]
            text=text,
            facts=tuple(f"{segment}.{fact}" for fact in facts),
            documents=("buys-more:S1:baby-food",) if segment == "S1" and about == "buys" else (),
            status=status,  # type: ignore[arg-type]
            written_by=MODEL if number % 3 else "fact sheet",
            reasons=reasons,
        )
        for number, (about, text, status, facts, reasons) in enumerate(texts, start=1)
    )
    return Persona(
        segment=segment,
        name=NAMES[index],
        line=LINES[index],
        occasion=("frequent", "coupon", "seldom", "steady", "away")[index],
        claims=claims,
        dropped=(
            Dropped(
                about="who",
                text="They are young urban professionals.",
                reasons=("No fact speaks of age or place.",),
            ),
            Dropped(
                about="price",
                text="They only buy at half price.",
                reasons=("“half price” is no number of the sheet.", "S1.F08 says 16%."),
            ),
        ),
        model=MODEL,
        prompt_hashes={"personas/claim@1": "sha256:" + "1" * 64},
        caution=BELOW if index == 4 else "",
    )  # fmt: skip
