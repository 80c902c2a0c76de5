"""Customers into recipients, a range of customer ids at a time: memory does not grow with the shop."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from assistant.campaigns.recipients.drawing import (
    count,
    counts_of,
    draw,
    find_duplicates,
    lay_arms,
    ranges_of,
    receiving,
    take,
)
from assistant.campaigns.recipients.limits import FilledField, Limits
from assistant.campaigns.recipients.sources import ADDRESS, Sources, literal, one, open_sources
from assistant.data.engine import QUIET
from assistant.errors import DataError
from assistant.records import RecipientPlan, RecipientReport
from assistant.records.recipients import HOLDOUT

AT_ONCE = 500_000
"""Customers held at once."""
MEMORY = "2GB"
"""That the engine may use; ten million recipients were written as fast with half of it."""
# OWASP, CSV injection; the same signs as `copywriting.dialects.safe_cell`, which a test holds this against.
_DANGEROUS = r"^'*[=+\-@\t\r\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]"

OnStep = Callable[[int, int, str], None]


def write_recipients(
    plan: RecipientPlan,
    sources: Sources,
    folder: Path,
    *,
    suffix: str = ".csv",
    fields: Sequence[FilledField] = (),
    on_step: OnStep = lambda done, total, note: None,
    memory: str = MEMORY,
    at_once: int = AT_ONCE,
) -> RecipientReport:
    """Write a file of recipients for each channel, by customer id; the same inputs give the same bytes.

    A customer is in one arm in all channels: `holdout` where the first eight hexadecimal digits of
    md5("CAMPAIGN/SEED/CUSTOMER_ID") modulo 10,000 lie below that share, else the arm in which the next eight digits
    modulo the sum of its segment's weights fall, arms in the plan's order.

    Args:
        plan: arms, holdout, cap, what consent is held elsewhere.
        sources: the files.
        folder: an empty one; on any failure nothing is left in it.
        suffix: `.csv` or `.parquet`.
        fields: of the pieces, measured with the real values of every recipient.
        on_step: told of the customers done, of all; each is gone over twice, to be counted and to be written.
        memory: that the engine may use before it writes aside.
        at_once: customers of a range.

    Returns:
        Counts by channel, the files with their hashes, and fields that are too long for somebody.

    Raises:
        DataError: a file cannot be used, or there are fewer codes than recipients; nothing is written then.
    """
    with _engine(folder, memory) as engine:
        open_sources(engine, plan, sources)
        lay_arms(engine, plan)
        if plan.match_by == "address":
            find_duplicates(engine, plan)
        ranges = ranges_of(engine, at_once)
        members = one(engine, "SELECT count(*) FROM members")
        for done, between in enumerate(ranges):
            on_step(members * done // len(ranges) // 2, members, "customers, counting")
            draw(engine, plan, between, done)
            count(engine, plan, first=done == 0)
        counts = [counts_of(engine, channel) for channel in plan.channels]
        _enough_codes(engine, sources)
        limits = Limits(engine, fields)
        with _Files(engine, plan, folder, suffix, codes=sources.codes is not None) as files:
            for done, between in enumerate(ranges):
                on_step(members * (len(ranges) + done) // len(ranges) // 2, members, "customers, writing")
                take(engine, done)
                _give_codes(engine, plan, codes=sources.codes is not None)
                _recommend(engine, plan, sources, between)
                files.write(limits)
            on_step(members, members, "customers, writing")
            written = files.finish()
        given = one(engine, "SELECT count(*) FROM given") if sources.codes is not None else 0
        free = one(engine, "SELECT count(*) FROM codes")
        taken = one(engine, "SELECT coalesce(max(number) + 1, 0) FROM taken")
        return RecipientReport(
            campaign=plan.campaign,
            counts=tuple(counts),
            files=written,
            codes_given=given,
            codes_left=free - taken,
            overruns=limits.found(),
            sms_parts=limits.parts(),
        )


@contextmanager
def _engine(folder: Path, memory: str) -> Iterator[duckdb.DuckDBPyConnection]:
    with tempfile.TemporaryDirectory(prefix=".spill-", dir=folder) as spill, duckdb.connect() as engine:
        engine.execute(f"SET memory_limit = {literal(memory)}")
        engine.execute(f"SET temp_directory = {literal(spill)}")
        engine.execute("SET preserve_insertion_order = true")
        engine.execute(QUIET)
        yield engine


def _enough_codes(engine: duckdb.DuckDBPyConnection, sources: Sources) -> None:
    if sources.codes is None:
        return
    wanted, there = one(engine, "SELECT sum(customers) FROM wanting"), one(engine, "SELECT count(*) FROM codes")
    if wanted > there:
        raise DataError(
            f"{sources.codes} has {there:,} codes that are free and {wanted:,} recipients need one; add "
            f"{wanted - there:,} more. Nothing was written."
        )


def _give_codes(engine: duckdb.DuckDBPyConnection, plan: RecipientPlan, *, codes: bool) -> None:
    """`coded`: customer_id, code of a range; codes go out in the order of customer ids."""
    if not codes:
        return
    start = one(engine, "SELECT coalesce(max(number) + 1, 0) FROM taken")
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE coded AS
        SELECT customer_id, code, NULL::BIGINT AS number FROM issued
        WHERE customer_id IN (SELECT customer_id FROM drawing)
        UNION ALL
        SELECT customer_id, code, number FROM (
            SELECT customer_id, row_number() OVER (ORDER BY customer_id) - 1 + {start} AS number FROM drawing
            WHERE ({receiving(plan)}) AND customer_id NOT IN (SELECT customer_id FROM issued)
        ) JOIN codes USING (number)
        """
    )
    engine.execute("INSERT INTO taken SELECT max(number) FROM coded HAVING max(number) IS NOT NULL")
    engine.execute("INSERT INTO given SELECT customer_id, code FROM coded ORDER BY customer_id")


