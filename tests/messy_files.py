"""Files of a shop that are broken, one way each: more than two hundred, made of a seed.

A case is a whole shop of which one file is broken. What is expected of it: `error`, one sentence and nothing written;
`quarantine`, the rows that can be taken and the others set aside; `clean`, all of it taken; `refused`, either of the
first two.
"""

import dataclasses
import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd
from messy_values import MISSING, NAMES, ORDERS_WHOLE, SHOP_FILES, VALUES, with_value, without_column

Expected = Literal["error", "quarantine", "clean", "refused"]
Breaker = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Case:
    """One broken shop."""

    name: str
    files: Mapping[str, Path]
    """Table name -> file."""
    broken: str
    """The table whose file is broken."""
    expected: Expected


def _middle(content: bytes) -> int:
    """Where a line starts, in the middle."""
    return content.index(b"\n", len(content) // 2) + 1


def _truncated(content: bytes, draw: random.Random) -> bytes:
    return content[: _middle(content) + 9]


def _into(piece: bytes) -> Breaker:
    """A line set into the middle."""
    return lambda content, draw: content[: _middle(content)] + piece + content[_middle(content) :]


def _gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("orders.csv", content)
    return buffer.getvalue()


def _frame(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), dtype=str)


def _parquet(content: bytes) -> bytes:
    buffer = io.BytesIO()
    _frame(content).to_parquet(buffer)
    return buffer.getvalue()


def _json_lines(content: bytes) -> bytes:
    lines = [json.dumps(row, ensure_ascii=False) for row in _frame(content).to_dict("records")]
    return ("\n".join(lines) + "\n").encode()


def _json_array(content: bytes) -> bytes:
    return json.dumps(_frame(content).to_dict("records")).encode()


def _long_line(length: int) -> Breaker:
    """A row whose last cell is as long as a page never is."""

    def broken(content: bytes, draw: random.Random) -> bytes:
        line = content.splitlines()[1].rsplit(b",", 1)[0] + b"," + b"x" * length + b"\n"
        return content[: _middle(content)] + line + content[_middle(content) :]

    return broken


def _upper_half_latin(content: bytes, draw: random.Random) -> bytes:
    """One encoding to the middle, another from there."""
    text = content.decode()
    half = len(text) // 2
    return text[:half].replace("a", "é").encode() + text[half:].replace("a", "é").encode("latin-1")


