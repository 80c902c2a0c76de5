"""Fitting a model of buying to merged histories, beside all rows and beside reckoning the likelihood once a row."""

import statistics
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from assistant.clv import BG_NBD, MODELS, Histories, fit_purchases, merge_histories
from assistant.clv.fitting import MOST_CUSTOMERS_DRAWN, STARTS
from assistant.clv.simulation import alike, simulate_orders

CUSTOMERS = 160_000
WEEKS = 78
YEAR_WEEKS = 365 / 7
DRAWS = 400
ROUNDS = 3
LONG_SECONDS = 1.0
TRUTH = np.array([0.25, 4.4, 0.8, 2.4])


def main() -> None:
    """Print the ratios."""
    summary = simulate_customers(CUSTOMERS, seed=7)
    merged, _ = merge_histories(summary)
    rows = Histories.of(
        summary["repeats"].to_numpy(),
        summary["last_days"].to_numpy() / 7,
        summary["age_days"].to_numpy() / 7,
    )
    print(f"lifetime: {CUSTOMERS:,} customers have {len(merged):,} distinct histories")
    merging = _median(lambda: merge_histories(summary))
    ours = {model.name: merging + _median(partial(fit_purchases, model, merged, 7)) for model in MODELS}
    for model in MODELS:
        floor = _median(partial(model.log_likelihood, TRUTH, rows))
        print(
            f"lifetime: {model.label} from {STARTS} starts in {ours[model.name]:.2f} s, merging included: "
            f"{ours[model.name] / floor:.1f} times its likelihood of every row reckoned once"
        )
    every_row = _median(partial(fit_purchases, BG_NBD, rows, 7, CUSTOMERS))
    no_draw = merging + _median(partial(fit_purchases, BG_NBD, merged, 7, CUSTOMERS))
    print(
        f"lifetime: BG/NBD on all rows takes {every_row / no_draw:.1f} times as long as merging them first, "
        f"{every_row / ours['bg_nbd']:.1f} times as long as drawing {MOST_CUSTOMERS_DRAWN:,} customers as well"
    )
    fit = fit_purchases(BG_NBD, merged, 7)
    began = time.perf_counter()
    chosen = merged.take(alike(BG_NBD, fit, merged)[0])
    simulate_orders(BG_NBD, fit, chosen, YEAR_WEEKS, DRAWS, np.random.default_rng(7))
    spent = time.perf_counter() - began
    print(
        f"lifetime: {DRAWS} years of every customer drawn in {spent:.2f} s for {len(chosen):,} histories, "
        f"{spent / CUSTOMERS * 1e6:.0f} microseconds a customer"
    )


def simulate_customers(count: int, seed: int) -> pd.DataFrame:
    """BG/NBD customers who joined in the first third of the weeks, as `purchase_summary` gives them."""
    draw = np.random.default_rng(seed)
    r, alpha, a, b = TRUTH
    age = draw.integers(WEEKS * 7 * 2 // 3, WEEKS * 7, count)
    rate, leaving = draw.gamma(r, 1 / alpha, count) / 7, draw.beta(a, b, count)
    moment, last = np.zeros(count), np.zeros(count)
    repeats, there = np.zeros(count, dtype=np.int64), np.ones(count, dtype=bool)
    while there.any():
        moment += draw.exponential(1, count) / np.maximum(rate, 1e-12)
        there &= moment < age
        # Two purchases of one day are one.
        fresh = there & (np.floor(moment) > last)
        last[fresh], repeats[fresh] = np.floor(moment[fresh]), repeats[fresh] + 1
        there &= draw.random(count) >= leaving
    return pd.DataFrame({"repeats": repeats, "last_days": last.astype(np.int64), "age_days": age})


def _median(run: Callable[[], object]) -> float:
    """Of three runs; of what takes seconds, one."""
    seconds: list[float] = []
    while len(seconds) < ROUNDS and sum(seconds) < LONG_SECONDS:
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
