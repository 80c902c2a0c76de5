"""What a judge's word is worth, against people's labels."""

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from evals.statistics.families import benjamini_yekutieli
from evals.statistics.intervals import Interval, wilson_interval
from evals.statistics.pairing import Difference, paired_difference

Align = Callable[[Hashable, Sequence[Hashable]], float]


@dataclass(frozen=True)
class AltTest:
    """Whether a judge may stand in for an annotator."""

    winning_rate: float
    """Omega: the share of annotators whom the judge is not worse than, by more than epsilon, at the level asked for."""
    passes: bool
    """Omega is at least one half."""
    advantage: float
    """Mean chance that the judge is at least as close to the others as the annotator left out is."""
    p: Mapping[str, float]
    """Of each annotator, adjusted (Benjamini and Yekutieli)."""
    instances: Mapping[str, int]
    epsilon: float
    note: str
    """What makes the result weak; empty where nothing does."""


@dataclass(frozen=True)
class Accuracy:
    """How often a judge sees what is there, and how often it sees what is not."""

    sensitivity: Interval
    """Of the truly positive, the share judged positive."""
    specificity: Interval
    """Of the truly negative, the share judged negative."""


@dataclass(frozen=True)
class PositionBias:
    """A pairwise judge asked in both orders."""

    inconsistent: Interval
    """Share of pairs whose winner changes with the order."""
    first: Difference
    """How much more often the first answer shown is chosen than the second, over all askings; 0: no bias."""


def same_label(one: Hashable, others: Sequence[Hashable]) -> float:
    """Share of the others who gave the same label: the alignment of categories."""
    return sum(1 for other in others if one == other) / len(others)


def near_value(one: Hashable, others: Sequence[Hashable]) -> float:
    """Minus the root mean squared distance from the others: the alignment of numbers."""
    gaps = np.asarray(others, dtype=float) - np.asarray(one, dtype=float)
    return -float(np.sqrt((gaps**2).mean()))


def alt_test(
    humans: Mapping[str, Mapping[str, Hashable]],
    judge: Mapping[str, Hashable],
    *,
    epsilon: float = 0.2,
    alpha: float = 0.05,
    align: Align = same_label,
    least: int = 30,
) -> AltTest:
    """The alternative annotator test (Calderon, Reichart and Dror, arXiv 2501.10970, sections 3 and 4).

    `humans` is annotator -> (item -> label), `judge` item -> label. Each annotator in turn is left out; on every item
    that the judge and at least one more person labelled, it is seen who is closer to the rest. Of an annotator the
    null hypothesis is that the judge wins less often by epsilon or more; a one-sided t test over items decides, at
    alpha after Benjamini and Yekutieli. The paper has epsilon 0.2 for experts, 0.15 for skilled people and 0.1 for a
    crowd. An annotator with fewer than `least` items is left out, and the note says so.

    Raises:
        ValueError: fewer than three annotators: leaving one out leaves nobody to agree on.
    """
    if len(humans) < 3:
        raise ValueError(f"the alt-test needs three annotators; there are {len(humans)}")
    p: dict[str, float] = {}
    counts: dict[str, int] = {}
    advantages: list[float] = []
    few: list[str] = []
    for name, labels in humans.items():
        wins, losses = _duels(name, labels, humans, judge, align)
        counts[name] = len(wins)
        if len(wins) < max(2, least):
            few.append(name)
            continue
        advantages.append(float(np.mean(wins)))
        p[name] = _less_than(np.asarray(losses) - np.asarray(wins), epsilon)
    adjusted = dict(zip(p, benjamini_yekutieli(list(p.values())), strict=True))
    rate = sum(value < alpha for value in adjusted.values()) / len(adjusted) if adjusted else math.nan
    note = f"fewer than {least} items of {', '.join(few)}, left out" if few else ""
    advantage = float(np.mean(advantages)) if advantages else math.nan
    return AltTest(rate, bool(rate >= 0.5), advantage, adjusted, counts, epsilon, note)


def sensitivity_specificity(
    truth: Sequence[bool], judged: Sequence[bool], *, clusters: Sequence[Hashable] | None = None, level: float = 0.95
) -> Accuracy:
    """A judge's verdicts (n,) against the truth (n,), each rate with Wilson's interval, over clusters where given."""
    real, said = np.asarray(truth, dtype=bool), np.asarray(judged, dtype=bool)
    if real.shape != said.shape:
        raise ValueError(f"{real.shape} labels are not paired with {said.shape} verdicts")
    labels = None if clusters is None else np.array([repr(label) for label in clusters])

    def rate(right: np.ndarray, chosen: np.ndarray) -> Interval:
        hits = right[chosen].astype(float)
        groups = None if labels is None else labels[chosen].tolist()
        values = None if labels is None else hits
        return wilson_interval(float(hits.sum()), len(hits), level=level, clusters=groups, values=values)

    return Accuracy(rate(said, real), rate(~said, ~real))


