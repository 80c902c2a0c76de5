"""What was not taken, as a CSV file a table, for a person to mend."""

import csv
from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq

from assistant.records.quality import SourceFile

_HEADER = ("file", "line", "column", "value", "reason", "expected")
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BATCH = 10_000


def write_quarantine(sources: Iterable[SourceFile], parts: Path, out: Path) -> None:
    """Write `TABLE.csv` for every table with a row that was not taken.

    Args:
        sources: those behind the tables, in their order.
        parts: folder of their parts.
        out: folder of the files; it is made where there is something to write.
    """
    by_table: dict[str, list[tuple[str, Path]]] = {}
    for source in sources:
        for table in source.tables:
            path = parts / source.part / f"{table.table}.quarantine.parquet"
            if path.exists():
                by_table.setdefault(table.table, []).append((source.file, path))
    for name, found in sorted(by_table.items()):
        out.mkdir(parents=True, exist_ok=True)
        with (out / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(_HEADER)
            for source_name, path in found:
                for batch in pq.ParquetFile(path).iter_batches(_BATCH):
                    for row in batch.to_pylist():
                        texts = (source_name, row["column"], row["value"])
                        safe = [_safe(text or "") for text in texts]
                        writer.writerow((safe[0], row["line"], *safe[1:], row["reason"], row["expected"]))


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
