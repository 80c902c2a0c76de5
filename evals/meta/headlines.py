"""A headline scorer that a CPU trains in seconds: ridge regression on what a headline means and how it is built.

It learns from every arm of a file, not only from pairs that came out significant: log-odds of a click, centred within
the cell of one test and image, each arm weighted by how exactly its clicks tell them. Only differences between
headlines of one story mean something; the score is no click rate, and says nothing about other audiences or times.

Nothing about a headline is fitted on the data (the sentence embedding is pretrained, the style is counted), so folds
may share features; what is learned are weights, and they are learned without the fold that is scored. Settings are
chosen by cross-validation within what is learned from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from scipy.special import expit
from threadpoolctl import threadpool_limits

from assistant.errors import DataError
from assistant.retrieval import DEFAULT_EMBEDDER, embed_texts
from evals.meta.click_noise import log_odds
from evals.meta.headline_splits import UNUSED, Split, grouped_split
from evals.meta.headline_style import NAMES, style_of
from evals.meta.upworthy import Experiments, Floats, Integers, Pairs, pairs_of

RIDGES = (30.0, 100.0, 300.0)
STYLES = (0.025, 0.05, 0.1)
"""How far a standard deviation of a style feature counts, where an embedding has length one."""
UNEXPLAINED = 0.1
"""Variance of log-odds that no feature explains: an arm with very many clicks does not outweigh all others."""
LEAST_PAIRS = 30
"""Significant pairs below which settings are chosen by all pairs."""
_EMBEDDED_AT_ONCE = 2048


@dataclass(frozen=True)
class Setting:
    """How much the weights are held back."""

    ridge: float
    style: float
    """0: style alone, without the embedding."""


SETTINGS = tuple(Setting(ridge, style) for ridge, style in product(RIDGES, STYLES))
STYLE_ONLY = tuple(Setting(ridge, 0.0) for ridge in (30.0, 300.0, 3000.0))
"""Of the floor that knows no meaning."""


@dataclass(frozen=True)
class Design:
    """Arms and pairs with their features, ready to be learned from."""

    experiments: Experiments
    features: NDArray[np.float32]
    """(k, style + embedding), of the different headlines."""
    rows: Integers
    """(n,): an arm's row in `features`."""
    pairs: Pairs
    """All pairs; `alpha` says which are significant."""
    alpha: float

    @property
    def clear(self) -> NDArray[np.bool_]:
        """Pairs that are significant, (m,)."""
        return self.pairs.p < self.alpha


@dataclass(frozen=True)
class HeadlineScorer:
    """Weights of features, and how a difference of scores becomes a chance."""

    weights: Floats
    slope: float
    """Log-odds that a headline is the observed winner of a significant pair, for each unit its score is above."""
    setting: Setting
    embedder: str

    def score(self, headlines: Sequence[str]) -> Floats:
        """Scores (n,): log-odds of a click, but for a constant that is the story's own."""
        return features_of(headlines, self.embedder).astype(np.float64) @ self.weights

    def chance(self, first: Sequence[str], second: Sequence[str]) -> Floats:
        """Probability (n,) that the first of two headlines of one story wins, where one wins significantly."""
        found: Floats = expit(self.slope * (self.score(first) - self.score(second)))
        return found


@dataclass(frozen=True)
class Predicted:
    """What was said of arms and pairs by models that had not learned from them."""

    scores: Floats
    """(n,); NaN where an arm was never held."""
    chances: Floats
    """(m,): probability that the first of a pair wins; NaN where it was never held."""
    settings: tuple[Setting, ...]
    """Chosen for each held fold."""


@dataclass(frozen=True)
class _Moments:
    """Sums over the arms of one fold; they add up over folds."""

    gram: Floats
    product: Floats
    weight: float

    def __add__(self, other: "_Moments") -> "_Moments":
        return _Moments(self.gram + other.gram, self.product + other.product, self.weight + other.weight)


def fit(
    experiments: Experiments,
    *,
    alpha: float = 0.05,
    embedder: str = DEFAULT_EMBEDDER,
    seed: int = 7,
    settings: Sequence[Setting] = SETTINGS,
) -> HeadlineScorer:
    """Learn from all arms; settings and slope by cross-validation over five folds.

    Raises:
        DataError: there are too few experiments to learn from.
        ConfigError, MissingPackage, ModelError: of the embedder.
    """
    design = design_of(experiments, alpha=alpha, embedder=embedder)
    split = grouped_split(experiments, folds=5, seed=seed)
    with threadpool_limits(
        1, user_api="blas"
    ):  # small matrices: threads that wait for each other cost most of the time
        moments = {fold: _moments(design, split.folds == fold) for fold in split.held}
        weights, slope, setting = _learned(design, split.folds, moments, settings)
    return HeadlineScorer(weights, slope, setting, embedder)


def design_of(experiments: Experiments, *, alpha: float = 0.05, embedder: str = DEFAULT_EMBEDDER) -> Design:
    """Features of the different headlines and all pairs.

    Raises:
        ConfigError, MissingPackage, ModelError: of the embedder.
    """
    seen: dict[str, int] = {}
    rows = np.array([seen.setdefault(headline, len(seen)) for headline in experiments.headlines], dtype=np.int64)
    return Design(experiments, features_of(list(seen), embedder), rows, pairs_of(experiments), alpha)


