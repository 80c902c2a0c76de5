"""How customers answered the campaigns of the past."""

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assistant.data import Cutoff, Tables

Matrix = NDArray[np.float64]


def redemptions(tables: Tables, as_of: dt.date, customers: pd.Series) -> dict[str, tuple[Matrix, Matrix]]:
    """Campaigns received and answered, by type of campaign.

    Args:
        tables: the canonical tables.
        as_of: events of that day or later are not seen.
        customers: ids, (n,), in the order the rows are wanted.

    Returns:
        Campaign type -> (campaigns of which a coupon was redeemed (n,), campaigns received (n,)). A campaign counts
        once a customer, however many of its coupons came back.
    """
    events = tables.before(Cutoff(as_of)).events
    typed = events.inner_join(tables.past_campaigns, "campaign_id")
    pairs: pd.DataFrame = (
        typed.group_by("customer_id", "campaign_type", "campaign_id")
        .aggregate(
            received=(typed.event == "campaign_received").sum(),
            redeemed=(typed.event == "coupon_redeemed").sum(),
        )
        .execute()
    )
    answered = {}
    for campaign_type, own in pairs[pairs["received"] > 0].groupby("campaign_type", sort=True):
        counts = own.assign(answered=own["redeemed"] > 0).groupby("customer_id")["answered"].agg(["sum", "count"])
        counts = counts.reindex(customers).fillna(0)
        answered[str(campaign_type)] = (
            counts["sum"].to_numpy(dtype=np.float64),
            counts["count"].to_numpy(dtype=np.float64),
        )
    return answered
