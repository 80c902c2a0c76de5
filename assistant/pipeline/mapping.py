"""A mapping of a shop's file, proposed to be looked at and edited."""

from pathlib import Path

from assistant.data import connect, open_file
from assistant.data.layouts import Proposal, propose
from assistant.records import TableName

SAMPLE = 1_000


def proposed_mapping(table: TableName, file: Path) -> Proposal:
    """Which column of a file is which field, with a confidence and a reason for each.

    Args:
        table: what the file is meant to hold.
        file: CSV, JSON lines or Parquet.

    Raises:
        DataError: it cannot be read.
    """
    given = open_file(connect(), file, table)
    sample = given.limit(SAMPLE).execute()
    rows = [
        {str(name): value for name, value in row.items() if isinstance(value, str)}
        for row in sample.to_dict(orient="records")
    ]
    return propose(table, list(given.columns), rows)
