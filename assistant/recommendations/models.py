"""Which model says what is new to a customer."""

from typing import Any, Protocol

from assistant.config import RecommendationSettings
from assistant.recommendations.ease import Ease
from assistant.recommendations.history import Floats, History, Integers
from assistant.recommendations.svd import Svd
from assistant.records import RecommenderFit


class ItemModel(Protocol):
    """From what was bought to what else would be; its products are the first of the history's."""

    modelled: int
    """Products it knows."""

    def scores(self, bought: Any) -> Floats:
        """(b, modelled) sparse -> (b, modelled) dense; higher is likelier."""

    def onto(self, targets: Integers) -> Floats:
        """(modelled, t): how much having bought each product speaks for each of the targets."""


# Complete Journey with the cutoff 2017-08-01: EASE on the 4,000 of 53,434 products bought by most (55% of purchases)
# has NDCG@10 .1016 on what is new, on 500 of them (21%) .1012, on all of them .1018; the best truncated SVD on all of
# them .0972. So EASE it is until the products it has room for are hardly a head of the catalogue at all.
LEAST_SHARE = 0.2


def fit_item_model(history: History, settings: RecommendationSettings, seed: int) -> tuple[ItemModel, RecommenderFit]:
    """EASE while the products that fit into memory hold most purchases, else truncated SVD.

    Args:
        history: purchases before the cutoff.
        settings: how many products fit, and how each model is smoothed.
        seed: of the SVD's start.
    """
    total = max(int(history.buyers.sum()), 1)
    head = min(settings.max_products, len(history.products))
    share = int(history.buyers[:head].sum()) / total
    model: ItemModel
    if share >= LEAST_SHARE:
        model = Ease.fit(history.bought[:, :head], settings.strength)
        why = f"EASE, as the {head:,} products bought by most hold {share:.0%} of what customers bought."
    else:
        model, head = Svd.fit(history.bought, settings.factors, seed), len(history.products)
        why = (
            f"Truncated SVD, as the {settings.max_products:,} products that EASE has room for hold only {share:.0%} "
            "of what customers bought."
        )
    fit = RecommenderFit(
        as_of=history.as_of.isoformat(),
        model="ease" if isinstance(model, Ease) else "svd",
        why=why,
        customers=len(history.customers),
        products=history.products_bought,
        products_held=len(history.products),
        products_modelled=head,
        purchases_modelled=int(history.buyers[:head].sum()) / total,
    )
    return model, fit
