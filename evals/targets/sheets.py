"""Fact sheets of cases: spelt out in full, or short, as a metric with its value beside the others'."""

from collections.abc import Mapping
from typing import Any, Literal

from assistant.facts import fact_sentence, format_value
from assistant.features import feature_named
from assistant.records import Fact, FactSheet, Unit

_NAMED = {
    "buys": ("products", "share of order lines that are {}"),
    "has_bought": ("products", "share of customers who have bought {}"),
    "redeems": ("campaigns", "share of {} campaigns received that led to a redeemed coupon"),
}
_SIZES = {
    "customers": ("customers in the segment", Unit.CUSTOMERS),
    "customer_share": ("share of all customers", Unit.SHARE),
    "revenue_share": ("share of all spend", Unit.SHARE),
}
SOURCE = "stated in the suite"


def sheet_of(told: Mapping[str, Any], segment: str) -> FactSheet:
    """A fact sheet.

    Args:
        told: a `FactSheet`, whose facts may be short: `{metric, value, others}` with what else of a `Fact` is known. A
            short fact's direction is higher or lower where it says `others`, unless it says its own.
        segment: whose it is, where the sheet does not say.

    Raises:
        ValidationError, KeyError, ValueError: it is none, or its metric means nothing.
    """
    whole = {"segment": segment, "as_of": "2026-01-01", "currency": "USD", **told}
    own = str(whole["segment"])
    facts = [
        _fact(fact, f"{own}.F{number:02d}", own, str(whole["currency"]))
        for number, fact in enumerate(whole.get("facts", ()), start=1)
    ]
    return FactSheet.model_validate({**whole, "facts": facts})


def _fact(told: Mapping[str, Any], name: str, segment: str, currency: str) -> Fact:
    metric = str(told["metric"])
    topic, label, unit = _meant(metric)
    value, others = float(told["value"]), told.get("others")
    display = format_value(value, unit, currency)
    beside = "" if others is None else format_value(float(others), unit, currency)
    ratio = value / float(others) if others and unit is not Unit.RATIO else None
    direction: Literal["higher", "lower", "same", "none"] = told.get("direction") or (
        "none" if others is None else "higher" if value > others else "lower" if value < others else "same"
    )
    return Fact.model_validate(
        {
            "fact": name,
            "segment": segment,
            "topic": topic,
            "label": label,
            "unit": unit,
            "display": display,
            "others_display": beside,
            "ratio": ratio,
            "direction": direction,
            "sentence": f"{label[:1].upper()}{label[1:]}: {display}."
            if others is None
            else fact_sentence(label, display, beside, ratio, direction),
            "source": SOURCE,
            **told,
        }
    )


def _meant(metric: str) -> tuple[str, str, Unit]:
    """Topic, label and unit of a metric."""
    if metric in _SIZES:
        label, unit = _SIZES[metric]
        return "size", label, unit
    kind, _, name = metric.partition(":")
    if name and kind in _NAMED:
        topic, words = _NAMED[kind]
        return topic, words.format(name[:1].lower() + name[1:]), Unit.SHARE
    feature = feature_named(metric)
    return feature.topic, feature.label, feature.unit
