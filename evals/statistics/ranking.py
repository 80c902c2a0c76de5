"""Many systems compared in pairs: their strengths, and a win rate that length cannot buy."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse, special
from scipy.sparse import csgraph

from evals.statistics.intervals import Floats, Interval, cluster_codes, t_critical, wilson_interval

Battle = tuple[str, str, float, Hashable]
"""One system, another, the score of the first (1 won, 0.5 tie, 0 lost), and the cluster (brief x segment)."""


@dataclass(frozen=True)
class Rating:
    """A system's place."""

    system: str
    strength: float
    """Log odds of winning against the average system of its component; always finite."""
    low: float
    high: float
    against_average: float
    """Chance of winning against a system of strength 0."""
    battles: int
    component: int
    """Systems of two components never met, not even through others; their strengths are not compared."""


@dataclass(frozen=True)
class Ranking:
    """Systems, the strongest first."""

    ratings: tuple[Rating, ...]
    connected: bool
    """All systems met, directly or through others."""
    bounded: bool
    """No group of systems won all its battles against the rest; else the likelihood has no maximum (Ford 1957)."""
    note: str
    """What the two above mean here; empty where all is well."""


def bradley_terry(battles: Sequence[Battle], *, level: float = 0.95, prior: float = 0.1) -> Ranking:
    """Strengths by Bradley and Terry (1952), ties counted half, with intervals over clusters.

    Newton's method on the log likelihood with a weak pull to 0, `prior` battles won and as many lost against an average
    system, which keeps a system that never lost finite. Intervals are of the cluster-robust sandwich with k / (k - 1)
    and t on k - 1 degrees of freedom, for k clusters; with one cluster they are unbounded. What is not connected or not
    bounded is said in the note.

    Raises:
        ValueError: a score is not within 0 and 1, a system meets itself, or there is no battle.
    """
    if not battles:
        raise ValueError("a ranking needs at least one battle")
    for one, other, score, _ in battles:
        if one == other or not 0 <= score <= 1:
            raise ValueError(f"a battle is of two systems with a score within 0 and 1; {one}, {other}, {score} is not")
    names = sorted({name for battle in battles for name in battle[:2]})
    place = {name: number for number, name in enumerate(names)}
    first = np.array([place[battle[0]] for battle in battles])
    second = np.array([place[battle[1]] for battle in battles])
    scores = np.array([battle[2] for battle in battles], dtype=float)
    codes = cluster_codes([battle[3] for battle in battles])
    strength, information = _fit(first, second, scores, len(names), prior)
    count, component, bounded = _connections(first, second, scores, len(names))
    half = _half_widths(first, second, scores, codes, strength, information, component, level)
    centres = np.array([strength[component == part].mean() for part in range(count)])
    centred = strength - centres[component]
    played = np.bincount(first, minlength=len(names)) + np.bincount(second, minlength=len(names))
    ratings = [
        Rating(
            name,
            float(centred[i]),
            float(centred[i] - half[i]),
            float(centred[i] + half[i]),
            float(special.expit(centred[i])),
            int(played[i]),
            int(component[i]),
        )
        for i, name in enumerate(names)
    ]
    note = _note(count, bounded)
    return Ranking(tuple(sorted(ratings, key=lambda r: (r.component, -r.strength))), count == 1, bounded, note)