def _recommend(engine: duckdb.DuckDBPyConnection, plan: RecipientPlan, sources: Sources, between: str) -> None:
    """`suggested`: a range's customers with their products side by side, no product twice."""
    if sources.recommended is None or not plan.products:
        engine.execute("CREATE OR REPLACE TEMP TABLE suggested AS SELECT NULL::VARCHAR AS customer_id WHERE false")
        return
    own, most = literal(plan.first), plan.products
    # The lists of a kind hold no name twice; the second kind may repeat a name of the first.
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE listed AS SELECT customer_id, kind <> {own} AS second, rank AS spot, "
        f"product_id, name FROM read_parquet({literal(str(sources.recommended))}) "
        f"WHERE {between} AND (kind <> {own} OR rank <= {most})"
    )
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE short AS SELECT customer_id, count(l.spot) AS have FROM drawing d "
        "LEFT JOIN (FROM listed WHERE NOT second) l USING (customer_id) GROUP BY customer_id "
        f"HAVING count(l.spot) < {most}"
    )
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE more AS SELECT customer_id, "
        "have + row_number() OVER (PARTITION BY customer_id ORDER BY spot) AS spot, product_id, name "
        "FROM listed s JOIN short USING (customer_id) WHERE s.second AND NOT EXISTS "
        "(FROM listed o WHERE o.customer_id = s.customer_id AND NOT o.second AND o.name = s.name)"
    )
    sides = ", ".join(
        f"max(CASE WHEN spot = {n} THEN {name} END) AS {name.replace('name', 'product')}_{n}"
        for n in range(1, most + 1)
        for name in ("name", "product_id")
    )
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE suggested AS SELECT customer_id, {sides} "
        "FROM (SELECT customer_id, spot, product_id, name FROM listed WHERE NOT second UNION ALL FROM more) "
        f"WHERE spot <= {most} GROUP BY customer_id"
    )


