"""Customer tables made of nothing but a seed."""

import numpy as np
import pandas as pd

from assistant.features import BASE_FEATURES, CATEGORY_PREFIX


def shop_table(customers: int, seed: int = 11, **columns: object) -> pd.DataFrame:
    """Customers who differ in every feature, by gamma distributions; `columns` replace or add."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({feature.name: random.gamma(2, 10, customers) for feature in BASE_FEATURES})
    frame[f"{CATEGORY_PREFIX}Bread"] = random.random(customers)
    frame.insert(0, "customer_id", [f"c{at:06d}" for at in range(customers)])
    return frame.assign(**columns)


def adversarial_table(customers: int, seed: int = 5) -> pd.DataFrame:
    """Values that assignments trip over: zeros, money below nothing, ties, the far end, and customers without any."""
    random = np.random.default_rng(seed)
    frame = shop_table(
        customers,
        seed,
        recency_days=random.integers(0, 400, customers),
        frequency=random.choice([1, 1, 1, 2, 3, 8, 55, 400], customers),
        monetary_minor=random.integers(-5_000, 600_000, customers),
        coupon_share=random.choice([0.0, 0.0, 0.05, 0.25, 1.0], customers),
    )
    names = ["recency_days", "frequency", "monetary_minor", "coupon_share"]
    frame[names] = frame[names].astype(np.float64)
    frame.loc[::37, "monetary_minor"] = 10**12
    frame.loc[::101, names] = np.nan
    frame.loc[::103, "frequency"] = np.nan
    return frame
