"""What sets a segment apart from all other customers, and a name made of it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assistant.features import CATEGORY_PREFIX, DEPARTMENT_PREFIX, feature_named
from assistant.records import CUSTOMER_PREFIX, Lift, Trait

# Standardised differences: Cohen (1988) calls 0.2 small, Sawilowsky (2009) calls 1.2 very large.
NAMING_EFFECT = 0.2
EXTREME_EFFECT = 1.2

# What a segment may be named after: how lately, how often, for how much, at what price and when somebody shops. Tenure
# and breadth follow from how often; what is bought is no word for a person; steps of a funnel, single weekdays and
# returns say too little alone. Whatever is not listed describes a segment and never names it.
NAMING_FEATURES = frozenset(
    {
        "recency_days",
        "frequency",
        "monetary_minor",
        "days_between_orders",
        "basket_value_minor",
        "basket_lines",
        "discount_share",
        "coupon_share",
        "private_brand_share",
        "weekend_share",
        "morning_share",
        "midday_share",
        "evening_share",
        "night_share",
        "trend",
    }
)

LIFTS = 5


def described_columns(features: pd.DataFrame) -> list[str]:
    """The columns of a customer table that are features: numbers, and none of the shop's own columns."""
    return [
        str(name)
        for name in features.select_dtypes("number").columns
        if name != "customer_id" and not str(name).startswith(CUSTOMER_PREFIX)
    ]


def traits_of(features: pd.DataFrame, inside: NDArray[np.bool_]) -> tuple[Trait, ...]:
    """Every feature of a segment beside the others, strongest standardised difference first.

    Args:
        features: the customer table.
        inside: (n,) true for the segment's customers.

    Returns:
        One trait a feature; a missing value (no gap with a single order) is left out of both means.
    """
    traits = []
    for column in described_columns(features):
        values = features[column].to_numpy(dtype=np.float64)
        mine, others = (part[~np.isnan(part)] for part in (values[inside], values[~inside]))
        if not len(mine) or not len(others):
            continue
        feature = feature_named(column)
        # Cohen's d with the pooled standard deviation: (n1-1) s1^2 + (n2-1) s2^2 over n1 + n2 - 2.
        freedom = max(len(mine) + len(others) - 2, 1)
        pooled = np.sqrt((mine.var() * len(mine) + others.var() * len(others)) / freedom)
        gap = mine.mean() - others.mean()
        traits.append(
            Trait(
                feature=column,
                label=feature.label,
                unit=feature.unit,
                value=float(mine.mean()),
                others=float(others.mean()),
                effect=float(gap / pooled) if pooled > 0 else 0.0,
            )
        )
    return tuple(sorted(traits, key=lambda trait: (-abs(trait.effect), trait.feature)))


def lifts_of(traits: Sequence[Trait], features: pd.DataFrame) -> tuple[Lift, ...]:
    """What a segment spends more of its money on: of its strongest traits, departments and categories.

    They are picked by effect, not by lift: a category that hardly anybody buys has a large lift by chance.

    Args:
        traits: of the segment, strongest first.
        features: the customer table.
    """
    lifts: list[Lift] = []
    for trait in traits:
        if len(lifts) == LIFTS or abs(trait.effect) < NAMING_EFFECT:
            break
        if trait.effect > 0 and trait.feature.startswith((DEPARTMENT_PREFIX, CATEGORY_PREFIX)):
            overall = float(features[trait.feature].mean())
            if overall > 0:
                lifts.append(
                    Lift(
                        feature=trait.feature,
                        label=trait.label,
                        value=trait.value,
                        overall=overall,
                        lift=trait.value / overall,
                    )
                )
    return tuple(sorted(lifts, key=lambda one: (-one.lift, one.feature)))


def name_segments(traits: Sequence[tuple[Trait, ...]]) -> list[str]:
    """A name for each segment, all different: two of its strongest traits, more where two do not tell them apart."""
    words = [_words(own, 2) for own in traits]
    for count in (3, 4):
        sets = [frozenset(own) for own in words]
        words = [_words(traits[i], count) if sets.count(own) > 1 else words[i] for i, own in enumerate(sets)]
    return numbered([_name(own) for own in words])


def numbered(names: Sequence[str]) -> list[str]:
    """The same names, those that stand more than once with a number behind."""
    names = list(names)
    return [
        f"{name}, group {names[: index + 1].count(name)}" if names.count(name) > 1 else name
        for index, name in enumerate(names)
    ]


def name_segment(traits: tuple[Trait, ...]) -> str:
    """`Frequent, high-spending shoppers`: a segment's name where no other has to be told from it."""
    return _name(_words(traits, 2))


def _words(traits: tuple[Trait, ...], count: int) -> tuple[str, ...]:
    """The strongest trait of each topic, strongest first, as the word for being far above or below."""
    words: list[str] = []
    topics: set[str] = set()
    for trait in traits:
        feature = feature_named(trait.feature)
        if abs(trait.effect) < NAMING_EFFECT or len(words) == count:
            break
        if feature.topic in topics or feature.name not in NAMING_FEATURES:
            continue
        topics.add(feature.topic)
        if trait.effect >= EXTREME_EFFECT and feature.extreme:
            words.append(feature.extreme)
        else:
            words.append(feature.high if trait.effect > 0 else feature.low)
    return tuple(words)


def _name(words: tuple[str, ...]) -> str:
    return f"{', '.join(words)} shoppers".capitalize() if words else "Average shoppers"
