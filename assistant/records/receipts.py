"""Why a sentence of a piece says what it says."""

from typing import Any

from pydantic import Field

from assistant.records.base import Record


class SlotReceipt(Record):
    """One value in a sentence, down to the rows."""

    slot: str
    shown: str = Field(description="the value as a customer sees it")
    receipt: str
    says: str = Field(description="the source in words: the fact's sentence, the line of the brief, the column")
    definition: str = Field(default="", description="how the number is computed")
    query: str = Field(default="", description="SQL that DuckDB runs in the workspace's folder")
    rows: tuple[dict[str, Any], ...] = Field(default=(), description="what it gives")


class SentenceReceipt(Record):
    """One sentence of a field."""

    piece: str
    field: str
    sentence: str
    written_by: str
    slots: tuple[SlotReceipt, ...]
