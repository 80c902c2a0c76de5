"""Whether a sample says the same as another sample of its case."""

from collections.abc import Sequence

from evals.metrics import content_diversity
from evals.metrics.content_diversity import NEAR
from evals.metrics.metric import Metric, Subject
from evals.records import Score, invalid, scored

NAME, VERSION = "near_duplicates", 1


def measure_all(subjects: Sequence[Subject]) -> dict[int, Score]:
    """1 where another sample of the case is as alike as 0.85 or more, as `content_diversity` tells likeness.

    Its options and what makes it invalid are those of that metric.
    """
    return {
        at: invalid(NAME, VERSION, score.explanation)
        if score.value is None
        else scored(NAME, VERSION, score.value <= 1 - NEAR, score.explanation)
        for at, score in content_diversity.measure_all(subjects).items()
    }


METRIC = Metric(
    name=NAME,
    version=VERSION,
    kind="proportion",
    higher_is_better=False,
    description="another sample of the case says the same",
    measure_all=measure_all,
    check_options=content_diversity.check_options,
)
