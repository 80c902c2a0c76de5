"""A brief, a sheet and slots to write with."""

import datetime as dt

from assistant.config import ShopSettings
from assistant.copywriting import (
    CHANNELS,
    CopyJob,
    PieceFrame,
    PieceSlots,
    piece_slots,
    products_for,
)
from assistant.prompting import load_prompt
from assistant.records import BrandKit, Brief, Elements, Fact, FactSheet, Offer, Unit


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


def slots(*names: str, language: str = "en", personal: bool = True, **changes: object) -> PieceSlots:
    """Slots of a piece that names the first of these products."""
    order = brief(**changes)
    products = products_for(order, sheet(*(fact(f"buys:{name}") for name in names or ("Shredded cheese",))))
    return piece_slots(order, ShopSettings(), "USD", products[0], products, language, personal=personal)


def frame(channel: str = "email", language: str = "en", **changes: object) -> PieceFrame:
    """All of a piece but its words."""
    said = {
        "segment": "S1",
        "channel": channel,
        "language": language,
        "market": "US",
        "slots": slots(language=language, personal=CHANNELS[channel].personal),
        "brand": BrandKit(),
    }
    return PieceFrame(**{**said, **changes})  # type: ignore[arg-type]


def job(channel: str = "email", language: str = "en", **changes: object) -> CopyJob:
    """One piece to write."""
    named = CHANNELS[channel]
    folder = "copy" if language == "en" else f"copy_{language}"
    # An advert's headline holds 30 signs.
    product = "Shredded cheese" if named.personal else "Cheddar"
    said = {
        "brief": brief(),
        "frame": frame(channel, language, slots=slots(product, language=language, personal=named.personal)),
        "angle": "thrift",
        "elements": Elements(motive="thrift"),
        "occasion": "steady",
        "prompts": {line: load_prompt(f"{folder}/{named.prompt_of(line)}") for line in named.lines},
        "candidates": 4,
        "seed": 7,
    }
    return CopyJob(**{**said, **changes})  # type: ignore[arg-type]
