"""Which experiments go together, so that nothing that is scored has a twin among what was learned from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from evals.meta.upworthy import Experiments, Integers

UNUSED = -1
"""Fold of an arm that is neither learned from nor scored."""
FORWARD_SHARE = 0.7
"""Share of tests, the earlier ones, that a forward split learns from."""


@dataclass(frozen=True)
class Split:
    """A fold for each arm, and which folds are scored; all others but `UNUSED` are learned from only."""

    folds: Integers
    """(n,)"""
    held: tuple[int, ...]


def components_of(experiments: Experiments) -> Integers:
    """Number of the component of each arm, (n,): arms that share a test, a headline or an image are in one.

    A headline that was tried in two tests would tell a model the answer, and an image comes back with its story.
    """
    size = len(experiments)
    rows, columns, width = [], [], size
    headlines = tuple(headline.casefold() for headline in experiments.headlines)
    for values in (experiments.tests, headlines, experiments.images):
        codes, count = _codes(values)
        rows.append(np.arange(size))
        columns.append(codes + width)
        width += count
    row, column = np.concatenate(rows), np.concatenate(columns)
    graph = coo_matrix((np.ones(len(row), dtype=np.int8), (row, column)), shape=(width, width))
    found: Integers = connected_components(graph, directed=False)[1][:size].astype(np.int64)
    return _codes(tuple(found.tolist()))[0]


def grouped_split(experiments: Experiments, *, folds: int, seed: int) -> Split:
    """Folds by component; each is held once while the others are learned from."""
    return Split(_spread(components_of(experiments), folds, seed), tuple(range(folds)))


def forward_split(experiments: Experiments, *, folds: int, seed: int) -> Split:
    """The later tests are held, the earlier learned from; early ones tied to a later test are not used.

    The day that parts them is one at which `FORWARD_SHARE` of the tests have been created.
    """
    codes, count = _codes(experiments.tests)
    days = np.empty(count, dtype="datetime64[D]")
    days[codes] = experiments.days
    cut = np.sort(days)[int(FORWARD_SHARE * count)] if count else np.datetime64("1970-01-01")
    late = days[codes] >= cut
    components = components_of(experiments)
    tied = np.zeros(components.max(initial=-1) + 1, dtype=bool)
    tied[components[late]] = True
    inner = _spread(components, folds, seed)
    return Split(np.where(late, folds, np.where(tied[components], UNUSED, inner)), (folds,))


def trained_elsewhere(
    training: Experiments, experiments: Experiments, *, folds: int, seed: int
) -> tuple[Experiments, Split, int]:
    """Both together with a split that holds `experiments`, and how many arms of the training were left out.

    Left out is what shares a test, a headline or an image with what is scored.
    """
    known = (
        set(experiments.tests),
        set(experiments.images),
        {headline.casefold() for headline in experiments.headlines},
    )
    free = np.array(
        [
            test not in known[0] and image not in known[1] and headline.casefold() not in known[2]
            for test, image, headline in zip(training.tests, training.images, training.headlines, strict=True)
        ],
        dtype=bool,
    )
    components = components_of(training)
    tied = np.zeros(components.max(initial=-1) + 1, dtype=bool)
    tied[components[~free]] = True
    kept = training.keep(~tied[components])
    inner = _spread(components_of(kept), folds, seed)
    held = np.full(len(experiments), folds, dtype=np.int64)
    joined = kept.beside(experiments)
    return joined, Split(np.concatenate([inner, held]), (folds,)), len(training) - len(kept)


def _spread(components: Integers, folds: int, seed: int) -> Integers:
    """A fold for each arm; components are dealt in an order drawn by `seed`."""
    count = components.max(initial=-1) + 1
    dealt = np.empty(count, dtype=np.int64)
    dealt[np.random.default_rng(seed).permutation(count)] = np.arange(count) % folds
    return dealt[components]


def _codes(values: tuple[object, ...]) -> tuple[NDArray[np.int64], int]:
    seen: dict[object, int] = {}
    return np.array([seen.setdefault(value, len(seen)) for value in values], dtype=np.int64), len(seen)
