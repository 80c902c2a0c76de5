"""Fields measured with the real values of every recipient: a worst case that was planned for may still be passed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb

from assistant.campaigns.recipients.sources import literal
from assistant.copywriting.channels import GSM, GSM_EXTENSION, JOINED, SINGLE, is_gsm, sms_parts
from assistant.records.recipients import Overrun

SMS = "sms"
_BASIC = r"[\x{0}-\x{ffff}]"


@dataclass(frozen=True)
class FilledField:
    """A field of a piece as it is filled."""

    piece: str
    channel: str
    field: str
    at_most: int
    parts: tuple[tuple[Literal["text", "first_name"], str], ...]
    """Texts, and merge values with their defaults."""

    @property
    def fixed(self) -> str:
        """What is the same for everybody."""
        return "".join(text for kind, text in self.parts if kind == "text")

    @property
    def varying(self) -> list[str]:
        """SQL of each value that is a customer's own."""
        return [
            f"CASE WHEN {kind} = '' THEN {literal(default)} ELSE {kind} END"
            for kind, default in self.parts
            if kind != "text"
        ]


class Limits:
    """The fields of all pieces, for whom they were too long, and in how many parts text messages go out."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, fields: Sequence[FilledField]) -> None:
        self._fields = fields
        self._engine = engine
        engine.execute(
            "CREATE TEMP TABLE overruns (piece VARCHAR, field VARCHAR, at_most BIGINT, recipients BIGINT, "
            "longest BIGINT, customer_id VARCHAR)"
        )
        engine.execute("CREATE TEMP TABLE sms_parts (parts BIGINT, recipients BIGINT)")

    def measure(self, table: str, channel: str) -> None:
        """Measure the recipients of a table: `piece`, `customer_id`, `first_name`."""
        for field in self._fields:
            if field.channel != channel:
                continue
            if field.varying:
                # What holds no value of the customer's is as long for everybody, and was checked before.
                self._lengths(table, field)
            if channel == SMS:
                self._engine.execute(
                    f"INSERT INTO sms_parts SELECT {parts_sql(field)} AS parts, count(*) FROM {table} "
                    f"WHERE piece = {literal(field.piece)} GROUP BY parts"
                )

    def found(self) -> tuple[Overrun, ...]:
        """Every field that is too long for somebody."""
        rows = self._engine.execute(
            "SELECT piece, field, at_most, sum(recipients)::BIGINT, max(longest), min(customer_id) FROM overruns "
            "GROUP BY piece, field, at_most ORDER BY piece, field"
        ).fetchall()
        names = ("piece", "field", "at_most", "recipients", "longest", "customer_id")
        return tuple(Overrun.model_validate(dict(zip(names, row, strict=True))) for row in rows)

    def parts(self) -> dict[int, int]:
        """Parts of a text message -> how many recipients get so many."""
        rows = self._engine.execute(
            "SELECT parts, sum(recipients)::BIGINT FROM sms_parts GROUP BY parts ORDER BY parts"
        ).fetchall()
        return {int(parts): int(recipients) for parts, recipients in rows}

    def _lengths(self, table: str, field: FilledField) -> None:
        size = " + ".join([str(len(field.fixed)), *(f"length({value})" for value in field.varying)])
        self._engine.execute(
            f"INSERT INTO overruns SELECT piece, {literal(field.field)}, {field.at_most}, count(*), max(size), "
            f"min(customer_id) FROM (SELECT piece, customer_id, {size} AS size FROM {table} "
            f"WHERE piece = {literal(field.piece)}) WHERE size > {field.at_most} GROUP BY piece"
        )


def parts_sql(field: FilledField) -> str:
    """SQL of the parts of a filled text message, as `sms_parts` counts them but for signs that two parts would tear."""
    if not field.varying:
        return str(sms_parts(field.fixed))
    own = " || ".join(f"({value})" for value in field.varying)
    everything = f"({literal(field.fixed)} || {own})"
    # Signs beyond the basic plane take two places of UCS-2, as those of the extension table do of GSM-7.
    wide = _in_parts(f"length({everything}) + {_without(everything, _BASIC)}", 1)
    if not is_gsm(field.fixed):
        return wide
    plain = f"regexp_full_match({own}, {literal(f'[{_class(GSM | GSM_EXTENSION)}]*')})"
    septets = f"length({everything}) + {_without(everything, f'[^{_class(GSM_EXTENSION)}]')}"
    return f"CASE WHEN {plain} THEN {_in_parts(septets, 0)} ELSE {wide} END"


def _without(text: str, signs: str) -> str:
    return f"length(regexp_replace({text}, {literal(signs)}, '', 'g'))"


def _in_parts(size: str, alphabet: int) -> str:
    one, each = SINGLE[alphabet], JOINED[alphabet]
    return f"CASE WHEN {size} <= {one} THEN 1 ELSE ceil(({size}) / {each}.0)::BIGINT END"


def _class(signs: frozenset[str]) -> str:
    """A character class of RE2, every sign as its code point."""
    return "".join(rf"\x{{{ord(sign):x}}}" for sign in sorted(signs))
