"""A headline scorer measured on experiments: accuracy with floors and a ceiling, by band of p, and calibration."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.errors import DataError
from assistant.retrieval import DEFAULT_EMBEDDER
from evals.meta.click_noise import chance_winner_is_better, true_variance
from evals.meta.headline_floors import chance_by_words, chance_longer, correctness, folds_at_random
from evals.meta.headline_splits import Split, components_of, forward_split, grouped_split, trained_elsewhere
from evals.meta.headlines import SETTINGS, STYLE_ONLY, Design, Predicted, design_of, predict
from evals.meta.reliability import Bin, calibration_bins, expected_error
from evals.meta.upworthy import Experiments, Floats, Pairs
from evals.statistics import Interval, t_interval

BANDS = ((0.0, 0.001), (0.001, 0.01), (0.01, 0.05), (0.05, 0.2), (0.2, 1.0))
"""Of p; the last holds p = 1 as well."""
INNER = 5
"""Folds within what is learned from, where the data that is scored is not part of it."""

Told = Callable[[str], None]


@dataclass(frozen=True)
class Bar:
    """How often a scorer names the observed winner of significant pairs."""

    name: str
    note: str
    accuracy: Interval


@dataclass(frozen=True)
class Band:
    """Pairs by how clear their outcome was."""

    low: float
    high: float
    scorer: Interval
    longer: float
    ceiling: float


@dataclass(frozen=True)
class HeadlineStudy:
    """All that is shown of a scorer; rendering reads nothing beside it."""

    source: str
    trained_on: str
    """Another file, or empty where folds of the same one are."""
    arms: Experiments
    """What was learned from and what was scored; its reading is of what was scored."""
    tests: int
    components: int
    alpha: float
    folds: int
    seed: int
    pairs: int
    clear: int
    clear_tests: int
    bars: tuple[Bar, ...]
    ceiling: float
    bands: tuple[Band, ...]
    bins: tuple[Bin, ...]
    error: float
    """Expected calibration error."""
    settings: tuple[str, ...]
    """Ridge and style that were chosen for each held fold."""
    left_out: int
    """Arms of the training file that share something with what is scored."""
    scored: Pairs
    """The significant pairs, of `arms`; for whoever measures another judge on them."""
    chances: Floats
    """Of the scorer: that the first of each of them wins."""


def study(
    experiments: Experiments,
    *,
    source: str,
    alpha: float = 0.05,
    folds: int = 5,
    seed: int = 7,
    embedder: str = DEFAULT_EMBEDDER,
    training: Experiments | None = None,
    trained_on: str = "",
    told: Told = lambda _: None,
) -> HeadlineStudy:
    """Measure the scorer by cross-validation, or as learned from `training`.

    Raises:
        DataError: there are too few experiments, or none with a significant outcome.
        ConfigError, MissingPackage, ModelError: of the embedder.
    """
    joined, split, left_out = (
        (experiments, grouped_split(experiments, folds=folds, seed=seed), 0)
        if training is None
        else trained_elsewhere(training, experiments, folds=INNER, seed=seed)
    )
    told("Reading what headlines mean and how they are built ...")
    design = design_of(joined, alpha=alpha, embedder=embedder)
    asked = design.clear & np.isin(split.folds[design.pairs.first], split.held)
    if int(asked.sum()) < 2:
        raise DataError(
            f"{source}: {int(asked.sum())} pairs of one test and one image differ at p < {alpha:g}; expected at least "
            "two, give a larger file or --alpha."
        )
    told("Learning and scoring, fold by fold ...")
    ours = predict(design, split, SETTINGS)
    style = predict(design, split, STYLE_ONLY)
    everything = np.isin(split.folds[design.pairs.first], split.held)
    variance = true_variance(experiments)
    scored = design.pairs.keep(asked)
    clusters = np.array(joined.tests)[scored.first]
    told("Measuring the floors ...")
    bars = (
        _bar("scorer", _how(training is None, folds, trained_on), ours.chances[asked], scored, clusters),
        *(_forward(design, seed) if training is None else ()),
        _bar("longer wins", "more characters; a tie is half", chance_longer(joined, scored), scored, clusters),
        _bar("style alone", "the same without meaning", style.chances[asked], scored, clusters),
        *_by_words(design, split, asked, seed=seed, folds=folds),
    )
    bins = calibration_bins(ours.chances[asked], scored.z > 0, clusters.tolist())
    return HeadlineStudy(
        source=source,
        trained_on=trained_on,
        arms=joined,
        tests=len(set(experiments.tests)),
        components=int(components_of(experiments).max(initial=-1)) + 1,
        alpha=alpha,
        folds=folds,
        seed=seed,
        pairs=int(everything.sum()),
        clear=len(scored),
        clear_tests=len(set(clusters.tolist())),
        bars=bars,
        ceiling=float(chance_winner_is_better(joined, scored, variance).mean()),
        bands=_bands(design, everything, ours, variance),
        bins=bins,
        error=expected_error(bins),
        settings=tuple(f"ridge {own.ridge:g}, style {own.style:g}" for own in ours.settings),
        left_out=left_out,
        scored=scored,
        chances=ours.chances[asked],
    )


def _how(within: bool, folds: int, trained_on: str) -> str:
    return f"{folds} folds by test, headline and image" if within else f"learned from {trained_on}"


def _bar(name: str, note: str, chances: Floats, pairs: Pairs, clusters: NDArray[np.str_]) -> Bar:
    right = correctness(chances, pairs.z > 0)
    there = np.isfinite(right)
    return Bar(name, note, t_interval(right[there], clusters[there]))


def _forward(design: Design, seed: int) -> tuple[Bar, ...]:
    """Earlier tests teach, later ones are scored; nothing where a file is too small for that."""
    split = forward_split(design.experiments, folds=INNER, seed=seed)
    asked = design.clear & np.isin(split.folds[design.pairs.first], split.held)
    if int(asked.sum()) < 2:
        return ()
    try:
        found = predict(design, split)
    except DataError:
        return ()
    cut = design.experiments.days[np.isin(split.folds, split.held)].min()
    pairs = design.pairs.keep(asked)
    clusters = np.array(design.experiments.tests)[pairs.first]
    return (
        _bar("scorer, forward in time", f"learned before {cut}, scored after", found.chances[asked], pairs, clusters),
    )


def _by_words(design: Design, split: Split, asked: NDArray[np.bool_], *, seed: int, folds: int) -> tuple[Bar, Bar]:
    """The model of words, by test and at random over the same pairs."""
    experiments, pairs = design.experiments, design.pairs.keep(design.clear)
    by_test = chance_by_words(experiments, pairs, split.folds[pairs.first], split.held)[asked[design.clear]]
    scored = design.pairs.keep(asked)
    clusters = np.array(experiments.tests)[scored.first]
    dealt = folds_at_random(scored, folds=folds, seed=seed)
    leaking = chance_by_words(experiments, scored, dealt, tuple(range(folds)))
    return (
        _bar("TF-IDF", "words and pairs of words, the same split", by_test, scored, clusters),
        _bar("TF-IDF, leaking", "pairs split at random: never believe this one", leaking, scored, clusters),
    )


def _bands(design: Design, asked: NDArray[np.bool_], ours: Predicted, variance: float) -> tuple[Band, ...]:
    tests = np.array(design.experiments.tests)
    found = []
    for low, high in BANDS:
        rows = asked & (design.pairs.p >= low) & (design.pairs.p < high) & (design.pairs.z != 0)
        if not rows.any():
            continue
        pairs = design.pairs.keep(rows)
        won = pairs.z > 0
        found.append(
            Band(
                low=low,
                high=high,
                scorer=t_interval(correctness(ours.chances[rows], won), tests[pairs.first]),
                longer=float(correctness(chance_longer(design.experiments, pairs), won).mean()),
                ceiling=float(chance_winner_is_better(design.experiments, pairs, variance).mean()),
            )
        )
    return tuple(found)
