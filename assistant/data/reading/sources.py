"""One source, of whatever kind, staged."""

from pathlib import Path
from typing import Any

from assistant.data.reading.columnar import is_nested, read_flat, read_nested
from assistant.data.reading.databases import is_database, name_of, read_database, without_credentials
from assistant.data.reading.delimited import read_delimited
from assistant.data.reading.json_rows import read_json
from assistant.data.reading.opening import check_file, digest_of, kind_of
from assistant.data.reading.staging import Staged, StagedWriter


def stage(engine: Any, source: str | Path, table: str, folder: Path) -> Staged:
    """Read a source.

    Args:
        engine: of `connect`.
        source: a file, or the address of a database's table.
        table: what it is expected to hold, for messages.
        folder: an empty one, for the staged rows.

    Raises:
        DataError: there is nothing that can be read.
        MissingPackage: what speaks to this kind of database is not installed.
    """
    if is_database(str(source)):
        return _database(str(source), folder)
    path = Path(source)
    check_file(path, table)
    digest = digest_of(path)
    kind = kind_of(path, table)
    if kind == "parquet":
        return _parquet(engine, path, digest, folder)
    with StagedWriter(folder) as writer:
        if kind == "csv":
            names, notes = read_delimited(path, writer)
            said, elements, native = "CSV", {}, frozenset[str]()
        else:
            objects, said, notes = read_json(path, writer)
            names, elements, native = objects.names, objects.elements, objects.native
    return Staged(
        name=path.name,
        place=str(path),
        digest=digest,
        kind=said,
        unit="line",
        files=tuple(writer.files),
        columns=tuple(names.unique),
        elements=elements,
        native=native,
        rows=writer.rows,
        unreadable=writer.unreadable,
        unreadable_rows=writer.unreadable_rows,
        notes=notes,
    )


def _parquet(engine: Any, path: Path, digest: str, folder: Path) -> Staged:
    if not is_nested(path):
        out = folder / "0000.parquet"
        names, native, rows = read_flat(engine, path, out)
        return Staged(
            name=path.name,
            place=str(path),
            digest=digest,
            kind="Parquet",
            unit="row",
            files=(out,),
            columns=tuple(names.unique),
            native=native,
            rows=rows,
            notes=tuple(names.notes),
        )
    with StagedWriter(folder) as writer:
        objects = read_nested(path, writer)
    return Staged(
        name=path.name,
        place=str(path),
        digest=digest,
        kind="Parquet",
        unit="row",
        files=tuple(writer.files),
        columns=tuple(objects.names.unique),
        elements=objects.elements,
        native=objects.native,
        rows=writer.rows,
        unreadable=writer.unreadable,
        unreadable_rows=writer.unreadable_rows,
        notes=tuple(objects.names.notes),
    )


def _database(source: str, folder: Path) -> Staged:
    with StagedWriter(folder) as writer:
        names, native, digest = read_database(source, writer)
    return Staged(
        name=name_of(source),
        place=without_credentials(source),
        digest=digest,
        kind="SQL",
        unit="row",
        files=tuple(writer.files),
        columns=tuple(names.unique),
        native=native,
        rows=writer.rows,
        notes=tuple(names.notes),
    )
