"""A chat: what tools found, what was said and by which receipts, what a turn was."""

from typing import Any, Literal

from pydantic import Field

from assistant.records.base import Record, Unit

Language = Literal["en", "zh"]


class Figure(Record):
    """A number that an answer may state, with where it is from."""

    source: str = Field(description="a fact's id, `S2.F07`, or the tool's call it is from, `list_segments#3`")
    role: Literal["value", "others", "ratio", "low", "high", "difference"] = Field(
        default="value", description="which number of its source: a fact has its value, that of all others, a ratio"
    )
    shown: str = Field(description="as a reader sees it: `$31.20`, `18%`, `6 days`, `2,469`")
    amount: float = Field(description="in the unit: minor units of money, shares from 0 to 1")
    unit: Unit
    label: str = Field(description="what it counts, in a reader's words")
    subject: str = Field(default="", description="whose it is: a segment's id, a product's name, a piece; empty: shop")
    says: str = Field(description="its source in a sentence")
    definition: str = Field(default="", description="how it is computed")


class Sentence(Record):
    """A sentence of an answer, released because each of its figures is bound."""

    text: str
    figures: tuple[Figure, ...] = Field(default=(), description="in the order in which the text states them")
    receipts: tuple[int, ...] = Field(default=(), description="number of each figure's receipt, what /why takes")
    written_by: str = Field(default="", description="a model's name; `tool` for the tool's own sentence")
    corrected: bool = Field(default=False, description="whether a figure was put right by its source")


class Table(Record):
    """Rows for people who would rather look than read."""

    title: str = ""
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class ToolResult(Record):
    """What a tool found."""

    call: str = Field(description="`list_segments#3`: the tool and which call of the session")
    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    status: Literal["ok", "error", "declined"] = "ok"
    sentences: tuple[Sentence, ...] = Field(default=(), description="the tool's own words, every figure bound")
    table: Table | None = None
    figures: tuple[Figure, ...] = Field(default=(), description="all numbers that an answer may take from it")
    notes: tuple[str, ...] = Field(default=(), description="texts of the shop's data: names, documents; never figures")
    subjects: tuple[str, ...] = Field(default=(), description="segments, pieces or campaigns it speaks of")


class Receipt(Record):
    """A figure that an answer stated, by the number that /why takes."""

    receipt: int
    figure: Figure


class OpenedReceipt(Record):
    """A receipt down to the rows."""

    receipt: int
    figure: Figure
    tool: str = ""
    arguments: dict[str, Any] = Field(default_factory=dict)
    query: str = Field(default="", description="SQL that DuckDB runs in the workspace's folder; empty: no one table")
    rows: tuple[dict[str, Any], ...] = Field(default=(), description="what it gives")


class Question(Record):
    """What a person must say yes to before a tool acts."""

    tool: str
    arguments: dict[str, Any]
    asks: str = Field(description="one sentence that ends in a question mark")
    changes: str = Field(default="", description="what in the workspace will be other than before")
    cost_nanodollars: int | None = Field(default=None, description="about; unset: not known, or a model of one's own")


class ToolCalled(Record):
    """A tool is asked."""

    event: Literal["tool_called"] = "tool_called"
    tool: str
    arguments: dict[str, Any]


class ToolAnswered(Record):
    """A tool has answered."""

    event: Literal["tool_answered"] = "tool_answered"
    result: ToolResult


class Said(Record):
    """A sentence is released."""

    event: Literal["said"] = "said"
    sentence: Sentence


class Withheld(Record):
    """A sentence was kept back."""

    event: Literal["withheld"] = "withheld"
    reason: str = Field(description="one sentence, without the figure that nobody vouches for")


class Offered(Record):
    """A tool and its arguments, as an answer that asks back offers them."""

    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)


class Turn(Record):
    """A question and what came of it."""

    turn: int = Field(ge=1)
    at: str = Field(description="ISO 8601, UTC")
    question: str
    results: tuple[ToolResult, ...] = ()
    answer: tuple[Sentence, ...] = ()
    withheld: tuple[str, ...] = Field(default=(), description="why sentences were kept back")
    clarifies: bool = Field(default=False, description="whether the answer asks back")
    offers: tuple[Offered, ...] = Field(default=(), description="what an answer that asks back lets choose from")
    stopped: bool = Field(default=False, description="whether a person stopped it")
    error: str = Field(default="", description="why there is no answer, where there is none")
    model: str
    routed: bool = Field(description="whether the router chose the tools")
    seconds: float = 0.0
    first_seconds: float | None = Field(default=None, description="until something useful was shown")


class Ended(Record):
    """The turn is over and kept."""

    event: Literal["ended"] = "ended"
    turn: Turn


Event = ToolCalled | ToolAnswered | Said | Withheld | Ended


class ChatSession(Record):
    """A conversation that can be gone on with."""

    session: str = Field(description="its name: letters, digits, dots, dashes and underscores")
    began: str = Field(description="ISO 8601, UTC")
    changed: str = Field(description="ISO 8601, UTC")
    turns: int = 0
    model: str = ""
    first: str = Field(default="", description="its first question, cut short")


class Spent(Record):
    """What a session took."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = Field(default=0.0, description="of the models' own time")
    cost_nanodollars: int | None = Field(default=0, description="unset: some price is not known")