def corrected_rate(
    passed: float,
    judged: float,
    *,
    true_positive: int,
    positives: int,
    true_negative: int,
    negatives: int,
    level: float = 0.95,
) -> Interval:
    """The true pass rate behind a judge's, by Rogan and Gladen (1978), with what is not known of judge and of test.

    `passed` of `judged` outputs passed; on labelled outputs the judge saw `true_positive` of `positives` and
    `true_negative` of `negatives`. The interval is of Lang and Reiczigel (2014), as Lee et al. have it (arXiv
    2511.21140, algorithm 1). For a test in clusters give `judged` and `passed` divided by the design effect. The
    estimate is held within 0 and 1. A judge who is no better than chance (sensitivity and specificity add up to 1 or
    less, or might, once both are smoothed) says nothing: NaN, from 0 to 1.

    Raises:
        ValueError: a count does not fit, or there is no positive, negative or judged output.
    """
    pairs = ((passed, judged), (true_positive, positives), (true_negative, negatives))
    if any(total <= 0 or not 0 <= part <= total for part, total in pairs):
        raise ValueError(f"counts are parts of wholes above 0; {pairs} are not")
    z = float(special.ndtri((1 + level) / 2))
    raw, seen, rejected = (part / total for part, total in pairs)
    rate = (passed + z**2 / 2) / (judged + z**2)
    sensitivity, specificity = (true_positive + 1) / (positives + 2), (true_negative + 1) / (negatives + 2)
    power, count = sensitivity + specificity - 1, int(judged)
    if seen + rejected <= 1 or power <= 0:
        return Interval(math.nan, 0.0, 1.0, "judge no better than chance", count, count, level)
    centre = (rate + specificity - 1) / power
    noise_positive = sensitivity * (1 - sensitivity) / (positives + 2)
    noise_negative = specificity * (1 - specificity) / (negatives + 2)
    shift = 2 * z**2 * (centre * noise_positive - (1 - centre) * noise_negative)
    noise = rate * (1 - rate) / (judged + z**2) + (1 - centre) ** 2 * noise_negative + centre**2 * noise_positive
    half = z * math.sqrt(noise) / power
    estimate = min(1.0, max(0.0, (raw + rejected - 1) / (seen + rejected - 1)))
    low, high = (min(1.0, max(0.0, centre + shift + side * half)) for side in (-1, 1))
    return Interval(estimate, low, high, "Rogan-Gladen, Lang-Reiczigel", count, count, level)


def position_bias(
    one_first: Sequence[float], other_first: Sequence[float], clusters: Sequence[Hashable], *, level: float = 0.95
) -> PositionBias:
    """A pairwise judge's bias for a place, from verdicts in both orders, (n,) each.

    A verdict is 1 where the first of the two answers (the same in both lists, whatever the order shown) won, 0 where
    the second did, 0.5 for a tie. `one_first` was asked with the first answer shown first, `other_first` with it
    shown second.
    """
    shown_first, shown_second = np.asarray(one_first, dtype=float), np.asarray(other_first, dtype=float)
    changed = (shown_first != shown_second).astype(float)
    inconsistent = wilson_interval(
        float(changed.sum()), len(changed), level=level, clusters=list(clusters), values=changed
    )
    return PositionBias(inconsistent, paired_difference(shown_second, shown_first, clusters, level=level))


def length_bias(
    longer_judge: Sequence[float], longer_people: Sequence[float], clusters: Sequence[Hashable], *, level: float = 0.95
) -> Difference:
    """How much more often the judge picks the longer answer than people do, on the same pairs, (n,) each.

    1 where the longer one was picked, 0 where the shorter, 0.5 for a tie; pairs of equal length are left out.
    """
    return paired_difference(longer_people, longer_judge, clusters, level=level)


def _duels(
    name: str,
    labels: Mapping[str, Hashable],
    humans: Mapping[str, Mapping[str, Hashable]],
    judge: Mapping[str, Hashable],
    align: Align,
) -> tuple[list[float], list[float]]:
    """Per item, whether the judge is at least as close to the others as this annotator, and the reverse."""
    wins: list[float] = []
    losses: list[float] = []
    for item, label in labels.items():
        others = [told[item] for other, told in humans.items() if other != name and item in told]
        if item in judge and others:
            of_judge, of_person = align(judge[item], others), align(label, others)
            wins.append(float(of_judge >= of_person))
            losses.append(float(of_person >= of_judge))
    return wins, losses


def _less_than(values: np.ndarray, bound: float) -> float:
    """One-sided p of a t test that the mean of values (n,) lies below a bound."""
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    gap = float(values.mean()) - bound
    if error == 0:
        return 0.0 if gap < 0 else 1.0
    return float(special.stdtr(len(values) - 1, gap / error))
