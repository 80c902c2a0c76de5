"""Recency, frequency and monetary scores, and the tiers that are made of them."""

from itertools import product
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from assistant.records.base import Record

SCORES = (1, 2, 3, 4, 5)
# How many places of a table's mistakes are named before the rest is counted.
_NAMED = 3

Axis = Literal["recency", "frequency", "monetary"]
Score = Annotated[int, Field(ge=SCORES[0], le=SCORES[-1])]


def _ordered(scores: tuple[int, int]) -> tuple[int, int]:
    if scores[0] > scores[1]:
        raise ValueError(f"the range {list(scores)} ends before it begins; expected [lowest, highest]")
    return scores


ScoreRange = Annotated[tuple[Score, Score], AfterValidator(_ordered)]


class TierRule(Record):
    """Scores that belong to a tier, first and last included; a tier may have several such rules."""

    name: str = Field(min_length=1, max_length=40, description="of the tier")
    recency: ScoreRange = Field(description="5: ordered most recently")
    frequency: ScoreRange = Field(description="5: ordered most often")
    monetary: ScoreRange = Field(default=(SCORES[0], SCORES[-1]), description="5: spent most")

    def takes(self, recency: int, frequency: int, monetary: int) -> bool:
        """Whether these scores belong to it."""
        return all(
            low <= score <= high
            for score, (low, high) in (
                (recency, self.recency),
                (frequency, self.frequency),
                (monetary, self.monetary),
            )
        )


def _covers_once(rules: tuple[TierRule, ...]) -> tuple[TierRule, ...]:
    """Every combination of scores must belong to exactly one rule.

    Raises:
        ValueError: one belongs to none or to several; the message names which.
    """
    monetary: dict[tuple[str, int, int], list[int]] = {}
    for recency, frequency, spent in product(SCORES, SCORES, SCORES):
        takers = [rule.name for rule in rules if rule.takes(recency, frequency, spent)]
        if len(takers) != 1:
            who = " and ".join(takers) + " both take" if takers else "no tier takes"
            monetary.setdefault((who, recency, frequency), []).append(spent)
    # Neighbours with the same mistake are named together.
    mistakes: dict[tuple[str, int, str], list[int]] = {}
    for (who, recency, frequency), scores in monetary.items():
        mistakes.setdefault((who, recency, _span(scores)), []).append(frequency)
    if mistakes:
        said = [
            f"{who} recency {recency}, frequency {_span(frequencies)}, monetary {spent}"
            for (who, recency, spent), frequencies in mistakes.items()
        ]
        more = f"; and {len(said) - _NAMED} more" if len(said) > _NAMED else ""
        raise ValueError(
            f"{'; '.join(said[:_NAMED])}{more}; expected every combination of scores from 1 to 5 in exactly one tier"
        )
    return rules


def _span(scores: list[int]) -> str:
    whole = scores == list(range(scores[0], scores[-1] + 1))
    if len(scores) == 1 or not whole:
        return " and ".join(map(str, scores))
    return f"{scores[0]}-{scores[-1]}"


def _not_falling(breaks: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    if list(breaks) != sorted(breaks):
        raise ValueError(f"{list(breaks)} falls; expected four numbers, each at least the one before")
    return breaks


TierTable = Annotated[tuple[TierRule, ...], AfterValidator(_covers_once)]
Breaks = Annotated[tuple[float, float, float, float], AfterValidator(_not_falling)]


class RfmModel(Record):
    """Frozen scores and tiers: enough to place a customer without looking at the others."""

    method: Literal["rfm"] = "rfm"
    recency_breaks: Breaks = Field(description="days; up to the first scores 5, above the last 1")
    frequency_breaks: Breaks = Field(description="orders; up to the first scores 1, above the last 5")
    monetary_breaks: Breaks = Field(description="minor units; up to the first scores 1, above the last 5")
    fixed: tuple[Axis, ...] = Field(default=(), description="axes whose breaks were set by hand, not by quintiles")
    tiers: tuple[str, ...] = Field(description="in segment order")
    rules: TierTable

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns of the customer table that place a customer."""
        return ("recency_days", "frequency", "monetary_minor")


class RfmCell(Record):
    """Customers of one recency score and one frequency score."""

    recency: Score
    frequency: Score
    customers: int
    revenue_minor: int = Field(description="minor units")
    tiers: tuple[str, ...] = Field(
        description="tiers of its customers, the one with most of them first; of an empty cell, those that may lie here"
    )


class RfmTier(Record):
    """One tier and how much of the shop it holds."""

    tier: str
    customers: int
    revenue_minor: int = Field(description="minor units")


class RfmGrid(Record):
    """All customers by recency and frequency score; 25 cells, recency 1 first, then frequency 1 first."""

    cells: tuple[RfmCell, ...]
    tiers: tuple[RfmTier, ...] = Field(description="every tier, in the order of the table that defines them")
    unscored: int = Field(description="customers without an order, who have no scores")
