"""Whether a brief can be written at all: contradictions and impossible asks, told before any model is called."""

import datetime as dt
import difflib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from assistant.copywriting import angle_named, channel_named, demands_of, language_named
from assistant.errors import ConfigError
from assistant.records import BrandKit, Brief


@dataclass(frozen=True)
class Ground:
    """What a brief is held against."""

    advertisable: Collection[str]
    """Product names that a message may hold."""
    prices_minor: Mapping[str, int]
    """Lowest price of a product, where the catalogue has one."""
    segments: Collection[str]
    """Segments and audiences that there are."""
    as_of: dt.date
    """The day of the data: what ended before it is in the past."""
    brand: BrandKit


def check_brief(brief: Brief, ground: Ground, place: str) -> None:
    """Refuse what cannot be written; all that is wrong is told at once.

    Args:
        brief: the order.
        ground: what it is held against.
        place: the brief's file, for the message.

    Raises:
        ConfigError: something is unknown, impossible or contradicts something else.
    """
    unknown = list(_unknown(brief))
    wrong = unknown or [
        *_twice(brief),
        *_products(brief, ground),
        *_dates(brief, ground),
        *_amounts(brief, ground),
        *_segments(brief, ground),
        *_law(brief),
        *_brand(brief, ground.brand),
    ]
    if wrong:
        raise ConfigError("\n".join(f"{place}: {each}" for each in wrong))


def _unknown(brief: Brief) -> Iterator[str]:
    """Names that mean nothing here; what they would be held to cannot be looked at."""
    known: tuple[tuple[str, tuple[str, ...], Callable[[str], object]], ...] = (
        ("angles", brief.angles, angle_named),
        ("channels", brief.channels, channel_named),
        ("languages", brief.languages, language_named),
        ("market", (brief.market,), lambda market: demands_of(market, "email")),
    )
    for field, names, find in known:
        for name in names:
            try:
                find(name)
            except ConfigError as error:
                yield f"{field}: {error}"


def _twice(brief: Brief) -> Iterator[str]:
    for field in ("angles", "channels", "languages", "audience", "products"):
        named = getattr(brief, field)
        if len(set(named)) < len(named):
            yield f"{field} names {', '.join(named)}; each once, please."


def _products(brief: Brief, ground: Ground) -> Iterator[str]:
    for field, names in (("products", brief.products), ("offer.products", brief.offer.products)):
        for name in names:
            if name not in ground.advertisable:
                close = difflib.get_close_matches(name, ground.advertisable, n=3)
                hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "see `assistant search TEXT`."
                yield f"{field}: there is no product {name!r} that a message may name; {hint}"
    if brief.offer.products:
        for name in brief.products:
            if name not in brief.offer.products:
                yield f"products names {name!r} and the offer is not on it; add it to offer.products or leave it out."


def _dates(brief: Brief, ground: Ground) -> Iterator[str]:
    if brief.deadline < ground.as_of:
        yield (
            f"deadline is {brief.deadline}, and the data goes to {ground.as_of}: the offer is over; set a later day."
        )


def _amounts(brief: Brief, ground: Ground) -> Iterator[str]:
    if brief.offer.kind != "amount_off":
        return
    for name in brief.offer.products or brief.products:
        price = ground.prices_minor.get(name)
        if price is not None and brief.offer.amount >= price:
            yield f"offer.amount is {brief.offer.amount}, and {name!r} costs {price} minor units; take less off."


def _segments(brief: Brief, ground: Ground) -> Iterator[str]:
    for segment in brief.audience:
        if segment not in ground.segments:
            yield f"audience: there is no segment {segment!r}; there are {', '.join(ground.segments)}."


def _law(brief: Brief) -> Iterator[str]:
    for channel in brief.channels:
        demands = demands_of(brief.market, channel)
        by_keyword = channel_named(channel).opt_out == "keyword"
        if "opt_out" in demands and by_keyword and not brief.opt_out:
            yield f'opt_out is empty and {brief.market} demands a way out of {channel} messages; set opt_out = "STOP".'
        if "address" in demands and not brief.address:
            yield f"address is empty and {brief.market} demands the sender's postal address in {channel} messages."


def _brand(brief: Brief, brand: BrandKit) -> Iterator[str]:
    said = {"offer.terms": brief.offer.terms, "sender": brief.sender, "offer.code": brief.offer.code}
    for field, text in said.items():
        for term in (banned.term for banned in brand.banned):
            if term.casefold() in text.casefold():
                yield f"{field} holds {term!r}, which the brand kit bans; change one of the two."
    for claim in brand.claims:
        if claim.until and claim.until < brief.deadline:
            yield (
                f"the brand kit's claim {claim.text!r} holds until {claim.until}, before the offer ends; renew its "
                "substantiation or take it out."
            )
