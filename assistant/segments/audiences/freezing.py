"""Percentages become numbers when an audience is defined, so that it means the same tomorrow."""

import math
from typing import TypeVar

import numpy as np
import pandas as pd

from assistant.errors import DataError
from assistant.records.audiences import FeatureIs, Rule
from assistant.segments.audiences.catalogue import suggestion

RuleT = TypeVar("RuleT", bound=Rule)


def freeze(rule: RuleT, features: pd.DataFrame) -> RuleT:
    """The same rule with the numbers that its percentages mean today.

    The top p percent of n customers are those not below the value of the ceil(n p / 100)-th from the top; customers
    of that very value are in, so a little more than p percent may be.

    Args:
        rule: an audience or a part of one.
        features: the customer table.

    Raises:
        DataError: a percentage of a column that is not there, or that nobody has a value of.
    """
    changed: dict[str, object] = {}
    if rule.all is not None:
        changed["all"] = tuple(freeze(part, features) for part in rule.all)
    if rule.any is not None:
        changed["any"] = tuple(freeze(part, features) for part in rule.any)
    if rule.not_ is not None:
        changed["not_"] = freeze(rule.not_, features)
    if rule.feature is not None:
        changed["feature"] = _frozen(rule.feature, features)
    return rule.model_copy(update=changed)


def _frozen(rule: FeatureIs, features: pd.DataFrame) -> FeatureIs:
    percent = rule.top_percent or rule.bottom_percent
    if percent is None:
        return rule
    if rule.name not in features.columns:
        raise DataError(f"There is no feature {rule.name!r}; {suggestion(rule.name, features.columns[1:])}")
    values = np.sort(features[rule.name].dropna().to_numpy(dtype=np.float64))
    if not len(values):
        raise DataError(f"No customer has a value of {rule.name}; expected some to take {percent:g} percent of.")
    # Rounded first: 10 percent of 30 customers is a hair above 3 as floats go.
    taken = math.ceil(round(len(values) * percent / 100, 9))
    if rule.top_percent is not None:
        return FeatureIs(name=rule.name, at_least=float(values[-taken]), frozen_from=f"top {percent:g} percent")
    return FeatureIs(name=rule.name, at_most=float(values[taken - 1]), frozen_from=f"bottom {percent:g} percent")
