"""The canonical tables of a workspace, open for reading."""

from pathlib import Path
from typing import Any

from assistant.data.engine import connect
from assistant.errors import MissingArtefact


class Tables:
    """Ibis tables over the Parquet files of a folder, on one engine.

    Attributes hold what `CONTRACTS` promises of each.
    """

    def __init__(self, folder: Path, engine: Any = None) -> None:
        """Open the tables.

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

    def _read(self, table: str) -> Any:
        path = self.folder / f"{table}.parquet"
        if not path.exists():
            raise MissingArtefact(
                f"{path} is missing; bring the shop's rows in with `assistant ingest --orders FILE --products FILE`, "
                "or try the product with `assistant demo`."
            )
        return self.engine.read_parquet(str(path), table_name=table)


def write_parquet(table: Any, path: Path, order_by: list[str]) -> None:
    """Write an Ibis table so that equal rows give equal files.

    Args:
        table: any Ibis table of the DuckDB engine.
        path: where to.
        order_by: columns whose order fixes the order of rows.
    """
    table.order_by(order_by).to_parquet(str(path), compression="zstd")
