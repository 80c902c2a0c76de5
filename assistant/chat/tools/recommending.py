"""What a segment may be offered next."""

from typing import Literal

from pydantic import Field

from assistant.chat.desk import Desk
from assistant.chat.notebook import Notebook
from assistant.chat.tools.tool import Arguments, ChatTool
from assistant.pipeline import offers_of
from assistant.recommendations import reason_in_words
from assistant.records import BoughtAgain, BoughtTogether, ComesBack, PopularWith, Recommendation, Unit
from assistant.records.chat import Figure

_TITLES = {"again": ("To buy again", "适合再次购买"), "new": ("New to them", "他们还没买过的")}


class Recommending(Arguments):
    """For whom, and of which kind."""

    segment: str = Field(description="its id, such as S2, or its name")
    kind: Literal["", "again", "new"] = Field(default="", description="again: bought before; new: not yet; empty: both")


def recommend(desk: Desk, arguments: Recommending, page: Notebook) -> None:
    """Products for a segment, each with its reason."""
    group = desk.segment(arguments.segment)
    page.about(group.segment)
    page.note(group.name)
    if not desk.paths.recommendations.exists():
        desk.ask(
            "recommend",
            arguments.model_dump(),
            "Recommendations have not been made yet; make them, which takes about a minute?",
            "recommendations are written beside the segments",
        )
        with desk.acting() as pipeline:
            pipeline.recommendations()
    rows = []
    for kind, titles in _TITLES.items():
        if arguments.kind not in ("", kind):
            continue
        offers = [own for own in offers_of(desk.pipeline(), group.segment) if own.kind == kind]
        if not offers:
            page.say(f"{titles[0]}: nothing to offer.", zh=f"{titles[1]}：没有可推荐的商品。")
            continue
        page.say(f"{titles[0]}, for {group.segment} {group.name}:", zh=f"{titles[1]}（{group.segment} {group.name}）：")
        for own in offers:
            page.note(own.name)
            why = reason_in_words(own.reason)
            figures = _figures(page, own, group.segment)
            page.say(f"- {own.name}: {why}." if why else f"- {own.name}.", *figures)
            rows.append((titles[0], str(own.rank), own.name, why))
    page.table(("list", "rank", "name", "why"), rows, title=f"{group.segment} {group.name}")


def _figures(page: Notebook, own: Recommendation, segment: str) -> tuple[Figure, ...]:
    told = {"subject": segment, "says": f"{own.name}: {reason_in_words(own.reason)}."}
    reason = own.reason
    if isinstance(reason, ComesBack):
        bought = page.figure(reason.customers, Unit.CUSTOMERS, f"customers who bought {own.name}", **told)
        again = page.figure(reason.returned, Unit.CUSTOMERS, f"customers who bought {own.name} again", **told)
        return bought, again
    if isinstance(reason, BoughtAgain):
        times = page.figure(reason.times, Unit.DAYS, f"days on which {own.name} was bought", **told)
        return (times,)
    if isinstance(reason, BoughtTogether | PopularWith):
        return (page.figure(reason.customers, Unit.CUSTOMERS, f"customers who bought {own.name}", **told),)
    if reason is not None:
        label = f"customers on whose own lists {own.name} stands"
        return (page.figure(reason.customers, Unit.CUSTOMERS, label, **told),)
    return ()


TOOLS = (ChatTool("recommend", "Products for a segment: to buy again, and new to them.", Recommending, recommend),)
