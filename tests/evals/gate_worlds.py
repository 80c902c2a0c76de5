"""Made-up worlds with a known truth, to see how often the gate is wrong."""

from collections import Counter

import numpy as np
from scipy import special

from evals.comparing.gate import gate
from evals.comparing.tables import Judged, Side
from evals.records import Case, Gate, MetricUse, Run, Score, System

METRICS = (
    ("checks", "proportion", True),
    ("grounded", "proportion", True),
    ("fit", "mean", True),
    ("spam", "mean", False),
)


def decisions(
    worlds: int,
    *,
    clusters: int = 20,
    cases: int = 2,
    samples: int = 3,
    loss: float = 0.0,
    margin: float = 0.1,
    base: float = 0.8,
    seed: int = 7,
) -> Counter[str]:
    """How often each decision comes in so many worlds of two proportions and two means.

    Args:
        worlds: how many gates are held.
        clusters: of the suite; cases of one share half of the variance.
        cases: of each cluster.
        samples: of each case.
        loss: true loss of `checks`, a proportion, in the candidate; the others do not change.
        margin: of every metric; of the means in units of a standard deviation over cases.
        base: rate of the proportions.
        seed: of the worlds.
    """
    rng = np.random.default_rng(seed)
    named = tuple(
        Case(case=f"{cluster}.{case}", cluster=str(cluster)) for cluster in range(clusters) for case in range(cases)
    )
    rules = Gate(margin={label: margin * (1.0 if kind == "proportion" else 1.5) for label, kind, _ in METRICS})
    run = _run(named, samples, rules)
    found: Counter[str] = Counter()
    for _ in range(worlds):
        sides = [
            _side(run, values, mark)
            for mark, values in zip("AB", _values(rng, clusters, cases, samples, base, loss), strict=True)
        ]
        found[gate(*sides).verdict] += 1
    return found


def _values(
    rng: np.random.Generator, clusters: int, cases: int, samples: int, base: float, loss: float
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Label -> (cases, samples) of baseline and candidate. What is hard for one is hard for the other.

    The systems' own difference varies from cluster to cluster as well, about nothing.
    """
    both: tuple[dict[str, np.ndarray], dict[str, np.ndarray]] = ({}, {})
    for label, kind, _ in METRICS:
        hard = np.repeat(rng.normal(size=clusters), cases) + rng.normal(size=clusters * cases)
        for number, values in enumerate(both):
            own = np.repeat(rng.normal(scale=0.3, size=clusters), cases)
            if kind == "mean":
                values[label] = (hard + own)[:, None] + rng.normal(size=(clusters * cases, samples))
                continue
            lost = loss if label == "checks" and number else 0.0
            # A sum of normals with this variance in all: the share below the quantile of a rate is that rate.
            spread = np.sqrt(2 + 0.09 + 1)
            noise = rng.normal(size=(clusters * cases, samples))
            values[label] = ((hard + own)[:, None] + noise < special.ndtri(base - lost) * spread).astype(float)
    return both


def _run(cases: tuple[Case, ...], samples: int, rules: Gate) -> Run:
    return Run(
        run="worlds",
        suite="worlds",
        target="prompt",
        suite_sha256="sha256:0",
        samples=samples,
        seed=7,
        cases=cases,
        systems=(System(system="only"),),
        metrics=tuple(
            MetricUse.model_validate(
                {"label": label, "metric": label, "version": 1, "kind": kind, "higher_is_better": up, "gates": True}
            )
            for label, kind, up in METRICS
        ),
        gate=rules,
        created_at="2026-01-01T00:00:00Z",
        finished_at="2026-01-01T00:01:00Z",
    )


def _side(run: Run, values: dict[str, np.ndarray], mark: str) -> Side:
    # Records are made without being checked: a thousand worlds are a million scores.
    judged = tuple(
        Judged.model_construct(
            case=case.case,
            sample=sample,
            state="answered",
            output_sha256=f"{mark} {case.case} {sample}",
            scores=tuple(
                Score.model_construct(metric=label, version=1, state="valid", value=float(values[label][at, sample]))
                for label, _, _ in METRICS
            ),
        )
        for at, case in enumerate(run.cases)
        for sample in range(run.samples)
    )
    return Side(run, run.systems[0], judged, "sha256:0")
