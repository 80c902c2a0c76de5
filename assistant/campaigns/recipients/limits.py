"""Fields measured with the real values of every recipient: a worst case that was planned for may still be passed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb

from assistant.campaigns.recipients.sources import literal
from assistant.records.recipients import Overrun


@dataclass(frozen=True)
class FilledField:
    """A field of a piece as it is filled."""

    piece: str
    channel: str
    field: str
    at_most: int
    parts: tuple[tuple[Literal["text", "first_name"], str], ...]
    """Texts, and merge values with their defaults."""


class Limits:
    """The fields of all pieces, and for whom they were too long."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, fields: Sequence[FilledField]) -> None:
        # What holds no value of the customer's is as long for everybody, and was checked before.
        self._fields = [field for field in fields if any(kind != "text" for kind, _ in field.parts)]
        self._engine = engine
        engine.execute(
            "CREATE TEMP TABLE overruns (piece VARCHAR, field VARCHAR, at_most BIGINT, recipients BIGINT, "
            "longest BIGINT, customer_id VARCHAR)"
        )

    def measure(self, table: str, channel: str) -> None:
        """Measure the recipients of a table: `piece`, `customer_id`, `first_name`."""
        for field in self._fields:
            if field.channel != channel:
                continue
            # Counted in characters; a text message's parts are checked at the worst case, in its own alphabet.
            fixed = sum(len(text) for kind, text in field.parts if kind == "text")
            varying = " + ".join(
                f"length(CASE WHEN {kind} = '' THEN {literal(default)} ELSE {kind} END)"
                for kind, default in field.parts
                if kind != "text"
            )
            self._engine.execute(
                f"INSERT INTO overruns SELECT piece, {literal(field.field)}, {field.at_most}, count(*), max(size), "
                f"min(customer_id) FROM (SELECT piece, customer_id, {fixed} + {varying} AS size FROM {table} "
                f"WHERE piece = {literal(field.piece)}) WHERE size > {field.at_most} GROUP BY piece"
            )

    def found(self) -> tuple[Overrun, ...]:
        """Every field that is too long for somebody."""
        rows = self._engine.execute(
            "SELECT piece, field, at_most, sum(recipients)::BIGINT, max(longest), min(customer_id) FROM overruns "
            "GROUP BY piece, field, at_most ORDER BY piece, field"
        ).fetchall()
        names = ("piece", "field", "at_most", "recipients", "longest", "customer_id")
        return tuple(Overrun.model_validate(dict(zip(names, row, strict=True))) for row in rows)
