"""A shop's own files into canonical tables: any export, once or again and again.

The folder of the tables holds, beside one Parquet file a table:

- `parts/`: what each source gave, in the contract's types, so that a further source needs none of the earlier files;
- `sources.json`: which they are, in the order in which they count, how each was understood and what became of its rows;
- `quarantine/TABLE.csv`: every row that was not taken, with file, line, column, value, reason and what was expected;
- `quality.json`: what the tables hold.

Nothing of it depends on the clock, so the same sources give the same bytes.
"""

import datetime as dt
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from assistant.data.contracts import CONTRACTS, check_table
from assistant.data.converting import Dates, Decimals, Settings, add_macros
from assistant.data.engine import EngineError, connect
from assistant.data.merging import merged, parts_of, replaced_orders
from assistant.data.parts import Brought, bring_in, refusal_place
from assistant.data.quality import checks, table_quality
from assistant.data.quarantine import write_quarantine
from assistant.data.reading import digest_of, is_database
from assistant.data.tables import write_parquet
from assistant.errors import CheckFailed, DataError, MissingArtefact
from assistant.records.mappings import SourceLayout, TableName
from assistant.records.quality import DataQuality, SourceFile, Sources
from assistant.workspace import read_record, write_record

PARTS = "parts"
SOURCES = "sources.json"
QUALITY = "quality.json"
QUARANTINE = "quarantine"

# More than that goes to disk, beside the tables.
_MEMORY = "2GB"

Files = Path | str | Sequence[Path | str]
Told = Callable[[int, int, str], None]
"""Told of files done, files in all and what is being done."""


def load_files(
    out: Path,
    files: Mapping[str, Files],
    *,
    earlier: Path | None = None,
    preset: str | None = None,
    own: SourceLayout | Mapping[str, SourceLayout] | None = None,
    currency: str = "USD",
    time_zone: str = "",
    rates: Mapping[str, Decimal] | None = None,
    decimal: Decimals = "",
    dates: Dates = "",
    today: dt.date | None = None,
    strict: bool = False,
    tell: Told | None = None,
) -> dict[str, int]:
    """Write the canonical tables from a shop's files.

    Args:
        out: an empty folder for everything that is written; on an error what it holds is of no use.
        files: table name -> one or more files, or addresses of databases; in the end there must be orders and
            products, each brought in now or earlier, or products within the orders.
        earlier: folder of an earlier call, whose sources stay; None, or one without sources: there are none.
        preset: a known export that every file must be; None: what fits.
        own: the shop's own mapping, of all files or table name -> mapping.
        currency: ISO 4217 code of the shop's amounts.
        time_zone: IANA name of the shop's clock; empty: moments are taken as they are written, those counted since
            1970 as UTC.
        rates: code of another currency -> units of the shop's own for one of it.
        decimal: the decimal sign, where a mapping does not say; empty: the data decides.
        dates: how moments are written, likewise.
        today: rows later than this day are not taken; None: any are.
        strict: whether a single row that is not taken refuses everything.
        tell: told of progress.

    Returns:
        Rows of each table.

    Raises:
        DataError: a file cannot be read or understood, more than half of its rows cannot be taken, or there are no
            orders or no products.
        ConfigError: a setting or a mapping cannot be.
        CheckFailed: `strict`, and a row cannot be taken.
        MissingPackage: what speaks to a database is not installed.
    """
    settings = Settings(currency, time_zone, dict(rates or {}), today, decimal, dates)
    settings.check()
    wanted = _wanted(files, own, preset, settings)
    known = _known(earlier)
    if "orders" not in {*(source.given for source in known), *(source.given for source in wanted)}:
        raise DataError("There is no file for orders; name one with `--orders FILE`.")
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out, prefix=".work-") as scratch:
        engine = _engine(Path(scratch))
        try:
            brought = _bring_in(engine, wanted, known, Path(scratch), out / PARTS, tell)
            if strict:
                _refuse_any(brought)
            sources = _in_order(known, brought)
            for source in known:
                if source in sources and earlier is not None:
                    _carry_over(earlier / PARTS / source.part, out / PARTS / source.part)
            quality = _write_tables(engine, sources, out)
        except EngineError as error:
            said = " ".join(str(error).split())[:300]
            raise DataError(f"The tables cannot be made of these files: {said}; check the mapping of each.") from error
        finally:
            engine.disconnect()
    write_record(out / SOURCES, Sources(sources=tuple(sources)))
    write_record(out / QUALITY, quality)
    return quality.rows


def _engine(scratch: Path) -> Any:
    engine = connect(memory=_MEMORY, spill=scratch)
    add_macros(engine)
    return engine


