"""Every row of every file ends in exactly one place, whatever stands in it."""

import datetime as dt
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from ingesting import PRODUCTS, Shop

from assistant.errors import DataError

HEAD = "order_id,customer_id,product_id,ordered_at,quantity,amount,status"
CELL = {
    "order_id": st.sampled_from(["1", "2", "3", "NULL", ""]),
    "customer_id": st.sampled_from(["a", "B@x.com", "", "=1+1"]),
    "product_id": st.sampled_from(["p1", "p2"]),
    "ordered_at": st.sampled_from(["2024-01-02", "2024-02-30", "2031-01-01", ""]),
    "quantity": st.sampled_from(["1", "2", "-1", "0", "x", "1.5"]),
    "amount": st.sampled_from(["1.00", "12.34", "-5.00", "", "@SUM(A1)"]),
    "status": st.sampled_from(["paid", "cancelled", "refunded", ""]),
}
ROW = st.one_of(
    st.tuples(*CELL.values()).map(",".join),
    st.tuples(*CELL.values()).map(",".join),
    st.sampled_from(["1,a", "1,a,p1,2024-01-02,1,1.00,paid,x,y", ",,,,,,", "", '1,"a', "1,a\0,p1,2024-01-02,1,1,paid"]),
)
GOOD = [f"g{at},a,p1,2024-01-02,1,1.00,paid" for at in range(30)]


@settings(max_examples=12, deadline=None)
@given(rows=st.lists(ROW, max_size=25))
def test_taken_quarantined_passed_over_and_duplicates_are_all_rows(rows: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(Path(folder))
        orders = shop.put("orders.csv", "\n".join([HEAD, *GOOD, *rows]) + "\n")
        try:
            tables = shop.bring({"today": dt.date(2030, 1, 1)}, orders=orders)
        except DataError as error:
            said = str(error)
        else:
            said = ""
        if said:
            assert "rows of the orders cannot be taken" in said
            return
        told = shop.told("orders.csv", "orders")
        # A quote that does not close gives its line up alone; blank lines are none.
        assert told.rows_read == len(GOOD) + sum(bool(row) for row in rows)
        assert told.rows_read == told.taken + told.quarantined + told.duplicates + sum(told.passed_over.values())
        quarantine = shop.quarantine()
        assert len(quarantine) == told.quarantined == sum(refusal.rows for refusal in told.refusals)
        assert len({row["line"] for row in quarantine}) == len(quarantine)
        assert not any(row["value"].startswith(("=", "+", "-", "@")) for row in quarantine)
        sales = int(tables.orders.filter(tables.orders.quantity >= 0).count().execute())
        assert sales <= told.taken <= told.rows_made == int(tables.orders.count().execute())


def test_of_nested_rows_an_element_is_a_row(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    line = '{"sku": "p1", "quantity": 1, "total": "5.00", "name": "Milk"}'
    order = (
        '{{"number": "{0}", "date_created": "2024-01-02T10:00:00", "billing": {{"email": "A@x.com"}}, '
        '"status": "{1}", "line_items": [{2}]}}\n'
    )
    orders = shop.put(
        "orders.jsonl",
        order.format(1, "completed", f"{line}, {line}")
        + order.format(2, "cancelled", line)
        + order.format(3, "completed", line.replace('"5.00"', '"-5.00"'))
        + order.format(4, "completed", f"{line}, {line}, {line}")
        + "no order\n",
    )
    tables = shop.bring(orders=orders, products=shop.put("p.csv", PRODUCTS))
    told = shop.told("orders.jsonl", "orders")
    assert (told.rows_read, told.taken, told.quarantined, told.duplicates) == (8, 5, 2, 0)
    assert sum(told.passed_over.values()) == 1
    assert tables.customers.execute()["customer_id"].tolist() == ["a@x.com"]
    assert tables.orders.order_by(["order_id", "line"]).line.execute().tolist() == [0, 1, 0, 1, 2]
    assert sorted(row["line"] for row in shop.quarantine()) == ["3", "5"]
