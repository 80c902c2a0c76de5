"""What may be concluded from scores: intervals, paired tests, power, shrinkage, leaks, agreement, ranking."""

from evals.statistics.agreement import Agreement, cohen_kappa, kappa_interval
from evals.statistics.bootstrap import bootstrap_interval
from evals.statistics.calibration import (
    Accuracy,
    AltTest,
    PositionBias,
    alt_test,
    corrected_rate,
    length_bias,
    near_value,
    position_bias,
    same_label,
    sensitivity_specificity,
)
from evals.statistics.families import benjamini_yekutieli, holm
from evals.statistics.intervals import Interval, t_interval, wilson_interval
from evals.statistics.leaks import Leak, near_duplicates, split_groups
from evals.statistics.pairing import Difference, mcnemar_p, paired_difference, permutation_p
from evals.statistics.power import Spread, detectable_difference, power_of, spread_of_pilot, spread_of_proportion
from evals.statistics.ranking import Ranking, Rating, bradley_terry, length_controlled_win_rate
from evals.statistics.shrinkage import Shrunken, shrunken, shrunken_systems
from evals.statistics.variance import VarianceSplit, split_variance

__all__ = [
    "Accuracy",
    "Agreement",
    "AltTest",
    "Difference",
    "Interval",
    "Leak",
    "PositionBias",
    "Ranking",
    "Rating",
    "Shrunken",
    "Spread",
    "VarianceSplit",
    "alt_test",
    "benjamini_yekutieli",
    "bootstrap_interval",
    "bradley_terry",
    "cohen_kappa",
    "corrected_rate",
    "detectable_difference",
    "holm",
    "kappa_interval",
    "length_bias",
    "length_controlled_win_rate",
    "mcnemar_p",
    "near_duplicates",
    "near_value",
    "paired_difference",
    "permutation_p",
    "position_bias",
    "power_of",
    "same_label",
    "sensitivity_specificity",
    "shrunken",
    "shrunken_systems",
    "split_groups",
    "split_variance",
    "spread_of_pilot",
    "spread_of_proportion",
    "t_interval",
    "wilson_interval",
]
