"""EASE: Steck (2019), "Embarrassingly Shallow Autoencoders for Sparse Data", The Web Conference."""

from typing import Any

import numpy as np
from scipy.linalg import lapack

from assistant.recommendations.history import Floats, Integers


class Ease:
    """Each product's purchases regressed on the purchases of all others, in closed form.

    With the Gram matrix G of m products and P = (G + strength I)^-1, the weight of product i for product j is
    -P_ij / P_jj, and 0 for itself (his equation 8). Memory: two m x m matrices of doubles while it is fitted, one
    after.
    """

    name = "ease"

    def __init__(self, weights: Floats) -> None:
        self.weights = weights
        self.modelled = len(weights)

    @classmethod
    def fit(cls, bought: Any, strength: float) -> "Ease":
        """Fit.

        Args:
            bought: (n, m) sparse ones.
            strength: of the ridge, as a share of the customers, so that a shop of any size is smoothed alike.
        """
        gram = np.asfortranarray((bought.T @ bought).toarray(), dtype=np.float64)
        diagonal = np.diag_indices(len(gram))
        gram[diagonal] += strength * bought.shape[0]
        factor, _ = lapack.dpotrf(gram, lower=1, overwrite_a=1)
        inverse, _ = lapack.dpotri(factor, lower=1, overwrite_c=1)
        # LAPACK writes the lower triangle of columns; read by rows, as products with sparse rows want it, it is the
        # upper one.
        inverse = inverse.T
        for row in range(len(inverse)):
            inverse[row:, row] = inverse[row, row:]
        inverse /= -inverse[diagonal]
        inverse[diagonal] = 0.0
        return cls(inverse)

    def scores(self, bought: Any) -> Floats:
        """(b, modelled) sparse -> (b, modelled) dense; higher is likelier."""
        return np.asarray(bought @ self.weights)

    def onto(self, targets: Integers) -> Floats:
        """(modelled, t): how much having bought each product speaks for each of the targets."""
        return self.weights[:, targets]
