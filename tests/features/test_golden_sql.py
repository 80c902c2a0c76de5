"""The SQL that warehouses out of reach would be sent: compiled, held to what was read and approved, not executed.

To write the files again after a change, and then read what changed in them:

    WRITE_GOLDEN=1 python -m pytest tests/features/test_golden_sql.py
"""

import datetime as dt
import os
import re
from pathlib import Path

import ibis
import pytest

from assistant.data import CONTRACTS, EVENTS, Cutoff, Tables, connect
from assistant.features import affinities
from assistant.features.customers import features_of
from assistant.features.vocabulary import Vocabulary

GOLDEN = Path(__file__).parent / "golden"
CUTOFF = Cutoff(dt.date(2024, 7, 1), dt.datetime(2024, 7, 1, 6))
NAMES = Vocabulary(
    kinds=(("", ""), ("Bread", "Bakery"), ("Milk", "Dairy"), ("O'Keeffe", "Dairy")),
    departments=("Dairy", "Bakery"),
    categories=("Milk", "Bread", "O'Keeffe"),
    channels=("web", "store"),
    events=frozenset(EVENTS),
    returns=True,
)


class Unbound(Tables):
    """Tables of the contracts' columns that stand nowhere."""

    def __init__(self) -> None:
        self.engine = connect()
        for name, contract in CONTRACTS.items():
            setattr(self, name, ibis.table({column.name: column.kind for column in contract.columns}, name=name))


def sql_of(table: str, dialect: str) -> str:
    tables = Unbound()
    expression = (
        features_of(tables.before(CUTOFF), CUTOFF.as_of, NAMES)
        if table == "customer_features"
        else affinities(tables, CUTOFF, ("category",))
    )
    text = str(ibis.to_sql(expression, dialect=dialect))
    # The names of products' kinds travel with the query as a table with a name of chance.
    text = re.sub(r"ibis_pandas_memtable_\w+", "kinds", text)
    return f"-- {table}, {dialect}: compiled, not executed.\n{text}\n"


@pytest.mark.parametrize("dialect", ["bigquery", "snowflake"])
@pytest.mark.parametrize("table", ["customer_features", "affinities"])
def test_the_sql_for_a_warehouse_is_the_one_approved(table: str, dialect: str) -> None:
    path = GOLDEN / f"{table}.{dialect}.sql"
    text = sql_of(table, dialect)
    if os.environ.get("WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("dialect", ["bigquery", "snowflake"])
def test_the_sql_of_the_features_asks_for_nothing_that_engines_do_differently(dialect: str) -> None:
    text = sql_of("customer_features", dialect).upper()
    for word in (" OVER (", "DISTINCT", "PERCENTILE", "MEDIAN", "APPROX", "AVG(", "ANY_VALUE", "LIMIT"):
        assert word not in text
