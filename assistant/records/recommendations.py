"""What a customer or a segment may be offered next, why, and how good such lists were on days kept back."""

from typing import Annotated, Literal

from pydantic import Field

from assistant.records.base import Record

ListKind = Literal["again", "new"]
ItemModelName = Literal["ease", "svd"]
MethodName = Literal["ours", "times bought", "popularity", "popularity in segment"]


class BoughtAgain(Record):
    """The customer's own habit."""

    reason: Literal["again"] = "again"
    times: int = Field(ge=1, description="days on which the customer bought it")
    every_days: int | None = Field(description="mean days between them, rounded; none below three purchases")
    days_since: int = Field(ge=1, description="from the last purchase to `as_of`")


class BoughtTogether(Record):
    """Of all that the customer has bought, what speaks most for the product."""

    reason: Literal["together"] = "together"
    product_id: str = Field(description="what the customer has bought")
    name: str
    customers: int = Field(description="who bought both, on whatever day")


class PopularWith(Record):
    """Many have bought it."""

    reason: Literal["popular"] = "popular"
    segment: str = Field(description="whose customers are counted; empty: all of the shop's")
    customers: int = Field(description="who bought it")


class ComesBack(Record):
    """A segment's customers buy it, and buy it again."""

    reason: Literal["returning"] = "returning"
    segment: str
    customers: int = Field(description="of the segment who bought it")
    returned: int = Field(description="among them, those who bought it on another day too")


class Suits(Record):
    """A segment's customers have it on their own lists of what is new to them."""

    reason: Literal["suits"] = "suits"
    segment: str
    customers: int = Field(description="of the segment on whose lists it stands")


Reason = Annotated[BoughtAgain | BoughtTogether | PopularWith | ComesBack | Suits, Field(discriminator="reason")]


class Recommendation(Record):
    """One product of a list."""

    kind: ListKind = Field(description="again: bought before; new: neither it nor another product of its name was")
    rank: int = Field(ge=1)
    product_id: str
    name: str
    basis: Literal["history", "segment", "everyone"] = Field(
        description="whose purchases chose it: the customer's own, or, where there are none, those of others"
    )
    score: float = Field(description="comparable within one list only")
    reason: Reason | None = Field(description="none where fewer customers stand behind it than may be counted")


class SegmentOffers(Record):
    """What a segment's customers may be offered together."""

    offers: tuple[Recommendation, ...]


class RecommenderFit(Record):
    """What a recommender was made from."""

    as_of: str = Field(description="ISO date; no row of that day or later was seen")
    model: ItemModelName = Field(description="of what is new to a customer")
    why: str = Field(description="why that model, in a sentence")
    customers: int = Field(description="with a purchase")
    products: int = Field(description="bought by anybody")
    products_held: int = Field(description="those bought by most, as many as memory holds")
    products_modelled: int = Field(description="those that the model of what is new can recommend")
    purchases_modelled: float = Field(description="share of pairs of a customer and a product bought that it knows")


class MethodScore(Record):
    """One way to make one kind of list, judged by what customers bought next."""

    kind: ListKind
    method: MethodName
    customers: int = Field(description="judged: those with at least one relevant product")
    ndcg: float = Field(description="mean NDCG at `depth`")
    ndcg_low: float = Field(description="95% bootstrap interval over customers, lower end")
    ndcg_high: float
    recall: float = Field(description="mean share of the relevant products that the list held")
    recall_low: float
    recall_high: float
    lead: float = Field(description="NDCG minus that of popularity, over the same customers")
    lead_low: float
    lead_high: float
    coverage: float = Field(description="share of all products bought before the cutoff that stand on any list")


class RecommendationReport(Record):
    """Lists made at a cutoff beside what was bought from then on."""

    fit: RecommenderFit
    ends: str = Field(description="ISO date; purchases before it count as bought next")
    depth: int = Field(description="products a list")
    protocol: str = Field(description="who is judged, on what, and how ties are broken")
    scores: tuple[MethodScore, ...]
    served: dict[ListKind, float] = Field(
        description="share of customers with a purchase for whom a product that may be shown is on the list"
    )
