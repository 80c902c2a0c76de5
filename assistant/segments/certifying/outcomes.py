"""What customers did in the days after a cutoff: the targets that segments are asked to explain."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assistant.data import Cutoff, Tables
from assistant.segments.scaling import Matrix

# One household that spends ten times the next must not decide what a squared error says.
WINSOR_QUANTILE = 0.99


@dataclass(frozen=True)
class Target:
    """Something a customer may do in the horizon."""

    name: str
    label: str
    """In a reader's words."""
    binary: bool
    headline: bool
    """Whether a summary speaks of it: of two readings of one thing, one does."""


TARGETS = (
    # The headline stays in money, as log1p would not: there the few who buy nothing decide instead of the many
    # who buy more or less.
    Target("spend_winsorised", "spend, the largest one percent cut to the 99th percentile", False, True),
    Target("spend", "spend as it is", False, False),
    Target("orders", "orders", False, True),
    Target("redeemed", "who redeems a coupon of a campaign", True, True),
    Target("coupon_order", "who orders with a coupon", True, True),
)


def outcomes_after(tables: Tables, cutoff: Cutoff, customers: NDArray[np.object_]) -> Matrix:
    """The targets of each customer over the cutoff's horizon.

    Args:
        tables: the canonical tables.
        cutoff: the horizon begins with its `as_of`.
        customers: (n,) ids; who did nothing has zeros.

    Returns:
        (n, targets) in the order of `TARGETS`: spend in minor units net of returns, orders in orders, 0 or 1.
    """
    kept = tables.after(cutoff)
    sold = kept.orders.quantity >= 0
    orders = (
        kept.orders.group_by("customer_id")
        .aggregate(
            spend=kept.orders.amount_minor.sum(),
            orders=kept.orders.order_id.nunique(where=sold),
            coupon_lines=(sold & (kept.orders.coupon_minor > 0)).sum(),
        )
        .execute()
    )
    redeemed = kept.events.filter(kept.events.event == "coupon_redeemed").select("customer_id").distinct().execute()
    own = pd.DataFrame({"customer_id": customers}).merge(orders, on="customer_id", how="left")
    numbers = own[["spend", "orders", "coupon_lines"]].fillna(0).to_numpy(dtype=np.float64)
    spend = numbers[:, 0]
    columns = {
        "spend_winsorised": np.minimum(spend, np.quantile(spend, WINSOR_QUANTILE)) if len(spend) else spend,
        "spend": spend,
        "orders": numbers[:, 1],
        "redeemed": own["customer_id"].isin(set(redeemed["customer_id"])).to_numpy(dtype=np.float64),
        "coupon_order": (numbers[:, 2] > 0).astype(np.float64),
    }
    return np.column_stack([columns[target.name] for target in TARGETS])
