"""Small files of a shop, and what becomes of them."""

import csv
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.data import Tables, load_files
from assistant.records.quality import DataQuality, SourceQuality
from assistant.workspace import read_record

PRODUCTS = "product_id,name,category\np1,Milk,Milk\np2,Bread,Bread\n"
HEADER = "order_id,customer_id,product_id,ordered_at,amount"
ROW = "1,007,p1,2024-01-02 10:00:00,12.30"


def put(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def put_rows(path: Path, rows: Sequence[Mapping[str, object]], delimiter: str = ",") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, delimiter=delimiter, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


class Shop:
    """A folder with files, brought in once or again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out0"
        self.times = 0

    def put(self, name: str, content: str | bytes) -> Path:
        return put(self.folder / name, content)

    def put_rows(self, name: str, rows: Sequence[Mapping[str, object]], delimiter: str = ",") -> Path:
        return put_rows(self.folder / name, rows, delimiter)

    def bring(self, settings: Mapping[str, Any] | None = None, **files: Any) -> Tables:
        """Load files; products are there unless they are given."""
        given = {"products": self.put("products.csv", PRODUCTS), **files}
        return self._load({table: own for table, own in given.items() if own is not None}, dict(settings or {}))

    def bring_more(self, settings: Mapping[str, Any] | None = None, **files: Any) -> Tables:
        """Load files beside the earlier ones."""
        return self._load(files, {**(settings or {}), "earlier": self.out})

    def _load(self, files: Mapping[str, Any], settings: dict[str, Any]) -> Tables:
        self.times += 1
        out = self.folder / f"out{self.times}"
        load_files(out, files, **settings)
        self.out = out
        return Tables(out)

    @property
    def quality(self) -> DataQuality:
        return read_record(self.out / "quality.json", DataQuality)

    def told(self, file: str, table: str) -> SourceQuality:
        return next(own for own in self.quality.sources if (own.file, own.table) == (file, table))

    def quarantine(self, table: str = "orders") -> list[dict[str, str]]:
        path = self.out / "quarantine" / f"{table}.csv"
        if not path.exists():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def lines(tables: Tables, *columns: str) -> list[tuple[Any, ...]]:
    """Columns of the orders, by order and line."""
    frame = tables.orders.order_by(["order_id", "line"]).select(*columns).execute()
    return [tuple(row) for row in frame.itertuples(index=False)]
