"""Who brings the revenue: the Lorenz curve of Lorenz (1905), read from the most valuable customer down."""

import numpy as np
import pandas as pd

from assistant.records import Concentration

_POINTS = 100


def revenue_concentration(features: pd.DataFrame) -> Concentration:
    """How unevenly revenue is spread.

    Args:
        features: the customer table; `monetary_minor` in minor units, what is below 0 after returns counts as 0.
    """
    spend = np.sort(np.maximum(features["monetary_minor"].to_numpy(dtype=np.float64), 0.0))[::-1]
    total = spend.sum()
    # Where nobody spent anything, everybody brings the same.
    brought = np.concatenate([[0.0], np.cumsum(spend) / total if total else np.arange(1, len(spend) + 1) / len(spend)])
    people = np.arange(len(brought)) / max(len(spend), 1)
    grid = np.linspace(0, 1, _POINTS + 1)
    curve = np.interp(grid, people, brought)
    return Concentration(
        customers=len(spend),
        points=tuple((float(x), float(y)) for x, y in zip(grid, curve, strict=True)),
        top_tenth=float(np.interp(0.1, people, brought)),
        half=float(np.interp(0.5, brought, people)),
    )
