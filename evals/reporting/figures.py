"""How numbers of a report are written: one place for every decision on rounding."""

import math

from assistant.reports import numbers
from evals.records import MetricUse

# A p below this is written as being below it.
_SMALLEST_P = 0.001
_DIGITS = 3
_MOST_DECIMALS = 6

SIGNS: dict[str, str] = {"better": "▲", "worse": "▼", "undecided": "≈"}
"""Beside the word, so that no verdict rests on colour."""
KINDS: dict[str, str] = {"better": "good", "worse": "warn", "undecided": "off"}
"""Verdict -> class of its mark in the house's style."""


def value(metric: MetricUse, number: float | None) -> str:
    """A value of a metric: `57.2%`, `0.83`, `142 words`; proportions in percent, None as a dash."""
    if number is None:
        return "–"
    if metric.kind == "proportion":
        return numbers.tenths(number)
    return numbers.plain(number, decimals(number)) + _unit(metric)


def bare(metric: MetricUse, number: float) -> str:
    """A value without its unit, for a table that states it once."""
    return value(metric, number).removesuffix(_unit(metric))


def difference(metric: MetricUse, number: float | None) -> str:
    """A difference with its sign; of proportions in percentage points: `+1.2 pp`."""
    if number is None:
        return "–"
    if metric.kind == "proportion":
        return f"{numbers.points(number)} pp"
    return numbers.signed(number, decimals(number)) + _unit(metric)


def interval(metric: MetricUse, low: float | None, high: float | None) -> str:
    """`51.0% to 63.4%`, in the unit of the value beside it; empty where there is none."""
    if low is None or high is None:
        return ""
    if metric.kind == "proportion":
        return f"{numbers.tenths(low)} to {numbers.tenths(high)}"
    digits = decimals(max(abs(low), abs(high)))
    return f"{numbers.plain(low, digits)} to {numbers.plain(high, digits)}"


def difference_interval(metric: MetricUse, low: float, high: float) -> str:
    """`−3.1 to +0.4`, in the unit of the difference beside it."""
    if metric.kind == "proportion":
        return f"{numbers.points(low)} to {numbers.points(high)}"
    digits = decimals(max(abs(low), abs(high)))
    return f"{numbers.signed(low, digits)} to {numbers.signed(high, digits)}"


def tick(metric: MetricUse, number: float) -> str:
    """A number on an axis of a metric, without its unit."""
    if metric.kind == "proportion":
        return f"{numbers.plain(100 * number, 0 if float(100 * number).is_integer() else 1)}%"
    return plainest(number)


def difference_tick(metric: MetricUse, number: float) -> str:
    """A number on an axis of differences."""
    scaled = 100 * number if metric.kind == "proportion" else number
    shown = plainest(scaled)
    return f"+{shown}" if scaled > 0 and shown != "0" else shown


def plainest(number: float) -> str:
    """As few digits as tell it: `0.05`, `12`."""
    return f"{round(number, _MOST_DECIMALS) or 0.0:.4g}".replace("-", "\N{MINUS SIGN}")


def probability(p: float | None) -> str:
    """`0.031`, `< 0.001`."""
    if p is None or not math.isfinite(p):
        return "–"
    return f"< {_SMALLEST_P:g}" if p < _SMALLEST_P else f"{p:.3f}"


def decimals(number: float) -> int:
    """Decimals that leave three digits; of numbers below a tenth three decimals, or two digits."""
    if number == 0 or not math.isfinite(number):
        return 2
    power = math.floor(math.log10(abs(number)))
    return min(_MOST_DECIMALS, max(0, _DIGITS - 1 - power if power >= -1 else max(_DIGITS, 1 - power)))


def _unit(metric: MetricUse) -> str:
    return f" {metric.unit}" if metric.unit else ""
