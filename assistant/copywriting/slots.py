"""The slots of a piece: every fact that copy may use, with its receipt and its worst case."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.config import ShopSettings
from assistant.data import within_sentence
from assistant.facts import format_date, format_money
from assistant.records import Brief, FactSheet, Slot

PRODUCTS_A_SEGMENT = 4


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
    if brief.products:
        return tuple(Product(name, f"brief:products.{at}") for at, name in enumerate(brief.products))
    typical = [fact for fact in sheet.facts if fact.metric.startswith("buys:") and fact.direction == "higher"]
    staples = [fact for fact in sheet.facts if fact.metric.startswith("has_bought:")]
    chosen: dict[str, Product] = {}
    for fact in (*typical, *staples):
        name = fact.metric.partition(":")[2]
        chosen.setdefault(name, Product(name, f"fact:{fact.fact}"))
    return tuple(chosen.values())[:PRODUCTS_A_SEGMENT]


def piece_slots(
    brief: Brief, shop: ShopSettings, currency: str, product: Product, segment_products: Sequence[Product]
) -> PieceSlots:
    """All slots of one piece.

    Args:
        brief: offer, dates, sender.
        shop: what a first name is replaced with where it is unknown, and how long the longest is.
        currency: ISO 4217, of an amount taken off.
        product: the one this piece names.
        segment_products: all that the segment's pieces may name; the longest is the worst case.
    """
    offer = brief.offer
    discount = f"{offer.amount}%" if offer.kind == "percent_off" else format_money(offer.amount, currency)
    longest = max((within_sentence(other.name) for other in segment_products), key=len)
    fixed = [
        ("offer.discount", discount, "brief:offer.amount"),
        ("offer.deadline", format_date(brief.deadline), "brief:deadline"),
        ("sender", brief.sender, "brief:sender"),
        ("link", brief.link, "brief:link"),
        ("address", brief.address, "brief:address"),
    ]
    if offer.code:
        fixed.append(("offer.code", offer.code, "brief:offer.code"))
    return PieceSlots(
        (
            Slot(
                slot="first_name",
                value=shop.first_name_default,
                # W is the widest letter: a limit in characters or in pixels holds with it.
                worst="W" * shop.first_name_worst,
                receipt="customer:first_name",
                merge=True,
            ),
            Slot(slot="product", value=within_sentence(product.name), worst=longest, receipt=product.receipt),
            *(Slot(slot=name, value=value, worst=value, receipt=receipt) for name, value, receipt in fixed),
            Slot(
                slot="unsubscribe", value="Unsubscribe", worst="Unsubscribe", receipt="customer:unsubscribe", merge=True
            ),
        )
    )
