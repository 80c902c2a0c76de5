"""Where a chat writes: answers, and beside them notes that are no answer."""

import shutil
from collections.abc import Iterable

from rich.console import Console, ConsoleDimensions, RenderableType
from rich.status import Status
from rich.text import Text

from assistant.cli.chat.cleaning import clean, clean_line
from assistant.cli.chat.flowing import Flow
from assistant.cli.chat.rendering import table
from assistant.cli.output import STAGES
from assistant.records import Manifest
from assistant.records.chat import Sentence, Table

_NARROW = 20


class Screen:
    """Two consoles, and a spinner while nothing has come.

    Args:
        plain: no colours, no spinner and no drawing, even on a terminal.
        answers_aside: answers are not written out, as their records will be.
        talks: a person sits at it, so notes stand among the answers and not on standard error.
    """

    def __init__(self, *, plain: bool = False, answers_aside: bool = False, talks: bool = False) -> None:
        self.out = _console(plain, stderr=False, quiet=answers_aside)
        self.notes = self.out if talks else _console(plain, stderr=True)
        self._talks = talks
        self.plain = plain or not self.out.is_terminal or self.out.is_dumb_terminal
        self._flow = Flow(self.out, wrapped=self.out.is_terminal or talks)
        self._spins = not self.plain and self.notes.is_terminal and not self.notes.is_dumb_terminal
        self._status: Status | None = None
        self._gap = True

    def say(self, sentence: Sentence) -> None:
        """A sentence of an answer, behind the one before."""
        self.quiet()
        self._gap = False
        self._flow.say(sentence)

    def end(self) -> None:
        """End the paragraph."""
        self.quiet()
        self._flow.end()

    def show(self, drawn: RenderableType) -> None:
        """Something drawn, on lines of its own."""
        self.end()
        self._gap = False
        self.out.print(drawn, highlight=False)

    def show_table(self, shown: Table) -> None:
        """A table as wide as the console."""
        self.show(table(shown, max(self.out.width, _NARROW), plain=self.plain))
        self.gap()

    def gap(self) -> None:
        """An empty line, where the one before is not."""
        self.end()
        if not self._gap:
            self.out.print()
        self._gap = True

    def tell(self, text: str) -> None:
        """A line to the person that is no answer."""
        self._note(Text(clean(text)))

    def note(self, text: str) -> None:
        """The same, in the background."""
        self._note(Text(clean(text), "dim"))

    def warn(self, text: str) -> None:
        """What went wrong."""
        self._note(Text(clean(text), "yellow"))

    def ask(self, lines: Iterable[Text]) -> None:
        """What a yes is wanted for."""
        for line in lines:
            self._note(line)

    def working(self, words: str) -> None:
        """Turn the spinner, where there is room for one: never behind a sentence."""
        if not self._spins or self._flow.began:
            return
        # A line that the terminal breaks could not be wiped away.
        text = Text(clean_line(words), "dim")
        text.truncate(max(self.notes.width - 4, 1), overflow="ellipsis")
        if self._status is None:
            self._status = self.notes.status(text)
            self._status.start()
        else:
            self._status.update(text)

    def quiet(self) -> None:
        """Take the spinner away."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _note(self, line: Text) -> None:
        self.end()
        if self.notes is self.out:
            self._gap = False
        # In a file or a pipe a sentence is a line, as programs that read it expect.
        self.notes.print(line, highlight=False, soft_wrap=not (self._talks or self.notes.is_terminal))


class Working:
    """The pipeline's listener: the spinner tells of stages, a line what they came to."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def stage_started(self, stage: str) -> None:
        """Say what runs."""
        self._screen.working(f"{_label(stage)} ...")

    def stage_progress(self, stage: str, done: int, total: int, note: str = "") -> None:
        """How far it is."""
        counted = f"{done:,} of {total:,}" if total else f"{done:,}"
        self._screen.working(f"{_label(stage)}: {counted} {note}")

    def stage_note(self, stage: str, text: str) -> None:
        """One line."""
        self._screen.note(f"  {text}")

    def stage_ended(self, stage: str, kept: bool, seconds: float, manifest: Manifest) -> None:
        """One line for what was made; nothing for what was kept."""
        if not kept:
            self._screen.note(f"  {_label(stage)}: {seconds:.1f} s")


def _label(stage: str) -> str:
    """Words for a stage; `audience A1` is one of its kind."""
    return STAGES.get(stage.partition(" ")[0], stage)


def _console(plain: bool, *, stderr: bool, quiet: bool = False) -> Console:
    console = Console(
        stderr=stderr,
        quiet=quiet,
        emoji=False,
        markup=False,
        force_terminal=False if plain else None,
        color_system=None if plain else "auto",
    )
    if console.is_dumb_terminal:
        # Rich takes every dumb terminal for one of 80 columns.
        console.size = ConsoleDimensions(*shutil.get_terminal_size())
    return console
