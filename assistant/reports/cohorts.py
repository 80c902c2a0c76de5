"""Who comes back: cohorts by month of the first order against months after it."""

import math
from dataclasses import dataclass

from assistant.records import Cohort, CohortRetention
from assistant.reports import numbers
from assistant.reports.shades import STEPS, shade

# More months than these do not fit on a page, and what was so long ago says little of today.
ROWS, COLUMNS = 24, 24
# Two shares of customers differ clearly beyond this many standard errors.
_CLEAR = 2.0
# Months after the first order that a sentence speaks of, where there are so many.
_LATER = 6


@dataclass(frozen=True)
class RetentionCell:
    """Share of a cohort that ordered some months after its first order."""

    text: str
    level: int


@dataclass(frozen=True)
class CohortRow:
    """One cohort; a small one is drawn apart."""

    month: str
    customers: str
    small: bool
    cells: tuple[RetentionCell | None, ...]


@dataclass(frozen=True)
class Retention:
    """The picture and what there is to see on it."""

    months: int
    """Columns: months after the first order, from 1."""
    rows: tuple[CohortRow, ...]
    overall: tuple[RetentionCell, ...]
    """All cohorts that are old enough, weighted by customers."""
    scale: tuple[str, ...]
    """The highest share of each shade."""
    small: int
    left_out: int
    """Older cohorts that are not drawn."""
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class _Scale:
    """Shades between the lowest and the highest share, since a shop's shares often lie close together."""

    low: float
    high: float

    @classmethod
    def of(cls, shares: list[float]) -> "_Scale":
        return cls(min(shares, default=0.0), max(shares, default=0.0))

    def level(self, share: float) -> int:
        return max(shade(share - self.low, self.high - self.low), 1 if share > 0 else 0)

    def words(self, beyond: bool) -> tuple[str, ...]:
        """The highest share of each shade, unless all shares are the same."""
        if self.high <= self.low:
            return ()
        width = (self.high - self.low) / STEPS
        steps = [numbers.percent(self.low + width * step) for step in range(1, STEPS + 1)]
        return (*steps[:-1], "more") if beyond else tuple(steps)


def retention_of(retention: CohortRetention, first_month: str) -> Retention | None:
    """Lay out the cohorts; none where no month after a first order is over.

    Args:
        retention: as it was measured.
        first_month: `2017-01`, the month of the earliest row: its cohort is of customers of any age.
    """
    shown = tuple(cohort for cohort in retention.cohorts if cohort.customers)[-ROWS:]
    months = min(max((len(cohort.retained) for cohort in shown), default=0), COLUMNS)
    if not months:
        return None
    # Neither a handful of customers nor a cohort of any age may leave all others pale.
    typical = [cohort for cohort in shown if cohort.customers >= numbers.FEW and cohort.month != first_month]
    scale = _Scale.of([share for cohort in typical or shown for share in cohort.retained[:months]])
    beyond = any(share > scale.high for cohort in shown for share in cohort.retained[:months])
    small = sum(cohort.customers < numbers.FEW for cohort in shown)
    overall = [_pooled(shown, after) for after in range(months)]
    return Retention(
        months=months,
        rows=tuple(_row(cohort, months, scale) for cohort in shown),
        overall=tuple(RetentionCell(numbers.percent(share), scale.level(share)) for share, _ in overall),
        scale=scale.words(beyond),
        small=small,
        left_out=sum(bool(cohort.customers) for cohort in retention.cohorts) - len(shown),
        sentences=tuple(_sentences(shown, overall, first_month)),
    )


def _row(cohort: Cohort, months: int, scale: _Scale) -> CohortRow:
    cells = tuple(RetentionCell(numbers.percent(share), scale.level(share)) for share in cohort.retained[:months])
    return CohortRow(
        numbers.month(cohort.month),
        numbers.count(cohort.customers),
        cohort.customers < numbers.FEW,
        (*cells, *(None,) * (months - len(cells))),
    )


def _pooled(cohorts: tuple[Cohort, ...], after: int) -> tuple[float, int]:
    """Share of the customers of all cohorts that are old enough, and how many these are."""
    old = [cohort for cohort in cohorts if len(cohort.retained) > after]
    customers = sum(cohort.customers for cohort in old)
    return (
        sum(cohort.customers * cohort.retained[after] for cohort in old) / customers if customers else 0.0
    ), customers


def _sentences(cohorts: tuple[Cohort, ...], overall: list[tuple[float, int]], first_month: str) -> list[str]:
    share, customers = overall[0]
    said = [
        f"Of {numbers.counted(customers, 'customer')} whose first order is a whole month past, "
        f"{numbers.percent(share)} ordered in the month after it."
    ]
    if len(overall) >= _LATER:
        share, customers = overall[_LATER - 1]
        said.append(
            f"Six months after, it was {numbers.percent(share)} of the {numbers.count(customers)} seen for so long."
        )
    begun = [cohort for cohort in cohorts if cohort.month != first_month]
    if len(begun) < len(cohorts):
        said.append(
            f"The data begin in {numbers.month(first_month)}, so that cohort holds customers of any age, not new ones "
            "alone."
        )
    said += _trend(tuple(cohort for cohort in begun if cohort.retained))
    return said


def _trend(cohorts: tuple[Cohort, ...]) -> list[str]:
    """Whether newer customers come back as the older did, in the month after their first order."""
    if len(cohorts) < 4:
        return []
    middle = len(cohorts) // 2
    (before, many), (now, few) = _pooled(cohorts[:middle], 0), _pooled(cohorts[middle:], 0)
    if min(many, few) < numbers.FEW:
        return []
    both = (before * many + now * few) / (many + few)
    error = math.sqrt(both * (1 - both) * (1 / many + 1 / few))
    since = numbers.month(cohorts[middle].month)
    if error == 0 or abs(now - before) <= _CLEAR * error:
        return [
            f"Customers won since {since} came back in the month after as often as those before, as far as can be told."
        ]
    way = "more" if now > before else "less"
    return [
        f"Customers won since {since} came back {way} in the month after: {numbers.percent(now)} against "
        f"{numbers.percent(before)} of those before."
    ]
