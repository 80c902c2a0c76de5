"""Rules as Ibis expressions over what was known at a cutoff.

Names and texts reach the engine as literals of an expression, never as SQL. Every condition is one table of the
customers it takes, joined to the customer table once, so that nothing but joins, sums and counts is asked of the
engine; a customer of whom nothing is known is not in, so `not` takes them.
"""

import datetime as dt
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis
import pandas as pd

from assistant.data import Cutoff, Tables
from assistant.errors import DataError
from assistant.records.audiences import AttributeIs, Bought, FeatureIs, Happened, Ordered, Rule
from assistant.segments.audiences.catalogue import Catalogue, folded
from assistant.segments.audiences.checking import check_rule, spellings


@dataclass(frozen=True)
class Shop:
    """What a rule is asked of."""

    tables: Tables
    cutoff: Cutoff
    features: Any
    """The customer table of the cutoff, an Ibis table or a data frame."""
    catalogue: Catalogue
    assignments: pd.DataFrame | None = None
    """`customer_id` and `segment`, where a rule may ask for a segment."""


def open_shop(tables: Tables, cutoff: Cutoff, features: Any, assignments: pd.DataFrame | None = None) -> Shop:
    """What rules are asked of, with the names they may use.

    Args:
        tables: the canonical tables.
        cutoff: what may be seen of them.
        features: the customer table of that cutoff, an Ibis table or a data frame.
        assignments: `customer_id` and `segment` of the workspace's segmentation.
    """
    segments = () if assignments is None else tuple(sorted(set(assignments["segment"].dropna())))
    return Shop(tables, cutoff, features, Catalogue.of(tables, list(features.columns), segments), assignments)


def members(rule: Rule, shop: Shop) -> Any:
    """Ids of the customers whom a rule takes, as an Ibis table with the one column `customer_id`.

    Raises:
        DataError: the rule names something that the shop does not have, or holds a percentage that is no number yet.
    """
    table = flagged(shop, {"inside": rule})
    return table.filter(table.inside).select("customer_id")


def flagged(shop: Shop, rules: dict[str, Rule]) -> Any:
    """The customer table's `customer_id` and `monetary_minor`, and for each rule whether it takes the customer.

    Args:
        shop: what is asked.
        rules: column name -> rule.

    Raises:
        DataError: as `members`.
    """
    for rule in rules.values():
        check_rule(rule, shop.catalogue)
    seen = shop.tables.before(shop.cutoff)
    features = ibis.memtable(shop.features) if isinstance(shop.features, pd.DataFrame) else shop.features
    leaves = list(dict.fromkeys(leaf for rule in rules.values() for leaf in rule.leaves))
    columns = {leaf: f"_condition_{at}" for at, leaf in enumerate(leaves)}
    table = features.select(
        "customer_id",
        "monetary_minor",
        **{columns[leaf]: _feature(features, leaf.feature) for leaf in leaves if leaf.feature is not None},
    )
    for leaf in leaves:
        if leaf.feature is None:
            taken = _taken(leaf, seen, shop).select("customer_id", **{columns[leaf]: ibis.literal(True)})
            table = table.left_join(taken, "customer_id").drop("customer_id_right")
    table = table.mutate(**{name: table[name].fill_null(False) for name in columns.values()})
    return table.select(
        "customer_id", "monetary_minor", **{name: _joined(table, rule, columns) for name, rule in rules.items()}
    )


def _joined(table: Any, rule: Rule, columns: dict[Rule, str]) -> Any:
    if rule.not_ is not None:
        return ~_joined(table, rule.not_, columns)
    if rule.parts:
        joint: Callable[[Any, Any], Any] = operator.and_ if rule.all is not None else operator.or_
        return reduce(joint, (_joined(table, part, columns) for part in rule.parts))
    return table[columns[rule]]


