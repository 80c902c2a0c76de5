"""Which facts a persona speaks of, and what kind of relation a segment has with the shop."""

from dataclasses import dataclass
from typing import Literal

from assistant.personas.wording import kind_of, wording
from assistant.records import Fact, FactSheet

Occasion = Literal["away", "coupon", "frequent", "seldom", "steady"]


@dataclass(frozen=True)
class Topic:
    """One claim to write."""

    about: Literal["who", "buys", "when", "price"]
    fact: Fact


# (what the claim is about, topics of facts to choose from, how many)
_PLAN: tuple[tuple[Literal["who", "buys", "when", "price"], tuple[str, ...], int], ...] = (
    ("who", ("cadence",), 2),
    ("who", ("value", "basket"), 1),
    ("buys", ("products",), 2),
    ("when", ("when",), 1),
    ("price", ("price",), 2),
    ("price", ("campaigns",), 1),
)

# Days since the first order say more about when the data begins than about a customer.
_SKIPPED = frozenset({"tenure_days", "categories_bought"})


def choose_topics(sheet: FactSheet) -> tuple[Topic, ...]:
    """The facts that set a segment apart most, in the order a reader asks for them.

    Within a topic, a fact that differs from all others comes before one that may not, and a ratio far from one
    before one near it; ties keep the order of the sheet.
    """
    topics = []
    for about, sources, count in _PLAN:
        candidates = [fact for fact in sheet.facts if fact.topic in sources and _can_be_said(fact)]
        topics += [Topic(about, fact) for fact in sorted(candidates, key=_rank)[:count]]
    return tuple(topics)


def _can_be_said(fact: Fact) -> bool:
    """Whether there are lists of words that a sentence about the metric is checked with."""
    return fact.metric not in _SKIPPED and kind_of(fact.metric) in wording().needs


def _rank(fact: Fact) -> tuple[int, float]:
    ratio = fact.ratio if fact.ratio and fact.ratio > 0 else 1.0
    return (0 if fact.direction in ("higher", "lower") else 1, -max(ratio, 1 / ratio))


def occasion_of(sheet: FactSheet) -> tuple[Occasion, Fact]:
    """What there is to talk about with a segment, and the fact that says so.

    The first rule that holds decides: away (the last order lies at least twice as long back as others'), coupon
    (at least twice the share of orders with a coupon), frequent (at least one and a half times the orders),
    seldom (at most half of the orders); steady otherwise.
    """
    facts = {fact.metric: fact for fact in sheet.facts}
    rules: tuple[tuple[Occasion, str, float | None, float | None], ...] = (
        ("away", "recency_days", 2.0, None),
        ("coupon", "coupon_share", 2.0, None),
        ("frequent", "frequency", 1.5, None),
        ("seldom", "frequency", None, 0.5),
    )
    for occasion, metric, at_least, at_most in rules:
        fact = facts.get(metric)
        if fact is None or fact.ratio is None:
            continue
        high = at_least is not None and fact.direction == "higher" and fact.ratio >= at_least
        low = at_most is not None and fact.direction == "lower" and fact.ratio <= at_most
        if high or low:
            return occasion, fact
    return "steady", facts.get("days_between_orders") or sheet.facts[0]
