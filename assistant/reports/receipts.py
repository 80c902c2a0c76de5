"""What opens when a reader asks where a value comes from."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from assistant.facts import fact_query, format_value, in_words
from assistant.records import Brief, Claim, Document, Fact, FactSheet, Slot
from assistant.reports import numbers

Kind = Literal["fact", "query", "brief", "customer", "document", "missing"]

_DOCUMENTS = {
    "product": "A product of the catalogue",
    "buys_more": "What a segment buys more of",
    "bought_together": "What is bought together",
    "coupons": "Coupons and who redeemed them",
    "hours": "When a segment orders",
}


@dataclass(frozen=True)
class Panel:
    """One receipt, laid out; `anchor` is the id of its element, free of anything the data says."""

    anchor: str
    kind: Kind
    receipt: str
    title: str
    value: str
    rows: tuple[tuple[str, str], ...]
    sentence: str
    source: str
    fact: str = ""
    """Id of the fact to link to in its segment's table; empty where there is none."""
    query: str = ""
    """SQL that gives the value, for whoever has the workspace; empty where none is needed."""


class Receipts:
    """The receipts that a page refers to; equal ones share a panel, in the order they are first asked for."""

    def __init__(
        self,
        currency: str,
        as_of: dt.date,
        sheets: Iterable[FactSheet],
        documents: Iterable[Document] = (),
        carded: Iterable[str] = (),
    ) -> None:
        """What receipts are made of; `carded` are the segments that the page has a table of facts of, to link to."""
        self._currency = currency
        self._facts = {fact.fact: fact for sheet in sheets for fact in sheet.facts}
        self._as_of = as_of
        self._carded = set(carded)
        self._documents = {document.document: document for document in documents}
        self._panels: dict[tuple[object, ...], Panel] = {}

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All panels asked for."""
        return tuple(self._panels.values())

    def of_fact(self, fact: str) -> Panel:
        """The receipt of a claim that rests on a fact."""
        key = ("fact", fact)
        return self._panels.get(key) or self._keep(key, self._fact(self._anchor(), fact))

    def of_claim(self, claim: Claim) -> Panel | None:
        """What the rows said when a claim was held against them, with the SQL; None of one that was not."""
        own, predicate = claim.evaluation, claim.predicate
        if own is None or predicate is None or not own.query:
            return None
        key = ("claim", claim.claim)
        return self._panels.get(key) or self._keep(
            key,
            Panel(
                self._anchor(),
                "query",
                claim.claim,
                in_words(predicate, self._currency),
                claim.status,
                (("Customers counted", numbers.plain(own.customers, 0)),),
                own.reason,
                own.query,
            ),
        )

    def of_document(self, document: str) -> Panel:
        """The receipt of a claim that rests on a text of the vector store."""
        key = ("document", document)
        return self._panels.get(key) or self._keep(key, self._document(self._anchor(), document))

    def of_slot(self, slot: Slot, brief: Brief) -> Panel:
        """The receipt of a value in a piece of copy."""
        scope = brief.campaign if slot.receipt.startswith("brief:") else ""
        key = ("slot", slot, scope)
        return self._panels.get(key) or self._keep(key, self._slot(self._anchor(), slot, brief))

    def _anchor(self) -> str:
        return f"receipt-{len(self._panels) + 1}"

    def _keep(self, key: tuple[object, ...], panel: Panel) -> Panel:
        self._panels[key] = panel
        return panel

    def _slot(self, anchor: str, slot: Slot, brief: Brief) -> Panel:
        kind, _, name = slot.receipt.partition(":")
        if kind == "fact":
            panel = self._fact(anchor, name)
        elif kind == "brief":
            panel = _brief_field(anchor, name, brief)
        elif kind == "customer":
            panel = _merge_tag(anchor, name)
        else:
            panel = self._document(anchor, slot.receipt.removeprefix("document:"))
        if kind == "fact" and panel.kind == "fact":
            # In a slot the value is what the copy says; the fact's own number moves into the rows.
            fact = self._facts[name]
            evidence = ((fact.label[:1].upper() + fact.label[1:], fact.display), *panel.rows)
        else:
            evidence = panel.rows
        rows = (("Slot", f"{{{slot.slot}}}"), *_worst(slot), *evidence)
        return Panel(
            anchor,
            panel.kind,
            slot.receipt,
            panel.title,
            slot.value,
            rows,
            panel.sentence,
            panel.source,
            panel.fact,
            panel.query,
        )

    def _fact(self, anchor: str, name: str) -> Panel:
        fact = self._facts.get(name)
        if fact is None:
            return _missing(anchor, f"fact:{name}", "no fact sheet of this report holds it")
        return Panel(
            anchor,
            "fact",
            f"fact:{name}",
            fact.label,
            fact.display,
            tuple(fact_rows(fact, self._currency)),
            fact.sentence,
            fact.source,
            fact.fact if fact.segment in self._carded else "",
            fact_query(fact, self._as_of),
        )

    def _document(self, anchor: str, name: str) -> Panel:
        document: Document | None = self._documents.get(name)
        if document is None:
            return _missing(anchor, name, "no document of this report has that id")
        return Panel(
            anchor,
            "document",
            f"document:{name}",
            _DOCUMENTS[document.kind],
            document.title,
            (("Speaks of", document.segment or "all customers"),),
            document.text,
            document.source,
        )


def fact_rows(fact: Fact, currency: str) -> Iterable[tuple[str, str]]:
    """What a fact is compared with and how sure it is, as labelled lines."""
    interval = between(fact.low, fact.high, lambda end: format_value(end, fact.unit, currency))
    if interval:
        yield "95% interval", interval
    if fact.others_display:
        yield "All other customers", fact.others_display
    if fact.ratio is not None:
        yield "Ratio", numbers.times(fact.ratio)
    interval = between(fact.ratio_low, fact.ratio_high, numbers.times)
    if interval:
        yield "Its 95% interval", interval
    if fact.direction != "none":
        yield "Beside the others", "no clear difference" if fact.direction == "same" else fact.direction


def between(low: float | None, high: float | None, shown: Callable[[float], str]) -> str:
    """An interval as `low to high`; empty where an end is unknown."""
    return "" if low is None or high is None else f"{shown(low)} to {shown(high)}"


def _worst(slot: Slot) -> Iterable[tuple[str, str]]:
    if slot.merge:
        yield "Kind", "merge tag"
    yield "At its longest", f"{slot.worst} ({len(slot.worst)} characters)"


def _brief_field(anchor: str, name: str, brief: Brief) -> Panel:
    value: object = brief.model_dump(mode="json")
    for step in name.split("."):
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return _missing(anchor, f"brief:{name}", "the brief has no such field")
    said = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return Panel(
        anchor,
        "brief",
        f"brief:{name}",
        "From the brief",
        "",
        (("Field", name), ("As written there", said)),
        "A person wrote this in the campaign's brief; the model could only place it.",
        f"brief of campaign {brief.campaign}, field {name}",
    )


def _merge_tag(anchor: str, name: str) -> Panel:
    return Panel(
        anchor,
        "customer",
        f"customer:{name}",
        "A merge tag",
        "",
        (("Filled from", name),),
        "The sending platform fills this in for each customer when the message goes out. What is shown is the default; "
        "the model saw no customer's own.",
        f"customer table, column {name}, at sending time",
    )


def _missing(anchor: str, receipt: str, why: str) -> Panel:
    return Panel(
        anchor,
        "missing",
        receipt,
        "No receipt found",
        "",
        (),
        f"This value points to {receipt}, and {why}. Do not send it before somebody has checked it.",
        "",
    )
