"""Engines by name: what DuckDB may use and leaves behind, and what is said where Spark cannot start."""

import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from assistant.data import connect, to_pandas
from assistant.errors import ConfigError, MissingPackage

# Six million groups: their state alone is above a hundred megabytes.
_LARGE = "select count(*), sum(m) from (select hash(i) as h, max(i) as m from range(6000000) t(i) group by h)"


def setting(engine: object, name: str) -> str:
    return str(engine.con.execute(f"select current_setting('{name}')").fetchone()[0])  # type: ignore[attr-defined]


def test_what_memory_does_not_hold_goes_to_a_folder_that_is_removed(tmp_path: Path) -> None:
    engine = connect(memory="60MB", spill=tmp_path, threads=2)
    folder = Path(setting(engine, "temp_directory"))
    assert folder.parent == tmp_path
    assert engine.con.execute(_LARGE).fetchone() == (6_000_000, 5_999_999 * 6_000_000 // 2)
    engine.disconnect()
    assert not list(tmp_path.iterdir())


def test_without_a_folder_the_same_work_is_more_than_that_memory_holds(tmp_path: Path) -> None:
    engine = connect(memory="60MB", spill=tmp_path, threads=2)
    engine.con.execute("set temp_directory = ''")
    with pytest.raises(duckdb.OutOfMemoryException):
        engine.con.execute(_LARGE)


def test_memory_is_half_of_what_there_is_and_no_two_engines_share_a_folder(tmp_path: Path) -> None:
    first, second = connect(), connect()
    assert setting(first, "temp_directory") != setting(second, "temp_directory")
    with duckdb.connect() as bare:
        most = bare.execute("select current_setting('memory_limit')").fetchone()
    assert most
    number, unit = setting(first, "memory_limit").split()
    assert unit == str(most[0]).split()[1]
    assert float(number) == pytest.approx(float(str(most[0]).split()[0]) * 5 / 8, rel=0.02)


def test_threads_are_those_asked_for() -> None:
    assert setting(connect(threads=1), "threads") == "1"


def test_no_bar_is_drawn_on_standard_output_which_is_for_results() -> None:
    assert setting(connect(), "enable_progress_bar") == "False"


@pytest.mark.parametrize("name", ["", "postgres", "spark", "spark:", "spark:yarn; rm", "spark://", "DuckDB"])
def test_another_engine_is_refused_by_name(name: str) -> None:
    with pytest.raises(ConfigError, match=r"expected duckdb, spark:local\[2\] or spark://host:port"):
        connect(name)


def test_spark_without_pyspark_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(MissingPackage, match=r"pip install 'marketing-assistant\[spark\]'"):
        connect("spark:local[2]")


def test_spark_without_java_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(MissingPackage, match="no Java on this machine"):
        connect("spark://host:7077")


def test_rows_by_way_of_arrow_are_the_rows_of_execute() -> None:
    frame = pd.DataFrame(
        {"n": [1, 2, 3], "x": [0.5, None, -1.0], "t": ["a", None, "ü"], "some": pd.array([1, None, 3])}
    )
    table = connect().create_table("rows", frame)
    pd.testing.assert_frame_equal(to_pandas(table), table.execute())