# name -> (how, the ending of the file's name, expected)
BYTES: dict[str, tuple[Breaker, str, Expected]] = {
    "empty": (lambda content, draw: b"", ".csv", "error"),
    "one blank line": (lambda content, draw: b"\n", ".csv", "error"),
    "spaces alone": (lambda content, draw: b"   \n  \n", ".csv", "error"),
    "a header and no row": (lambda content, draw: content.splitlines()[0] + b"\n", ".csv", "refused"),
    "no header": (lambda content, draw: content.split(b"\n", 1)[1], ".csv", "error"),
    "a byte order mark": (lambda content, draw: b"\xef\xbb\xbf" + content, ".csv", "clean"),
    "UTF-16 with a mark": (lambda content, draw: content.decode().encode("utf-16"), ".csv", "clean"),
    "UTF-16 big-endian": (lambda content, draw: b"\xfe\xff" + content.decode().encode("utf-16-be"), ".csv", "clean"),
    "UTF-16 without a mark": (lambda content, draw: content.decode().encode("utf-16-le"), ".csv", "refused"),
    "UTF-16 cut in a letter": (lambda content, draw: content.decode().encode("utf-16")[:-1], ".csv", "refused"),
    "Latin-1": (lambda content, draw: content.decode().replace("Milk", "Crème").encode("latin-1"), ".csv", "clean"),
    "two encodings": (_upper_half_latin, ".csv", "refused"),
    "bytes of no encoding": (_into(b"\xff\xfe\xfa,\x81\x8d,\x8f\n"), ".csv", "refused"),
    "lines that end in CR LF": (lambda content, draw: content.replace(b"\n", b"\r\n"), ".csv", "clean"),
    "lines that end in CR": (lambda content, draw: content.replace(b"\n", b"\r"), ".csv", "clean"),
    "ends of lines mixed": (lambda content, draw: content.replace(b"\n", b"\r\n", 3), ".csv", "clean"),
    "no end of the last line": (lambda content, draw: content.rstrip(b"\n"), ".csv", "clean"),
    "blank lines between": (lambda content, draw: content.replace(b"\n", b"\n\n"), ".csv", "clean"),
    "cut in a line": (_truncated, ".csv", "refused"),
    "a quote that is not closed": (_into(b'"never closed,1,2\n'), ".csv", "refused"),
    "a quote inside a cell": (_into(b'a"b,c"d,1\n'), ".csv", "refused"),
    "a row too long": (_into(b"a,b,c,d,e,f,g,h,i,j,k,l,m,n\n"), ".csv", "refused"),
    "a row too short": (_into(b"alone\n"), ".csv", "refused"),
    "a row of commas": (_into(b",,,,\n"), ".csv", "refused"),
    "a second header": (lambda content, draw: _into(content.splitlines()[0] + b"\n")(content, draw), ".csv", "refused"),
    "a comment first": (lambda content, draw: b"# exported today\n" + content, ".csv", "refused"),
    "NUL bytes in a cell": (_into(b"a\x00b,\x00,\x00\n"), ".csv", "refused"),
    "NUL bytes alone": (lambda content, draw: b"\x00" * 4096, ".csv", "error"),
    "noise": (lambda content, draw: draw.randbytes(5000), ".csv", "error"),
    "parted by colons": (lambda content, draw: content.replace(b",", b":"), ".csv", "refused"),
    "parted by two signs": (lambda content, draw: content.replace(b",", b";", 40), ".csv", "refused"),
    "a long line": (_long_line(2_000_000), ".csv", "refused"),
    "the same column twice": (
        lambda content, draw: (
            content.splitlines()[0] + b"," + content.split(b",", 1)[0] + b"\n" + content.split(b"\n", 1)[1]
        ),
        ".csv",
        "refused",
    ),
    "a column without a name": (lambda content, draw: b"," + content.replace(b"\n", b"\n,")[:-1], ".csv", "clean"),
    "a zip that says CSV": (lambda content, draw: _zipped(content), ".csv", "error"),
    "gzip": (lambda content, draw: _gzipped(content), ".csv.gz", "clean"),
    "gzip cut short": (lambda content, draw: _gzipped(content)[:-30], ".csv.gz", "refused"),
    "gzip of noise": (lambda content, draw: draw.randbytes(500), ".csv.gz", "error"),
    "gzip that says CSV": (lambda content, draw: _gzipped(content), ".csv", "refused"),
    "Parquet that says CSV": (lambda content, draw: _parquet(content), ".csv", "refused"),
    "CSV that says Parquet": (lambda content, draw: content, ".parquet", "refused"),
    "Parquet cut short": (lambda content, draw: _parquet(content)[:-200], ".parquet", "error"),
    "Parquet with noise in it": (
        lambda content, draw: _parquet(content)[:300] + draw.randbytes(300) + _parquet(content)[600:],
        ".parquet",
        "refused",
    ),
    "an empty Parquet": (lambda content, draw: b"PAR1", ".parquet", "error"),
    "JSON lines": (lambda content, draw: _json_lines(content), ".jsonl", "clean"),
    "JSON lines broken in the middle": (
        lambda content, draw: _into(b'{"order_id": "1", \n')(_json_lines(content), draw),
        ".jsonl",
        "refused",
    ),
    "JSON lines with a list": (
        lambda content, draw: _into(b"[1, 2]\n")(_json_lines(content), draw),
        ".jsonl",
        "refused",
    ),
    "JSON lines with a number": (lambda content, draw: _into(b"7\n")(_json_lines(content), draw), ".jsonl", "refused"),
    "JSON lines cut short": (lambda content, draw: _json_lines(content)[:-20], ".jsonl", "refused"),
    "a JSON array": (lambda content, draw: _json_array(content), ".json", "clean"),
    "a JSON array that is not closed": (lambda content, draw: _json_array(content)[:-1], ".json", "refused"),
    "JSON that is one number": (lambda content, draw: b"7", ".json", "error"),
    "JSON nested deep": (lambda content, draw: b'{"a":' * 3000 + b"1" + b"}" * 3000, ".jsonl", "error"),
    "a web page": (lambda content, draw: b"<!doctype html><html><body>Log in</body></html>\n", ".csv", "error"),
    "a spreadsheet": (lambda content, draw: _zipped(b"<xml/>"), ".xlsx", "error"),
}
_LONG = ("orders: a line of 100 MB", _long_line(100_000_000))