def length_controlled_win_rate(
    scores: Sequence[float],
    lengths: Sequence[float],
    lengths_baseline: Sequence[float],
    clusters: Sequence[Hashable],
    *,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 7,
) -> Interval:
    """The rate at which a candidate wins where both answers are of one length, all arguments (n,).

    After Dubois et al. (2024, arXiv 2404.04475, eq. 2): the chance of winning is logistic in a constant and in
    tanh of the difference in length over its standard deviation; the length term is then set to 0. `scores` are 1 for
    a win of the candidate, 0.5 for a tie, 0 for a loss; their term for how hard each instruction is needs many
    systems and is left out. One tie of equal length and a normal prior on the length term, of standard deviation 2,
    keep the fit finite. The interval is of the bootstrap over clusters, studentised by the cluster-robust error of
    the constant, no critical value below Student's, and turned from log odds to a rate. Where all were won, or all
    lost, length cannot matter and the interval is Wilson's.

    Raises:
        ValueError: lengths of arguments differ or a score is not within 0 and 1.
    """
    score, gap = np.asarray(scores, dtype=float), np.subtract(lengths, lengths_baseline).astype(float)
    codes = cluster_codes(clusters)
    if not score.shape == gap.shape == codes.shape:
        raise ValueError(f"{score.shape} scores, {gap.shape} pairs of lengths and {codes.shape} clusters do not fit")
    if not ((score >= 0) & (score <= 1)).all():
        raise ValueError("a score lies within 0 and 1")
    size = int(codes.max()) + 1 if len(codes) else 0
    if not len(score):
        return Interval(math.nan, 0.0, 1.0, "no battles", 0, 0, level)
    if score.min() == score.max() in (0.0, 1.0):
        return wilson_interval(float(score.sum()), len(score), level=level, clusters=codes.tolist(), values=score)
    deviation = float(gap.std())
    length = np.tanh(gap / deviation) if deviation > 0 else np.zeros(len(gap))
    ones = np.ones((1, size))
    constant, error = (float(part[0]) for part in _logistic(score, length, codes, ones))
    rate = float(special.expit(constant))
    if size < 2:
        return Interval(rate, 0.0, 1.0, "one cluster, no bounds", len(score), size, level)
    rng = np.random.default_rng(seed)
    scaled: list[Floats] = []
    step = max(1, 1_000_000 // len(score))
    for start in range(0, draws, step):
        times = rng.multinomial(size, np.full(size, 1 / size), size=min(step, draws - start)).astype(float)
        constants, errors = _logistic(score, length, codes, times)
        scaled.append((constants - constant)[errors > 0] / errors[errors > 0])
    critical = t_critical(level, size - 1)
    lower, upper = np.quantile(np.concatenate(scaled), [(1 - level) / 2, (1 + level) / 2])
    low = float(special.expit(constant - max(float(upper), critical) * error))
    high = float(special.expit(constant - min(float(lower), -critical) * error))
    return Interval(rate, low, high, "length-controlled, clustered bootstrap-t", len(score), size, level)


def _fit(first: Any, second: Any, score: Floats, count: int, prior: float) -> tuple[Floats, Floats]:
    """Strengths and the information matrix."""
    strength = np.zeros(count)
    information = np.eye(count)
    for _ in range(100):
        chance = special.expit(strength[first] - strength[second])
        own = special.expit(strength)
        rest = score - chance
        slope = np.bincount(first, weights=rest, minlength=count) - np.bincount(second, weights=rest, minlength=count)
        slope = slope + prior * (1 - 2 * own)
        weight = chance * (1 - chance)
        information = np.zeros((count, count))
        np.add.at(information, (first, first), weight)
        np.add.at(information, (second, second), weight)
        np.add.at(information, (first, second), -weight)
        np.add.at(information, (second, first), -weight)
        information[np.diag_indices(count)] += 2 * prior * own * (1 - own)
        step = np.linalg.solve(information, slope)
        longest = float(np.abs(step).max())
        strength = strength + step * min(1.0, 2.0 / longest if longest else 1.0)
        if longest < 1e-10:
            break
    return strength, information


def _connections(first: Any, second: Any, score: Floats, count: int) -> tuple[int, Any, bool]:
    """Components, the component of each system, and whether within each every system is beaten back to every other."""
    won = sparse.coo_matrix(
        (
            np.concatenate([score, 1 - score]),
            (np.concatenate([first, second]), np.concatenate([second, first])),
        ),
        shape=(count, count),
    ).tocsr()
    won.eliminate_zeros()
    weak, component = csgraph.connected_components(won, directed=True, connection="weak")
    strong, _ = csgraph.connected_components(won, directed=True, connection="strong")
    return int(weak), component, strong == weak


def _half_widths(
    first: Any,
    second: Any,
    score: Floats,
    codes: Any,
    strength: Floats,
    information: Floats,
    component: Any,
    level: float,
) -> Floats:
    """Half the interval of each centred strength."""
    count, size = len(strength), int(codes.max()) + 1
    if size < 2:
        return np.full(count, math.inf)
    rest = score - special.expit(strength[first] - strength[second])
    slopes = np.zeros((size, count))
    np.add.at(slopes, (codes, first), rest)
    np.add.at(slopes, (codes, second), -rest)
    # Centred within its component, a strength is a contrast that the weak prior hardly touches.
    same = component[:, None] == component[None, :]
    centring = np.eye(count) - same / same.sum(axis=1, keepdims=True)
    moved = centring @ np.linalg.solve(information, slopes.T)
    variance = size / (size - 1) * (moved**2).sum(axis=1)
    # Never surer than independent battles would be.
    independent = np.diag(centring @ np.linalg.inv(information) @ centring.T)
    half: Floats = t_critical(level, size - 1) * np.sqrt(np.maximum(variance, independent))
    return half


def _note(components: int, bounded: bool) -> str:
    said = []
    if components > 1:
        said.append(f"the systems fall into {components} groups that never met; strengths are not compared across")
    if not bounded:
        said.append("some systems never lost to the rest, so how far they lead has no upper bound in these battles")
    return "; ".join(said)


def _logistic(score: Floats, length: Floats, codes: Any, times: Floats) -> tuple[Floats, Floats]:
    """Constant of the length-controlled model and its cluster-robust error, (draws,), for weights (draws, clusters)."""
    weight = times[:, codes]
    constant, slope = np.zeros(len(times)), np.zeros(len(times))
    for _ in range(25):
        chance = special.expit(constant[:, None] + slope[:, None] * length)
        rest, curve = weight * (score - chance), weight * chance * (1 - chance)
        own = special.expit(constant)
        down, aside = rest.sum(axis=1) + 0.5 - own, (rest * length).sum(axis=1) - slope / 4
        a = curve.sum(axis=1) + own * (1 - own)
        b, c = (curve * length).sum(axis=1), (curve * length**2).sum(axis=1) + 0.25
        area = a * c - b**2
        steps = (c * down - b * aside) / area, (a * aside - b * down) / area
        constant = constant + np.clip(steps[0], -2, 2)
        slope = slope + np.clip(steps[1], -2, 2)
        if max(float(np.abs(steps[0]).max()), float(np.abs(steps[1]).max())) < 1e-9:
            break
    rest = score - special.expit(constant[:, None] + slope[:, None] * length)
    moved = (c[:, None] * rest - b[:, None] * rest * length) / area[:, None]
    size = times.shape[1]
    member = sparse.csr_matrix((np.ones(len(codes)), (np.arange(len(codes)), codes)), shape=(len(codes), size))
    by_cluster = moved @ member
    variance = (times * by_cluster**2).sum(axis=1) * size / (size - 1) if size > 1 else np.full(len(times), math.inf)
    # Never surer than independent battles would be: where all are won, the sandwich sees no noise.
    return constant, np.sqrt(np.maximum(variance, c / area))
