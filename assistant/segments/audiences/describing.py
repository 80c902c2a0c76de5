"""Rules in words."""

from collections.abc import Callable

from assistant.features import feature_named
from assistant.records import Unit
from assistant.records.audiences import AttributeIs, Bought, FeatureIs, Happened, Ordered, Rule

_EVENTS = {
    "browse": "looked at a product",
    "search": "searched",
    "cart": "put something in the cart",
    "purchase": "purchased",
    "campaign_received": "received a campaign",
    "campaign_opened": "opened a campaign",
    "campaign_clicked": "clicked in a campaign",
    "coupon_redeemed": "redeemed a coupon of a campaign",
}


Money = Callable[[float], str]


def in_minor_units(amount: float) -> str:
    """`1,500 minor units`: an amount where no currency is known."""
    return f"{amount:,.0f} minor units"


def describe(rule: Rule, money: Money = in_minor_units) -> str:
    """A rule in words: `bought Wine, and not (ordered in the last 60 days)`.

    Args:
        rule: an audience or a part of one.
        money: an amount in minor units as a reader sees it.
    """
    if rule.all is not None or rule.any is not None:
        joint = ", and " if rule.all is not None else ", or "
        return joint.join(
            f"({describe(part, money)})" if part.all or part.any else describe(part, money) for part in rule.parts
        )
    if rule.not_ is not None:
        return f"not ({describe(rule.not_, money)})"
    if rule.bought is not None:
        return _bought(rule.bought, money)
    if rule.ordered is not None:
        return _ordered(rule.ordered, money)
    if rule.event is not None:
        return _happened(rule.event)
    if rule.feature is not None:
        return _feature(rule.feature, money)
    if rule.attribute is not None:
        return _attribute(rule.attribute)
    return f"in segment {rule.segment}"


def _bought(rule: Bought, money: Money) -> str:
    often = f" in at least {rule.at_least} orders" if rule.at_least > 1 else ""
    return f"bought {_things(rule)}{often}{_spend(rule.at_least_minor, money)}{_when(rule.within_days)}"


def _ordered(rule: Ordered, money: Money) -> str:
    coupon = " with a coupon" if rule.with_coupon else ""
    return f"ordered{coupon}{_often(rule.at_least)}{_spend(rule.at_least_minor, money)}{_when(rule.within_days)}"


def _happened(rule: Happened) -> str:
    things = _things(rule)
    about = f" ({things})" if things else ""
    sought = f" for {rule.search_text!r}" if rule.search_text else ""
    return f"{_EVENTS[rule.kind]}{about}{sought}{_often(rule.at_least)}{_when(rule.within_days)}"


def _things(rule: Bought | Happened) -> str:
    names = rule.product or rule.category or rule.department or rule.brand or ()
    return " or ".join(names)


def _often(at_least: int) -> str:
    return f" at least {at_least} times" if at_least > 1 else ""


def _spend(minor: int | None, money: Money) -> str:
    return f" spending at least {money(minor)}" if minor else ""


def _when(days: int | None) -> str:
    return "" if days is None else f" in the last {days} {'day' if days == 1 else 'days'}"


def _feature(rule: FeatureIs, money: Money) -> str:
    def said(value: float) -> str:
        return money(value) if unit is Unit.MONEY else f"{value:,g}"

    try:
        feature = feature_named(rule.name)
        label, unit = feature.label, feature.unit
    except KeyError:
        label, unit = rule.name, Unit.COUNT
    made = f" ({rule.frozen_from})" if rule.frozen_from else ""
    if rule.between is not None:
        return f"{label} from {said(rule.between[0])} to {said(rule.between[1])}{made}"
    for name, side in (("top_percent", "highest"), ("bottom_percent", "lowest")):
        percent = getattr(rule, name)
        if percent is not None:
            return f"among the {percent:g} percent of customers with the {side} {label}"
    name = next(name for name in ("above", "at_least", "below", "at_most") if getattr(rule, name) is not None)
    return f"{label} {name.replace('_', ' ')} {said(getattr(rule, name))}{made}"


def _attribute(rule: AttributeIs) -> str:
    if rule.in_ is not None:
        return f"{rule.name} one of {', '.join(rule.in_)}"
    return f"{rule.name} is {str(rule.equals).lower() if isinstance(rule.equals, bool) else rule.equals}"
