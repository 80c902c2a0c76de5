"""The canonical tables of a workspace, open for reading."""

import copy
import datetime as dt
from pathlib import Path
from typing import Any, Self

import ibis

from assistant.data.cutoff import Cutoff
from assistant.data.engine import connect
from assistant.errors import MissingArtefact


class Tables:
    """Ibis tables over the Parquet files of a folder, on one engine.

    Attributes hold what `CONTRACTS` promises of each.
    """

    def __init__(self, folder: Path, engine: Any = None) -> None:
        """Open the tables.

        Args:
            folder: one Parquet file a table; for an engine that stands elsewhere, a place that it sees too.
            engine: of `connect`, which has the tables of one folder at a time; None: a DuckDB of their own.

        Raises:
            MissingArtefact: the folder lacks one of them.
        """
        self.folder = folder
        self.engine = connect() if engine is None else engine
        self.orders = self._read("orders")
        self.products = self._read("products")
        self.customers = self._read("customers")
        self.events = self._read("events")
        self.past_campaigns = self._read("past_campaigns")

    def before(self, cutoff: Cutoff) -> Self:
        """The same tables without what `cutoff` does not let be seen.

        Orders, events and campaigns from `as_of` on are left out, and every row known from `known_at` on. Products
        have no date: what nobody has bought before `as_of` must not be counted by whoever counts products.
        """
        first = _midnight(cutoff.as_of)
        seen = copy.copy(self)
        seen.orders = _known(self.orders, cutoff).filter(lambda t: t.ordered_at < first)
        seen.events = _known(self.events, cutoff).filter(lambda t: t.occurred_at < first)
        seen.customers = _known(self.customers, cutoff)
        seen.past_campaigns = self.past_campaigns.filter(lambda t: t.starts < ibis.date(cutoff.as_of.isoformat()))
        return seen

    def after(self, cutoff: Cutoff) -> Self:
        """The same tables with what happened in the horizon only: from `as_of` on, before `ends`."""
        first, last = _midnight(cutoff.as_of), _midnight(cutoff.ends)
        kept = copy.copy(self)
        kept.orders = self.orders.filter(lambda t: (t.ordered_at >= first) & (t.ordered_at < last))
        kept.events = self.events.filter(lambda t: (t.occurred_at >= first) & (t.occurred_at < last))
        return kept

    def _read(self, table: str) -> Any:
        path = self.folder / f"{table}.parquet"
        if not path.exists():
            raise MissingArtefact(
                f"{path} is missing; bring the shop's rows in with `assistant ingest --orders FILE --products FILE`, "
                "or try the product with `assistant demo`."
            )
        return self.engine.read_parquet(str(path), table_name=table)


def _midnight(day: dt.date) -> Any:
    return ibis.timestamp(f"{day.isoformat()} 00:00:00")


def _known(table: Any, cutoff: Cutoff) -> Any:
    if cutoff.known_at is None:
        return table
    moment = ibis.timestamp(cutoff.known_at.isoformat(sep=" "))
    return table.filter(lambda t: t.known_at.isnull() | (t.known_at < moment))


def write_parquet(table: Any, path: Path, order_by: list[str]) -> None:
    """Write an Ibis table so that equal rows give equal files.

    Args:
        table: any Ibis table of the DuckDB engine.
        path: where to.
        order_by: columns whose order fixes the order of rows.
    """
    table.order_by(order_by).to_parquet(str(path), compression="zstd")
