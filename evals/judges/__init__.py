"""Models as judges: of one text, of two, several of them together, and how far each can be trusted.

What needs no numbers is here; measuring a card and ranking systems are imported by their modules' names.
"""

from evals.judges.backward import judge_backward
from evals.judges.cards import JudgeCard, JudgeIdentity, Thresholds, find_card, identity_of, write_card
from evals.judges.jury import jury_preference, jury_score
from evals.judges.pairwise import (
    Pair,
    PairRubric,
    Preference,
    consistency,
    judge_pairs,
    pair_rubric_of,
    position_bias,
)
from evals.judges.reaching import JudgeUnreached, require_reached

__all__ = [
    "JudgeCard",
    "JudgeIdentity",
    "JudgeUnreached",
    "Pair",
    "PairRubric",
    "Preference",
    "Thresholds",
    "consistency",
    "find_card",
    "identity_of",
    "judge_backward",
    "judge_pairs",
    "jury_preference",
    "jury_score",
    "pair_rubric_of",
    "position_bias",
    "require_reached",
    "write_card",
]
