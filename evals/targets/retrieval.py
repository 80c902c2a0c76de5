"""A query to ranked documents: of a workspace's index, or of documents spelt out in the case."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.errors import AssistantError, ConfigError
from assistant.records import Document, Outcome, Request
from assistant.retrieval import DEFAULT_EMBEDDER, Retriever, build_index
from assistant.workspace import Workspace
from evals.records import Answer, Case, Suite, System
from evals.targets.target import Job, from_workspace, unknown_inputs, workspace_of

LIMIT = 10
INPUTS = frozenset({"from", "query", "documents", "limit", "segment", "kinds"})
_SHORT = {"kind": "product", "source": "stated in the suite"}


@dataclass(frozen=True)
class RetrievalGround:
    """What is opened once: an index for each set of documents."""

    by_case: Mapping[str, Retriever]


class RetrievalTarget:
    """`inputs.query` is searched for; a system's model is the embedder, `minilm` where it names none."""

    name = "retrieval"
    asks = False

    def check_case(self, case: Case) -> str:
        """See `Target`."""
        told = case.inputs
        if strange := unknown_inputs(case, INPUTS):
            return strange
        if not isinstance(told.get("query"), str) or not told["query"].strip():
            return f"inputs.query is {told.get('query')!r}, expected words to look for"
        limit = told.get("limit", LIMIT)
        if not isinstance(limit, int) or not 1 <= limit <= 1000:
            return f"inputs.limit is {limit!r}, expected 1 to 1000"
        if "from" in told:
            return "" if from_workspace(case) else f"inputs.from is {told['from']!r}, expected workspace"
        if not isinstance(told.get("documents"), list) or not told["documents"]:
            return "inputs.documents is missing, expected a list of documents; or write inputs.from: workspace"
        for at, document in enumerate(told["documents"]):
            try:
                _document(document)
            except (ValidationError, TypeError) as error:
                why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "no mapping"
                return f"inputs.documents.{at} is {document!r}: {why}"
        return ""

    def prompt_names(self, case: Case) -> tuple[str, ...]:
        """See `Target`."""
        return ()

    @contextmanager
    def open(self, suite: Suite, workspace: Workspace | None, system: System) -> Iterator[RetrievalGround]:
        """See `Target`; indexes of documents spelt out are built in a folder that is removed at the end."""
        embedder = system.model or DEFAULT_EMBEDDER
        by_case: dict[str, Retriever] = {}
        by_content: dict[str, Retriever] = {}
        with ExitStack() as opened:
            scratch = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="retrieval-")))
            for case in suite.cases:
                content = _content(case)
                if content not in by_content:
                    folder = scratch / content
                    if from_workspace(case):
                        folder = workspace_of(suite, workspace).index
                    else:
                        build_index(folder, [_document(one) for one in case.inputs["documents"]], embedder)
                    by_content[content] = opened.enter_context(Retriever.open(folder, embedder))
                by_case[case.case] = by_content[content]
            yield RetrievalGround(by_case)

    def requests(self, job: Job) -> list[Request]:
        """None; a search asks no chat model."""
        return []

    def again(self, job: Job, outcomes: Mapping[str, Outcome]) -> list[Request]:
        """See `Target`."""
        return []

    def read(self, job: Job, outcomes: Mapping[str, Outcome]) -> Answer:
        """Titles, nearest first.

        Its `detail`: `ranked`, each with `id`, `kind`, `title`, `text` and `score` (cosine similarity).
        """
        ground: RetrievalGround = job.ground
        told = job.case.inputs
        try:
            hits = ground.by_case[job.case.case].search(
                told["query"],
                segment=told.get("segment"),
                kinds=told.get("kinds"),
                limit=told.get("limit", LIMIT),
            )
        except ConfigError:
            raise
        except AssistantError as error:
            return Answer(state="failed", error=str(error))
        ranked = [
            {
                "id": hit.document.document,
                "kind": hit.document.kind,
                "title": hit.document.title,
                "text": hit.document.text,
                "score": float(hit.score),
            }
            for hit in hits
        ]
        return Answer(state="answered", output="\n".join(hit.document.title for hit in hits), detail={"ranked": ranked})


def _document(told: Any) -> Document:
    """A document of a case: `id`, `title` and `text` are enough."""
    if not isinstance(told, dict):
        raise TypeError(told)
    named = {"document" if name == "id" else name: value for name, value in told.items()}
    return Document.model_validate({**_SHORT, **named})


def _content(case: Case) -> str:
    """What tells the set of a case's documents from others."""
    if from_workspace(case):
        return "workspace"
    told = json.dumps(case.inputs["documents"], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


TARGET = RetrievalTarget()
