"""Whether a shop's data can carry a model of buying at all."""

import pandas as pd

from assistant.config import LifetimeSettings
from assistant.records.lifetime import Requirement


def requirements_of(summary: pd.DataFrame, settings: LifetimeSettings) -> tuple[Requirement, ...]:
    """What a model needs beside what there is.

    Below some hundred customers the leaving of some cannot be told from chance; in less than half a year most have
    not had the time to come back; after a month without any order the data stop before the present; and who ordered
    on three days or more is all that tells a model how regular customers are.

    Args:
        summary: as `purchase_summary` gives it.
        settings: the thresholds.
    """
    quiet = (summary["age_days"] - summary["last_days"]).min() if len(summary) else 0
    history = summary["age_days"].max() if len(summary) else 0
    regulars = int((summary["repeats"] >= 2).sum())
    return (
        _at_least("customers", "customers with an order", len(summary), settings.min_customers),
        _at_least("history_days", "days since the first order", int(history), settings.min_history_days),
        Requirement(
            requirement="days_since_order",
            label="days since the last order of anybody",
            found=int(quiet),
            needed=settings.max_days_since_order,
            met=len(summary) > 0 and int(quiet) <= settings.max_days_since_order,
        ),
        _at_least("regulars", "customers who ordered on three days or more", regulars, settings.min_regulars),
    )


def _at_least(requirement: str, label: str, found: int, needed: int) -> Requirement:
    return Requirement.model_validate(
        {"requirement": requirement, "label": label, "found": found, "needed": needed, "met": found >= needed}
    )
