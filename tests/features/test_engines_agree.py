"""The same features of the same unkind rows on DuckDB, Polars and Spark, executed on each."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
from made_shop import AS_OF, unkind_shop, write_tables

from assistant.data import Cutoff, Tables, connect
from assistant.errors import MissingPackage
from assistant.features import affinities, customer_features, default_as_of

pytestmark = [
    # Spark 4.0 hands pandas 3 an argument that pandas 4 will not have, and leaves a socket to be closed at the end.
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:unclosed <socket.socket:ResourceWarning"),
]
SMALL, LARGE = 400, 120_000


@pytest.fixture(scope="module", params=["polars", "spark:local[2]"])
def other(request: pytest.FixtureRequest) -> Iterator[Any]:
    """An engine to hold DuckDB to."""
    if request.param == "polars":
        pytest.importorskip("polars", reason="polars is not installed")
        yield ibis.polars.connect()
        return
    try:
        engine = connect(request.param)
    except MissingPackage as missing:
        pytest.skip(str(missing))
    yield engine
    engine._session.stop()


def assert_agree(folder: Path, lines: int, other: Any, seed: int) -> None:
    write_tables(folder, **unkind_shop(lines, seed))
    cutoff = Cutoff(AS_OF, known_at=pd.Timestamp("2024-06-15 12:00:00").to_pydatetime())
    here, there = Tables(folder, connect()), Tables(folder, other)
    assert default_as_of(here) == default_as_of(there)
    key = ["customer_id", "attribute", "value"]
    for keys, make in ((key[:1], customer_features), (key, affinities)):
        ours, theirs = (
            make(tables, cutoff).execute().sort_values(keys).reset_index(drop=True) for tables in (here, there)
        )
        assert list(ours.columns) == list(theirs.columns)
        assert len(ours) > lines / 20
        for column in ours.columns:
            assert_same(ours[column], theirs[column])


def assert_same(ours: pd.Series, theirs: pd.Series) -> None:
    """Texts and integers to the digit, floats within a billionth, nulls in the same places."""
    assert (ours.isna() == theirs.isna()).all(), ours.name
    known = ours.notna()
    if pd.api.types.is_float_dtype(ours):
        first, second = (values[known].to_numpy(float) for values in (ours, theirs))
        np.testing.assert_allclose(first, second, rtol=1e-9, atol=1e-9, err_msg=str(ours.name))
    else:
        assert ours.dtype == theirs.dtype, ours.name
        assert (ours[known] == theirs[known]).all(), ours.name


def test_another_engine_has_the_same_features_of_a_few_hundred_lines(tmp_path: Path, other: Any) -> None:
    assert_agree(tmp_path, SMALL, other, seed=31)


@pytest.mark.slow
def test_another_engine_has_the_same_features_of_a_hundred_thousand_lines(tmp_path: Path, other: Any) -> None:
    assert_agree(tmp_path, LARGE, other, seed=32)