def _taken(leaf: Rule, seen: Tables, shop: Shop) -> Any:
    """Customers of a condition, each once."""
    if leaf.bought is not None:
        return _buyers(_of_products(seen.orders, seen, leaf.bought, shop), leaf.bought, shop)
    if leaf.ordered is not None:
        return _buyers(seen.orders, leaf.ordered, shop)
    if leaf.event is not None:
        return _doers(seen, leaf.event, shop)
    if leaf.attribute is not None:
        return _bearers(seen.customers, leaf.attribute)
    return _assigned(shop, leaf.segment or "")


def _buyers(lines: Any, rule: Bought | Ordered, shop: Shop) -> Any:
    """By orders whose first sale lies in the time, and by money of the lines in it, returns taken off."""
    start = _start(rule.within_days, shop.cutoff)
    sold = lines.quantity >= 0
    if isinstance(rule, Ordered) and rule.with_coupon:
        sold = sold & (lines.coupon_minor > 0)
    orders = lines.group_by("customer_id", "order_id").aggregate(
        moment=lines.ordered_at.min(where=sold),
        spend=lines.amount_minor.sum(where=lines.ordered_at >= start).fill_null(0),
    )
    totals = orders.group_by("customer_id").aggregate(
        orders=orders.count(where=orders.moment >= start), spend=orders.spend.sum()
    )
    kept = totals.filter(totals.orders >= rule.at_least)
    return kept if rule.at_least_minor is None else kept.filter(kept.spend >= rule.at_least_minor)


def _doers(seen: Tables, rule: Happened, shop: Shop) -> Any:
    events = seen.events.filter(
        (seen.events.event == rule.kind) & (seen.events.occurred_at >= _start(rule.within_days, shop.cutoff))
    )
    if rule.search_text is not None:
        events = events.filter(events.search_text.lower().contains(rule.search_text.lower()))
    events = _of_products(events, seen, rule, shop)
    totals = events.group_by("customer_id").aggregate(times=events.count())
    return totals.filter(totals.times >= rule.at_least)


def _of_products(rows: Any, seen: Tables, rule: Bought | Happened, shop: Shop) -> Any:
    named = spellings(rule, shop.catalogue)
    if named is None:
        return rows
    kind, names = named
    column = "name" if kind == "product" else kind
    wanted = seen.products.filter(seen.products[column].isin(names)).select("product_id")
    return rows.semi_join(wanted, "product_id")


def _bearers(customers: Any, rule: AttributeIs) -> Any:
    # As text, so that a file's `45`, 45 and "45" are one; a truth is `true` or `false` on every engine once lowered.
    said = customers[rule.name].cast("string").strip().lower()
    asked = (str(rule.equals),) if rule.in_ is None else rule.in_
    return customers.filter(said.isin([value.strip().lower() for value in asked])).select("customer_id").distinct()


def _assigned(shop: Shop, segment: str) -> Any:
    if shop.assignments is None:
        raise DataError(f"The rule asks for segment {segment!r}; fit segments with `assistant segments fit`.")
    inside = [folded(str(own)) == folded(segment) for own in shop.assignments["segment"].fillna("")]
    ids = shop.assignments.loc[inside, ["customer_id"]].drop_duplicates().reset_index(drop=True)
    return ibis.memtable(ids, schema=ibis.schema({"customer_id": "string"}))


def _feature(features: Any, rule: FeatureIs) -> Any:
    value = features[rule.name]
    if rule.between is not None:
        return value.between(*rule.between)
    for name, compare in _comparisons():
        bound = getattr(rule, name)
        if bound is not None:
            return compare(value, bound)
    raise DataError(
        f"The rule on {rule.name!r} holds a percentage that has not become a number; define the audience again "
        "with `assistant segments define`."
    )


def _comparisons() -> Iterator[tuple[str, Callable[[Any, Any], Any]]]:
    yield from (("above", operator.gt), ("at_least", operator.ge), ("below", operator.lt), ("at_most", operator.le))


def _start(within_days: int | None, cutoff: Cutoff) -> Any:
    first = dt.date.min if within_days is None else cutoff.as_of - dt.timedelta(days=within_days)
    return ibis.timestamp(f"{first.isoformat()} 00:00:00")