def features_of(headlines: Sequence[str], embedder: str = DEFAULT_EMBEDDER) -> NDArray[np.float32]:
    """Style, then embedding, (n, len(NAMES) + d); a row rests on its own headline alone."""
    style = style_of(headlines).astype(np.float32)
    vectors = [
        embed_texts(embedder, headlines[at : at + _EMBEDDED_AT_ONCE])
        for at in range(0, len(headlines), _EMBEDDED_AT_ONCE)
    ] or [embed_texts(embedder, [])]
    return np.hstack([style, np.vstack(vectors)])


def predict(design: Design, split: Split, settings: Sequence[Setting] = SETTINGS) -> Predicted:
    """Score each held fold by what was learned from all other folds, settings included.

    Raises:
        DataError: there are too few experiments to learn from.
    """
    with threadpool_limits(1, user_api="blas"):
        return _predicted(design, split, settings)


def _predicted(design: Design, split: Split, settings: Sequence[Setting]) -> Predicted:
    known = sorted(set(split.folds.tolist()) - {UNUSED})
    moments = {fold: _moments(design, split.folds == fold) for fold in known}
    scores = np.full(len(design.experiments), np.nan)
    chances = np.full(len(design.pairs), np.nan)
    chosen: list[Setting] = []
    for held in split.held:
        training = {fold: own for fold, own in moments.items() if fold != held}
        weights, slope, setting = _learned(design, split.folds, training, settings)
        arms = split.folds == held
        scores[arms] = _scored(design, arms, weights)
        own = arms[design.pairs.first]
        chances[own] = expit(slope * _apart(scores, design.pairs.keep(own)))
        chosen.append(setting)
    return Predicted(scores, chances, tuple(chosen))


def _learned(
    design: Design, folds: Integers, moments: dict[int, _Moments], settings: Sequence[Setting]
) -> tuple[Floats, float, Setting]:
    """Weights, slope and setting, from the folds that have moments and no others."""
    clear = design.pairs.keep(design.clear & np.isin(folds[design.pairs.first], list(moments)))
    if len(clear) < LEAST_PAIRS:
        clear = design.pairs.keep(np.isin(folds[design.pairs.first], list(moments)) & (design.pairs.z != 0))
    if len(moments) < 2 or len(clear) < 2:
        raise DataError(
            f"{len(clear)} pairs of one test and one image are too few to learn from; expected some hundred "
            "experiments, give a larger --data or --train."
        )
    whole = _total(list(moments.values()))
    best: tuple[float, float, Setting] | None = None
    for setting in settings:
        scores = np.full(len(folds), np.nan)
        for fold in moments:
            weights = _weights(_total([own for other, own in moments.items() if other != fold]), setting)
            scores[folds == fold] = _scored(design, folds == fold, weights)
        loss, slope = _slope(_apart(scores, clear), clear.z > 0)
        if best is None or loss < best[0]:
            best = (loss, slope, setting)
    assert best is not None
    return _weights(whole, best[2]), best[1], best[2]


def _moments(design: Design, arms: NDArray[np.bool_]) -> _Moments:
    """Of features and log-odds, both less the weighted mean of their cell; a cell lies in one fold as a whole."""
    at = np.flatnonzero(arms)
    observed, variance = log_odds(design.experiments)
    weight = 1 / (variance[at] + UNEXPLAINED)
    cells = np.unique(design.experiments.cells[at], return_inverse=True)[1]
    features = design.features[design.rows[at]].astype(np.float64)
    sums = np.bincount(cells, weights=weight)[:, None]
    adding = csr_matrix((weight, (cells, np.arange(len(at)))), shape=(len(sums), len(at)))
    features -= ((adding @ features) / sums)[cells]
    target = observed[at]
    target = target - (np.bincount(cells, weights=weight * target) / sums[:, 0])[cells] if len(at) else target
    # An arm alone in its cell is its own mean, and says nothing.
    compared = np.bincount(cells)[cells] > 1
    weighted = features[compared] * weight[compared, None]
    return _Moments(weighted.T @ features[compared], weighted.T @ target[compared], float(weight[compared].sum()))


def _weights(moments: _Moments, setting: Setting) -> Floats:
    """Of the ridge regression; style features are measured by their spread within cells."""
    style = len(NAMES)
    size = len(moments.product)
    spread = np.diag(moments.gram)[:style] / max(moments.weight, 1e-300)
    used = np.arange(style if setting.style == 0 else size)
    penalty = np.full(size, setting.ridge)
    # A feature that never varies gets no weight.
    penalty[:style] *= np.where(spread > 1e-9, spread / (setting.style or 1.0) ** 2, 1e9)
    found = np.zeros(size)
    gram = moments.gram[np.ix_(used, used)] + np.diag(penalty[used])
    found[used] = solve(gram, moments.product[used], assume_a="pos", check_finite=False)
    return found


def _scored(design: Design, arms: NDArray[np.bool_], weights: Floats) -> Floats:
    return design.features[design.rows[arms]].astype(np.float64) @ weights


def _apart(scores: Floats, pairs: Pairs) -> Floats:
    return scores[pairs.first] - scores[pairs.second]


def _slope(apart: Floats, won: NDArray[np.bool_]) -> tuple[float, float]:
    """Mean log loss and the slope without intercept that makes it least, as the order of a pair means nothing."""
    toward = np.where(won, apart, -apart)

    def loss(power: float) -> float:
        return float(np.logaddexp(0.0, -np.exp(power) * toward).mean())

    found = minimize_scalar(loss, bounds=(-4.0, 6.0), method="bounded")
    return float(found.fun), float(np.exp(found.x))


def _total(moments: Sequence[_Moments]) -> _Moments:
    total = moments[0]
    for own in moments[1:]:
        total = total + own
    return total