def _wanted(
    files: Mapping[str, Files],
    own: SourceLayout | Mapping[str, SourceLayout] | None,
    preset: str | None,
    settings: Settings,
) -> list[Brought]:
    tables: tuple[TableName, ...] = get_args(TableName)
    unknown = [name for name in files if name not in tables]
    if unknown:
        raise DataError(f"There is no table {unknown[0]!r}; expected one of {', '.join(tables)}.")
    wanted = []
    for table in tables:
        said = files.get(table, ())
        mapping = own if isinstance(own, SourceLayout) or own is None else own.get(table)
        for source in [said] if isinstance(said, str | Path) else said:
            wanted.append(Brought(source, table, preset, mapping, settings))
    return wanted


def _known(earlier: Path | None) -> list[SourceFile]:
    if earlier is None or not (earlier / SOURCES).exists():
        return []
    try:
        known = list(read_record(earlier / SOURCES, Sources).sources)
    except MissingArtefact:
        raise DataError(
            f"{earlier / SOURCES} cannot be read; delete {earlier} and bring all of the shop's files in again."
        ) from None
    gone = [source.file for source in known if not (earlier / PARTS / source.part).is_dir()]
    if gone:
        raise DataError(
            f"What {gone[0]} gave is missing in {earlier / PARTS}; delete {earlier} and bring all of the shop's files "
            "in again."
        )
    return known


def _bring_in(
    engine: Any, wanted: list[Brought], known: list[SourceFile], scratch: Path, parts: Path, tell: Told | None
) -> list[SourceFile]:
    """Those of the sources that are not known yet."""
    keys = {source.key for source in known}
    brought: list[SourceFile] = []
    for at, one in enumerate(wanted):
        if tell is not None:
            tell(at, len(wanted), f"reading {one.given}")
        path = Path(one.source)
        if not is_database(str(one.source)) and path.is_file() and one.key(digest_of(path)) in keys:
            continue
        own = scratch / f"source{at}"
        own.mkdir()
        source = bring_in(engine, one, own, parts)
        shutil.rmtree(own)
        if source.key in keys:
            # A database that still says what it said.
            shutil.rmtree(parts / source.part)
            continue
        keys.add(source.key)
        brought.append(source)
    if tell is not None:
        tell(len(wanted), len(wanted), "merging")
    return brought


def _in_order(known: list[SourceFile], brought: list[SourceFile]) -> list[SourceFile]:
    """All sources; one whose content is now understood otherwise is replaced."""
    again = {(source.sha256, source.given) for source in brought}
    return [*(source for source in known if (source.sha256, source.given) not in again), *brought]


def _carry_over(part: Path, target: Path) -> None:
    """Have an earlier part here too; a link where the file system knows any, as parts are never written again."""
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(part.iterdir()):
        try:
            os.link(path, target / path.name)
        except OSError:
            shutil.copyfile(path, target / path.name)


def _refuse_any(brought: list[SourceFile]) -> None:
    for source in brought:
        for table in source.tables:
            if table.refusals:
                unit = "row" if source.kind in ("Parquet", "SQL") else "line"
                raise CheckFailed(
                    f"{refusal_place(source.file, unit, table.refusals[0])}; {table.quarantined:,} of "
                    f"{table.rows_read:,} rows of the {table.table} cannot be taken, and `--strict` asks for all."
                )


def _write_tables(engine: Any, sources: list[SourceFile], out: Path) -> DataQuality:
    parts = out / PARTS
    parts.mkdir(exist_ok=True)
    tables: dict[str, Any] = {}
    qualities = []
    names: tuple[TableName, ...] = get_args(TableName)
    for name in names:
        contract = CONTRACTS[name]
        found = parts_of(name, sources, parts)
        if name == "products" and not found:
            raise DataError(
                "There is no file for products; name one with `--products FILE`, or bring in orders with the names of "
                "products."
            )
        table = merged(engine, name, found, tables.get("orders"))
        path = out / f"{name}.parquet"
        write_parquet(table, path, list(contract.key or contract.names))
        tables[name] = engine.read_parquet(str(path))
        check_table(contract, tables[name], name)
        qualities.append(table_quality(name, tables[name], contract.names))
    if not int(tables["orders"].count().execute()):
        raise DataError("No order is left of these files; see which rows were passed over and why with `--strict`.")
    named = merged(engine, "customers", parts_of("customers", sources, parts))
    unnamed = int(tables["customers"].anti_join(named, "customer_id").count().execute())
    told = [table for source in sources for table in source.tables]
    replaced = replaced_orders(engine, parts_of("orders", sources, parts))
    write_quarantine(sources, parts, out / QUARANTINE)
    return DataQuality(sources=tuple(told), tables=tuple(qualities), checks=checks(tables, told, replaced, unnamed))
