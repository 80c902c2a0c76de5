"""Truncated singular vectors of who bought what, for catalogues too large for one weight a pair of products."""

from typing import Any

import numpy as np
from sklearn.utils.extmath import randomized_svd

from assistant.recommendations.history import Floats, Integers


class Svd:
    """Purchases projected on the strongest directions of taste: x V V'.

    The algorithm is that of Halko, Martinsson and Tropp (2011). Memory: m x factors doubles.
    """

    name = "svd"

    def __init__(self, factors: Floats) -> None:
        self.factors = factors
        self.modelled = len(factors)

    @classmethod
    def fit(cls, bought: Any, factors: int, seed: int) -> "Svd":
        """Fit.

        Args:
            bought: (n, m) sparse ones.
            factors: directions; fewer where the matrix has fewer.
            seed: of the random start.
        """
        rank = max(1, min(factors, *bought.shape))
        _, _, directions = randomized_svd(bought, rank, random_state=seed)
        return cls(np.ascontiguousarray(directions.T))

    def scores(self, bought: Any) -> Floats:
        """(b, modelled) sparse -> (b, modelled) dense; higher is likelier."""
        return np.asarray((bought @ self.factors) @ self.factors.T)

    def onto(self, targets: Integers) -> Floats:
        """(modelled, t): how much having bought each product speaks for each of the targets."""
        weights = self.factors @ self.factors[targets].T
        weights[targets, np.arange(len(targets))] = 0.0
        return np.asarray(weights)
