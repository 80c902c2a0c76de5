"""Facts by the words that people have for them."""

from collections.abc import Iterable

from rapidfuzz import fuzz

from assistant.chat.chinese import metric_words
from assistant.errors import ConfigError
from assistant.records import Fact, FactSheet

TOPICS = ("size", "value", "cadence", "basket", "price", "returns", "when", "funnel", "products", "campaigns", "trend")
_LEAST = 74.0
"""Of rapidfuzz's token set ratio, 0 to 100."""
_CLOSE = 4.0

# What people say -> a feature's name, or a topic.
_SYNONYMS = {
    "sales": "monetary_minor",
    "spend": "monetary_minor",
    "orders": "frequency",
    "order frequency": "frequency",
    "days since last purchase": "recency_days",
    "days since last order": "recency_days",
    "coupon redemption": "redemption_share",
    "redeeming coupons": "redemption_share",
    "redeemed": "redemption_share",
    "redeem": "redemption_share",
    "midday": "midday_share",
    "mornings": "morning_share",
    "morning": "morning_share",
    "evenings": "evening_share",
    "evening": "evening_share",
    "nights": "night_share",
    "night": "night_share",
    "aov": "basket_value_minor",
    "average order value": "basket_value_minor",
    "basket value": "basket_value_minor",
    "order value": "basket_value_minor",
    "basket size": "basket",
    "size of basket": "basket",
    "ticket": "basket_value_minor",
    "recency": "recency_days",
    "last order": "recency_days",
    "last purchase": "recency_days",
    "frequency": "frequency",
    "number of orders": "frequency",
    "how often": "cadence",
    "purchase frequency": "frequency",
    "monetary": "monetary_minor",
    "revenue": "monetary_minor",
    "spend per customer": "monetary_minor",
    "money": "monetary_minor",
    "spending": "monetary_minor",
    "total spend": "monetary_minor",
    "value": "value",
    "revenue share": "revenue_share",
    "share of revenue": "revenue_share",
    "share of spend": "revenue_share",
    "customer share": "customer_share",
    "number of customers": "customers",
    "customers": "customers",
    "size": "size",
    "coupon use": "coupon_share",
    "coupons": "coupon_share",
    "coupon": "coupon_share",
    "discount": "discount_share",
    "discounts": "discount_share",
    "private label": "private_brand_share",
    "own brand": "private_brand_share",
    "store brand": "private_brand_share",
    "weekend": "weekend_share",
    "redemption": "redemption_share",
    "redemption rate": "redemption_share",
    "response": "redemption_share",
    "campaign response": "campaigns",
    "tenure": "tenure_days",
    "gap": "days_between_orders",
    "gap between orders": "days_between_orders",
    "time between orders": "days_between_orders",
    "days between orders": "days_between_orders",
    "overdue": "overdue",
    "shopping hours": "when",
    "time of day": "when",
    "day of week": "when",
    "weekday": "when",
    "loyalty": "cadence",
    "variety": "categories_bought",
    "items": "basket_items",
    "price": "price",
    "price sensitivity": "price",
    "products": "products",
    "favourites": "products",
    "favorites": "products",
    "trend": "trend",
}


def facts_about(facts: Iterable[Fact], said: str) -> list[Fact]:
    """The facts that some words mean, the nearest first.

    Args:
        facts: of one segment or of several.
        said: a feature's name, a topic, words of a label, what marketers call it, or the same in Chinese.

    Raises:
        ConfigError: none is meant; the message says what there is.
    """
    known = list(facts)
    name = " ".join(said.lower().replace("_", " ").split())
    exact = [fact for fact in known if said.lower() in (fact.metric.lower(), fact.label.lower())]
    if exact:
        return exact
    meant = _SYNONYMS.get(name) or _SYNONYMS.get(name.removesuffix("s")) or _chinese(said)
    if meant:
        found = [fact for fact in known if meant in (fact.metric, fact.topic)]
        if found:
            return found
    if name in TOPICS:
        found = [fact for fact in known if fact.topic == name]
        if found:
            return found
    words = set(name.split())
    within = [fact for fact in known if words and words <= set(fact.label.lower().replace(",", " ").split())]
    if within:
        return within
    scored = [
        (max(fuzz.token_set_ratio(name, fact.label.lower()), fuzz.WRatio(name, fact.label.lower()) - 8), fact)
        for fact in known
    ]
    best = max((score for score, _ in scored), default=0.0)
    if best < _LEAST:
        labels = ", ".join(dict.fromkeys(fact.label for fact in known if fact.topic not in ("when", "products")))
        raise ConfigError(
            f"No fact is about {said!r}; there are {labels}, and facts of the topics {', '.join(TOPICS)}."
        )
    return [fact for score, fact in sorted(scored, key=lambda one: -one[0]) if score >= best - _CLOSE]


def facts_of_all(sheets: Iterable[FactSheet], said: str) -> list[Fact]:
    """The one metric that some words mean, of every segment that has it; as `facts_about`."""
    every = [fact for sheet in sheets for fact in sheet.facts]
    metric = facts_about(every, said)[0].metric
    return [fact for fact in every if fact.metric == metric]


def _chinese(said: str) -> str:
    text = said.strip()
    return next((metric for metric, words in metric_words().items() if text in words), "")
