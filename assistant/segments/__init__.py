"""Features -> groups with measured stability -> named, profiled segments, frozen for whoever comes next."""

from assistant.segments.clustering import Centroids, Clustering, Grouping, Labels, Mixture
from assistant.segments.density import analyse_density
from assistant.segments.expressions import assign_expression, count_segments
from assistant.segments.finding import Found, Refitted, find_groups, refit
from assistant.segments.fitting import Fitted, fit_segments, place_customers
from assistant.segments.frozen import UNASSIGNED, assign_frame, assign_model, groups_of, segment_ids
from assistant.segments.levels import join_column, join_column_expression
from assistant.segments.profiling import lifts_of, name_segment, name_segments, traits_of
from assistant.segments.scaling import Matrix, Scaler
from assistant.segments.stability import Bar, best_jaccards, bootstrap_jaccard, choose_k, try_k
from assistant.segments.surrogates import surrogate_tree
from assistant.segments.tiers import Tiers, default_tiers, fit_tiers, rfm_grid

__all__ = [
    "UNASSIGNED",
    "Bar",
    "Centroids",
    "Clustering",
    "Fitted",
    "Found",
    "Grouping",
    "Labels",
    "Matrix",
    "Mixture",
    "Refitted",
    "Scaler",
    "Tiers",
    "analyse_density",
    "assign_expression",
    "assign_frame",
    "assign_model",
    "best_jaccards",
    "bootstrap_jaccard",
    "choose_k",
    "count_segments",
    "default_tiers",
    "find_groups",
    "fit_segments",
    "fit_tiers",
    "groups_of",
    "join_column",
    "join_column_expression",
    "lifts_of",
    "name_segment",
    "name_segments",
    "place_customers",
    "refit",
    "rfm_grid",
    "segment_ids",
    "surrogate_tree",
    "traits_of",
    "try_k",
]
