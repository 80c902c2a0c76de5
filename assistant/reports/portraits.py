"""One segment on a card: its numbers, its persona and what each claim rests on."""

from dataclasses import dataclass

from assistant.facts import format_money, format_percent, format_value
from assistant.records import Claim, FactSheet, Persona, Segment, SurrogateTree, TreeCondition, Unit
from assistant.records.personas import About
from assistant.reports import numbers
from assistant.reports.cautions import sentence
from assistant.reports.data import ReportData
from assistant.reports.heatmap import Cell, Row, heat_rows
from assistant.reports.receipts import Panel, Receipts, between

# In reading order.
TOPICS: dict[About, str] = {
    "who": "Who they are",
    "buys": "What they buy",
    "when": "When they come",
    "price": "How they look at price",
    "say": "Say",
    "avoid": "Avoid",
}
OCCASIONS = {
    "away": "how long they have been away",
    "coupon": "coupons",
    "frequent": "how often they come",
    "seldom": "how seldom they come",
    "steady": "how steadily they come",
}
_TRAITS_SHOWN = 5
_LIFTS_SHOWN = 5


@dataclass(frozen=True)
class Backed:
    """A claim and its receipts."""

    claim: Claim
    receipts: tuple[tuple[str, Panel], ...]
    """What the button says, and the panel it opens."""


@dataclass(frozen=True)
class FactLine:
    """A fact in the segment's table."""

    fact: str
    label: str
    value: str
    others: str
    ratio: str
    interval: str
    direction: str
    sentence: str
    source: str


@dataclass(frozen=True)
class Portrait:
    """All that is known of one segment."""

    segment: Segment
    colour: int
    revenue: str
    traits: tuple[tuple[str, Cell], ...]
    lifts: tuple[tuple[str, str, str], ...]
    """What they spend more on: label, how many times as much as everybody, share of their spend."""
    roughly: tuple[str, ...]
    """Rules that tell roughly who belongs here, with how often they are right."""
    persona: Persona | None
    caution: str
    """Why the segment was below the bar when the persona was written; empty: it was not."""
    occasion: str
    """What there is to talk about with them, in a reader's words; empty without a persona."""
    claims: tuple[tuple[str, tuple[Backed, ...]], ...]
    facts: tuple[FactLine, ...]


def portray(data: ReportData, colours: dict[str, int], receipts: Receipts) -> tuple[Portrait, ...]:
    """One portrait a segment, in the segmentation's order, then the audiences; persona and facts where there are."""
    personas = {persona.segment: persona for persona in data.personas}
    sheets = {sheet.segment: sheet for sheet in data.sheets}
    return tuple(
        Portrait(
            segment=segment,
            colour=colours.get(segment.segment, 0),
            revenue=format_money(segment.revenue_minor, data.currency),
            traits=_traits(segment, data.currency),
            lifts=tuple(
                (lift.label, numbers.times(lift.lift), format_percent(lift.value))
                for lift in segment.lifts[:_LIFTS_SHOWN]
            ),
            roughly=_roughly(segment.segment, data.segmentation.tree, data.currency),
            persona=personas.get(segment.segment),
            caution=sentence(personas[segment.segment].caution) if segment.segment in personas else "",
            occasion=OCCASIONS[personas[segment.segment].occasion] if segment.segment in personas else "",
            claims=_claims(personas.get(segment.segment), receipts),
            facts=_facts(sheets.get(segment.segment), data.currency),
        )
        for segment in (*data.segmentation.segments, *data.audiences)
    )


def _roughly(segment: str, tree: SurrogateTree | None, currency: str) -> tuple[str, ...]:
    if tree is None:
        return ()
    return tuple(
        f"{' and '.join(_condition(one, currency) for one in rule.conditions) or 'every customer'}: "
        f"{numbers.counted(rule.customers, 'customer')}, {format_percent(rule.right)} of them in {segment}"
        for rule in tree.rules
        if rule.segment == segment
    )


def _condition(condition: TreeCondition, currency: str) -> str:
    above, at_most = (
        "" if end is None else _end(end, condition.unit, currency) for end in (condition.above, condition.at_most)
    )
    if above and at_most:
        return f"{condition.label} above {above}, up to {at_most}"
    return f"{condition.label} above {above}" if above else f"{condition.label} up to {at_most}"


def _end(value: float, unit: Unit, currency: str) -> str:
    """Money and shares as ever; of anything else the label says what is counted."""
    if unit in (Unit.MONEY, Unit.SHARE):
        return format_value(value, unit, currency)
    return numbers.plain(value, 1).removesuffix(".0")


def _traits(segment: Segment, currency: str) -> tuple[tuple[str, Cell], ...]:
    rows: tuple[Row, ...] = heat_rows((segment,), currency)
    return tuple((row.label, cell) for row in rows[:_TRAITS_SHOWN] for cell in row.cells if cell)


def _claims(persona: Persona | None, receipts: Receipts) -> tuple[tuple[str, tuple[Backed, ...]], ...]:
    if persona is None:
        return ()
    groups = []
    for about, title in TOPICS.items():
        backed = tuple(
            Backed(
                claim,
                (
                    *((fact, receipts.of_fact(fact)) for fact in claim.facts),
                    *(_titled(receipts.of_document(document)) for document in claim.documents),
                    *(("Query", panel) for panel in (receipts.of_claim(claim),) if panel is not None),
                ),
            )
            for claim in persona.claims
            if claim.about == about
        )
        if backed:
            groups.append((title, backed))
    return tuple(groups)


def _titled(panel: Panel) -> tuple[str, Panel]:
    """A document's id is long and says little; its title is what a reader knows."""
    return panel.value or panel.receipt, panel


def _facts(sheet: FactSheet | None, currency: str) -> tuple[FactLine, ...]:
    if sheet is None:
        return ()
    return tuple(
        FactLine(
            fact=fact.fact,
            label=fact.label,
            value=fact.display,
            others=fact.others_display,
            ratio="" if fact.ratio is None else numbers.times(fact.ratio),
            interval=between(fact.ratio_low, fact.ratio_high, numbers.times),
            direction=fact.direction,
            sentence=fact.sentence,
            source=fact.source,
        )
        for fact in sheet.facts
    )
