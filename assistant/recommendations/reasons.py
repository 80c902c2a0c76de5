"""What speaks most for a product, among all that a customer has bought."""

from typing import Any

import numpy as np

from assistant.recommendations.history import Floats, History, Integers
from assistant.recommendations.models import ItemModel
from assistant.recommendations.ranking import DECIMALS

# Contributors kept of a product; who has bought none of them is told that it is popular.
KEPT = 100
_CHUNK = 256


class Contributors:
    """For each product the others that speak most for it, found when they are first asked for.

    A contributor may be shown itself, has another name, weighs more than nothing, and was bought together with the
    product by enough customers to be counted.
    """

    def __init__(self, history: History, model: ItemModel, min_group_size: int) -> None:
        self._history = history
        self._model = model
        self._least = min_group_size
        kept = min(KEPT, model.modelled)
        self._columns = np.full((model.modelled, kept), -1, dtype=np.int32)
        self._customers = np.zeros((model.modelled, kept), dtype=np.int32)
        self._known = np.zeros(model.modelled, dtype=bool)

    def strongest(self, bought: Any, rows: Integers, targets: Integers) -> tuple[Integers, Integers]:
        """What speaks most for each target among what the customer bought.

        Args:
            bought: (b, m) sparse, the customers' purchases.
            rows: (t,) into it.
            targets: (t,) products.

        Returns:
            (t,) the contributor, -1 where there is none; (t,) customers who bought both.
        """
        self._learn(np.unique(targets))
        has = bought[:, : self._model.modelled].toarray() > 0
        candidates = self._columns[targets]
        fits = has[rows[:, None], candidates] & (candidates >= 0)
        first = fits.argmax(axis=1)
        at = np.arange(len(targets))
        found = fits[at, first] if fits.shape[1] else np.zeros(len(targets), dtype=bool)
        return (
            np.where(found, candidates[at, first], -1).astype(np.int64),
            np.where(found, self._customers[targets, first], 0).astype(np.int64),
        )

    def _learn(self, targets: Integers) -> None:
        missing = targets[~self._known[targets]]
        history, width = self._history, self._model.modelled
        names = history.name_codes[:width]
        ours = history.bought[:, :width].tocsc()
        for at in range(0, len(missing), _CHUNK):
            chunk = missing[at : at + _CHUNK]
            both = (ours.T @ ours[:, chunk]).toarray()
            weights: Floats = np.round(self._model.onto(chunk), DECIMALS)
            useful = (weights > 0) & (both >= self._least) & history.showable[:width, None]
            useful &= names[:, None] != names[chunk][None, :]
            weights = np.where(useful, weights, -np.inf)
            order = np.argsort(-weights, axis=0, kind="stable")[: self._columns.shape[1]].T
            fits = np.take_along_axis(useful.T, order, axis=1)
            self._columns[chunk] = np.where(fits, order, -1)
            self._customers[chunk] = np.take_along_axis(both.T, order, axis=1)
        self._known[missing] = True
