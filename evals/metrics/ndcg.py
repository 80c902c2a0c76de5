"""How well the best documents stand first."""

from collections.abc import Iterable
from math import log2

from evals.metrics.metric import Metric, Subject
from evals.metrics.ranking import K, check_k, gains_of, ranks_of
from evals.records import Score, invalid, scored

NAME, VERSION = "ndcg", 1


def measure(subject: Subject) -> Score:
    """Normalised discounted cumulated gain of the first `k` (Järvelin and Kekäläinen 2002), from 0 to 1.

    The sum of gain / log2(rank + 1), over that of the best order of all relevant documents, found or not. Gains are
    taken as they are, not raised to a power.
    """
    gains = gains_of(subject)
    if isinstance(gains, str):
        return invalid(NAME, VERSION, gains)
    ranks = ranks_of(subject, gains)
    if isinstance(ranks, str):
        return invalid(NAME, VERSION, ranks)
    k = subject.options.get("k", K)
    found = _discounted(rank.gain for rank in ranks[:k])
    ideal = _discounted(sorted(gains.values(), reverse=True)[:k])
    # Equal sums, added in another order, may differ in their last digit.
    return scored(NAME, VERSION, min(1.0, found / ideal), f"{found:.3g} of {ideal:.3g} among the first {k}")


def _discounted(gains: Iterable[float]) -> float:
    return sum(gain / log2(rank + 1) for rank, gain in enumerate(gains, start=1))


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="mean",
    higher_is_better=True,
    description="how near the order of documents is to the best one",
    measure=measure,
    check_options=check_k,
)
