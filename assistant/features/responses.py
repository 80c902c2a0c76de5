"""One row a customer of events: the funnel, and campaigns answered."""

from typing import Any

from assistant.data import FUNNEL, Tables
from assistant.features.vocabulary import Vocabulary


def funnel_of(seen: Tables, names: Vocabulary) -> Any:
    """Counts of each kind of event in the funnel that the shop has, and the last moment of any of them.

    Returns:
        `customer_id`, `KIND_events`, `last_visit`; None where the shop has no such event.
    """
    kinds = [kind for kind in FUNNEL if kind in names.events]
    if not kinds:
        return None
    visits = seen.events.filter(seen.events.event.isin(kinds))
    return visits.group_by("customer_id").aggregate(
        last_visit=visits.occurred_at.max(),
        **{f"{kind}_events": visits.count(where=visits.event == kind) for kind in kinds},
    )


def campaigns_of(seen: Tables, names: Vocabulary) -> Any:
    """Campaigns received, and those of them of which a coupon was redeemed; a campaign counts once a customer.

    Returns:
        `customer_id`, `received`, `redeemed`; None where the shop has sent none.
    """
    if "campaign_received" not in names.events:
        return None
    events = seen.events.filter(seen.events.event.isin(["campaign_received", "coupon_redeemed"]))
    pairs = events.filter(events.campaign_id.notnull()).group_by("customer_id", "campaign_id")
    pairs = pairs.aggregate(
        received=lambda t: t.count(where=t.event == "campaign_received"),
        redeemed=lambda t: t.count(where=t.event == "coupon_redeemed"),
    )
    sent = pairs.filter(pairs.received > 0)
    return sent.group_by("customer_id").aggregate(received=sent.count(), redeemed=sent.count(where=sent.redeemed > 0))
