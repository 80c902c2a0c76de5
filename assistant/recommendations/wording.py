"""Reasons of recommendations in words."""

from assistant.records import BoughtAgain, BoughtTogether, ComesBack, PopularWith, Reason


def reason_in_words(reason: Reason | None) -> str:
    """Why a product is on a list: `bought together with Milk by 120 customers`; empty where nothing may be counted."""
    if reason is None:
        return ""
    if isinstance(reason, BoughtAgain):
        every = "" if reason.every_days is None else f", every {reason.every_days} days or so"
        return f"bought on {reason.times} days{every}, last {reason.days_since} days before"
    if isinstance(reason, BoughtTogether):
        return f"bought together with {reason.name} by {reason.customers:,} customers"
    if isinstance(reason, PopularWith):
        whose = f" of {reason.segment}" if reason.segment else ""
        return f"bought by {reason.customers:,} customers{whose}"
    if isinstance(reason, ComesBack):
        return f"bought by {reason.customers:,} of {reason.segment}, again by {reason.returned:,} of them"
    return f"on the lists of {reason.customers:,} customers of {reason.segment}"
