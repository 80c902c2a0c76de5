"""What Tab offers: commands, what stands behind them, and the names of the workspace."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from assistant.cli.chat.cleaning import clean_line
from assistant.cli.chat.commands import COMMANDS

Words = Callable[[], Mapping[str, str]]

_WORDS_OF_A_NAME = 4
_WIDEST_META = 40


class ChatCompleter(Completer):
    """Completes a line of the chat.

    Args:
        words: names of the workspace -> what each is.
        arguments: a command -> what may stand behind it -> what that is.
    """

    def __init__(self, words: Words, arguments: Mapping[str, Words]) -> None:
        self._words = words
        self._arguments = arguments

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What the text before the cursor may become."""
        before = document.text_before_cursor
        if before.startswith("/"):
            name, space, rest = before.partition(" ")
            if not space:
                yield from _matching(name, {known: command.told for known, command in COMMANDS.items()})
            elif name.lower() in self._arguments and " " not in rest.lstrip():
                yield from _matching(rest.lstrip(), self._arguments[name.lower()](), empty=True)
            return
        yield from self._names(before)

    def _names(self, before: str) -> Iterator[Completion]:
        words = self._words()
        starts = [found.start() for found in re.finditer(r"(?<![\w-])\w", before)]
        seen: set[str] = set()
        # A name of more words is found by its beginning too: the longest beginning first.
        for start in starts[-_WORDS_OF_A_NAME:]:
            for completion in _matching(before[start:], words):
                if completion.text not in seen:
                    seen.add(completion.text)
                    yield completion


def _matching(begun: str, known: Mapping[str, str], *, empty: bool = False) -> Iterator[Completion]:
    if not begun and not empty:
        return
    for word, told in known.items():
        text = clean_line(word)
        if text.casefold().startswith(begun.casefold()):
            meta = clean_line(told)
            short = meta if len(meta) <= _WIDEST_META else f"{meta[: _WIDEST_META - 3]}..."
            yield Completion(text, start_position=-len(begun), display=text, display_meta=short)
