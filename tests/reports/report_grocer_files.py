"""The quality of the grocer's data: an export with a few broken rows, and one file that feeds two tables."""

from assistant.records.quality import (
    ColumnQuality,
    DataQuality,
    Example,
    QualityCheck,
    Refusal,
    SourceQuality,
    TableQuality,
)


def quality() -> DataQuality:
    """Some of everything that can become of a row."""
    orders = SourceQuality(
        file="orders_export_2017.csv",
        table="orders",
        rows_read=1_472_000,
        taken=1_469_000,
        quarantined=312,
        duplicates=2_600,
        passed_over={"the order was cancelled": 80, "a gift card": 8},
        rows_made=1_469_307,
        refusals=(
            Refusal(
                reason="rule broken",
                column="Lineitem quantity",
                expected="a whole number of at least 1",
                rows=112,
                examples=(Example(line=812, value="0"), Example(line=9_044, value="-3")),
            ),
            Refusal(
                reason="wrong type",
                column="Lineitem price",
                expected="a number such as 12.50",
                rows=200,
                examples=(
                    Example(line=17, value='=HYPERLINK("http://x")'),
                    Example(line=44_120, value="12,5O €"),
                    Example(line=1_200_017, value="\x00\x00"),
                ),
            ),
        ),
        assumptions=("encoding Windows-1252, as the bytes are no UTF-8", "days before months, as in 31/12/2017"),
    )
    products = orders.model_copy(
        update={
            "table": "products", "rows_read": 92_331, "taken": 92_331, "quarantined": 0, "duplicates": 0,
            "passed_over": {}, "rows_made": 92_331, "refusals": (), "assumptions": (),
        }
    )  # fmt: skip
    customers = SourceQuality(
        file="customers.parquet",
        table="customers",
        rows_read=2_469,
        taken=2_469,
        quarantined=0,
        duplicates=0,
        passed_over={},
        rows_made=2_469,
        refusals=(),
        assumptions=(),
    )
    return DataQuality(
        sources=(orders, products, customers),
        tables=(
            TableQuality(
                table="orders",
                rows=1_469_307,
                columns=(
                    ColumnQuality(column="order_id", nulls=0, distinct=155_848, minimum="31198", maximum="41655"),
                    ColumnQuality(column="coupon_minor", nulls=1_200_000, distinct=212, minimum="0", maximum="0"),
                ),
            ),
            TableQuality(
                table="customers",
                rows=2_469,
                columns=(ColumnQuality(column="email", nulls=2_000, distinct=469, minimum=None, maximum=None),),
            ),
        ),
        checks=(
            QualityCheck(check="future", count=0, of=1_469_307, says="0 order lines lie in the future"),
            QualityCheck(
                check="unknown products", count=4_100, of=1_469_307, says="4,100 order lines name an unknown product"
            ),
            QualityCheck(check="gap", count=9, of=0, says="9 days in a row without an order"),
        ),
    )
