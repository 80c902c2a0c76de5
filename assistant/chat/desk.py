"""What tools work with: the workspace as it lies, the pipeline to act with, and a person who is asked first."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from assistant.chat.lexicon import nearest_name
from assistant.errors import AssistantError, ConfigError, MissingArtefact
from assistant.facts import minor_units
from assistant.pipeline import Listener, Models, Paths, Pipeline
from assistant.pipeline.lookup import audiences_of, segmentation_of
from assistant.records import FactSheet, Segment
from assistant.records.chat import Language, Question
from assistant.retrieval import Retriever
from assistant.workspace import Workspace, read_record

Confirm = Callable[[Question], bool]
_HAN = re.compile(r"[\u4e00-\u9fff]")


class Declined(AssistantError):
    """A person has said no; nothing was done."""


class Desk:
    """One chat's way to its workspace. Reading takes no lock, so a campaign may run beside it.

    Args:
        workspace: that the chat is about.
        models: what pipelines ask models with, so that one spend cap holds for the whole chat.
        confirm: asks a person before something costs money or changes the workspace.
        listener: told of stages that tools run.
        by: who decides about pieces.
        clock: tells the time, UTC.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        models: Models,
        confirm: Confirm,
        listener: Listener,
        by: str,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self.workspace = workspace
        self.paths = Paths(workspace)
        self.currency = workspace.settings.shop.currency
        self.minor = minor_units(self.currency)
        self.by = by
        self.clock = clock
        self._models = models
        self._confirm = confirm
        self._listener = listener
        self._retriever: tuple[str, Retriever] | None = None

    def groups(self) -> tuple[Segment, ...]:
        """Segments, then audiences.

        Raises:
            MissingArtefact: there are none yet.
        """
        return (*segmentation_of(self.workspace).segments, *audiences_of(self.workspace))

    def segment(self, said: str) -> Segment:
        """A segment by its id or its name, in any case; a part of a name that only one has is enough.

        Raises:
            ConfigError: there is none, or several fit.
        """
        groups = self.groups()
        for group in groups:
            if said.strip().lower() in (group.segment.lower(), group.name.lower()):
                return group
        near = nearest_name(said, {group.segment: group.name for group in groups})
        if near:
            return next(group for group in groups if group.segment == near)
        known = ", ".join(f"{group.segment} {group.name}" for group in groups)
        raise ConfigError(f"There is no segment {said!r}; there are {known}.")

    def sheet(self, said: str) -> FactSheet:
        """The fact sheet of a segment.

        Raises:
            ConfigError: there is no such segment, or it is too small to be spoken of.
        """
        group = self.segment(said)
        path = self.paths.facts / f"{group.segment}.json"
        if not path.exists():
            least = self.workspace.settings.facts.min_group_size
            raise ConfigError(
                f"{group.segment} has no fact sheet: it has fewer than {least} customers, or its facts have not been "
                f"stated; type `assistant facts {group.segment}`."
            )
        return read_record(path, FactSheet)

    def sheets(self) -> tuple[FactSheet, ...]:
        """All fact sheets, in the order of the segments.

        Raises:
            MissingArtefact: there are none yet.
        """
        paths = [self.paths.facts / f"{group.segment}.json" for group in self.groups()]
        found = tuple(read_record(path, FactSheet) for path in paths if path.exists())
        if not found:
            raise MissingArtefact("No facts have been stated yet; type `assistant segments fit`.")
        return found

    def retriever(self) -> Retriever:
        """The index as it is today; kept open from call to call, opened anew once it has been built again.

        Raises:
            MissingArtefact: there is none yet.
        """
        version = self.paths.index_version.read_text("utf-8") if self.paths.index_version.exists() else ""
        if self._retriever is None or self._retriever[0] != version:
            self.close()
            opened = Retriever.open(self.workspace.index, self.workspace.settings.models.embedder)
            self._retriever = (version, opened)
        return self._retriever[1]

    def ask(self, tool: str, arguments: Mapping[str, Any], asks: str, changes: str, cost: int | None = None) -> None:
        """Go on only where a person says yes.

        Args:
            tool: that will act.
            arguments: of it.
            asks: the question.
            changes: what will be other than before.
            cost: nanodollars, about; None: not known, or nothing.

        Raises:
            Declined: they said no.
        """
        question = Question(tool=tool, arguments=dict(arguments), asks=asks, changes=changes, cost_nanodollars=cost)
        if not self._confirm(question):
            raise Declined("You said no, so nothing was done.")

    def confirm_by(self, confirm: Confirm) -> None:
        """Have a person asked by other means."""
        self._confirm = confirm

    @contextmanager
    def acting(self) -> Iterator[Pipeline]:
        """The pipeline, with the workspace held for writing."""
        with self.workspace.writing():
            pipeline = Pipeline(self.workspace, self._listener)
            pipeline.models = self._models
            yield pipeline

    def pipeline(self) -> Pipeline:
        """The pipeline, to look things up with; nothing may be written by it."""
        return Pipeline(self.workspace, self._listener)

    def close(self) -> None:
        """Let go of the index."""
        if self._retriever is not None:
            self._retriever[1].close()
            self._retriever = None


def language_of(text: str) -> Language:
    """Chinese where there is a Han character, else English."""
    return "zh" if _HAN.search(text) else "en"