def case_names(*, slow: bool = False) -> list[str]:
    """The names of all cases; with `slow`, of those that take long instead."""
    if slow:
        return [_LONG[0]]
    broken = [f"{table}: {how}" for table in ("orders", "products", "customers") for how in BYTES]
    paths = [f"orders: {how}" for how in ("a folder", "no such file", "a link to nowhere")]
    return [
        *broken,
        *paths,
        *(f"{table}: no column {column}" for table, column in MISSING),
        *(f"{value.table}: {value.column} {value.what}" for value in VALUES),
        *(f"orders: {how}" for how in ORDERS_WHOLE),
        *(f"orders: a file called {name!r}" for name in NAMES),
    ]


def broken_file(folder: Path, name: str, seed: int) -> Case:
    """Make one case in a folder of its own.

    Raises:
        KeyError: there is no case of that name.
    """
    draw = random.Random(f"{seed} {name}")
    folder.mkdir(parents=True, exist_ok=True)
    table, _, how = name.partition(": ")
    files = {}
    for other, content in SHOP_FILES.items():
        files[other] = folder / f"{other}.csv"
        files[other].write_bytes(content)
    case = Case(name, files, table, "error")
    if how in BYTES or name == _LONG[0]:
        breaker, ending, expected = BYTES.get(how, (_LONG[1], ".csv", "refused"))
        return _replaced(case, folder / f"broken{ending}", breaker(SHOP_FILES[table], draw), expected)
    if how in ORDERS_WHOLE:
        content, said = ORDERS_WHOLE[how]
        return _replaced(case, folder / "broken.csv", content.encode(), said)
    if how.startswith("no column "):
        left = without_column(SHOP_FILES[table], how.removeprefix("no column "))
        return _replaced(case, folder / "broken.csv", left, "error")
    if how.startswith("a file called "):
        file_name = next(one for one in NAMES if how == f"a file called {one!r}")
        return _replaced(case, folder / file_name, SHOP_FILES[table], "clean")
    if how in ("a folder", "no such file", "a link to nowhere"):
        return _no_file(case, folder / "broken.csv", how)
    value = next(one for one in VALUES if name == f"{one.table}: {one.column} {one.what}")
    return _replaced(case, folder / "broken.csv", with_value(SHOP_FILES[table], value, draw), value.expected)


def broken_files(folder: Path, seed: int) -> list[Case]:
    """Make every case, each in a folder of its own."""
    return [broken_file(folder / str(at), name, seed) for at, name in enumerate(case_names())]


def _replaced(case: Case, path: Path, content: bytes, expected: Expected) -> Case:
    path.write_bytes(content)
    return dataclasses.replace(case, files={**case.files, case.broken: path}, expected=expected)


def _no_file(case: Case, path: Path, how: str) -> Case:
    if how == "a folder":
        path.mkdir()
    elif how == "a link to nowhere":
        path.symlink_to(path.parent / "gone.csv")
    return dataclasses.replace(case, files={**case.files, case.broken: path})
