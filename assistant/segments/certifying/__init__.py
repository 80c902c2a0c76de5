"""Whether segments hold: a certificate of a segmentation, and its drift against the version before."""

from assistant.segments.certifying.agreement import adjusted_rand, cross_counts, jaccards, one_against_rest
from assistant.segments.certifying.candidate import Assign, Candidate, Refit, brought_candidate, fitted_candidate
from assistant.segments.certifying.certificate import certify
from assistant.segments.certifying.drift import Version, measure_drift, stability_index
from assistant.segments.certifying.holdout import earlier_cutoffs, measure_holdout
from assistant.segments.certifying.judging import Round, judge, play
from assistant.segments.certifying.outcomes import TARGETS, Target, outcomes_after
from assistant.segments.certifying.segmentations import (
    certify_segmentation,
    distances,
    drift_between,
    segmentation_candidate,
)

__all__ = [
    "TARGETS",
    "Assign",
    "Candidate",
    "Refit",
    "Round",
    "Target",
    "Version",
    "adjusted_rand",
    "brought_candidate",
    "certify",
    "certify_segmentation",
    "cross_counts",
    "distances",
    "drift_between",
    "earlier_cutoffs",
    "fitted_candidate",
    "jaccards",
    "judge",
    "measure_drift",
    "measure_holdout",
    "one_against_rest",
    "outcomes_after",
    "play",
    "segmentation_candidate",
    "stability_index",
]
