"""Two systems on the cases that both did, metric by metric: better, worse or undecided."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.workspace import sha256_text
from evals.comparing.cautions import cautions_of, is_comparable
from evals.comparing.pairs import Measured, can_show, detectable, measure, pairs_of, shared_cases, wrote_the_same
from evals.comparing.rules import gating, margin_of
from evals.comparing.tables import Side
from evals.records import Comparison, MetricVerdict, Verdict
from evals.statistics import holm
from evals.statistics.shrinkage import shrunken_systems

MANY = 4
"""Systems from which on it can be told how much of their spread is luck."""


@dataclass(frozen=True)
class _Found:
    """What was measured of one candidate."""

    candidate: Side
    shared: list[str]
    measured: list[Measured]
    cautions: tuple[str, ...]


def compare(baseline: Side, candidate: Side) -> Comparison:
    """Hold one system against another; see `compare_all`."""
    return compare_all(baseline, [candidate])[0]


def compare_all(baseline: Side, candidates: Sequence[Side]) -> list[Comparison]:
    """Hold each candidate against the baseline, on cases of equal name and content.

    A metric is better or worse where its p stays below the alpha of the baseline's suite after Holm's step-down over
    its family and its interval leaves 0 out, and undecided otherwise. A metric's p is the larger of the clustered
    paired t's and the permutation's.
    There are two families: the metrics that gate, of all candidates together, and those that only report. One that
    cannot decide so costs those that can nothing, and a look at many systems is paid for.

    Args:
        baseline: what is compared with; its gate, its clusters and its directions count.
        candidates: of any run; metrics of another version, basis, kind or direction are not compared, and a caution
            says so.

    Returns:
        In the order of the candidates. From four systems on, `shrunken` draws each difference to what the others
        show, so that the best of many is not overstated.
    """
    found = [_measure(baseline, candidate) for candidate in candidates]
    deciding = set(gating(baseline.run))
    adjusted = _adjusted(found, deciding)
    counts = {True: 0, False: 0}
    for one in found:
        for measured in one.measured:
            counts[measured.pairs.use.label in deciding] += 1
    drawn = _shrunken(found)
    return [
        _comparison(
            baseline,
            one,
            [
                _verdict(
                    baseline,
                    measured,
                    p_holm=adjusted[number, measured.pairs.use.label],
                    family=counts[measured.pairs.use.label in deciding],
                    gates=measured.pairs.use.label in deciding,
                    shrunken=drawn.get((number, measured.pairs.use.label)),
                )
                for measured in one.measured
            ],
        )
        for number, one in enumerate(found)
    ]


def _measure(baseline: Side, candidate: Side) -> _Found:
    shared = shared_cases(baseline, candidate)
    measured, cautions = [], list(cautions_of(baseline, candidate, shared))
    same = wrote_the_same(baseline, candidate, shared)
    for use in baseline.run.metrics:
        if not is_comparable(use, candidate.uses.get(use.label)):
            continue
        pairs = pairs_of(baseline, candidate, use, shared, same=same)
        figures = measure(pairs, seed=baseline.run.seed)
        if figures:
            measured.append(figures)
        elif shared:
            cautions.append(_unmeasured(use.label, len(pairs.baseline), pairs.cluster_count))
    return _Found(candidate, shared, measured, tuple(cautions))


def _unmeasured(label: str, cases: int, clusters: int) -> str:
    if not cases:
        return f"{label} is not compared: no shared case has a valid score on both sides."
    if clusters < 2:
        return (
            f"{label} is not compared: all {cases} cases are of one cluster (brief x segment), which shows nothing of "
            "how it varies; add cases of other segments or briefs."
        )
    return f"{label} is not compared: its {clusters} clusters differ by exactly the same, which bounds nothing."


def _adjusted(found: Sequence[_Found], deciding: set[str]) -> dict[tuple[int, str], float]:
    """Holm-adjusted p by candidate and label, each family for itself."""
    adjusted: dict[tuple[int, str], float] = {}
    for decides in (True, False):
        family = [
            ((number, measured.pairs.use.label), measured.p_used)
            for number, one in enumerate(found)
            for measured in one.measured
            if (measured.pairs.use.label in deciding) is decides
        ]
        values = holm([p for _, p in family])
        adjusted |= {key: value for (key, _), value in zip(family, values, strict=True)}
    return adjusted


def _verdict(
    baseline: Side, measured: Measured, *, p_holm: float, family: int, gates: bool, shrunken: float | None
) -> MetricVerdict:
    use = measured.pairs.use
    alpha = baseline.run.gate.alpha
    gain = measured.difference if use.higher_is_better else -measured.difference
    verdict: Verdict = "undecided"
    # The interval of a proportion is wider than its p where few pairs differ; what it holds possible is not decided.
    if p_holm < alpha and measured.low * measured.high > 0:
        verdict = "better" if gain > 0 else "worse"
    # Holm's first step asks this of the smallest p: what is found at this level is found whatever the others show.
    level = 1 - alpha / family
    least = detectable(measured.pairs, level=level)
    return MetricVerdict(
        metric=use.label,
        baseline=measured.baseline,
        candidate=measured.candidate,
        difference=measured.difference,
        low=measured.low,
        high=measured.high,
        p=measured.p,
        p_holm=p_holm,
        p_mcnemar=measured.p_mcnemar,
        p_permutation=measured.p_permutation,
        cases=len(measured.pairs.baseline),
        clusters=measured.pairs.cluster_count,
        margin=margin_of(baseline, use.label) if gates else 0.0,
        detectable=least,
        higher_is_better=use.higher_is_better,
        gates=gates,
        verdict=verdict,
        why=_why(measured, verdict, p_holm, family, least, level),
        shrunken=shrunken,
    )


def _why(measured: Measured, verdict: Verdict, p_holm: float, family: int, least: float | None, level: float) -> str:
    """One sentence."""
    pairs = measured.pairs
    if pairs.same:
        return f"Both wrote the same, word for word, on all {len(pairs.baseline)} cases."
    told = f"A difference of {measured.difference:+.3g}"
    among = "" if family == 1 else f" after Holm over {family} tests"
    if verdict != "undecided":
        way = "" if pairs.use.higher_is_better else ", of which less is better,"
        return f"{told}{way} is more than chance makes of {pairs.cluster_count} clusters (p {p_holm:.2g}{among})."
    if not can_show(pairs.cluster_count, level):
        return f"{pairs.cluster_count} clusters are too few to tell any difference from chance{among}; add clusters."
    if least is None:
        return f"{told} is no more than chance makes (p {p_holm:.2g}{among})."
    return f"{told} may be chance (p {p_holm:.2g}{among}); one of {least:.3g} would be found in four of five such runs."


def _comparison(baseline: Side, one: _Found, verdicts: Sequence[MetricVerdict]) -> Comparison:
    told = "\n".join(f"{name} {baseline.hashes[name]}" for name in one.shared)
    return Comparison(
        baseline=baseline.name,
        candidate=one.candidate.name,
        metrics=tuple(verdicts),
        cases=len(one.shared),
        shared_cases_sha256=sha256_text(told),
        cautions=one.cautions,
    )


def _shrunken(found: Sequence[_Found]) -> dict[tuple[int, str], float]:
    """Differences of many candidates without what the best owe to luck, by candidate and label.

    The baseline is one of the systems that are drawn to their common mean, on the cases that all of them did: where
    nothing differs in truth, every difference goes to 0.
    """
    drawn: dict[tuple[int, str], float] = {}
    for label in dict.fromkeys(measured.pairs.use.label for one in found for measured in one.measured):
        rows = [
            (number, measured.pairs)
            for number, one in enumerate(found)
            for measured in one.measured
            if measured.pairs.use.label == label
        ]
        if len(rows) + 1 < MANY:
            continue
        tables = [{row.case: row for row in pairs.baseline} for _, pairs in rows]
        common = [name for name in tables[0] if all(name in table for table in tables)]
        clusters = [tables[0][name].cluster for name in common]
        if len(set(clusters)) < 2:
            continue
        means = [[tables[0][name].mean for name in common]]
        for _, pairs in rows:
            of_case = {row.case: row.mean for row in pairs.candidate}
            means.append([of_case[name] for name in common])
        try:
            baseline, *candidates = shrunken_systems(np.array(means), clusters)
        except ValueError:
            # All differ by the same on every case: there is no luck to take out.
            continue
        for (number, _), value in zip(rows, candidates, strict=True):
            drawn[number, label] = value.estimate - baseline.estimate
    return drawn
