"""The files that recipients are drawn from, as views of the engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from assistant.errors import DataError
from assistant.records import RecipientPlan

ADDRESS = {"email": "email", "sms": "phone", "whatsapp": "phone", "push": ""}
"""Channel -> the column of the customers table that a message goes to; a device is known to the platform alone."""
CONSENT = {"email": "email_opt_in", "sms": "sms_opt_in", "push": "push_opt_in"}
_CUSTOMER = ("email", "phone", "first_name", *CONSENT.values())


@dataclass(frozen=True)
class Sources:
    """Where everything lies."""

    members: Path
    """Parquet of `customer_id`, `segment`."""
    customers: Path
    """Parquet of the customers table."""
    audiences: Mapping[str, Path] = field(default_factory=dict)
    """Parquet of `customer_id` by audience."""
    recommended: Path | None = None
    """Parquet of `customer_id`, `kind`, `rank`, `product_id`, `name`."""
    suppression: Path | None = None
    """CSV with a column `customer_id`, `email` or `phone`, or several."""
    sends: Path | None = None
    """CSV or Parquet of `customer_id`, `channel`, `sent_at`."""
    codes: Path | None = None
    """Coupon codes, one a line, or a CSV with a column `code`."""
    issued: Path | None = None
    """CSV of `customer_id`, `code`: what was given before."""


def open_sources(engine: duckdb.DuckDBPyConnection, plan: RecipientPlan, sources: Sources) -> None:
    """Make the views and small tables that recipients are drawn from.

    `members`: customer_id, place (of the segment in the plan); `people`: the columns of the customers table, those it
    lacks as nulls; `suppressed_id`, `suppressed_email`, `suppressed_phone`; `at_cap`: customer_id, channel; `codes`:
    number, code; `issued`: customer_id, code.

    Raises:
        DataError: a file is absent, or lacks a column, or holds a code twice.
    """
    _members(engine, plan, sources)
    _people(engine, sources.customers)
    _suppression(engine, sources.suppression)
    _sends(engine, plan, sources.sends)
    _codes(engine, sources)


def literal(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"


def one(engine: duckdb.DuckDBPyConnection, query: str) -> int:
    """The whole number that a query gives; 0 where it gives none."""
    row = engine.execute(query).fetchone()
    return int(row[0] or 0) if row else 0


def columns_of(engine: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    """The names of a relation's columns."""
    return [str(row[0]) for row in engine.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]


def _members(engine: duckdb.DuckDBPyConnection, plan: RecipientPlan, sources: Sources) -> None:
    places = {segment: place for place, segment in enumerate(plan.segments)}
    parts = []
    found = {segment: place for segment, place in places.items() if segment not in sources.audiences}
    if found:
        cases = " ".join(f"WHEN {literal(segment)} THEN {place}" for segment, place in found.items())
        names = ", ".join(map(literal, found))
        parts.append(
            f"SELECT customer_id, CASE segment {cases} END AS place FROM read_parquet({literal(str(sources.members))}) "
            f"WHERE segment IN ({names})"
        )
    for segment, place in places.items():
        if segment in sources.audiences:
            path = literal(str(sources.audiences[segment]))
            parts.append(f"SELECT customer_id, {place} AS place FROM read_parquet({path})")
    engine.execute(f"CREATE VIEW members AS {' UNION ALL '.join(parts)}")


def _people(engine: duckdb.DuckDBPyConnection, path: Path) -> None:
    relation = f"read_parquet({literal(str(path))})"
    there = columns_of(engine, relation)
    told = [
        name if name in there else f"NULL::{'BOOLEAN' if name.endswith('opt_in') else 'VARCHAR'} AS {name}"
        for name in _CUSTOMER
    ]
    engine.execute(f"CREATE VIEW people AS SELECT customer_id, {', '.join(told)} FROM {relation}")


def _suppression(engine: duckdb.DuckDBPyConnection, path: Path | None) -> None:
    columns: Sequence[str] = ()
    if path is not None:
        _create_csv(engine, "suppression", path, "a suppression list")
        columns = [name for name in ("customer_id", "email", "phone") if name in columns_of(engine, "suppression")]
        if not columns:
            raise DataError(
                f"{path} has none of the columns customer_id, email, phone; name the one it has in its first line."
            )
    for name in ("customer_id", "email", "phone"):
        source = "suppression" if name in columns else f"(SELECT NULL::VARCHAR AS {name} WHERE false)"
        engine.execute(
            f"CREATE TEMP TABLE suppressed_{name} AS SELECT DISTINCT {_folded(name, name)} AS value FROM {source} "
            f"WHERE trim({name}) <> ''"
        )


