"""What a customer may be offered next: bought before or new, with reasons, judged on days kept back."""

from assistant.recommendations.earlier import segments_before
from assistant.recommendations.evaluation import DEPTH, PROTOCOL, evaluate_holdout
from assistant.recommendations.history import History, purchase_history
from assistant.recommendations.recommender import Recommender, fit_recommender
from assistant.recommendations.rows import SCHEMA, recommendation_of
from assistant.recommendations.wording import reason_in_words

__all__ = [
    "DEPTH",
    "PROTOCOL",
    "SCHEMA",
    "History",
    "Recommender",
    "evaluate_holdout",
    "fit_recommender",
    "purchase_history",
    "reason_in_words",
    "recommendation_of",
    "segments_before",
]
