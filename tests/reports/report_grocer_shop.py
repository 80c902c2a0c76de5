"""The grocer's shop on the whole: who brings the revenue, who comes back, and the grid of recency and frequency."""

from assistant.records import Cohort, CohortRetention, Concentration, RfmCell, RfmGrid, RfmTier

TIERS = ("Champions", "Loyal", "Potential loyalist", "New", "Promising", "Need attention", "About to sleep",
         "At risk", "Cannot lose", "Hibernating", "Lost")  # fmt: skip


def _tiers(recency: int, frequency: int) -> tuple[str, ...]:
    if recency == 5 and frequency >= 4:
        return ("Champions", "Loyal")
    if recency >= 3 and frequency >= 4:
        return ("Loyal",)
    if recency >= 4:
        return ("Potential loyalist",) if frequency >= 2 else ("New",) if recency == 5 else ("Promising",)
    if recency == 3:
        return ("Need attention",) if frequency == 3 else ("About to sleep",)
    if frequency >= 4:
        return ("Cannot lose", "At risk")
    if frequency == 3:
        return ("At risk",)
    return ("Hibernating",) if recency == 2 else ("Lost",)


def grid() -> RfmGrid:
    """Recent customers order often, as in every shop."""
    rows = ((243, 131, 66, 31, 16), (121, 138, 118, 72, 44), (62, 108, 128, 112, 84),
            (33, 72, 110, 144, 131), (14, 36, 72, 139, 244))  # fmt: skip
    cells = tuple(
        RfmCell(
            recency=recency,
            frequency=frequency,
            customers=rows[recency - 1][frequency - 1],
            revenue_minor=rows[recency - 1][frequency - 1] * (18_000 + 9_000 * frequency**2 + 4_000 * recency),
            tiers=_tiers(recency, frequency),
        )
        for recency in range(1, 6)
        for frequency in range(1, 6)
    )
    held: dict[str, list[int]] = {tier: [0, 0] for tier in TIERS}
    for cell in cells:
        first = cell.tiers[0]
        held[first][0] += cell.customers
        held[first][1] += cell.revenue_minor
    return RfmGrid(
        cells=cells,
        tiers=tuple(RfmTier(tier=tier, customers=held[tier][0], revenue_minor=held[tier][1]) for tier in TIERS),
        unscored=3,
    )


def concentration(customers: int) -> Concentration:
    """The top tenth brings 39%."""
    points = tuple((step / 100, round(1 - (1 - step / 100) ** 2.5 * (1 - 0.25 * step / 100), 4)) for step in range(101))
    lifted = tuple((x, round(min(y**0.75, 1.0), 4)) for x, y in points)
    return Concentration(customers=customers, points=lifted, top_tenth=lifted[10][1], half=0.15)


def cohorts() -> CohortRetention:
    """Nine months of first orders, most of them in the first."""
    sizes = (1834, 311, 126, 71, 48, 31, 24, 15, 9)
    return CohortRetention(
        cohorts=tuple(
            Cohort(
                month=f"2017-{month + 1:02d}",
                customers=size,
                retained=tuple(
                    round(max(0.05, (0.86 if month == 0 else 0.52) - 0.012 * after - 0.02 * month), 3)
                    for after in range(1, len(sizes) - month)
                ),
            )
            for month, size in enumerate(sizes)
        )
    )
