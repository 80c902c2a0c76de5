"""A table or a query of a database, through Ibis."""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from assistant.data.reading.staging import Names, StagedWriter
from assistant.errors import DataError, MissingPackage

_SCHEMES = {"sqlite": "sqlite", "duckdb": "duckdb", "postgres": "postgres", "postgresql": "postgres", "mysql": "mysql"}
_FILES = ("sqlite", "duckdb")
_BATCH = 20_000
_EXAMPLE = "`sqlite:///FILE?table=NAME`, `duckdb:///FILE?table=NAME` or `postgres://USER@HOST/DATABASE?table=NAME`"


def is_database(source: str) -> bool:
    """Whether a source is named by the address of a database."""
    return "://" in source


def without_credentials(source: str) -> str:
    """An address as it may be written down."""
    parts = urlsplit(source)
    host = parts.netloc.rpartition("@")[2]
    kept = {key: values for key, values in parse_qs(parts.query).items() if key in ("table", "query", "schema")}
    return f"{parts.scheme}://{host}{parts.path}?{urlencode(kept, doseq=True)}"


def name_of(source: str) -> str:
    """An address as records name it: of a database in a file, the file's name and what is asked of it."""
    plain = without_credentials(source)
    scheme = urlsplit(source).scheme
    return plain.rsplit("/", 1)[-1] if scheme in _FILES else plain


def read_database(source: str, writer: StagedWriter) -> tuple[Names, frozenset[str], str]:
    """Stage what a database returns.

    Args:
        source: its address, with `?table=NAME` or `?query=SELECT ...`.
        writer: takes the rows.

    Returns:
        Names of the columns; those that are numbers; `sha256:` and the digest of the rows in their order.

    Raises:
        DataError: the address is none, or the database does not answer it.
        MissingPackage: what speaks to this kind of database is not installed.
    """
    place = without_credentials(source)
    parts = urlsplit(source)
    backend = _SCHEMES.get(parts.scheme)
    asked = parse_qs(parts.query)
    table, query = (asked.pop(key, [""])[0] for key in ("table", "query"))
    if backend is None or bool(table) == bool(query):
        raise DataError(f"{place} is no address of a table; expected {_EXAMPLE}, or `?query=SELECT ...` instead.")
    names = Names(place)
    digest = hashlib.sha256()
    try:
        connection = _connect(backend, source, parts, asked)
        found = connection.table(table) if table else connection.sql(query)
        for name in found.columns:
            names.add(name)
        native = frozenset(names.unique[at] for at, name in enumerate(found.columns) if found[name].type().is_numeric())
        digest.update(repr(names.unique).encode())
        # Numbers and moments become text in the database, by its own rules.
        texts = found.select(**{f"c{at}": _text(found[name]) for at, name in enumerate(found.columns)})
        row = 0
        answer = writer.folder / "answer.parquet"
        texts.to_parquet(str(answer))
        for batch in pq.ParquetFile(answer).iter_batches(_BATCH):
            columns = [column.cast(pa.string()) for column in batch.columns]
            for column in columns:
                digest.update(repr(column.to_pylist()).encode("utf-8", "backslashreplace"))
            writer.write(range(row + 1, row + 1 + batch.num_rows), columns)
            row += batch.num_rows
    except (DataError, MissingPackage):
        raise
    except ImportError:
        raise MissingPackage(
            f"Nothing that speaks to {backend} is installed; type `pip install 'ibis-framework[{backend}]'`, then the "
            "same again."
        ) from None
    except Exception as error:
        # Each backend has errors of its own, and this is the only door to them.
        raise DataError(f"{place} cannot be read: {_sentence(error)}; expected {_EXAMPLE}.") from None
    return names, native, f"sha256:{digest.hexdigest()}"


def _connect(backend: str, source: str, parts: Any, asked: dict[str, list[str]]) -> Any:
    if backend not in _FILES:
        rest = urlencode(asked, doseq=True)
        return ibis.connect(urlunsplit((parts.scheme, parts.netloc, parts.path, rest, "")))
    # `sqlite:///shop.db` is beside, `sqlite:////srv/shop.db` from the root; a host is the head of a relative path.
    path = Path(parts.netloc + parts.path[1:] if not parts.netloc else parts.netloc + parts.path)
    if not path.is_file():
        absolute = Path("/" + str(path))
        if not absolute.is_file():
            raise DataError(f"{path} does not exist; expected a database there, as in {_EXAMPLE}.")
        path = absolute
    if backend == "duckdb":
        return ibis.duckdb.connect(str(path), read_only=True)
    return ibis.sqlite.connect(str(path))


def _text(value: Any) -> Any:
    return value if value.type().is_string() else value.cast("string")


def _sentence(error: Exception) -> str:
    said = " ".join(str(error).split()) or type(error).__name__
    return "".join(letter for letter in said if letter.isprintable())[:200].rstrip(".")
