"""Checked lines of orders -> lines as the contract has them: what belongs to a whole order spread, refunds as returns.

Every spread is exact: the shares of an order's lines add up to what is spread, by largest remainders, the earlier line
first where they are equal.
"""

from collections.abc import Sequence
from typing import Any

import ibis

from assistant.data.contracts import CONTRACTS
from assistant.data.converting.checking import GROSS
from assistant.data.converting.macros import share_floor, share_rest, whole_number
from assistant.data.converting.raw import ELEMENT
from assistant.data.reading import ROW

# What decides whether anything came back.
_SAID = {
    "returned_quantity": "int64", "order_refund": "int64", "status": "string", "refunded_at": "timestamp",
}  # fmt: skip
_REFUNDED = ("refunded", "fully refunded", "wc-refunded", "erstattet", "rembourse", "remboursé", "reembolsado")


def order_lines(taken: Any) -> Any:
    """The lines of a table of orders.

    Args:
        taken: an Ibis table of `check_rows`, those taken only.

    Returns:
        An Ibis table of the contract's columns and `ROW`.
    """
    lines = _placed(taken)
    for total, column in (("order_discount", "discount_minor"), ("order_coupon", "coupon_minor")):
        if total in lines.columns:
            lines = _taken_off(lines, total, column)
    parts = [_whole(lines)]
    if {"order_refund", "returned_quantity", "status"} & set(lines.columns):
        parts.append(_whole(_returns(lines)))
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def spread(lines: Any, total: Any, weight: Any, name: str) -> Any:
    """Share a number of each order among its lines in proportion to their weights.

    Args:
        lines: with `order_id` and `line`.
        total: what is shared, the same in every line of an order, 0 or more.
        weight: whole numbers, 0 or more; where all of an order are 0, its lines count alike.
        name: of the column of shares that is added.
    """
    order = ibis.window(group_by="order_id")
    weighed = lines.mutate(__total__=total, __weight__=weight)
    weighed = weighed.mutate(
        __all__=whole_number(weighed["__weight__"].sum().over(order)),
        __lines__=whole_number(weighed.count().over(order)),
    )
    alike = weighed["__all__"] == 0
    weighed = weighed.mutate(
        __weight__=alike.ifelse(1, weighed["__weight__"]),
        __all__=alike.ifelse(weighed["__lines__"], weighed["__all__"]),
    )
    shares = weighed.mutate(
        __floor__=share_floor(weighed["__total__"], weighed["__weight__"], weighed["__all__"]),
        __rest__=share_rest(weighed["__total__"], weighed["__weight__"], weighed["__all__"]),
    )
    ranked = shares.mutate(
        __left__=shares["__total__"] - whole_number(shares["__floor__"].sum().over(order)),
        __rank__=ibis.row_number().over(
            group_by="order_id", order_by=[shares["__rest__"].desc(), shares["line"].asc()]
        ),
    )
    return ranked.mutate(**{name: ranked["__floor__"] + (ranked["__rank__"] < ranked["__left__"]).cast("int64")}).drop(
        "__total__", "__weight__", "__all__", "__lines__", "__floor__", "__rest__", "__left__", "__rank__"
    )


def _placed(taken: Any) -> Any:
    """Lines with their number in the order, and what is said of an order the same in all of them."""
    if "line" not in taken.columns:
        taken = taken.mutate(line=ibis.row_number().over(group_by="order_id", order_by=[taken[ROW], taken[ELEMENT]]))
    order = ibis.window(group_by="order_id")
    said = {}
    for name in ("order_discount", "order_coupon", "order_refund", "refunded_at"):
        if name in taken.columns:
            # An export writes it in every row of the order, or in one.
            said[name] = taken[name].max().over(order)
    return taken.mutate(**said) if said else taken


