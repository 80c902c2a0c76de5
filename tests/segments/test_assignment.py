"""The frozen assignment in the engine, beside numpy."""

import shutil
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pytest
from segment_shops import adversarial_table, shop_table

from assistant.config import SegmentSettings
from assistant.data import connect
from assistant.records import KMeansModel, Scaling, Segmentation
from assistant.segments import (
    assign_expression,
    assign_frame,
    count_segments,
    fit_segments,
    join_column,
    join_column_expression,
    segment_ids,
)

METHODS = ("kmeans", "gmm", "rfm")
ADVERSARIAL = 100_000


@pytest.fixture(scope="module")
def frozen(features: pd.DataFrame) -> dict[str, Segmentation]:
    return {
        method: fit_segments(
            features, "2018-01-01", SegmentSettings(method=method, k_max=8 if method == "kmeans" else 4, resamples=2)
        ).segmentation
        for method in METHODS
    }


def in_engine(segmentation: Segmentation, frame: pd.DataFrame) -> list[str | None]:
    """Row by row in the order of `frame`."""
    table = connect().create_table("customer_table", frame)
    found = assign_expression(segmentation, table).execute().set_index("customer_id")["segment"]
    return [None if pd.isna(segment) else str(segment) for segment in found.loc[frame["customer_id"]]]


@pytest.mark.parametrize("method", METHODS)
def test_the_engine_puts_every_household_where_numpy_does(
    frozen: dict[str, Segmentation], features: pd.DataFrame, method: str
) -> None:
    own = segment_ids(assign_frame(frozen[method], features))
    assert in_engine(frozen[method], features) == own
    assert None not in own


@pytest.mark.parametrize("method", METHODS)
def test_the_engine_puts_every_adversarial_customer_where_numpy_does(
    frozen: dict[str, Segmentation], method: str
) -> None:
    frame = adversarial_table(ADVERSARIAL)
    own = segment_ids(assign_frame(frozen[method], frame))
    assert in_engine(frozen[method], frame) == own
    assert len(set(own)) > 2
    assert own.count(None) == frame[["recency_days", "frequency", "monetary_minor"]].isna().any(axis=1).sum()


@pytest.mark.slow
# Spark's client leaves its sockets to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java, and there is none")
def test_spark_puts_every_adversarial_customer_where_numpy_does(
    frozen: dict[str, Segmentation], tmp_path: Path
) -> None:
    sql = pytest.importorskip("pyspark.sql")
    frame = adversarial_table(ADVERSARIAL)
    frame.to_parquet(tmp_path / "customers.parquet", index=False)
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    try:
        table = ibis.pyspark.connect(session).read_parquet(str(tmp_path / "customers.parquet"))
        for segmentation in frozen.values():
            found = assign_expression(segmentation, table).execute().set_index("customer_id")["segment"]
            segments = [None if pd.isna(segment) else segment for segment in found.loc[frame["customer_id"]]]
            assert segments == segment_ids(assign_frame(segmentation, frame))
    finally:
        session.stop()


def test_an_exact_tie_falls_to_the_lower_number_on_both_sides(frozen: dict[str, Segmentation]) -> None:
    names = ("weekend_share", "coupon_share")
    model = KMeansModel(
        scaling=Scaling(features=names, logged=(False, False), centre=(0.0, 0.0), scale=(1.0, 1.0), clip=3.0),
        centroids=((2.0, 2.0), (1.0, 0.0), (0.0, 1.0), (0.0, 1.0)),
    )
    segmentation = frozen["kmeans"].model_copy(update={"model": model})
    frame = shop_table(4, weekend_share=[0.5, 0.0, 0.0, 2.0], coupon_share=[0.5, 1.0, 0.0, 2.0])
    expected = ["S2", "S3", "S2", "S1"]
    assert segment_ids(assign_frame(segmentation, frame)) == expected
    assert in_engine(segmentation, frame) == expected


@pytest.mark.parametrize("method", METHODS)
def test_only_operations_that_every_warehouse_has_are_asked_for(
    frozen: dict[str, Segmentation], features: pd.DataFrame, method: str
) -> None:
    expression = assign_expression(frozen[method], connect().create_table("customer_table", features))
    kinds = {type(node).__name__ for node in expression.op().find(object, filter=lambda node: True)}
    portable = {
        "Add", "Alias", "And", "Cast", "DatabaseTable", "Divide", "Equals", "Field", "Greater", "Greatest", "Least",
        "LessEqual", "Literal", "Ln", "Multiply", "NotNull", "Project", "SearchedCase", "Subtract",
    }  # fmt: skip
    assert kinds <= portable, kinds - portable


def test_counts_add_up_with_those_who_have_no_segment(frozen: dict[str, Segmentation]) -> None:
    frame = adversarial_table(5_000)
    for segmentation in frozen.values():
        table = connect().create_table("customer_table", frame)
        counts = count_segments(segmentation, assign_expression(segmentation, table))
        labels = assign_frame(segmentation, frame)
        assert counts.customers == 5_000
        assert counts.unassigned == int((labels < 0).sum()) > 0
        assert counts.segments == {
            own.segment: int((labels == at).sum()) for at, own in enumerate(segmentation.segments)
        }


def test_nobody_at_all_is_no_error(frozen: dict[str, Segmentation]) -> None:
    nobody = shop_table(20).iloc[:0]
    for segmentation in frozen.values():
        assert assign_frame(segmentation, nobody).tolist() == []
        assert in_engine(segmentation, nobody) == []


def test_customers_without_an_order_come_in_by_a_join_and_stay_unassigned(
    frozen: dict[str, Segmentation], features: pd.DataFrame
) -> None:
    engine = connect()
    everybody = engine.create_table("everybody", pd.DataFrame({"customer_id": [*features["customer_id"][:50], "new"]}))
    table = everybody.left_join(engine.create_table("customer_table", features), "customer_id").drop(
        "customer_id_right"
    )
    counts = count_segments(frozen["kmeans"], assign_expression(frozen["kmeans"], table))
    assert (counts.customers, counts.unassigned) == (51, 1)


def test_levels_of_a_column_are_assigned_alike_in_the_engine() -> None:
    frame = shop_table(120)
    levels = np.array(["gold", "silver", "bronze", None], dtype=object)[np.arange(120) % 4]
    customers = pd.DataFrame({"customer_id": frame["customer_id"], "club": levels})
    customers.loc[:2, "club"] = "tin'); drop"
    joined = join_column(frame, customers, "club")
    made = fit_segments(joined, "2024-01-01", SegmentSettings(method="column", column="club")).segmentation
    engine = connect()
    table = join_column_expression(
        engine.create_table("customer_table", frame), engine.create_table("customers", customers), "club"
    )
    found = assign_expression(made, table).execute().set_index("customer_id")["segment"].loc[frame["customer_id"]]
    own = segment_ids(assign_frame(made, joined))
    assert [None if pd.isna(segment) else segment for segment in found] == own
    names = {segment.segment: segment.name for segment in made.segments}
    assert [names.get(str(segment)) for segment in own[:5]] == ["Other", "Other", "Other", None, "gold"]
