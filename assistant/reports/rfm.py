"""Customers by how recently and how often they ordered, as a grid of cells and a list of tiers."""

from dataclasses import dataclass

from assistant.records import RfmCell, RfmGrid
from assistant.reports import numbers
from assistant.reports.shades import shade

# Scores from here on are of the two upper fifths, up to here of the two lower.
_HIGH, _LOW = 4, 2


@dataclass(frozen=True)
class GridCell:
    """One recency score and one frequency score."""

    recency: int
    frequency: int
    tiers: tuple[str, ...]
    number: int
    """Of its first tier in the list of tiers, from 1."""
    customers: str
    revenue: str
    """Share of all revenue."""
    level: int
    bar: float
    """Share of revenue beside the largest of all cells, 0 to 1."""


@dataclass(frozen=True)
class TierLine:
    """One tier."""

    number: int
    tier: str
    customers: str
    share: str
    customer_bar: float
    """Beside the largest of all shares, of customers or of revenue, 0 to 1; the next likewise."""
    revenue: str
    revenue_bar: float


@dataclass(frozen=True)
class Grid:
    """The picture and what there is to see on it."""

    rows: tuple[tuple[int, tuple[GridCell, ...]], ...]
    """Frequency score and its cells; the highest score first, recency 1 first."""
    tiers: tuple[TierLine, ...]
    sentences: tuple[str, ...]


def grid_of(grid: RfmGrid) -> Grid | None:
    """Lay out a grid; none where nobody has scores."""
    customers = sum(cell.customers for cell in grid.cells)
    if not customers:
        return None
    revenue = sum(cell.revenue_minor for cell in grid.cells)
    order = {tier.tier: number for number, tier in enumerate(grid.tiers, start=1)}
    most, most_revenue = (
        max(cell.customers for cell in grid.cells), max(cell.revenue_minor for cell in grid.cells)
    )  # fmt: skip

    def laid(cell: RfmCell) -> GridCell:
        return GridCell(
            cell.recency,
            cell.frequency,
            cell.tiers,
            order.get(cell.tiers[0], 0) if cell.tiers else 0,
            numbers.count(cell.customers),
            numbers.percent(_share(cell.revenue_minor, revenue)),
            shade(cell.customers, most),
            max(_share(cell.revenue_minor, most_revenue) or 0.0, 0.0),
        )

    rows = tuple(
        (
            score,
            tuple(laid(cell) for cell in sorted(grid.cells, key=lambda own: own.recency) if cell.frequency == score),
        )
        for score in sorted({cell.frequency for cell in grid.cells}, reverse=True)
    )
    return Grid(rows, _tiers(grid, customers, revenue), _sentences(grid, customers, revenue))


def _tiers(grid: RfmGrid, customers: int, revenue: int) -> tuple[TierLine, ...]:
    shares = [(tier.customers / customers, _share(tier.revenue_minor, revenue)) for tier in grid.tiers]
    most = max((max(share, brought or 0.0) for share, brought in shares), default=0.0) or 1.0
    return tuple(
        TierLine(
            number,
            tier.tier,
            numbers.count(tier.customers),
            numbers.percent(share),
            share / most,
            numbers.percent(brought),
            max(brought or 0.0, 0.0) / most,
        )
        for number, (tier, (share, brought)) in enumerate(zip(grid.tiers, shares, strict=True), start=1)
    )


def _sentences(grid: RfmGrid, customers: int, revenue: int) -> tuple[str, ...]:
    said = []
    top = max(grid.tiers, key=lambda tier: tier.revenue_minor, default=None)
    if top and revenue > 0 and top.revenue_minor > 0:
        said.append(
            f"“{top.tier}” brings the most: {numbers.percent(top.customers / customers)} of customers with an order, "
            f"{numbers.percent(top.revenue_minor / revenue)} of revenue."
        )
    away = [cell for cell in grid.cells if cell.recency <= _LOW and cell.frequency >= _HIGH]
    number, brought = sum(cell.customers for cell in away), sum(cell.revenue_minor for cell in away)
    if number:
        part = f", {numbers.percent(brought / revenue)} of revenue" if revenue > 0 and brought > 0 else ""
        said.append(
            f"At the upper left, {numbers.counted(number, 'customer')} ({numbers.percent(number / customers)} of all"
            f"{part}) {'scores' if number == 1 else 'score'} high for how often they ordered and low for how lately: "
            "the first to win back."
        )
    else:
        said.append("The upper left is empty: nobody who orders often has stayed away for long.")
    if customers < numbers.FEW:
        said.append(f"With {numbers.counted(customers, 'customer')} the scores say little.")
    if grid.unscored:
        said.append(
            f"{numbers.counted(grid.unscored, 'customer')} without an order {'has' if grid.unscored == 1 else 'have'} "
            "no scores."
        )
    return tuple(said)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None
