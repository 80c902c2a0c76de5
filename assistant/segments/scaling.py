"""From a feature's own unit to distance."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from assistant.records import Scaling

Matrix = NDArray[np.float64]

# One household with a hundred times the coupons of the next must not be a cluster of its own.
CLIP = 3.0


@dataclass(frozen=True)
class Scaler:
    """How raw features become distances: log1p where marked, centred, divided, and cut at three deviations."""

    logged: tuple[bool, ...]
    centre: Matrix
    scale: Matrix
    clip: float = CLIP

    @classmethod
    def fit(cls, raw: Matrix, logged: tuple[bool, ...]) -> Self:
        """Centre on the mean and divide by the standard deviation; a constant feature is left at zero.

        Args:
            raw: (n, features) in the features' own units.
            logged: which features are taken as log1p first.
        """
        values = _log(raw, logged)
        spread = values.std(axis=0)
        return cls(logged, values.mean(axis=0), np.where(spread > 0, spread, 1.0))

    @classmethod
    def thaw(cls, scaling: Scaling) -> Self:
        """The scaler that a record describes."""
        return cls(scaling.logged, np.array(scaling.centre), np.array(scaling.scale), scaling.clip)

    def freeze(self, features: tuple[str, ...]) -> Scaling:
        """The record of this scaler, for the features it was fitted on."""
        return Scaling(
            features=features,
            logged=self.logged,
            centre=tuple(self.centre.tolist()),
            scale=tuple(self.scale.tolist()),
            clip=self.clip,
        )

    def transform(self, raw: Matrix) -> Matrix:
        """(n, features) raw -> (n, features) scaled."""
        return np.clip((_log(raw, self.logged) - self.centre) / self.scale, -self.clip, self.clip)


def _log(raw: Matrix, logged: tuple[bool, ...]) -> Matrix:
    return np.where(np.array(logged), np.log1p(np.maximum(raw, 0.0)), raw)
