"""What a turn of the chat should have called, and what it called; for metrics of routing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evals.chat.conversations import Expected
from evals.metrics.metric import Subject


@dataclass(frozen=True)
class Turn:
    """One turn, both sides of it."""

    expected: Expected
    called: tuple[tuple[str, Mapping[str, Any]], ...]
    """Tools with their arguments, in order."""
    clarifies: bool
    """Whether the answer asks back."""
    names: Mapping[str, str]
    """Segment -> name; either is right in an argument."""


def turn_of(subject: Subject) -> Turn | str:
    """The turn; else why there is none.

    What is expected is the trial's `expected` where the target filled placeholders, else the case's.
    """
    detail, case = subject.trial.detail, subject.case
    told = detail.get("expected") or case.expected
    tools, arguments = told.get("tools"), told.get("arguments", {})
    tools = [tools] if isinstance(tools, str) else tools
    if not isinstance(tools, list | tuple) or not tools:
        return f"expected.tools is {tools!r}, not a list of tools"
    if not isinstance(arguments, Mapping):
        return f"expected.arguments is {arguments!r}, not names with values"
    called = detail.get("called")
    if not isinstance(called, list):
        return "the trial does not tell what was called"
    return Turn(
        expected=Expected(say="", tools=tuple(map(str, tools)), arguments=arguments),
        called=tuple((str(call["tool"]), call.get("arguments") or {}) for call in called),
        clarifies=bool(detail.get("clarifies", False)),
        names=detail.get("names") or case.inputs.get("names") or {},
    )
