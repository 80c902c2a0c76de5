"""What is true of a workspace: the figures that an answer may state."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evals.chat.artefacts import (
    Document,
    TrueFigure,
    date_of,
    days_of,
    documents_of,
    figures_of_brief,
    figures_of_campaign,
    figures_of_offers,
    figures_of_personas,
    figures_of_segmentation,
    figures_of_shop,
    numbered_names,
    read_json,
    reasons_of,
)
from evals.chat.stated import Kind

_OF_UNIT: dict[str, Kind] = {
    "customers": "customers", "orders": "orders", "lines": "items", "items": "items", "days": "days",
    "minor units": "money", "share": "share", "ratio": "times", "count": "number",
}  # fmt: skip


@dataclass(frozen=True)
class Truth:
    """A workspace's figures."""

    root: Path
    as_of: str
    minor: int
    """Minor units that make one of the currency."""
    names: Mapping[str, str]
    """Segment -> name."""
    facts: Mapping[str, Mapping[str, Any]]
    """Fact's id -> fact."""
    figures: tuple[TrueFigure, ...]
    """That do not change while a chat goes on."""
    documents: tuple[Document, ...]
    dates: frozenset[tuple[int, int, int]]
    literals: frozenset[str]
    """Names and labels whose digits are no figures."""
    live: tuple[TrueFigure, ...] = field(default=())
    """Of personas and campaigns, which a chat may change."""

    @classmethod
    def read(cls, root: Path, minor: int = 100) -> "Truth":
        """Read a workspace.

        Args:
            root: its folder.
            minor: minor units that make one of the currency.
        """
        sheets = [read_json(path) for path in sorted((root / "segments" / "facts").glob("*.json"))]
        names = {sheet["segment"]: sheet["name"] for sheet in sheets}
        facts = {fact["fact"]: fact for sheet in sheets for fact in sheet["facts"]}
        literals = {fact["label"] for fact in facts.values()} | {*names.values(), *numbered_names(root)}
        figures = [*figures_of_segmentation(root, minor), *figures_of_shop(root, minor, len(sheets))]
        as_of = sheets[0]["as_of"] if sheets else ""
        dates = {day for text in (as_of, *days_of(root)) if (day := date_of(text)) is not None}
        return cls(
            root,
            as_of,
            minor,
            names,
            facts,
            tuple(figures),
            tuple(documents_of(root)),
            frozenset(dates),
            frozenset(literals),
        ).refreshed()

    def refreshed(self) -> "Truth":
        """The same with personas, campaigns and offers as they stand in the folder."""
        told, dates, literals = [*figures_of_offers(self.root)], set(self.dates), set(self.literals)
        told += figures_of_personas(self.root)
        for folder in sorted((self.root / "campaigns").glob("*/")):
            if (folder / "pieces.jsonl").exists():
                told += figures_of_campaign(folder)
                literals |= reasons_of(folder)
        for brief in self.briefs():
            dates |= {day for key in ("starts", "deadline") if (day := date_of(str(brief.get(key, "")))) is not None}
            literals |= {str(brief.get(key, "")) for key in ("link", "address", "sender", "campaign")}
            literals.add(str(brief.get("offer", {}).get("code", "")))
            told += figures_of_brief(brief, self.facts)
        return replace(self, live=tuple(told), dates=frozenset(dates), literals=frozenset(literals - {""}))

    def briefs(self) -> list[dict[str, Any]]:
        """Those in the folder of briefs, and those that campaigns were written from."""
        paths = [*(self.root / "briefs").glob("*.toml"), *(self.root / "campaigns").glob("*/brief.toml")]
        return [tomllib.loads(path.read_text("utf-8")) for path in sorted(paths)]

    def amounts(self, fact: Mapping[str, Any], *, others: bool = True) -> list[tuple[Kind, float]]:
        """All numbers that a fact vouches for, with what they count; without `others`, not that of all others."""
        kind = _OF_UNIT[fact["unit"]]
        size = {"money": 1 / self.minor, "share": 100.0}.get(kind, 1.0)
        told: list[tuple[Kind, float]] = [
            (kind, fact[name] * size) for name in ("value", "low", "high") if fact.get(name) is not None
        ]
        if others and fact.get("others") is not None:
            told.append((kind, fact["others"] * size))
        if fact.get("others") is not None:
            told.append((kind, (fact["value"] - fact["others"]) * size))
        if fact["unit"] == "ratio":
            told += [("share", amount * 100) for _, amount in told]
        for name in ("ratio", "ratio_low", "ratio_high"):
            if fact.get(name) is not None:
                told += [("times", fact[name]), ("share", fact[name] * 100), ("share", (fact[name] - 1) * 100)]
        return told

    def between(self, first: str, second: str, metric: str) -> list[tuple[Kind, float]]:
        """Difference and ratio of a metric of two segments."""
        one, other = (
            next((fact for fact in self.facts.values() if (fact["segment"], fact["metric"]) == (own, metric)), None)
            for own in (first, second)
        )
        if one is None or other is None:
            return []
        kind = _OF_UNIT[one["unit"]]
        size = {"money": 1 / self.minor, "share": 100.0}.get(kind, 1.0)
        told: list[tuple[Kind, float]] = [(kind, (one["value"] - other["value"]) * size)]
        for above, below in ((one, other), (other, one)):
            if below["value"]:
                ratio = above["value"] / below["value"]
                told += [("times", ratio), ("share", ratio * 100), ("share", (ratio - 1) * 100)]
        return told
