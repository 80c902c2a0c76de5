"""What a rule may name: the shop's products, categories, departments and brands, features, columns and segments."""

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from assistant.data import NO_CATEGORY, NO_DEPARTMENT, Tables

Kind = Literal["category", "department", "brand", "product"]
KINDS: tuple[Kind, ...] = ("category", "department", "brand", "product")

# Who somebody is, and how to reach them, is no reason to be in an audience; consents are asked elsewhere, and may be.
_NO_ATTRIBUTES = frozenset({"customer_id", "email", "phone", "first_name", "last_name", "known_at"})
_UNNAMED = frozenset({NO_CATEGORY, NO_DEPARTMENT})
_SHOWN = 12


@dataclass(frozen=True)
class Catalogue:
    """Names as the shop writes them; found without regard to case, accents' encoding and repeated blanks."""

    categories: tuple[str, ...]
    departments: tuple[str, ...]
    brands: tuple[str, ...]
    products: tuple[str, ...]
    features: tuple[str, ...]
    attributes: tuple[str, ...]
    segments: tuple[str, ...]

    @classmethod
    def of(cls, tables: Tables, features: Sequence[str], segments: Sequence[str] = ()) -> "Catalogue":
        """Read the names.

        Args:
            tables: the canonical tables.
            features: columns of the customer table.
            segments: ids of the workspace's segments.
        """
        products = tables.products
        columns = {"category": products.category, "department": products.department, "brand": products.brand}
        names = {kind: _distinct(products, column) for kind, column in columns.items()}
        return cls(
            categories=names["category"],
            departments=names["department"],
            brands=names["brand"],
            products=_distinct(products, products.name),
            features=tuple(name for name in features if name != "customer_id"),
            attributes=tuple(name for name in tables.customers.columns if name not in _NO_ATTRIBUTES),
            segments=tuple(segments),
        )

    def names(self, kind: Kind) -> tuple[str, ...]:
        """All names of a kind, in alphabetical order."""
        return {
            "category": self.categories,
            "department": self.departments,
            "brand": self.brands,
            "product": self.products,
        }[kind]

    def exact(self, kind: Kind, name: str) -> tuple[str, ...]:
        """The shop's spellings of a name; none where it has no such thing."""
        return self._spellings[kind].get(folded(name), ())

    @cached_property
    def _spellings(self) -> dict[str, dict[str, tuple[str, ...]]]:
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for kind in KINDS:
            own: dict[str, tuple[str, ...]] = {}
            for name in self.names(kind):
                own[folded(name)] = (*own.get(folded(name), ()), name)
            found[kind] = own
        return found


def folded(text: str) -> str:
    """A name for comparing: compatible signs made one, case folded, blanks single."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def suggestion(word: str, known: Iterable[str]) -> str:
    """`did you mean 'Wine'?`, or what is known: what to say after a name that is not."""
    spellings = {folded(name): name for name in known}
    if not spellings:
        return "there are none."
    close = difflib.get_close_matches(folded(word), spellings, n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(repr(spellings[name]) for name in close)}?"
    some = sorted(spellings.values())
    more = f" and {len(some) - _SHOWN:,} more" if len(some) > _SHOWN else ""
    return f"known: {', '.join(some[:_SHOWN])}{more}."


def _distinct(table: Any, column: Any) -> tuple[str, ...]:
    found: pd.DataFrame = table.select(name=column).distinct().execute()
    return tuple(sorted(str(name) for name in found["name"].dropna() if name and name not in _UNNAMED))
