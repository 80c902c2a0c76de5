"""Who comes back: customers by the month of their first order, and the months they ordered in after it."""

import datetime as dt

import pandas as pd

from assistant.data import Cutoff, Tables
from assistant.records import Cohort, CohortRetention

_MONTHS = 12


def cohort_retention(tables: Tables, cutoff: Cutoff) -> CohortRetention:
    """Monthly cohorts and the share of each that ordered in each later month.

    The month of the cutoff is left out unless the cutoff is its end: part of a month retains part of a cohort.

    Args:
        tables: the canonical tables.
        cutoff: what may be seen of them.
    """
    sales = tables.before(cutoff).orders.filter(lambda t: t.quantity >= 0)
    months = sales.select(
        "customer_id", month=sales.ordered_at.year() * _MONTHS + sales.ordered_at.month() - 1
    ).distinct()
    first = months.group_by("customer_id").aggregate(first=lambda t: t.month.min())
    joined = months.inner_join(first, "customer_id")
    counts: pd.DataFrame = (
        joined.group_by("first", after=joined.month - joined["first"])
        .aggregate(customers=joined.count())
        .order_by("first", "after")
        .execute()
    )
    whole = _last_whole_month(cutoff.as_of)
    table = counts.pivot_table(index="first", columns="after", values="customers", fill_value=0)
    cohorts = []
    for month, row in table.iterrows():
        start = int(str(month))
        if start > whole:
            continue
        size = int(row.get(0, 0))
        later = range(1, whole - start + 1)
        cohorts.append(
            Cohort(
                month=f"{start // _MONTHS}-{start % _MONTHS + 1:02d}",
                customers=size,
                retained=tuple(float(row.get(after, 0)) / size for after in later),
            )
        )
    return CohortRetention(cohorts=tuple(cohorts))


def _last_whole_month(as_of: dt.date) -> int:
    """Months since year 0 of the last month that ended before `as_of`."""
    return as_of.year * _MONTHS + as_of.month - 2
