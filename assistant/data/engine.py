"""The engine under all tables: Ibis on DuckDB in this process, or on a Spark that stands elsewhere.

DuckDB holds no database file: tables are Parquet, what it derives is in memory, and what memory does not hold goes to
a folder of its own that it removes again.
"""

import os
import re
import shutil
import tempfile
import uuid
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pandas as pd

from assistant.errors import ConfigError, MissingPackage

# What the engine raises where it cannot read a file.
EngineError = duckdb.Error

QUIET = "SET enable_progress_bar = false"
"""After two seconds DuckDB draws a bar on standard output, which is for results."""
# Of the machine's memory: the rest is for what else runs on it, this process's own tables among it.
_SHARE_OF_MEMORY = 0.5


def connect(
    engine: str = "duckdb", *, threads: int | None = None, memory: str | None = None, spill: Path | None = None
) -> Any:
    """A fresh engine with no table in it.

    Args:
        engine: `duckdb`; or `spark:MASTER`, where MASTER is what Spark calls one: `spark:local[2]` for two cores of
            this machine, `spark://host:7077` for a cluster, whose machines must see the tables' folder.
        threads: cores that DuckDB may use; None takes all.
        memory: how much of it DuckDB may use before it writes aside, such as `4GB`; None: half of the machine's.
        spill: where DuckDB writes aside what memory does not hold; None: the system's folder for temporary files.

    Returns:
        An Ibis backend.

    Raises:
        ConfigError: there is no engine of that name.
        MissingPackage: Spark is asked for, and pyspark or Java is absent.
    """
    if engine == "duckdb":
        return _duckdb(threads, memory, spill)
    if re.fullmatch(r"spark:(//\S+|local(\[[\d*]+\])?)", engine):
        return _spark(engine if engine.startswith("spark://") else engine.removeprefix("spark:"))
    raise ConfigError(
        f"There is no engine {engine!r}; expected duckdb, spark:local[2] or spark://host:port as engine in "
        "assistant.toml."
    )


def ask(folder: Path, sql: str) -> list[dict[str, Any]]:
    """The rows of one SQL statement over the files of a folder, which it names relative to it.

    Args:
        folder: a workspace.
        sql: made by the product itself, names in it as quoted literals.
    """
    with duckdb.connect() as connection:
        connection.execute(QUIET)
        connection.execute("SET file_search_path = ?", [str(folder)])
        rows = connection.execute(sql)
        names = [column[0] for column in rows.description or ()]
        return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


def to_pandas(table: Any) -> pd.DataFrame:
    """Run an Ibis table and take its rows, by way of Arrow.

    The same as its own `execute`, which makes Python lists of every column with a null; absent numbers are NaN.
    """
    frame: pd.DataFrame = table.to_pyarrow().to_pandas()
    return frame


def _duckdb(threads: int | None, memory: str | None, spill: Path | None) -> Any:
    # A folder of its own, because two engines in one overwrite each other's files. It is made when it is needed.
    folder = (Path(tempfile.gettempdir()) if spill is None else spill) / f"assistant-{uuid.uuid4().hex}"
    settings: dict[str, Any] = {"temp_directory": str(folder), "memory_limit": memory or _half_of_memory()}
    if threads is not None:
        settings["threads"] = threads
    backend = ibis.duckdb.connect(**settings)
    backend.raw_sql(QUIET)
    return backend


def _half_of_memory() -> str:
    """Of what this process may have: DuckDB knows the limits of a container as well as the machine's."""
    with duckdb.connect() as probe:
        row = probe.execute("select current_setting('memory_limit')").fetchone()
    number, unit = str(row[0] if row else "1 GiB").split()
    # Unless told, it allows itself four fifths.
    return f"{float(number) / 0.8 * _SHARE_OF_MEMORY:.2f}{unit}"


def _spark(master: str) -> Any:
    if find_spec("pyspark") is None:
        raise MissingPackage(
            "The engine is Spark and pyspark is not installed; type `pip install 'marketing-assistant[spark]'`, then "
            "the same again."
        )
    java = Path(os.environ.get("JAVA_HOME", "")) / "bin" / "java"
    if shutil.which("java") is None and not java.is_file():
        raise MissingPackage(
            "The engine is Spark and there is no Java on this machine; install a Java runtime, version 17, or set "
            "JAVA_HOME to one, then type the same again."
        )
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("marketing-assistant")
    settings = {
        # Moments are the shop's wall clock: no zone may shift them, nor a summer time leave an hour of them out.
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.warehouse.dir": str(Path(tempfile.gettempdir()) / "assistant-spark"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    if master.startswith("local"):
        # Few partitions for few cores, and nothing that listens beyond this machine.
        settings |= {
            "spark.sql.shuffle.partitions": "8",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
        }
    for name, value in settings.items():
        builder = builder.config(name, value)
    # A session of its own, because names of tables are shared within one.
    return ibis.pyspark.connect(builder.getOrCreate().newSession())
