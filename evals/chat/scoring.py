"""Whether a turn went right: its tool and its arguments, beside the figures that were checked."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evals.chat.conversations import CLARIFY, Expected
from evals.chat.figures import Checked


@dataclass
class TurnScore:
    """What came of a turn."""

    conversation: str
    language: str
    turn: int
    say: str
    expected: tuple[str, ...]
    called: tuple[str, ...]
    right_tool: bool
    right_arguments: bool
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """Of the call that was judged."""
    checked: tuple[Checked, ...] = ()
    forbidden: tuple[str, ...] = ()
    """Words in the answer that must not be in it."""
    unasked: bool = False
    """Whether something was changed that nobody said yes to."""
    error: str = ""

    @property
    def wrong(self) -> tuple[Checked, ...]:
        """Figures that are not true."""
        return tuple(one for one in self.checked if one.verdict == "wrong")


def right_tool(expected: Expected, called: Sequence[str], asks_back: bool = False) -> bool:
    """Whether one of the right tools was called, or none where the answer should ask back.

    Args:
        expected: the turn.
        called: names of the tools, in order.
        asks_back: whether the answer is a question back.
    """
    if not called:
        return CLARIFY in expected.tools
    return any(tool in expected.tools for tool in called) or (asks_back and CLARIFY in expected.tools)


def right_arguments(expected: Expected, given: Mapping[str, Any], names: Mapping[str, str]) -> bool:
    """Whether the arguments that matter are as expected, in any case and spacing.

    Args:
        expected: the turn.
        given: what the tool was called with.
        names: segment -> name; either is right.
    """
    return all(_same(want, given.get(name, ""), names) for name, want in expected.arguments.items())


def _same(want: Any, given: Any, names: Mapping[str, str]) -> bool:
    if isinstance(want, Mapping):
        words = want["contains"] if isinstance(want["contains"], list) else [want["contains"]]
        return any(_plain(word) in _plain(given) for word in words)
    if isinstance(want, list):
        return any(_same(one, given, names) for one in want)
    if isinstance(want, bool) or isinstance(given, bool):
        return str(bool(want) if want != "" else False) == str(bool(given) if given != "" else False)
    if isinstance(want, int | float):
        try:
            return abs(float(given) - want) < 1e-9
        except (TypeError, ValueError):
            return False
    return _plain(given) in {_plain(want), _plain(names.get(str(want), want))}


def _plain(value: Any) -> str:
    text = unicodedata.normalize("NFKC", str(value)).casefold()
    return " ".join(text.replace("’", "'").replace("“", '"').replace("”", '"').split()).strip(" .\"'")
