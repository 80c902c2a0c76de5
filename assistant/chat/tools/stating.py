"""Numbers of a text that the product itself has made: an index's document, a piece, a finding of the linter."""

from collections.abc import Callable, Sequence

import regex

from assistant.chat.mentions import Stated, stated_in
from assistant.chat.notebook import Notebook
from assistant.records import Unit
from assistant.records.chat import Figure, Language

_UNITS = {"money": Unit.MONEY, "share": Unit.SHARE, "ratio": Unit.RATIO}


def stated_figures(
    page: Notebook,
    text: str,
    *,
    source: Callable[[Stated, int], str],
    label: str = "",
    subject: str = "",
    says: Callable[[Stated], str] | None = None,
    definition: str = "",
    language: Language = "en",
) -> tuple[Figure, ...]:
    """A figure for each number, date, code and address of a text, in its order.

    Args:
        page: where they are kept.
        text: whose numbers they are.
        source: of the number at its place in the text.
        label: of all of them; empty: of each, the words around it.
        subject: whose they are.
        says: what stands behind one; None: the text.
        definition: how they are computed.
        language: of the text.
    """
    found = stated_in(text, language)
    scale = {"money": float(page.minor), "share": 0.01}
    return tuple(
        page.keep(
            Figure(
                source=source(stated, at),
                shown=stated.quote,
                amount=(stated.amount or 0.0) * scale.get(stated.kind, 1.0),
                unit=_UNITS.get(stated.kind, stated.unit or Unit.COUNT),
                label=label or _entry(text, found, at),
                subject=subject,
                says=says(stated) if says else text,
                definition=definition,
            )
        )
        for at, stated in enumerate(found)
    )


def _entry(text: str, found: Sequence[Stated], at: int) -> str:
    """The words that a sentence must speak of to state a figure: how the text begins, and what is around the figure."""
    before = text[found[at - 1].end if at else 0 : found[at].start]
    after = text[found[at].end : found[at + 1].start if at + 1 < len(found) else len(text)]
    head = text[: text.find(":") + 1] if at and ":" in text[: found[0].start] else ""
    # In a list each entry has its own words.
    own = before if not at else regex.split(r"[,;)]\s", before)[-1]
    rest = regex.split(r"[,;.)](?:\s|$)", after)[0]
    return " ".join(f"{head} {own} {rest}".split())


def counted(shown: str, noun: str) -> str:
    """`is 1 campaign`, `are 3 campaigns`: what comes after "there"."""
    return f"is {shown} {noun}" if shown == "1" else f"are {shown} {noun}s"
