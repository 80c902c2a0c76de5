"""What every model of buying can tell, whatever it assumes about how customers leave."""

from typing import Protocol

import numpy as np

from assistant.clv.histories import Histories, Vector
from assistant.records.lifetime import PurchaseModelName


class PurchaseModel(Protocol):
    """A model of four positive parameters; the first two shape and rate (weeks) of the gamma law of order rates.

    `parameters` below is always a (4,) array in the order of `names`; results are (n,), one value a history.
    """

    @property
    def name(self) -> PurchaseModelName:
        """As records call it."""

    @property
    def label(self) -> str:
        """As a reader knows it."""

    @property
    def names(self) -> tuple[str, str, str, str]:
        """The papers' names of the parameters."""

    def start(self, histories: Histories) -> Vector:
        """Parameters from which to begin looking, (4,)."""

    def log_likelihood(self, parameters: Vector, histories: Histories) -> tuple[Vector, Vector]:
        """Of each history, and its gradient to the parameters, (n,) and (4, n)."""

    def alive(self, parameters: Vector, histories: Histories) -> Vector:
        """P(alive): the customer has not left for good by T."""

    def expected(self, parameters: Vector, histories: Histories, weeks: float) -> Vector:
        """Purchases expected in the weeks after T, given the history."""

    def expected_new(self, parameters: Vector, weeks: float) -> float:
        """E[X(t)]: repeat purchases expected of a customer in the weeks after the first purchase."""

    def orders_within(self, parameters: Vector, histories: Histories, weeks: Vector) -> Vector:
        """Probability of at least one purchase within so many weeks after T, of a customer still there at T."""

    def simulate(self, parameters: Vector, histories: Histories, weeks: float, draw: np.random.Generator) -> Vector:
        """Purchases in the weeks after T, drawn once for each history."""
