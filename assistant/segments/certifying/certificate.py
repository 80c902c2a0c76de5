"""A segmentation put to the test: does it hold, and does it say anything about later days?"""

import numpy as np
import pandas as pd

from assistant.data import Cutoff, Tables
from assistant.records.certificates import Certificate, CertificateSettings, SegmentCertificate
from assistant.segments.certifying.candidate import Candidate
from assistant.segments.certifying.holdout import measure_holdout
from assistant.segments.certifying.stability import Stability, measure_stability, silhouettes
from assistant.segments.certifying.wording import certificate_summary
from assistant.segments.clustering import Labels


def certify(
    tables: Tables, cutoff: Cutoff, features: pd.DataFrame, candidate: Candidate, settings: CertificateSettings
) -> Certificate:
    """Measure stability, separation, size, coverage and holdout value of groups of customers.

    Args:
        tables: the canonical tables.
        cutoff: the one that `features` were computed with.
        features: the customer table, one row a customer, in the order of `candidate.labels`.
        candidate: what is judged.
        settings: how, and the bars.

    Returns:
        The certificate; a segment below a bar says which.
    """
    groups = len(candidate.segments)
    stability = None
    if candidate.refit is not None:
        stability = measure_stability(
            features, candidate.labels, groups, candidate.refit, settings.resamples, settings.seed
        )
    silhouette: tuple[float | None, tuple[float | None, ...]] = (None, (None,) * groups)
    if candidate.scaled is not None:
        silhouette = silhouettes(candidate.scaled, candidate.labels, groups, settings.seed)
    holdout = measure_holdout(tables, cutoff, features, candidate, settings)
    revenue = features["monetary_minor"].to_numpy(dtype=np.int64)
    inside = candidate.labels >= 0
    segments = tuple(
        _segment(candidate, place, revenue, stability, silhouette[1][place], settings) for place in range(groups)
    )
    return Certificate(
        as_of=cutoff.as_of.isoformat(),
        settings=settings,
        coverage_customers=float(inside.mean()) if len(inside) else 0.0,
        coverage_revenue=_share(int(revenue[inside].sum()), int(revenue.sum())),
        ari=stability.ari if stability else None,
        silhouette=silhouette[0],
        stability_note=candidate.stability_note,
        segments=segments,
        scores=holdout.scores,
        targets=holdout.targets,
        holdout_note=holdout.note,
        over_time=holdout.over_time,
        summary=certificate_summary(segments, holdout.targets, settings.horizon_days),
    )


def _segment(
    candidate: Candidate,
    place: int,
    revenue: Labels,
    stability: Stability | None,
    silhouette: float | None,
    settings: CertificateSettings,
) -> SegmentCertificate:
    inside = candidate.labels == place
    customers = int(inside.sum())
    share = _share(customers, len(inside))
    jaccard = stability.jaccards[place] if stability else None
    reasons = []
    if jaccard is not None and jaccard.mean < settings.min_jaccard:
        reasons.append(
            f"fits on resampled customers find it again with a mean Jaccard of {jaccard.mean:.2f}; "
            f"the bar is {settings.min_jaccard:.2f}"
        )
    if share < settings.min_share:
        reasons.append(f"it holds {share:.1%} of customers; the bar is {settings.min_share:.1%}")
    if customers < settings.min_group_size:
        reasons.append(f"it holds {customers} customers; the bar is {settings.min_group_size}")
    own = int(revenue[inside].sum())
    return SegmentCertificate(
        segment=candidate.segments[place],
        customers=customers,
        customer_share=share,
        revenue_minor=own,
        revenue_share=_share(own, int(revenue.sum())),
        jaccard=jaccard,
        ari=stability.aris[place] if stability else None,
        silhouette=silhouette,
        certified=not reasons,
        reasons=tuple(reasons),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
