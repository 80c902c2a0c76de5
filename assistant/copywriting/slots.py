"""The slots of a piece: every fact that copy may use, with its receipt and its worst case."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.config import ShopSettings
from assistant.copywriting.languages import date_in, language_named, locale_of, money_in, percent_in
from assistant.data import within_sentence
from assistant.records import Brief, FactSheet, Slot
from assistant.records.copy import SlotKind

PRODUCTS_A_SEGMENT = 4
ENGLISH = "en"


@dataclass(frozen=True)
class Product:
    """A product that a piece may name."""

    name: str
    receipt: str


@dataclass(frozen=True)
class PieceSlots:
    """Slots by name."""

    slots: tuple[Slot, ...]

    def __getitem__(self, name: str) -> Slot:
        """The slot of that name; KeyError where the piece has none."""
        for slot in self.slots:
            if slot.slot == name:
                return slot
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        """Whether the piece has that slot."""
        return any(slot.slot == name for slot in self.slots)

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in order."""
        return tuple(slot.slot for slot in self.slots)


def products_for(brief: Brief, sheet: FactSheet) -> tuple[Product, ...]:
    """The products that pieces for a segment may name: the brief's, or those that set the segment apart.

    A typical product whose share differs from the others' beyond chance comes first, then what most of the segment
    has bought.
    """
    for field, names in (("products", brief.products), ("offer.products", brief.offer.products)):
        if names:
            return tuple(Product(name, f"brief:{field}.{at}") for at, name in enumerate(names))
    typical = [fact for fact in sheet.facts if fact.metric.startswith("buys:") and fact.direction == "higher"]
    staples = [fact for fact in sheet.facts if fact.metric.startswith("has_bought:")]
    chosen: dict[str, Product] = {}
    for fact in (*typical, *staples):
        name = fact.metric.partition(":")[2]
        chosen.setdefault(name, Product(name, f"fact:{fact.fact}"))
    return tuple(chosen.values())[:PRODUCTS_A_SEGMENT]


def piece_slots(
    brief: Brief,
    shop: ShopSettings,
    currency: str,
    product: Product,
    segment_products: Sequence[Product],
    language: str = ENGLISH,
    *,
    personal: bool = True,
    disclaimers: Sequence[str] = (),
    longest_first_name: int | None = None,
) -> PieceSlots:
    """All slots of one piece.

    Args:
        brief: offer, dates, sender.
        shop: what a first name is replaced with where it is unknown, and how long the longest is.
        currency: ISO 4217, of an amount taken off.
        product: the one this piece names.
        segment_products: all that the segment's pieces may name; the longest is the worst case.
        language: facts are written as it is used in the brief's market.
        personal: whether each customer gets an own message; else there is nothing to merge.
        disclaimers: of the brand kit, for this market and channel.
        longest_first_name: characters of the segment's longest one; None where the data has none, then the shop's
            setting stands for it.
    """
    locale = locale_of(language, brief.market)
    offer = brief.offer
    percent = offer.kind == "percent_off"
    discount = percent_in(locale, offer.amount) if percent else money_in(locale, offer.amount, currency)
    named = [_spoken(other.name, language) for other in (segment_products if personal else (product,))]
    fixed: list[tuple[str, SlotKind, str, str]] = [
        ("offer.discount", "percent" if percent else "money", discount, "brief:offer.amount"),
        ("offer.deadline", "date", date_in(locale, brief.deadline), "brief:deadline"),
        ("sender", "name", brief.sender, "brief:sender"),
        ("link", "url", brief.link, "brief:link"),
        ("address", "address", brief.address, "brief:address"),
        ("opt_out", "code", brief.opt_out, "brief:opt_out"),
        ("offer.code", "code", offer.code, "brief:offer.code"),
        ("terms", "text", offer.terms, "brief:offer.terms"),
        ("disclaimer", "text", " ".join(disclaimers), "brand:disclaimers"),
    ]
    slots = [
        Slot(
            slot="product",
            kind="product",
            value=_spoken(product.name, language),
            worst=max(named, key=len),
            receipt=product.receipt,
        ),
        *(
            Slot(slot=name, kind=kind, value=value, worst=value, receipt=receipt)
            for name, kind, value, receipt in fixed
            if value
        ),
    ]
    return PieceSlots((*(_merged(shop, language, longest_first_name) if personal else ()), *slots))


def _merged(shop: ShopSettings, language: str, longest_first_name: int | None) -> tuple[Slot, ...]:
    """What the sending platform fills."""
    phrases = language_named(language).phrases
    default = shop.first_name_default if language == ENGLISH else phrases["first_name_default"]
    return (
        Slot(
            slot="first_name",
            kind="name",
            value=default,
            # W is the widest letter: a limit in characters or in pixels holds with it.
            worst=max("W" * (longest_first_name or shop.first_name_worst), default, key=len),
            receipt="customer:first_name",
            merge=True,
        ),
        Slot(
            slot="unsubscribe",
            kind="url",
            value=phrases["opt_out_link"],
            worst=phrases["opt_out_link"],
            receipt="customer:unsubscribe",
            merge=True,
        ),
    )


def _spoken(name: str, language: str) -> str:
    return within_sentence(name) if language == ENGLISH else name
