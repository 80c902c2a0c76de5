"""Whether segments hold: stability, worth on days kept back, and drift against the version before."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from assistant.records.base import Record


class CertificateSettings(Record):
    """How a segmentation is put to the test, and what a segment must reach."""

    resamples: int = Field(default=50, ge=2, le=1000, description="bootstrap samples behind stability")
    min_jaccard: float = Field(default=0.75, gt=0, le=1, description="the bar of a segment's mean bootstrap Jaccard")
    min_share: float = Field(default=0.03, ge=0, lt=0.5, description="the smallest share of customers of a segment")
    min_group_size: int = Field(default=20, ge=2, description="the fewest customers of a segment")
    horizon_days: int = Field(default=90, ge=1, le=730, description="days kept back to judge by")
    min_history_days: int = Field(default=180, ge=1, description="days with orders before an earlier cutoff")
    max_cutoffs: int = Field(default=4, ge=1, le=24, description="earlier cutoffs, each a horizon before the next")
    folds: int = Field(default=5, ge=2, le=20)
    repeats: int = Field(default=5, ge=1, le=50, description="times the folds are drawn anew")
    draws: int = Field(default=2000, ge=100, le=100_000, description="bootstrap draws behind an interval")
    seed: int = 7


class Range(Record):
    """A measure over bootstrap resamples."""

    mean: float
    low: float = Field(description="5th percentile of the resamples")
    high: float = Field(description="95th percentile of the resamples")


class Interval(Record):
    """A value with its bootstrap interval over customers."""

    value: float
    low: float
    high: float


class Verdict(StrEnum):
    """What segments add to RFM quintiles on one target."""

    ADDS = "adds"
    NOTHING = "adds nothing that could be told from chance"
    TAKES = "explains less"
    UNKNOWN = "cannot be said"


class SegmentCertificate(Record):
    """One segment put to the test."""

    segment: str
    customers: int
    customer_share: float = Field(description="of all customers with an order, assigned or not")
    revenue_minor: int = Field(description="minor units")
    revenue_share: float
    jaccard: Range | None = Field(description="with its best match in fits on resampled customers; None: not measured")
    ari: Range | None = Field(
        description="adjusted Rand index of this segment and the rest with its best match and rest"
    )
    silhouette: float | None = Field(description="mean over its customers, -1 to 1; None: not measured")
    certified: bool
    reasons: tuple[str, ...] = Field(description="why it is below the bar; empty where it is certified")


class HoldoutScore(Record):
    """One target over the days after one earlier cutoff, out of sample."""

    as_of: str = Field(description="ISO date of the earlier cutoff; the horizon begins with that day")
    target: str
    customers: int = Field(description="with an order before the cutoff; at most 50,000 are drawn")
    mean: float = Field(description="of the target over these customers, in its unit")
    rfm: float | None = Field(description="R2 (Brier skill of a yes or no) of RFM quintiles; None: cannot be said")
    segments: float | None = Field(description="of the segments alone")
    both: float | None = Field(description="of RFM quintiles and segments")
    gain: Interval | None = Field(description="both - rfm, paired over customers, with a 95% interval by itself")
    verdict: Verdict
    note: str = Field(default="", description="why nothing can be said")


class TargetVerdict(Record):
    """One target over all earlier cutoffs."""

    target: str
    label: str = Field(description="the target in a reader's words")
    headline: bool = Field(description="whether the summary speaks of it")
    rfm: float | None = Field(description="mean over the cutoffs, as the following")
    both: float | None
    gain: Interval | None = Field(
        description="the mean gain; customers are drawn once for all cutoffs, and the intervals of the headline "
        "targets hold together at 95%"
    )
    verdict: Verdict
    sentence: str


class OverTime(Record):
    """The same method fitted at an earlier cutoff, on today's customers, beside today's segments."""

    as_of: str
    customers: int = Field(description="it was fitted on")
    ari: float = Field(description="adjusted Rand index of the two partitions of today's customers")
    jaccards: tuple[float, ...] = Field(description="each of today's segments with its best match")


class Certificate(Record):
    """A segmentation, an audience or a brought segmentation put to the test."""

    as_of: str
    settings: CertificateSettings
    coverage_customers: float = Field(description="share of all customers with an order that are in a segment")
    coverage_revenue: float
    ari: Range | None = Field(description="adjusted Rand index of the partition with fits on resampled customers")
    silhouette: float | None = Field(description="mean over at most 5,000 customers")
    stability_note: str = Field(description="why stability was not measured; empty where it was")
    segments: tuple[SegmentCertificate, ...]
    scores: tuple[HoldoutScore, ...] = Field(description="by cutoff, latest first, then by target")
    targets: tuple[TargetVerdict, ...] = Field(description="pooled over the cutoffs")
    holdout_note: str = Field(description="what the holdout cannot say, or why there is none; may be empty")
    over_time: tuple[OverTime, ...]
    summary: str = Field(description="one sentence")

    def of(self, segment: str) -> SegmentCertificate:
        """One segment's certificate.

        Raises:
            KeyError: there is no such segment.
        """
        for own in self.segments:
            if own.segment == segment:
                return own
        raise KeyError(segment)


class Shift(Record):
    """The population stability index of one distribution between two versions."""

    name: str = Field(description="a feature, or `segments` for the shares of the segments")
    psi: float = Field(description="sum over bins of (now - before) ln(now / before)")
    chance: float = Field(description="95th percentile of the index where nothing has changed, for so many customers")
    reading: Literal["stable", "some shift", "large shift"] = Field(description="below .1, below .25, from .25 on")


class Migration(Record):
    """Customers of both versions, from the earlier segment (row) to the later one (column).

    An empty id at the end stands for those in no segment, where there are any.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    ari: float = Field(description="adjusted Rand index of the two partitions of these customers")


class Drift(Record):
    """A segmentation beside the version before it."""

    before: str = Field(description="ISO date of the earlier version")
    now: str
    customers: int = Field(description="in both versions")
    came: int = Field(description="customers in the later version only")
    went: int = Field(description="customers in the earlier version only")
    features: tuple[Shift, ...] = Field(description="the features that distance is measured on, largest index first")
    segments: Shift
    shares_before: tuple[float, ...] = Field(description="of the earlier segments, as they were assigned then")
    shares_now: tuple[float, ...] = Field(description="of the earlier segments, assigned by the frozen model today")
    frozen: Migration = Field(description="columns: the earlier version's frozen model on today's features")
    stayed: float = Field(description="share of customers of both versions that the frozen model left where they were")
    refit: Migration = Field(description="columns: the later version's own segments")
    relabelled: float = Field(
        description="adjusted Rand index of the frozen model with the later version, on today's customers: "
        "what refitting alone has reshuffled, below 1"
    )
    advice: Literal["keep", "watch", "refit"]
    summary: str = Field(description="one sentence, with what to do")
