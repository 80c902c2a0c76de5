"""What the index knows: products, and how groups behave."""

from collections.abc import Sequence
from functools import partial

from pydantic import Field

from assistant.chat.desk import Desk
from assistant.chat.mentions import Stated
from assistant.chat.notebook import Notebook
from assistant.chat.tools.stating import stated_figures
from assistant.chat.tools.tool import Arguments, ChatTool
from assistant.errors import ConfigError

BEHAVIOUR = ("buys_more", "bought_together", "coupons", "hours")


class Searching(Arguments):
    """What to look for."""

    text: str = Field(description="what to look for, in words")
    segment: str = Field(default="", description="only what speaks of this segment or of all")
    limit: int = Field(default=8, ge=1, le=30, description="most hits")


def search_products(desk: Desk, arguments: Searching, page: Notebook) -> None:
    """Products by meaning."""
    _search(desk, arguments, page, ("product",))


def search_behaviour(desk: Desk, arguments: Searching, page: Notebook) -> None:
    """What groups buy more, what is bought together, how coupons are used, when people shop."""
    _search(desk, arguments, page, BEHAVIOUR)


def _search(desk: Desk, arguments: Searching, page: Notebook, kinds: Sequence[str]) -> None:
    if not arguments.text:
        raise ConfigError("Say what to look for.")
    segment = desk.segment(arguments.segment).segment if arguments.segment else None
    hits = desk.retriever().search(arguments.text, segment=segment, kinds=kinds, limit=arguments.limit)
    if not hits:
        page.say(f"Nothing was found for {arguments.text!r}.", zh=f"没有找到与“{arguments.text}”相关的内容。")
        return
    page.say("Found, the nearest first:", zh="找到以下内容（按相关度排序）：")
    for hit in hits:
        document = hit.document
        page.note(document.title)
        page.about(document.segment)
        text = " ".join(document.text.split())
        figures = stated_figures(
            page,
            text,
            source=partial(_source, document.document),
            subject=document.segment,
            definition=document.source,
        )
        page.say(f"- {text}", *figures)
    page.table(
        ("score", "segment", "text"),
        [(f"{hit.score:.2f}", hit.document.segment, hit.document.text) for hit in hits],
        title=arguments.text,
    )


def _source(document: str, stated: Stated, at: int) -> str:
    return f"{document}#{at}"


TOOLS = (
    ChatTool("search_products", "Search the catalogue by meaning.", Searching, search_products),
    ChatTool(
        "search_behaviour",
        "Search behaviour: what segments buy more, what is bought together, coupons, hours.",
        Searching,
        search_behaviour,
    ),
)
