"""Customers of a file into the frozen segments, in the engine."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.data import Cutoff, Tables, connect, load_files, open_file
from assistant.errors import DataError
from assistant.features import customer_features, default_as_of
from assistant.records import Segmentation, SegmentCounts
from assistant.segments import assign_expression, count_segments
from assistant.workspace import Workspace


@dataclass(frozen=True)
class Placed:
    """Where the customers of a file fell."""

    counts: SegmentCounts
    table: Any
    """`customer_id`, `segment` as a data frame, by customer."""

    def rows(self) -> list[dict[str, object]]:
        """One object a customer; `segment` is None for who is in none."""
        return [
            {"customer_id": customer, "segment": segment if isinstance(segment, str) else None}
            for customer, segment in zip(self.table["customer_id"], self.table["segment"], strict=True)
        ]


def assign_file(workspace: Workspace, segmentation: Segmentation, file: Path, out: Path | None) -> Placed:
    """Place the customers of a file.

    Args:
        workspace: whose catalogue order lines are read with; it is not written to.
        segmentation: frozen.
        file: order lines, or a row a customer with the columns that `segmentation.model.needs`.
        out: CSV or Parquet to write `customer_id` and `segment` to; None: nowhere.

    Raises:
        DataError: the file is neither; the message says which columns are missing.
    """
    engine = connect()
    given = open_file(engine, file, "order lines or customers")
    needs = ("customer_id", *segmentation.model.needs)
    if all(name in given.columns for name in needs):
        numeric = {name: given[name].try_cast("float64") for name in segmentation.model.needs}
        if segmentation.method == "column":
            numeric = {}
        return _place(segmentation, given.select(*needs).mutate(**numeric), out)
    if "order_id" not in given.columns and "ordered_at" not in given.columns and "customer_id" in given.columns:
        missing = ", ".join(name for name in needs if name not in given.columns)
        raise DataError(
            f"{file} has no column {missing}; the segments are told by {', '.join(needs[1:])}: name a file with these, "
            "or with order lines."
        )
    with tempfile.TemporaryDirectory() as folder:
        load_files(Path(folder), {"orders": file, "products": workspace.data / "products.parquet"})
        tables = Tables(Path(folder))
        as_of = workspace.settings.data.as_of or default_as_of(tables)
        return _place(segmentation, customer_features(tables, Cutoff(as_of)), out)


def _place(segmentation: Segmentation, table: Any, out: Path | None) -> Placed:
    assigned = assign_expression(segmentation, table).order_by("customer_id")
    if out is not None:
        with _aside(out) as aside:
            if out.suffix.lower() == ".parquet":
                assigned.to_parquet(str(aside))
            else:
                assigned.to_csv(str(aside))
    return Placed(count_segments(segmentation, assigned), assigned.execute())


@contextmanager
def _aside(out: Path) -> Iterator[Path]:
    """A name beside `out` that is renamed to it when it is whole.

    Raises:
        DataError: the folder cannot be written to.
    """
    if not out.parent.is_dir() or not os.access(out.parent, os.W_OK):
        raise DataError(f"{out.parent} is no folder that can be written to; name another file with --out.")
    aside = out.with_name(f".{uuid.uuid4().hex[:8]}{out.suffix.lower()}")
    try:
        yield aside
        aside.replace(out)
    finally:
        aside.unlink(missing_ok=True)
