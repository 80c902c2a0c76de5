"""Texts in the vector store and what a search finds."""

from typing import Literal

from pydantic import Field

from assistant.records.base import Record


class Document(Record):
    """One text to be found again; `document` is also the id a receipt points to."""

    document: str = Field(description="stable id, `product:fluid-milk-white-only` or `buys-more:S2:baby-food`")
    kind: Literal["product", "buys_more", "bought_together", "coupons", "hours"]
    segment: str = Field(default="", description="the segment it speaks of; empty when it speaks of all")
    title: str
    text: str
    source: str = Field(description="where the text's numbers come from, in words a person can check")


class Hit(Record):
    """A document and how near it is to the query."""

    document: Document
    score: float = Field(description="cosine similarity, -1 to 1; higher is nearer")
