"""One metric on the cases that two sides share: the paired values and what is measured on them."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from evals.comparing.tables import CaseValues, Side, values_of
from evals.records import MetricUse
from evals.statistics import (
    Difference,
    detectable_difference,
    mcnemar_p,
    paired_difference,
    permutation_p,
    spread_of_pilot,
)

_NOTHING = 1e-12


@dataclass(frozen=True)
class Pairs:
    """Values of one metric on the cases where both sides have a valid one, in the order of the baseline's suite."""

    use: MetricUse
    baseline: tuple[CaseValues, ...]
    candidate: tuple[CaseValues, ...]
    same: bool
    """Whether both sides wrote the same, word for word, on every shared case, with the same scores."""

    @property
    def clusters(self) -> list[str]:
        """Of each case."""
        return [row.cluster for row in self.baseline]

    @property
    def cluster_count(self) -> int:
        """How many there are."""
        return len(set(self.clusters))


@dataclass(frozen=True)
class Measured:
    """What the pairs of one metric say, before metrics are looked at together."""

    pairs: Pairs
    baseline: float
    candidate: float
    difference: float
    low: float
    high: float
    p: float
    p_permutation: float
    p_mcnemar: float | None

    @property
    def p_used(self) -> float:
        """The p that verdicts go by: the larger of the t test's and the permutation's.

        The t test is too sure where few pairs differ or clusters are few; flipping signs is not. Where clusters are
        many and differences are not rare, they agree.
        """
        return max(self.p, self.p_permutation)


def shared_cases(baseline: Side, candidate: Side) -> list[str]:
    """Cases of one name and one content, in the order of the baseline's suite."""
    return [name for name, told in baseline.hashes.items() if candidate.hashes.get(name) == told]


def wrote_the_same(baseline: Side, candidate: Side, shared: Sequence[str]) -> bool:
    """Whether all outputs on the shared cases are the same, word for word."""
    return all(_outputs(baseline, name) == _outputs(candidate, name) for name in shared)


def pairs_of(baseline: Side, candidate: Side, use: MetricUse, shared: Sequence[str], *, same: bool) -> Pairs:
    """The pairs of one metric; a case without a valid score on either side is none.

    `same` says whether the outputs are; scores of one text may still differ, where a model judged them.
    """
    before, after = values_of(baseline, use.label), values_of(candidate, use.label)
    had = [name for name in shared if name in before and name in after]
    both = [name for name in had if before[name].values and after[name].values]
    alike = same and all(
        (before[name].values, before[name].invalid) == (after[name].values, after[name].invalid) for name in had
    )
    return Pairs(use, tuple(before[name] for name in both), tuple(after[name] for name in both), alike)


def measure(pairs: Pairs, *, seed: int) -> Measured | None:
    """The paired, clustered difference of a metric at 95%; None where fewer than two clusters leave no interval.

    - A case's value is the mean over its samples; p and the interval are those of `paired_difference`.
    - The interval of a proportion has one further case that only the baseline got right and one that only the
      candidate did: Bonett and Price's adjustment (2012), whose two pseudo-pairs keep the interval honest where few
      pairs differ. Without it, forty cases that all passed twice would show that nothing can ever fail.
    - McNemar's exact test takes one trial a case: the first sample that both sides have a valid score of. It knows
      nothing of clusters or further samples and decides nothing.
    - Where both sides wrote the same, word for word, the change did nothing here: the difference is 0, without doubt.
    """
    if pairs.cluster_count < 2:
        return None
    before, after = [row.mean for row in pairs.baseline], [row.mean for row in pairs.candidate]
    clusters = pairs.clusters
    found = paired_difference(before, after, clusters)
    bounds = _adjusted(before, after, clusters) if pairs.use.kind == "proportion" else found
    low, high = bounds.low, bounds.high
    if pairs.same:
        low = high = 0.0
    elif not (math.isfinite(low) and math.isfinite(high)):
        return None
    if pairs.use.kind == "proportion":
        low, high = max(-1.0, low), min(1.0, high)
    differences = [late - early for early, late in zip(before, after, strict=True)]
    return Measured(
        pairs=pairs,
        baseline=sum(before) / len(before),
        candidate=sum(after) / len(after),
        # Thirds do not add up to nothing in floating point.
        difference=found.estimate if abs(found.estimate) > _NOTHING else 0.0,
        low=low,
        high=high,
        p=found.p,
        p_permutation=permutation_p(differences, clusters, seed=seed),
        p_mcnemar=_mcnemar(pairs) if pairs.use.kind == "proportion" else None,
    )


def detectable(pairs: Pairs, *, level: float) -> float | None:
    """The smallest true difference that four of five such runs would find, from the variance that was seen.

    None where so few clusters cannot show any difference at this level, or nothing varied to plan with.
    """
    if not can_show(pairs.cluster_count, level) or pairs.same:
        return None
    rows = [
        (early.cluster, early.case, number, one, other)
        for early, late in zip(pairs.baseline, pairs.candidate, strict=True)
        for number, (one, other) in enumerate(zip(early.values.values(), late.values.values(), strict=False))
    ]
    spread = spread_of_pilot(rows)
    sizes = list(Counter(pairs.clusters).values())
    # The noise of a case's mean goes by one over its samples, so theirs is the harmonic mean.
    counts = [len(row.values) for row in (*pairs.baseline, *pairs.candidate)]
    samples = max(1, round(len(counts) / sum(1 / count for count in counts)))
    found = detectable_difference(
        clusters=len(sizes),
        cases=len(pairs.baseline),
        samples=samples,
        sd_between=spread.sd_between,
        sd_within=spread.sd_within,
        sd_case=spread.sd_case,
        level=level,
        cluster_sizes=sizes,
    )
    return found if 0 < found < math.inf else None


def can_show(clusters: int, level: float) -> bool:
    """Whether so many clusters could show a difference if all of them pointed one way: of k, 2^(1 - k) by chance."""
    return 2.0 ** (1 - clusters) <= 1 - level


def _adjusted(before: Sequence[float], after: Sequence[float], clusters: Sequence[str]) -> Difference:
    """The paired difference with a case more for each side, each a cluster of its own.

    They weigh as cases and not as whole clusters: where few pairs differ, which is where they count, cases of one
    cluster are nearly independent, for rare outcomes hardly correlate (Gulliford et al. 2005).
    """
    labels = [(0, name) for name in clusters] + [(1, "baseline"), (1, "candidate")]
    return paired_difference([*before, 1.0, 0.0], [*after, 0.0, 1.0], labels)


def _mcnemar(pairs: Pairs) -> float:
    only_baseline = only_candidate = 0
    for early, late in zip(pairs.baseline, pairs.candidate, strict=True):
        common = sorted(early.values.keys() & late.values.keys())
        if common:
            one, other = early.values[common[0]], late.values[common[0]]
            only_baseline += one > other
            only_candidate += other > one
    return mcnemar_p(only_baseline, only_candidate)


def _outputs(side: Side, case: str) -> list[tuple[int, str, str]]:
    return sorted((trial.sample, trial.state, trial.output_sha256) for trial in side.by_case.get(case, ()))
