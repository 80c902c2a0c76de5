"""What customers will order and be worth: models of buying, held to naive forecasts before they are used."""

from assistant.clv.beta_geometric import BG_NBD, MBG_NBD
from assistant.clv.fitting import Optimum, fit_purchases
from assistant.clv.gamma_gamma import expected_spend, fit_spend
from assistant.clv.histories import Histories, merge_histories
from assistant.clv.holdout import MODELS
from assistant.clv.model import PurchaseModel
from assistant.clv.pareto import PARETO_NBD
from assistant.clv.summary import purchase_summary
from assistant.clv.values import Lifetimes, lifetime_values

__all__ = [
    "BG_NBD",
    "MBG_NBD",
    "MODELS",
    "PARETO_NBD",
    "Histories",
    "Lifetimes",
    "Optimum",
    "PurchaseModel",
    "expected_spend",
    "fit_purchases",
    "fit_spend",
    "lifetime_values",
    "merge_histories",
    "purchase_summary",
]
