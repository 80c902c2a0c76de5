"""What the law of a market wants in a message: triage, not advice (`markets.toml` has the sources)."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from assistant.copywriting.checks.context import CheckContext
from assistant.copywriting.checks.words import check_required
from assistant.errors import unknown_name
from assistant.records import CheckResult, Piece

_SAID = {
    "opt_out": "a way to opt out",
    "address": "the sender's postal address",
    "sender": "the sender's name",
}


def demands_of(market: str, channel: str) -> tuple[str, ...]:
    """What a market demands of each message of a channel: `sender`, `address`, `opt_out`.

    Raises:
        ConfigError: nothing is known of the market.
    """
    return tuple(_market(market)["demands"].get(channel, ()))


def law_of(market: str) -> str:
    """The laws that a market's demands come from.

    Raises:
        ConfigError: nothing is known of the market.
    """
    return str(_market(market)["source"])


@cache
def known_markets() -> tuple[str, ...]:
    """ISO 3166 codes of the markets whose rules are known."""
    return tuple(_markets())


def check_law(piece: Piece, context: CheckContext) -> list[CheckResult]:
    """Opt-out, address and sender where the market demands them; terms of the offer; what the brand kit requires."""
    spans = [span for field in piece.fields for span in field.spans]
    used = {span.slot for span in spans if span.slot}
    words = "\n".join(field.text for field in piece.fields)
    results = []
    way_out = "opt_out" if context.channel.opt_out == "keyword" else "unsubscribe"
    for demand in demands_of(context.market, context.channel.name):
        slot = way_out if demand == "opt_out" else demand
        # A person may have written a name or an address out; a link has to be one.
        written = slot != "unsubscribe" and slot in context.slots and context.slots[slot].value in words
        if slot not in used and not written:
            results.append(_missing(demand, f"{_SAID[demand]} is missing; {context.market} demands it"))
    results += [
        _missing(name, f"the {name} that belong to the offer are missing")
        for name in ("terms", "disclaimer")
        if name in context.slots and _has_room(context, name) and context.slots[name].value not in words
    ]
    return [*results, *check_required(words, context)]


def _has_room(context: CheckContext, name: str) -> bool:
    return any(f"<{name}>" in limit.layout for limit in context.channel.fields)


def _missing(check: str, message: str) -> CheckResult:
    return CheckResult(check=f"missing_{check}", field="", severity="error", message=message)


def _market(market: str) -> dict[str, Any]:
    if market not in known_markets():
        raise unknown_name("market", market, known_markets())
    told: dict[str, Any] = _markets()[market]
    return told


@cache
def _markets() -> dict[str, Any]:
    return tomllib.loads(resources.files("assistant.copywriting").joinpath("markets.toml").read_text(encoding="utf-8"))
