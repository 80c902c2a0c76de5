"""The customer table of the demo's data beside a hand-written DuckDB query and beside only decoding the columns."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from assistant.data import Tables, load_complete_journey
from assistant.features import customer_features, default_as_of

ROUNDS = 5
_FLOOR = "select sum(amount_minor), max(ordered_at), max(customer_id), max(order_id) from '{orders}'"
_BY_HAND = """
with lines as (
    select o.*, p.category, p.department, p.private_brand
    from '{orders}' o left join '{products}' p using (product_id)
), by_order as (
    select customer_id, order_id, min(ordered_at) as moment, sum(amount_minor) as amount,
           sum(discount_minor) as discount,
           sum(coupon_minor) as coupon, count(*) as n
    from lines group by all
)
select customer_id, count(*), sum(amount), min(moment), max(moment), sum(discount), sum(n), sum((coupon > 0)::int),
       sum((dayofweek(moment) in (0, 6))::int), sum((hour(moment) between 16 and 20)::int)
from by_order group by all
"""


def main() -> None:
    """Print the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        load_complete_journey(Path(folder))
        places = {name: str(Path(folder) / f"{name}.parquet") for name in ("orders", "products")}
        tables = Tables(Path(folder))
        as_of = default_as_of(tables)
        ours = _median(lambda: customer_features(tables, as_of).execute())
        by_hand = _median(lambda: duckdb.sql(_BY_HAND.format(**places)).fetchall())
        floor = _median(lambda: duckdb.sql(_FLOOR.format(**places)).fetchall())
    print(
        f"features: {ours:.2f} s for all 37, {ours / by_hand:.1f} times a hand-written query of nine of them, "
        f"{ours / floor:.1f} times only decoding the columns"
    )


def _median(run: Callable[[], object]) -> float:
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