class _Files:
    """The files of all channels, written aside and put into place together.

    Raises nothing of its own; what is not finished is removed.
    """

    def __init__(
        self, engine: duckdb.DuckDBPyConnection, plan: RecipientPlan, folder: Path, suffix: str, *, codes: bool
    ) -> None:
        self._engine, self._plan, self._folder, self._suffix, self._codes = engine, plan, folder, suffix, codes
        self._aside = Path(tempfile.mkdtemp(prefix=".recipients-", dir=folder))
        self._writers: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> "_Files":
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._writers.values():
            writer.close()
        shutil.rmtree(self._aside, ignore_errors=True)

    def write(self, limits: Limits) -> None:
        """Add a range."""
        for channel in self._plan.channels:
            self._engine.execute(f"CREATE OR REPLACE TEMP TABLE batch AS {self._select(channel)}")
            limits.measure("batch", channel)
            self._add(channel, "SELECT * FROM batch")
        if self._plan.holdout:
            held = f"SELECT customer_id, {self._segment()} AS segment FROM drawing d WHERE arm = {literal(HOLDOUT)}"
            self._add(HOLDOUT, f"{held} ORDER BY customer_id")
        if self._codes:
            # It is read again by the next export, whatever this one writes.
            self._add("issued", "SELECT customer_id, code FROM coded ORDER BY customer_id", ".csv")

    def finish(self) -> dict[str, str]:
        """Put all files into place.

        Returns:
            File -> hash.
        """
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()
        written = {}
        for path in sorted(self._aside.iterdir()):
            with path.open("rb") as file:
                written[path.name] = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
        for name in written:
            (self._aside / name).replace(self._folder / name)
        return written

    def _select(self, channel: str) -> str:
        plan = self._plan
        address = ADDRESS[channel]
        safe = self._safe
        there = {str(row[0]) for row in self._engine.execute("DESCRIBE suggested").fetchall()}
        products = [
            f"{safe(name)} AS {name}"
            for n in range(1, plan.products + 1)
            for name in (f"product_{n}", f"product_id_{n}")
            if name in there
        ]
        columns = [
            f"{safe('d.customer_id')} AS customer_id",
            *([f"{safe(address)} AS {address}"] if address and plan.match_by == "address" else []),
            f"{self._segment()} AS segment",
            "d.arm",
            "p.piece",
            "p.language",
            f"coalesce({safe('first_name')}, '') AS first_name",
            *products,
            *([f"{safe('c.code')} AS coupon"] if self._codes else []),
        ]
        joins = "LEFT JOIN suggested USING (customer_id)"
        if self._codes:
            joins += " LEFT JOIN coded c USING (customer_id)"
        return (
            f"SELECT {', '.join(columns)} FROM drawing d JOIN pieces p ON p.place = d.place AND p.arm = d.arm AND "
            f"p.channel = {literal(channel)} {joins} WHERE {channel}_status = 'recipients' ORDER BY d.customer_id"
        )

    def _safe(self, column: str) -> str:
        """A text of the shop's as no spreadsheet runs it; Parquet is opened by none."""
        if self._suffix == ".parquet":
            return column
        return f"CASE WHEN regexp_matches({column}, {literal(_DANGEROUS)}) THEN '''' || {column} ELSE {column} END"

    def _segment(self) -> str:
        cases = " ".join(f"WHEN {place} THEN {literal(name)}" for place, name in enumerate(self._plan.segments))
        return f"CASE d.place {cases} END"

    def _add(self, name: str, select: str, suffix: str = "") -> None:
        path = self._aside / f"{name}{suffix or self._suffix}"
        if path.suffix == ".parquet":
            table = self._engine.execute(select).to_arrow_table()
            if name not in self._writers:
                self._writers[name] = pq.ParquetWriter(path, table.schema, compression="zstd")
            self._writers[name].write_table(table)
            return
        part = self._aside / f".{name}.part"
        header = str(not path.exists()).lower()
        self._engine.execute(f"COPY ({select}) TO {literal(str(part))} (FORMAT csv, HEADER {header})")
        if not path.exists():
            part.replace(path)
            return
        with path.open("ab") as whole, part.open("rb") as more:
            shutil.copyfileobj(more, whole, 1 << 22)
        part.unlink()
