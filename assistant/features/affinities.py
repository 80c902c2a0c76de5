"""What each customer buys more of than others do: customer x department, category and brand, in long form."""

from collections.abc import Sequence
from typing import Any, Literal, get_args

import ibis

from assistant.data import Cutoff, Tables
from assistant.features.vocabulary import products_of

Attribute = Literal["department", "category", "brand"]
ATTRIBUTES: tuple[Attribute, ...] = get_args(Attribute)


def affinities(tables: Tables, cutoff: Cutoff, attributes: Sequence[Attribute] = ATTRIBUTES) -> Any:
    """Spend of each customer on each department, category and brand, beside what the shop's mix would have it be.

    With O the customer's spend on a value, E = the customer's spend x the value's share of all spend, and k half the
    spend of the shop's average order line:

        lift          = O / E
        shrunken lift = (O + k) / (E + k)

    The second is the observed-to-expected ratio of Norén, Hopstadius and Bate (2013, Statistical Methods in Medical
    Research 22:57-69), (O + 1/2) / (E + 1/2) of counts, with half a line said as money: the mean of a rate under a
    gamma(1/2, 1/2) prior, which is 1 on average. A taste that rests on one small purchase stays near 1.

    Args:
        tables: the canonical tables.
        cutoff: what may be seen of them. Only lines before it are weighed; what a product is, is as of today.
        attributes: which of a product's attributes.

    Returns:
        An Ibis table, one row a customer, attribute and value with a sold line: `customer_id`, `attribute`, `value`,
        `lines`, `spend_minor` (sold lines; returns are not taken off), `spend_share` (0 where the customer spent
        nothing), `lift` (null where nothing was to be expected), `shrunken_lift` (1 where nothing is known).
    """
    seen = tables.before(cutoff)
    return ibis.union(*(_affinity(seen, attribute) for attribute in attributes), distinct=False)


def _affinity(seen: Tables, attribute: Attribute) -> Any:
    products = products_of(seen)
    products = products.select("product_id", value=products[attribute])
    sold = seen.orders.filter(seen.orders.quantity >= 0).left_join(products, "product_id")
    own = sold.group_by("customer_id", value=sold["value"].fill_null("")).aggregate(
        lines=sold.count(), spend_minor=sold.amount_minor.sum()
    )
    customers = own.group_by("customer_id").aggregate(of_customer=own.spend_minor.sum())
    values = own.group_by("value").aggregate(of_value=own.spend_minor.sum())
    shop = own.aggregate(of_all=own.spend_minor.sum(), lines_of_all=own.lines.sum())
    table = own.filter(own["value"] != "").inner_join(customers, "customer_id").inner_join(values, "value")
    table = table.cross_join(shop)
    spend, of_customer, of_value, of_all, lines_of_all = (
        table[name].cast("float64") for name in ("spend_minor", "of_customer", "of_value", "of_all", "lines_of_all")
    )
    expected = of_customer * (of_value / of_all.nullif(0))
    half_a_line = of_all / (2 * lines_of_all)
    return table.select(
        "customer_id",
        "value",
        "lines",
        "spend_minor",
        attribute=ibis.literal(attribute),
        spend_share=(spend / of_customer.nullif(0)).fill_null(0.0),
        lift=spend / expected.nullif(0),
        shrunken_lift=((spend + half_a_line) / (expected + half_a_line).nullif(0)).fill_null(1.0),
    ).select("customer_id", "attribute", "value", "lines", "spend_minor", "spend_share", "lift", "shrunken_lift")
