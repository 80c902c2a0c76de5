"""Every name of a rule is one that the shop knows."""

from collections.abc import Iterator

from assistant.errors import DataError
from assistant.records.audiences import Bought, Happened, Rule
from assistant.segments.audiences.catalogue import KINDS, Catalogue, Kind, folded, suggestion


def check_rule(rule: Rule, catalogue: Catalogue) -> None:
    """Look up every name.

    Raises:
        DataError: the shop has no such product, category, department, brand, feature, column or segment; one line a
            mistake says where it stands and what is known.
    """
    mistakes = list(_mistakes(rule, catalogue, ""))
    if mistakes:
        raise DataError("\n".join(mistakes))


def spellings(rule: Bought | Happened, catalogue: Catalogue) -> tuple[Kind, tuple[str, ...]] | None:
    """The shop's own spellings of what a condition names; None where it names nothing."""
    for kind in KINDS:
        names: tuple[str, ...] | None = getattr(rule, kind)
        if names is not None:
            return kind, tuple(own for name in names for own in catalogue.exact(kind, name))
    return None


def _mistakes(rule: Rule, catalogue: Catalogue, place: str) -> Iterator[str]:
    for key, parts in (("all", rule.all), ("any", rule.any)):
        for at, part in enumerate(parts or (), start=1):
            yield from _mistakes(part, catalogue, f"{place}{key}[{at}].")
    if rule.not_ is not None:
        yield from _mistakes(rule.not_, catalogue, f"{place}not.")
    for key, things in (("bought", rule.bought), ("event", rule.event)):
        for kind in KINDS if things is not None else ():
            for name in getattr(things, kind) or ():
                if not catalogue.exact(kind, name):
                    hint = suggestion(name, catalogue.names(kind))
                    yield f"{place}{key}.{kind}: the shop has no {kind} {name!r}; {hint}"
    if rule.feature is not None and rule.feature.name not in catalogue.features:
        name = rule.feature.name
        yield f"{place}feature.name: there is no feature {name!r}; {suggestion(name, catalogue.features)}"
    if rule.attribute is not None and rule.attribute.name not in catalogue.attributes:
        name = rule.attribute.name
        yield (
            f"{place}attribute.name: {name!r} is no column of customers that a rule may ask for; "
            f"{suggestion(name, catalogue.attributes)}"
        )
    if rule.segment is not None and folded(rule.segment) not in {folded(own) for own in catalogue.segments}:
        hint = "fit segments with `assistant segments fit`." if not catalogue.segments else ""
        yield (
            f"{place}segment: there is no segment {rule.segment!r}; "
            f"{hint or suggestion(rule.segment, catalogue.segments)}"
        )
