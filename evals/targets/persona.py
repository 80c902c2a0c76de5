"""A persona's claims, written from a fact sheet: spelt out in the case, or a segment's of a workspace."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from pydantic import ValidationError

from assistant.config import Settings
from assistant.errors import ConfigError
from assistant.personas import PersonaJob, assemble_persona, persona_requests
from assistant.pipeline import Paths
from assistant.records import FactSheet, Outcome, Persona, Request
from assistant.workspace import Workspace, read_record
from evals.records import Answer, Case, Suite, System
from evals.targets.sheets import sheet_of
from evals.targets.target import (
    Job,
    from_workspace,
    under_own_keys,
    unknown_inputs,
    unusable,
    with_parameters,
    workspace_of,
)

PROMPTS = ("persona/claim", "persona/advice", "persona/name")
NEEDED = frozenset({"customers", "customer_share", "revenue_share"})
"""Metrics that the line under a persona's name is made of."""


@dataclass(frozen=True)
class PersonaGround:
    """What is opened once."""

    candidates: int
    sheets: Mapping[str, FactSheet] = field(default_factory=dict)
    """Segment of the workspace -> its sheet."""


class PersonaTarget:
    """All claims, the advice and the name; no claim is held against rows, and no index is searched."""

    name = "persona"
    asks = True

    def check_case(self, case: Case) -> str:
        """See `Target`."""
        if strange := unknown_inputs(case, {"from", "sheet", "profile"}):
            return strange
        if from_workspace(case):
            return "" if case.segment else "segment is empty, expected one of the workspace, such as S1"
        if "from" in case.inputs:
            return f"inputs.from is {case.inputs['from']!r}, expected workspace"
        if not isinstance(case.inputs.get("sheet"), dict):
            return f"inputs.sheet is {case.inputs.get('sheet')!r}, expected a fact sheet with name and facts"
        try:
            sheet = sheet_of(case.inputs["sheet"], case.segment)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, ("inputs.sheet", *first["loc"])))
            return f"{place} is {first.get('input')!r}: {first['msg']}"
        except (KeyError, ValueError, TypeError) as error:
            return f"inputs.sheet.facts holds a fact that means nothing: {error}"
        lacking = sorted(NEEDED - {fact.metric for fact in sheet.facts})
        return f"inputs.sheet.facts lacks {', '.join(lacking)}, expected each once" if lacking else ""

    def prompt_names(self, case: Case) -> tuple[str, ...]:
        """See `Target`."""
        return PROMPTS

    @contextmanager
    def open(self, suite: Suite, workspace: Workspace | None, system: System) -> Iterator[PersonaGround]:
        """See `Target`."""
        settings = workspace.settings if workspace else Settings()
        candidates = system.parameters.candidates or settings.writing.persona_candidates
        wanted = [case for case in suite.cases if from_workspace(case)]
        sheets: dict[str, FactSheet] = {}
        if wanted:
            folder = Paths(workspace_of(suite, workspace)).facts
            sheets = {path.stem: read_record(path, FactSheet) for path in sorted(folder.glob("*.json"))}
        for case in wanted:
            if case.segment not in sheets:
                known = ", ".join(sheets) or "none yet; type `assistant segments fit`"
                raise ConfigError(f"Case {case.case!r}: there is no fact sheet of {case.segment!r}; there are {known}.")
        yield PersonaGround(candidates, sheets)

    def requests(self, job: Job) -> list[Request]:
        """See `Target`."""
        persona = _persona_job(job)
        return [
            with_parameters(
                request,
                job,
                job.system.parameters,
                sample=job.sample * persona.candidates + request.sample,
                key=request.key,
            )
            for request in persona_requests(persona)
        ]

    def again(self, job: Job, outcomes: Mapping[str, Outcome]) -> list[Request]:
        """See `Target`."""
        return []

    def read(self, job: Job, outcomes: Mapping[str, Outcome]) -> Answer:
        """The persona's name, and a line for each claim.

        Its `detail`: `persona` (a `Persona` record as it was written, no claim verified) and `sources` (the sentences
        of the sheet that it may rest on).
        """
        persona_job = _persona_job(job)
        own = under_own_keys(job, outcomes)
        lacking = unusable(own.values())
        if lacking is not None:
            return lacking
        persona = assemble_persona(persona_job, own, job.system.model)
        detail = {
            "persona": persona.model_dump(mode="json"),
            "sources": [fact.sentence for fact in persona_job.sheet.facts],
        }
        return Answer(state="answered", output=persona_text(persona), detail=detail)


def persona_text(persona: Persona) -> str:
    """A persona as plain text: its name, then a claim a line."""
    return "\n".join((persona.name, *(claim.text for claim in persona.claims)))


def _persona_job(job: Job) -> PersonaJob:
    ground: PersonaGround = job.ground
    given = from_workspace(job.case)
    sheet = ground.sheets[job.case.segment] if given else sheet_of(job.case.inputs["sheet"], job.case.segment)
    claim, advice, name = (job.prompts[base] for base in PROMPTS)
    return PersonaJob(
        sheet=sheet,
        companions=(),
        claim=claim,
        advice=advice,
        name=name,
        candidates=job.system.parameters.candidates or ground.candidates,
        seed=job.draw,
    )


TARGET = PersonaTarget()
