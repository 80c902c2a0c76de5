"""Recipient files against the floor: DuckDB merely copying the same columns of one table to CSV.

    python -m benchmarks.recipients [--customers 10000000]

The shop is made by replication: 2,000 customers over and over, with ids of their own. Each side runs in a process of
its own, which tells its wall time and the most memory it held.
"""

import argparse
import datetime as dt
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from assistant.campaigns.recipients import Sources, write_recipients
from assistant.records import Arm, RecipientPlan

BASE = 2_000
SEGMENTS = 8
ARMS = ("control", "thrift", "ease")


def make_shop(folder: Path, customers: int) -> None:
    """Members, customers and recommendations of so many customers."""
    with duckdb.connect() as engine:
        engine.execute("SET memory_limit = '8GB'")
        engine.execute(f"SET temp_directory = '{folder}/spill'")
        ids = f"SELECT i, printf('C%09d', i) AS customer_id FROM range({customers}) t(i)"
        for name, select in {
            "members": f"SELECT customer_id, 'S' || (i % {BASE} * 7919 % {SEGMENTS} + 1) AS segment FROM ({ids})",
            "customers": "SELECT customer_id, 'customer.' || i || '@example.com' AS email, NULL::VARCHAR AS phone, "
            f"['Ann', 'Maximilian', 'José', 'Li', 'Ngozi', ''][i % {BASE} % 6 + 1] AS first_name, "
            f"i % {BASE} % 10 < 9 AS email_opt_in FROM ({ids})",
            "recommended": "SELECT customer_id, kind, r AS rank, 'P' || (i * 31 + r * 977 + length(kind)) % 5000 AS "
            f"product_id, 'Product of aisle ' || (i * 31 + r * 977 + length(kind)) % 5000 AS name FROM ({ids}), "
            "(SELECT unnest([1, 2, 3]) AS r), (SELECT unnest(['again', 'new']) AS kind)",
        }.items():
            engine.execute(f"COPY ({select}) TO '{folder}/{name}.parquet' (FORMAT parquet, COMPRESSION zstd)")


def write(folder: Path) -> None:
    """Our side."""
    segments = tuple(f"S{n}" for n in range(1, SEGMENTS + 1))
    plan = RecipientPlan(
        campaign="scale",
        seed=7,
        starts=dt.date(2026, 1, 1),
        segments=segments,
        channels=("email",),
        arms=tuple(
            Arm(segment=s, channel="email", arm=arm, piece=f"{s}-email-{arm}", language="en")
            for s in segments
            for arm in ARMS
        ),
    )
    sources = Sources(
        members=folder / "members.parquet",
        customers=folder / "customers.parquet",
        recommended=folder / "recommended.parquet",
    )
    out = folder / "out"
    out.mkdir()
    report = write_recipients(plan, sources, out)
    print(f"  {report.counts[0].recipients:,} recipients of {report.counts[0].members:,}")


def copy(folder: Path) -> None:
    """The floor: the very same rows and columns, joined beforehand."""
    with duckdb.connect() as engine:
        engine.execute("SET memory_limit = '4GB'")
        engine.execute(f"COPY (FROM '{folder}/joined.parquet') TO '{folder}/floor.csv' (FORMAT csv, HEADER)")


def timed(what: str, folder: Path) -> float:
    """Seconds of one side, in a process of its own."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "benchmarks.recipients", "--side", what, str(folder)], check=True)
    return time.perf_counter() - began


def main() -> None:
    """Make the shop, time both sides and print their ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--side", nargs=2, metavar=("SIDE", "FOLDER"))
    given, _ = parser.parse_known_args()
    if given.side:
        began = time.perf_counter()
        {"write": write, "copy": copy}[given.side[0]](Path(given.side[1]))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"  {given.side[0]}: {time.perf_counter() - began:.1f} s, {peak:,.0f} MB at the most")
        return
    print(f"recipients: {given.customers:,} customers with three recommended products each", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_shop(folder, given.customers)
        ours = timed("write", folder)
        with duckdb.connect() as engine:
            engine.execute(
                f"COPY (FROM read_csv('{folder}/out/email.csv', all_varchar = true)) TO '{folder}/joined.parquet' "
                "(FORMAT parquet)"
            )
        floor = timed("copy", folder)
        size = (folder / "out/email.csv").stat().st_size / 1e6
        print(f"  {size:,.0f} MB of CSV; {ours / floor:.1f} times the floor's wall time")


if __name__ == "__main__":
    main()
