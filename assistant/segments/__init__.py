"""Features -> clusters with measured stability -> named, profiled segments."""

from assistant.segments.clustering import Scaler, assign, bootstrap_jaccard, choose_k, fit_centroids, try_k
from assistant.segments.fitting import DISTANCE_FEATURES, Fitted, fit_segments
from assistant.segments.profiling import name_segment, traits_of

__all__ = [
    "DISTANCE_FEATURES",
    "Fitted",
    "Scaler",
    "assign",
    "bootstrap_jaccard",
    "choose_k",
    "fit_centroids",
    "fit_segments",
    "name_segment",
    "traits_of",
    "try_k",
]
