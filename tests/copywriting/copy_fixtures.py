"""A brief, a sheet and slots to write with."""

import datetime as dt

from assistant.config import ShopSettings
from assistant.copywriting import LINES, CopyJob, PieceSlots, piece_slots, products_for
from assistant.prompting import load_prompt
from assistant.records import Brief, Fact, FactSheet, Offer, Unit


def brief(**changes: object) -> Brief:
    """A brief that says everything."""
    said = {
        "campaign": "spring",
        "goal": "Sell more cheese.",
        "offer": Offer(kind="percent_off", amount=15, code="SPRING15"),
        "starts": dt.date(2018, 3, 1),
        "deadline": dt.date(2018, 3, 31),
        "angles": ("thrift", "ease"),
        "sender": "Corner Grocery",
        "link": "https://example.com/offer",
        "address": "1 Market Square, Cincinnati, Ohio",
    }
    return Brief.model_validate({**said, **changes})


def fact(metric: str, **changes: object) -> Fact:
    """A fact of segment S1."""
    said = {
        "fact": "S1.F01",
        "segment": "S1",
        "topic": "products",
        "metric": metric,
        "label": f"label of {metric}",
        "value": 0.02,
        "unit": Unit.SHARE,
        "display": "2.0%",
        "others": 0.01,
        "others_display": "1.0%",
        "ratio": 2.0,
        "low": 0.015,
        "high": 0.025,
        "ratio_low": 1.5,
        "ratio_high": 2.5,
        "direction": "higher",
        "sentence": "A sentence.",
        "source": "a source",
    }
    return Fact.model_validate({**said, **changes})


def sheet(*facts: Fact) -> FactSheet:
    """The fact sheet of S1."""
    numbered = tuple(one.model_copy(update={"fact": f"S1.F{at:02d}"}) for at, one in enumerate(facts, start=1))
    return FactSheet(segment="S1", name="Regular shoppers", as_of="2018-01-01", currency="USD", facts=numbered)


def slots(*names: str, **changes: object) -> PieceSlots:
    """Slots of a piece that names the first of these products."""
    order = brief(**changes)
    products = products_for(order, sheet(*(fact(f"buys:{name}") for name in names or ("Shredded cheese",))))
    return piece_slots(order, ShopSettings(), "USD", products[0], products)


def job(channel: str = "email", **changes: object) -> CopyJob:
    """One piece to write."""
    said = {
        "brief": brief(),
        "segment": "S1",
        "channel": channel,
        "angle": "thrift",
        "occasion": "steady",
        "slots": slots(),
        "prompts": {line: load_prompt(f"copy/{line}") for line in LINES[channel]},
        "candidates": 4,
        "seed": 7,
    }
    return CopyJob(**{**said, **changes})  # type: ignore[arg-type]
