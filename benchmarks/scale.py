"""The customer table of shops of any size: beside a hand-written query, pandas and decoding the columns alone.

    python -m benchmarks.scale                 one and ten million order lines, and how the cost grows between them
    python -m benchmarks.scale 1M              one million only
    python -m benchmarks.scale 100M            in bounded memory, ours and the floor only

Each run is a process of its own, after a warm-up on a tiny shop, and says its seconds and its largest resident memory.
Ours and the hand-written query take turns, so that noise falls on both; of several runs the median counts.
"""

import argparse
import datetime as dt
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from assistant.data import Cutoff, Tables, connect, to_pandas
from assistant.features import customer_features
from benchmarks.by_hand import by_hand
from benchmarks.in_pandas import in_pandas
from benchmarks.shop import AS_OF, write_shop

# What must hold from ten million lines on; at one, the time to say a query in SQL at all is a third of ours.
JUDGED_FROM = 10_000_000
MOST_OF_BY_HAND = 1.15
LEAST_OF_PANDAS = 3.0
MOST_MEGABYTES = 1_200
COMPARED_UP_TO = 20_000_000
THREADS = 2
CUTOFF = Cutoff(dt.date.fromisoformat(AS_OF))
MEMORY = "4GB"
_UNITS = {"K": 1_000, "M": 1_000_000}
_FLOOR = """
select max(order_id), max(customer_id), max(product_id), max(ordered_at), sum(quantity), sum(amount_minor),
       sum(discount_minor), sum(coupon_minor), max(sales_channel)
from '{folder}/orders.parquet'
"""


@dataclass(frozen=True)
class Run:
    """One process."""

    seconds: float
    megabytes: float
    """Its largest resident memory, interpreter and libraries included."""
    customers: int


def ours(folder: Path) -> int:
    """`customer_features`, as the product runs it."""
    return len(_ours(folder))


def _ours(folder: Path) -> pd.DataFrame:
    return to_pandas(customer_features(Tables(folder, connect(threads=THREADS)), CUTOFF))


def ours_to_parquet(folder: Path) -> int:
    """The same into a file: no table of customers in this process, and little memory for the engine."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        tables = Tables(folder, connect(threads=THREADS, memory=MEMORY, spill=Path(place)))
        path = Path(place) / "features.parquet"
        customer_features(tables, CUTOFF).to_parquet(str(path))
        return int(duckdb.sql(f"select count(*) from '{path}'").fetchall()[0][0])


def hand(folder: Path) -> int:
    """The hand-written query."""
    with duckdb.connect(config={"threads": THREADS}) as engine:
        return len(by_hand(folder, AS_OF, engine))


def pandas(folder: Path) -> int:
    """The same in pandas."""
    return len(in_pandas(folder, AS_OF))


def floor(folder: Path) -> int:
    """Only decoding the columns."""
    with duckdb.connect(config={"threads": THREADS}) as engine:
        return len(engine.execute(_FLOOR.format(folder=folder)).fetchall())


def check(folder: Path) -> int:
    """Hold the three tables to each other, column by column."""
    tables = [_ours(folder), in_pandas(folder, AS_OF)]
    with duckdb.connect(config={"threads": THREADS}) as engine:
        tables.insert(1, by_hand(folder, AS_OF, engine))
    first, *others = (table.sort_values("customer_id").reset_index(drop=True) for table in tables)
    for other in others:
        assert set(first.columns) == set(other.columns), set(first.columns) ^ set(other.columns)
        assert first["customer_id"].tolist() == other["customer_id"].tolist()
        for column in first.columns.drop("customer_id"):
            np.testing.assert_allclose(
                first[column].to_numpy(float), other[column].to_numpy(float), rtol=1e-12, err_msg=column
            )
    return len(first)


_WAYS: dict[str, Callable[[Path], int]] = {
    own.__name__: own for own in (ours, ours_to_parquet, hand, pandas, floor, check)
}


def main(sizes: tuple[str, ...] = ("1M", "10M")) -> None:
    """Print the ratios of each size, and the growth between sizes."""
    cost: dict[int, float] = {}
    for size in sizes:
        lines = int(float(size[:-1]) * _UNITS[size[-1]])
        with tempfile.TemporaryDirectory(prefix="scale-") as place:
            folder = Path(place) / "shop"
            write_shop(folder, lines)
            cost[lines] = (
                _compared(folder, size, lines >= JUDGED_FROM) if lines <= COMPARED_UP_TO else _bounded(folder, size)
            )
    for (small, before), (large, after) in zip(cost.items(), list(cost.items())[1:], strict=False):
        verdict = "at most linear" if after / before <= large / small else "MORE than linear"
        print(f"scale: {large / small:.0f} times the lines cost {after / before:.1f} times the time ({verdict})")


def _compared(folder: Path, size: str, judged: bool) -> float:
    customers = _run("check", folder).customers
    runs: dict[str, list[Run]] = {"ours": [], "hand": []}
    for _ in range(5):
        for way, done in runs.items():
            done.append(_run(way, folder))
    runs |= {"pandas": [_run("pandas", folder)], "floor": [_run("floor", folder)]}
    seconds = {way: statistics.median(run.seconds for run in done) for way, done in runs.items()}
    megabytes = {way: max(run.megabytes for run in done) for way, done in runs.items()}
    by_hand_ratio, pandas_ratio = seconds["ours"] / seconds["hand"], seconds["pandas"] / seconds["ours"]
    print(
        f"scale {size}: {customers:,} customers, all columns equal; "
        + ", ".join(f"{way} {seconds[way]:.2f} s {megabytes[way]:,.0f} MB" for way in runs)
    )

    def verdict(held: bool, bound: float) -> str:
        return f" ({'within' if held else 'OUTSIDE'} the bound of {bound:,})" if judged else ""

    print(
        f"scale {size}: {by_hand_ratio:.2f} times the hand-written query"
        f"{verdict(by_hand_ratio <= MOST_OF_BY_HAND, MOST_OF_BY_HAND)}, pandas takes {pandas_ratio:.1f} times ours"
        f"{verdict(pandas_ratio >= LEAST_OF_PANDAS, LEAST_OF_PANDAS)}, peak {megabytes['ours']:,.0f} MB"
        f"{verdict(megabytes['ours'] <= MOST_MEGABYTES, MOST_MEGABYTES)}, "
        f"{seconds['ours'] / seconds['floor']:.1f} times only decoding the columns"
    )
    return seconds["ours"]


def _bounded(folder: Path, size: str) -> float:
    run, bare = _run("ours_to_parquet", folder), _run("floor", folder)
    print(
        f"scale {size}: {run.customers:,} customers in {run.seconds:.1f} s, peak {run.megabytes:,.0f} MB with {MEMORY} "
        f"for the engine; {run.seconds / bare.seconds:.1f} times only decoding the columns"
    )
    return run.seconds


def _run(way: str, folder: Path) -> Run:
    command = [sys.executable, "-m", "benchmarks.scale", "--way", way, "--folder", str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def _measured(way: str, folder: Path) -> Run:
    with tempfile.TemporaryDirectory() as place:
        write_shop(Path(place) / "tiny", 5_000)
        _WAYS[way](Path(place) / "tiny")
    began = time.perf_counter()
    customers = _WAYS[way](folder)
    seconds = time.perf_counter() - began
    return Run(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, customers)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", default=["1M", "10M"])
    parser.add_argument("--way", choices=sorted(_WAYS))
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.way:
        print(json.dumps(vars(_measured(given.way, given.folder))))
    else:
        main(tuple(given.sizes))
