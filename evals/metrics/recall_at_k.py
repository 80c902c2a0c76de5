"""How much of what is relevant was found among the first k."""

from evals.metrics.metric import Metric, Subject
from evals.metrics.ranking import K, check_k, gains_of, ranks_of
from evals.records import Score, invalid, scored

NAME, VERSION = "recall_at_k", 1


def measure(subject: Subject) -> Score:
    """Relevant documents among the first `k` over all that are relevant, whatever their gains.

    Fewer than `k` that were found are taken as they are. Where more than `k` are relevant, 1 cannot be reached, and
    the explanation says what can.
    """
    gains = gains_of(subject)
    if isinstance(gains, str):
        return invalid(NAME, VERSION, gains)
    ranks = ranks_of(subject, gains)
    if isinstance(ranks, str):
        return invalid(NAME, VERSION, ranks)
    k = subject.options.get("k", K)
    found = sum(rank.relevant for rank in ranks[:k])
    most = f"; at most {k / len(gains):.2g} can be reached" if len(gains) > k else ""
    return scored(NAME, VERSION, found / len(gains), f"{found:g} of {len(gains)} are among the first {k}{most}")


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="mean",
    higher_is_better=True,
    description="share of the relevant documents that are among the first k",
    measure=measure,
    check_options=check_k,
)