def _folded(column: str, name: str) -> str:
    """Addresses are compared without case and blanks, numbers by their digits alone."""
    if name == "phone":
        return f"regexp_replace({column}, '[^0-9]', '', 'g')"
    return f"lower(trim({column}))" if name == "email" else column


def folded(column: str) -> str:
    """SQL of a column of `people` as suppression lists are compared with it."""
    return _folded(column, column)


def _sends(engine: duckdb.DuckDBPyConnection, plan: RecipientPlan, path: Path | None) -> None:
    if path is None or plan.max_messages is None:
        engine.execute("CREATE TEMP TABLE at_cap (customer_id VARCHAR, channel VARCHAR)")
        return
    if path.suffix.lower() == ".parquet":
        engine.execute(f"CREATE VIEW sends AS SELECT * FROM read_parquet({literal(str(path))})")
    else:
        _create_csv(engine, "sends", path, "a file of earlier sends")
    there = columns_of(engine, "sends")
    for name in ("customer_id", "channel", "sent_at"):
        if name not in there:
            raise DataError(f"{path} has no column {name}; its columns are {', '.join(there)}.")
    wrong = engine.execute(
        "SELECT sent_at FROM sends WHERE sent_at IS NOT NULL AND try_cast(sent_at AS TIMESTAMP) IS NULL LIMIT 1"
    ).fetchone()
    if wrong:
        raise DataError(f"{path}, column sent_at: {wrong[0]!r} is no moment; expected such as 2026-01-31 09:00:00.")
    engine.execute(
        "CREATE TEMP TABLE at_cap AS SELECT customer_id, channel FROM sends "
        f"WHERE try_cast(sent_at AS TIMESTAMP) < DATE '{plan.starts}' "
        f"AND try_cast(sent_at AS TIMESTAMP) >= DATE '{plan.starts}' - INTERVAL {plan.cap_days} DAY "
        f"GROUP BY customer_id, channel HAVING count(*) >= {plan.max_messages}"
    )


def _codes(engine: duckdb.DuckDBPyConnection, sources: Sources) -> None:
    engine.execute("CREATE TEMP TABLE issued (customer_id VARCHAR, code VARCHAR)")
    if sources.issued is not None and sources.issued.exists():
        _create_csv(engine, "issued_file", sources.issued, "a file of codes that were given")
        engine.execute("INSERT INTO issued SELECT customer_id, code FROM issued_file")
    engine.execute("CREATE TEMP TABLE codes (number BIGINT, code VARCHAR)")
    if sources.codes is None:
        return
    _create_csv(engine, "code_lines", sources.codes, "a file of codes", header=False)
    engine.execute(
        "CREATE TEMP TABLE listed AS SELECT row_number() OVER () AS line, trim(column0) AS code FROM code_lines"
    )
    engine.execute("DELETE FROM listed WHERE code = '' OR (line = 1 AND lower(code) IN ('code', 'codes', 'coupon'))")
    twice = engine.execute(
        "SELECT code, list(line ORDER BY line) FROM listed GROUP BY code HAVING count(*) > 1 ORDER BY min(line) LIMIT 3"
    ).fetchall()
    if twice:
        told = "; ".join(f"{code!r} in lines {', '.join(map(str, lines[:4]))}" for code, lines in twice)
        raise DataError(f"{sources.codes} holds codes more than once: {told}. Each customer needs an own one.")
    engine.execute(
        "INSERT INTO codes SELECT row_number() OVER (ORDER BY line) - 1, code FROM listed "
        "WHERE code NOT IN (SELECT code FROM issued)"
    )


def _create_csv(engine: duckdb.DuckDBPyConnection, name: str, path: Path, what: str, *, header: bool = True) -> None:
    if not path.is_file():
        raise DataError(f"{path} is not there; expected {what}.")
    names = "" if header else ", names = ['column0'], delim = '\\x01', quote = '', escape = ''"
    try:
        engine.execute(
            f"CREATE TEMP TABLE {name} AS SELECT * FROM read_csv({literal(str(path))}, header = {str(header).lower()}, "
            f"all_varchar = true{names})"
        )
    except duckdb.Error as error:
        raise DataError(f"{path} cannot be read as {what}: {str(error).splitlines()[0]}") from None
