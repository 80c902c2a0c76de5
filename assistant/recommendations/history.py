"""Who bought what, how often and how lately: the one thing that all recommenders learn from."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from assistant.data import Cutoff, Tables
from assistant.errors import DataError

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# A purchase of today in `warmth`; the sums are integers, so every engine gives the same.
WARM = 1_000_000
# Pairs of customer and product held in memory: some 60 bytes each with what is made of them, so 1.2 GB.
MAX_PAIRS = 20_000_000


@dataclass(frozen=True)
class History:
    """What n customers bought of m products before a cutoff.

    Products stand by falling number of buyers, equal ones by id, so that the first of two equal scores is the
    product bought by more. Arrays of pairs are in the order of the rows of `bought`.
    """

    as_of: dt.date
    customers: pd.Index
    """(n,) ids of those with a purchase, sorted."""
    products: pd.Index
    """(m,) ids."""
    names: NDArray[np.object_]
    """(m,) as a customer reads them; empty where the catalogue has none."""
    showable: Flags
    """(m,) advertisable, and with a name."""
    products_bought: int
    """Products bought by anybody; more than m where memory holds fewer."""
    starts: Integers
    """(n + 1,) where each customer's pairs begin."""
    columns: NDArray[np.int32]
    """(pairs,) the product."""
    times: NDArray[np.int32]
    """(pairs,) distinct days of purchase."""
    last: NDArray[np.int32]
    """(pairs,) days from the last purchase to the cutoff, 1 or more."""
    first: NDArray[np.int32]
    """(pairs,) days from the first purchase to the cutoff."""
    warmth: Integers
    """(pairs,) sum over days of purchase of `WARM`, halved with every half-life since."""

    @cached_property
    def bought(self) -> Any:
        """(n, m) sparse ones where a customer bought a product."""
        ones = np.ones(len(self.columns))
        return sparse.csr_matrix((ones, self.columns, self.starts), shape=(len(self.customers), len(self.products)))

    @cached_property
    def rows(self) -> NDArray[np.int32]:
        """(pairs,) the customer."""
        return np.repeat(np.arange(len(self.customers), dtype=np.int32), np.diff(self.starts))

    @cached_property
    def buyers(self) -> Integers:
        """(m,) customers who bought each product."""
        return np.bincount(self.columns, minlength=len(self.products))

    @cached_property
    def returned(self) -> Integers:
        """(m,) customers who bought each product on two days or more."""
        return np.bincount(self.columns[self.times > 1], minlength=len(self.products))

    @cached_property
    def name_codes(self) -> Integers:
        """(m,) one number a name: products of one name are one to a reader."""
        codes, _ = pd.factorize(self.names)
        # Products without a name are not one product.
        unnamed = self.names == ""
        codes[unnamed] = codes.max(initial=0) + 1 + np.arange(unnamed.sum())
        return np.asarray(pd.factorize(codes)[0], dtype=np.int64)

    def pairs_of(self, rows: slice) -> slice:
        """Where the pairs of consecutive customers lie."""
        return slice(int(self.starts[rows.start]), int(self.starts[rows.stop]))


def purchase_history(tables: Tables, cutoff: Cutoff, half_life_days: int, max_pairs: int = MAX_PAIRS) -> History:
    """Count purchases in the engine; lines with a quantity below 0, which are returns, are none.

    Args:
        tables: the canonical tables.
        cutoff: what may be seen of them.
        half_life_days: after which a purchase counts half in `warmth`.
        max_pairs: of customer and product; the products bought by fewest are left out to stay within it.

    Raises:
        DataError: nobody bought anything before the cutoff.
    """
    seen = tables.before(cutoff)
    lines = sales(seen)
    popular = _frame(lines.group_by("product_id").aggregate(buyers=lambda t: t.customer_id.nunique()))
    if popular.empty:
        raise DataError(
            f"Nobody bought anything before {cutoff.as_of}; recommendations need orders: bring them in with "
            "`assistant ingest`, or name a later day."
        )
    popular = popular.sort_values(["buyers", "product_id"], ascending=[False, True], kind="stable")
    held = max(1, int((popular["buyers"].cumsum() <= max_pairs).sum()))
    products = pd.Index(popular["product_id"].to_numpy(dtype=object)[:held])
    customers = pd.Index(sorted(_frame(lines.select("customer_id").distinct())["customer_id"]), dtype=object)
    pairs = _pairs(lines, cutoff.as_of, half_life_days, customers, products)
    catalogue = _frame(seen.products.select("product_id", "name", "advertisable")).set_index("product_id")
    catalogue = catalogue.reindex(products)
    names = catalogue["name"].fillna("").to_numpy(dtype=object)
    counts = np.bincount(pairs["row"], minlength=len(customers))
    return History(
        as_of=cutoff.as_of,
        customers=customers,
        products=products,
        names=names,
        showable=(catalogue["advertisable"].astype("boolean").fillna(False).to_numpy(dtype=bool)) & (names != ""),
        products_bought=len(popular),
        starts=np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        columns=pairs["column"],
        times=pairs["times"],
        last=pairs["last"],
        first=pairs["first"],
        warmth=pairs["warmth"],
    )


def sales(tables: Tables) -> Any:
    """Order lines that are no returns."""
    return tables.orders.filter(tables.orders.quantity >= 0)


def numbered(lines: Any, customers: Sequence[str] | pd.Index, products: Sequence[str] | pd.Index) -> Any:
    """Lines of known customers and products, with `row` and `column` for their ids."""
    rows = ibis.memtable(pd.DataFrame({"customer_id": list(customers), "row": np.arange(len(customers))}))
    columns = ibis.memtable(pd.DataFrame({"product_id": list(products), "column": np.arange(len(products))}))
    return lines.inner_join(rows, "customer_id").inner_join(columns, "product_id")


def arrays(table: Any) -> dict[str, NDArray[Any]]:
    """Columns of integers."""
    whole = table.to_pyarrow()
    return {name: whole[name].to_numpy() for name in whole.column_names}


def _pairs(
    lines: Any, as_of: dt.date, half_life_days: int, customers: pd.Index, products: pd.Index
) -> dict[str, NDArray[Any]]:
    end = ibis.date(as_of.isoformat())
    known = numbered(lines.select("customer_id", "product_id", day=lines.ordered_at.date()), customers, products)
    # Of two lines on one day, one purchase.
    days = known.select("row", "column", age=end.delta(known.day, unit="day")).distinct()
    oldest = int(lines.aggregate(age=end.delta(lines.ordered_at.date().min(), unit="day")).execute()["age"].iloc[0])
    # By way of a table rather than a power in the engine: two engines may round a power apart.
    ages = np.arange(oldest + 1)
    fading = np.rint(WARM * 0.5 ** (ages / half_life_days)).astype(np.int64)
    warm = days.inner_join(ibis.memtable(pd.DataFrame({"age": ages, "warm": fading})), "age")
    pairs = warm.group_by("row", "column").aggregate(
        times=lambda t: t.count(), last=lambda t: t.age.min(), first=lambda t: t.age.max(), warmth=warm.warm.sum()
    )
    small = {name: pairs[name].cast("int32") for name in ("row", "column", "times", "last", "first")}
    return arrays(pairs.select(**small, warmth=pairs.warmth.cast("int64")).order_by("row", "column"))


def _frame(table: Any) -> pd.DataFrame:
    frame: pd.DataFrame = table.execute()
    return frame
