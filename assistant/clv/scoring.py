"""How far forecasts of orders are from what customers did; every array is (n,), one value a customer."""

import numpy as np

from assistant.clv.histories import Vector
from assistant.records.lifetime import CalibrationBin

# The bootstrap draws customers, of large shops this many random groups of customers: as valid, at a bounded cost.
_GROUPS = 1000
_TOP_BIN = 7


def rmse(forecast: Vector, actual: Vector) -> float:
    """Root mean squared error. The mean absolute error would prefer to forecast nothing where most order nothing."""
    return float(np.sqrt(np.mean((forecast - actual) ** 2)))


def bias(forecast: Vector, actual: Vector) -> float:
    """All that is forecast over all that happened, less 1."""
    return float(forecast.sum() / actual.sum() - 1)


def top_decile(forecast: Vector, actual: Vector) -> float:
    """Share of what happened that the tenth with the highest forecast did; of equal ones at its edge, their average."""
    kept = len(forecast) / 10
    values, place, counts = np.unique(-forecast, return_inverse=True, return_counts=True)
    done = np.bincount(place, weights=actual, minlength=len(values))
    ahead = np.cumsum(counts) - counts
    share = np.clip((kept - ahead) / counts, 0, 1)
    return float(share @ done / actual.sum())


def rmse_gap(
    model: Vector, naive: Vector, actual: Vector, resamples: int, draw: np.random.Generator
) -> tuple[float, float, float]:
    """RMSE of the naive forecast less that of the model, with its 95% bootstrap interval over customers.

    Both are computed on the same drawn customers, so what is hard to forecast for either cancels.
    """
    squares = np.stack([(model - actual) ** 2, (naive - actual) ** 2, np.ones_like(actual)])
    groups = min(len(actual), _GROUPS)
    member = draw.permutation(len(actual)) % groups
    sums = np.stack([np.bincount(member, weights=row, minlength=groups) for row in squares])
    drawn = draw.multinomial(groups, np.full(groups, 1 / groups), size=resamples) @ sums.T
    gaps = np.sqrt(drawn[:, 1] / drawn[:, 2]) - np.sqrt(drawn[:, 0] / drawn[:, 2])
    low, high = np.quantile(gaps, [0.025, 0.975])
    return rmse(naive, actual) - rmse(model, actual), float(low), float(high)


def calibration(repeats: Vector, actual: Vector, model: Vector, naive: Vector) -> tuple[CalibrationBin, ...]:
    """Means by past repeat purchases, `0` to `6` and `7+`; a number that no customer has is left out."""
    bins = np.minimum(repeats, _TOP_BIN)
    return tuple(
        CalibrationBin(
            repeats=f"{value}+" if value == _TOP_BIN else str(value),
            customers=int(np.sum(bins == value)),
            actual=float(actual[bins == value].mean()),
            model=float(model[bins == value].mean()),
            naive=float(naive[bins == value].mean()),
        )
        for value in range(_TOP_BIN + 1)
        if np.any(bins == value)
    )