def _taken_off(lines: Any, total: str, column: str) -> Any:
    """Spread what was taken off a whole order; lines reckoned from a price become worth less by it."""
    order = ibis.window(group_by="order_id")
    weight = (lines.quantity >= 0).ifelse(lines.amount_minor, 0)
    worth = whole_number(weight.sum().over(order))
    # No more can be taken off lines than they are worth: the rest was for delivery.
    amount = lines[total].fill_null(0)
    whole = lines[GROSS].any().over(order).ifelse(ibis.least(amount, worth), amount)
    shared = spread(lines, whole, weight, "__share__")
    share = (shared.quantity >= 0).ifelse(shared["__share__"], 0)
    return shared.mutate(
        **{column: shared[column] + share},
        amount_minor=shared[GROSS].ifelse(shared.amount_minor - share, shared.amount_minor),
    ).drop("__share__")


def _returns(lines: Any) -> Any:
    """The lines that came back, behind those of the sale, on the day the money went back."""
    order = ibis.window(group_by="order_id")
    lines = lines.mutate(**{name: ibis.null(kind) for name, kind in _SAID.items() if name not in lines.columns})
    sales = lines.mutate(__last__=lines.line.max().over(order)).filter(lines.quantity >= 0)
    worth = whole_number(sales.amount_minor.sum().over(order))
    back = sales.returned_quantity.fill_null(0)
    refund = sales.order_refund.fill_null(0)
    status = sales.status.lower().isin(_REFUNDED).fill_null(False)
    sales = sales.mutate(
        __back__=ibis.least(back, ibis.greatest(sales.quantity, 1)),
        __refund__=refund,
        __named__=whole_number(back.sum().over(order)),
        __all_back__=((refund >= worth) & (refund > 0))
        | (status.max().over(order) & (refund == 0) & (whole_number(back.sum().over(order)) == 0)),
    )
    came = sales.filter(
        sales["__all_back__"] | (sales["__back__"] > 0) | ((sales["__refund__"] > 0) & (sales["__named__"] == 0))
    )
    # Of lines that came back in part, the part of their money.
    part = share_floor(came.amount_minor, came["__back__"], ibis.greatest(came.quantity, 1))
    weight = (came["__named__"] > 0).ifelse(part, came.amount_minor)
    in_order = whole_number(weight.sum().over(order))
    # More than the goods were worth is delivery and tax.
    total = (came["__refund__"] > 0).ifelse(ibis.least(came["__refund__"], in_order), in_order)
    shared = spread(came, total, weight, "__money__")
    money = shared["__all_back__"].ifelse(shared.amount_minor, shared["__money__"])
    items = ibis.cases(
        (shared["__all_back__"], ibis.greatest(shared.quantity, 1)),
        (shared["__back__"] > 0, shared["__back__"]),
        else_=ibis.literal(1, type="int64"),
    )
    at = ibis.coalesce(shared.refunded_at, shared.ordered_at)
    at = ibis.greatest(at, shared.ordered_at)
    returned = shared.mutate(
        quantity=-items, amount_minor=-money, discount_minor=ibis.literal(0, type="int64"),
        coupon_minor=ibis.literal(0, type="int64"), ordered_at=at, __full__=shared["__all_back__"],
    )  # fmt: skip
    if "known_at" in returned.columns:
        returned = returned.mutate(
            known_at=returned.known_at.notnull().ifelse(
                ibis.greatest(returned.known_at, returned.ordered_at), ibis.null("timestamp")
            )
        )
    kept = returned.filter((returned.amount_minor < 0) | returned["__full__"] | (returned["__back__"] > 0))
    behind = ibis.row_number().over(group_by="order_id", order_by=kept.line)
    return kept.mutate(line=kept["__last__"] + 1 + behind)


def _whole(lines: Any) -> Any:
    contract = CONTRACTS["orders"]
    columns: Sequence[Any] = [
        (lines[c.name] if c.name in lines.columns else ibis.null(c.kind)).cast(c.kind).name(c.name)
        for c in contract.columns
    ]
    return lines.select(lines[ROW], *columns)
