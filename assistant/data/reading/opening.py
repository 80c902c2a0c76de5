"""A file's bytes, unpacked where it is gzip, and what kind of file they are."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from assistant.errors import DataError

Kind = Literal["csv", "json", "parquet"]

CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"
# What is often exported by mistake, by its first bytes.
_OTHERS = (
    (b"PK\x03\x04", "a workbook or a ZIP file; save the sheet as CSV, or unpack it"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save the sheet as CSV"),
    (b"%PDF", "a PDF; export the rows as CSV"),
    (b"SQLite format 3\x00", "an SQLite database; name it as `sqlite:///FILE?table=NAME`"),
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml")


def check_file(path: Path, table: str) -> None:
    """See that there is a file with something in it.

    Raises:
        DataError: there is not.
    """
    kinds = "CSV, JSON lines or Parquet"
    if not path.exists():
        raise DataError(f"{path} does not exist; expected the shop's {table} as {kinds}.")
    if not path.is_file() or not path.stat().st_size:
        what = "an empty file" if path.is_file() else "no file"
        raise DataError(f"{path} is {what}; expected the shop's {table} as {kinds}.")


def digest_of(path: Path) -> str:
    """`sha256:` and the hexadecimal digest of a file's bytes.

    Raises:
        DataError: it may not be read.
    """
    try:
        with path.open("rb") as file:
            return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); expected a file that may be read.") from None


def chunks_of(path: Path) -> Iterator[bytes]:
    """A file's bytes in pieces, unpacked where it is gzip.

    Raises:
        DataError: what is packed is cut off or damaged.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
            raw.seek(0)
            if not packed:
                while chunk := raw.read(CHUNK):
                    yield chunk
                return
            with gzip.GzipFile(fileobj=raw) as file:
                while chunk := file.read(CHUNK):
                    yield chunk
    except EOFError:
        raise DataError(f"{path} is cut off: what is packed in it does not end; export or copy it again.") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is damaged ({error}); export or copy it again.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); expected a file that may be read.") from None


def kind_of(path: Path, table: str) -> Kind:
    """What a file holds, by its first bytes and not by its name.

    Raises:
        DataError: it holds no rows that can be read, such as a workbook or a web page.
    """
    head = next(chunks_of(path), b"")[:4096]
    if not head.strip(b"\xef\xbb\xbf\x00 \t\r\n"):
        if not any(chunk.strip(b"\xef\xbb\xbf\x00 \t\r\n") for chunk in chunks_of(path)):
            raise DataError(f"{path} is an empty file; expected the shop's {table} as CSV, JSON lines or Parquet.")
        return "csv"
    if head.startswith(b"PAR1"):
        return "parquet"
    for start, what in _OTHERS:
        if head.startswith(start):
            raise DataError(f"{path} is {what}.")
    if head[8:12] == b"DUCK":
        raise DataError(f"{path} is a DuckDB database; name it as `duckdb:///FILE?table=NAME`.")
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")
    if text.lower().startswith(_MARKUP):
        raise DataError(f"{path} is a web page or XML; expected the shop's {table} as CSV, JSON lines or Parquet.")
    return "json" if text[:1] in (b"{", b"[") else "csv"
