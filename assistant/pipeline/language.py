"""The stage that writes personas.

A killed run loses nothing that was answered: every answer is in the journal before it is used, and a run that starts
again asks the journal first.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from assistant.personas import PersonaJob, assemble_persona, persona_requests
from assistant.pipeline.asking import Asking, forecast
from assistant.pipeline.listening import Listener
from assistant.pipeline.models import Models
from assistant.pipeline.paths import Paths
from assistant.pipeline.running import StageResult, run_stage
from assistant.prompting import Prompt, load_prompt
from assistant.records import Document, FactSheet, Persona, Request
from assistant.retrieval import Retriever
from assistant.workspace import Workspace, read_record, write_record

PERSONAS_VERSION = 2
PERSONA_PROMPTS = ("claim", "advice", "name")


def load_personas(workspace: Workspace) -> tuple[Persona, ...]:
    """All personas that have been held against the data, in the order of segments."""
    paths = sorted(
        workspace.personas.glob("[SA]*.json"), key=lambda path: (path.stem[0] != "S", len(path.stem), path.stem)
    )
    return tuple(read_record(path, Persona) for path in paths)


class Language:
    """The stage above the facts."""

    def __init__(self, workspace: Workspace, listener: Listener, models: Models) -> None:
        """No model is loaded before a stage has to run."""
        self.workspace = workspace
        self.listener = listener
        self.models = models
        self.paths = Paths(workspace)
        self.settings = workspace.settings

    def personas(self, inputs: Mapping[str, str], sheets: Sequence[FactSheet]) -> StageResult:
        """One persona a sheet as it is written, no claim verified; all claims of all segments in one batch."""
        model = self.settings.models.persona
        prompts = self._persona_prompts()

        def make(out: Path) -> Mapping[str, object]:
            jobs = self._persona_jobs(sheets, prompts)
            requests = [request for job in jobs for request in persona_requests(job)]
            with Asking(self.models, self.listener, "personas", model) as asking:
                price = asking.gateway.price
                if price is None or price.input or price.output:
                    self.listener.stage_note("personas", forecast(asking.gateway.estimate(requests)))
                outcomes = {outcome.key: outcome for outcome in asking.ask(requests)}
            claims = 0
            for job in jobs:
                persona = assemble_persona(job, outcomes, model)
                claims += len(persona.claims)
                write_record(out / self.paths.written_personas.name / f"{persona.segment}.json", persona)
            return {"personas": len(jobs), "claims": claims, **asking.notes()}

        return run_stage(
            self.workspace,
            self.listener,
            stage="personas",
            folder=self.workspace.personas,
            version=PERSONAS_VERSION,
            inputs={**inputs, **fingerprints(prompts.values())},
            settings={"model": model, "candidates": self.settings.writing.persona_candidates},
            seed=self.settings.models.seed,
            make=make,
        )

    def persona_requests(self, sheets: Sequence[FactSheet]) -> tuple[str, list[Request]]:
        """The model's name and all that it would be asked for personas."""
        jobs = self._persona_jobs(sheets, self._persona_prompts())
        return self.settings.models.persona, [request for job in jobs for request in persona_requests(job)]

    def _persona_prompts(self) -> dict[str, Prompt]:
        return {name: load_prompt(f"persona/{name}", self.workspace.prompts) for name in PERSONA_PROMPTS}

    def _persona_jobs(self, sheets: Sequence[FactSheet], prompts: Mapping[str, Prompt]) -> list[PersonaJob]:
        with Retriever.open(self.workspace.index, self.settings.models.embedder) as retriever:
            return [self._persona_job(sheet, prompts, retriever) for sheet in sheets]

    def _persona_job(self, sheet: FactSheet, prompts: Mapping[str, Prompt], retriever: Retriever) -> PersonaJob:
        return PersonaJob(
            sheet=sheet,
            companions=_companions(sheet, retriever),
            claim=prompts["claim"],
            advice=prompts["advice"],
            name=prompts["name"],
            candidates=self.settings.writing.persona_candidates,
            seed=self.settings.models.seed,
        )


def _companions(sheet: FactSheet, retriever: Retriever) -> tuple[Document, ...]:
    """What goes with the product that a segment buys most beyond others."""
    products = [
        fact.metric.partition(":")[2] for fact in sheet.facts if fact.metric.startswith(("buys:", "has_bought:"))
    ]
    for product in products[:1]:
        for hit in retriever.search(f"{product} bought together with", kinds=["bought_together"], limit=5):
            if hit.document.title.startswith(f"{product} with "):
                return (hit.document,)
    return ()


def fingerprints(prompts: Iterable[Prompt]) -> dict[str, str]:
    """What a stage depends on: prompt id -> hash of its text."""
    return {prompt.id: prompt.fingerprint for prompt in prompts}
