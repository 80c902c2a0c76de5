"""The stages that ask a model: personas and campaigns.

A killed run loses nothing that was answered: every answer is in the journal before it is used, and a run that starts
again asks the journal first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from platformdirs import user_cache_path

from assistant.campaigns import check_brief, plan_jobs, write_campaign
from assistant.config import load_brief
from assistant.copywriting import LINES
from assistant.data import Tables
from assistant.errors import ModelError
from assistant.llm import Journal, complete, open_model
from assistant.personas import PersonaJob, assemble_persona, persona_requests
from assistant.pipeline.listening import Listener
from assistant.pipeline.paths import Paths
from assistant.pipeline.running import StageResult, run_stage
from assistant.prompting import Prompt, load_prompt
from assistant.records import Brief, Campaign, Document, FactSheet, Outcome, Persona, Request
from assistant.retrieval import Retriever
from assistant.workspace import Workspace, read_record, sha256_file, write_atomic, write_record

PERSONAS_VERSION = 1
CAMPAIGN_VERSION = 1
PERSONA_PROMPTS = ("claim", "advice", "name")


def weights_cache() -> Path:
    """Where a local model's converted weights are kept, for all workspaces of a user."""
    return user_cache_path("marketing-assistant")


def load_personas(workspace: Workspace) -> tuple[Persona, ...]:
    """All personas that have been written, in the order of segments."""
    paths = sorted(
        workspace.personas.glob("[SA]*.json"), key=lambda path: (path.stem[0] != "S", len(path.stem), path.stem)
    )
    return tuple(read_record(path, Persona) for path in paths)


def load_campaigns(workspace: Workspace) -> tuple[Campaign, ...]:
    """All campaigns that have been written, by name."""
    return tuple(read_record(path, Campaign) for path in sorted(workspace.campaigns.glob("*/campaign.json")))


class Language:
    """The stages above the facts."""

    def __init__(self, workspace: Workspace, listener: Listener) -> None:
        """No model is loaded before a stage has to run."""
        self.workspace = workspace
        self.listener = listener
        self.paths = Paths(workspace)
        self.settings = workspace.settings

    def personas(self, inputs: Mapping[str, str], sheets: Sequence[FactSheet]) -> StageResult:
        """One persona a sheet, all claims of all segments in one batch."""
        model = self.settings.models.persona
        prompts = {name: load_prompt(f"persona/{name}", self.workspace.prompts) for name in PERSONA_PROMPTS}

        def make(out: Path) -> Mapping[str, object]:
            with Retriever.open(self.workspace.index, self.settings.models.embedder) as retriever:
                jobs = [self._persona_job(sheet, prompts, retriever) for sheet in sheets]
            requests = [request for job in jobs for request in persona_requests(job)]
            outcomes = {outcome.key: outcome for outcome in self._ask("personas", model, requests)}
            claims = 0
            for job in jobs:
                persona = assemble_persona(job, outcomes, model)
                claims += len(persona.claims)
                write_record(out / f"{persona.segment}.json", persona)
            return {"personas": len(jobs), "claims": claims, "calls": len(requests)}

        return run_stage(
            self.workspace,
            self.listener,
            stage="personas",
            folder=self.workspace.personas,
            version=PERSONAS_VERSION,
            inputs={**inputs, **_fingerprints(prompts.values())},
            settings={"model": model, "candidates": self.settings.writing.persona_candidates},
            seed=self.settings.models.seed,
            make=make,
        )

    def brief(self, path: Path) -> Brief:
        """A brief that can be written.

        Raises:
            ConfigError: it cannot; the message names the file and what is wrong.
        """
        brief = load_brief(path)
        check_brief(brief, self._advertisable() if brief.products else (), str(path))
        return brief

    def campaign(
        self, brief_path: Path, inputs: Mapping[str, str], sheets: Sequence[FactSheet], personas: Sequence[Persona]
    ) -> StageResult:
        """All pieces of a brief in one batch, and a repair."""
        brief = self.brief(brief_path)
        model = self.settings.models.writer
        lines = [line for channel in brief.channels for line in LINES[channel]]
        prompts = {line: load_prompt(f"copy/{line}", self.workspace.prompts) for line in lines}
        jobs = plan_jobs(brief, sheets, {persona.segment: persona for persona in personas}, prompts, self.settings)

        def make(out: Path) -> Mapping[str, object]:
            def ask(requests: list[Request]) -> Iterator[Outcome]:
                return self._ask("campaign", model, requests)

            cautions = {sheet.segment: sheet.caution for sheet in sheets if sheet.caution}
            campaign = write_campaign(brief, jobs, ask, model, cautions)
            write_record(out / self.paths.campaign(brief.campaign).name, campaign)
            write_atomic(out / "brief.toml", brief_path.read_bytes())
            return {**campaign.summary.model_dump(), "campaign": brief.campaign}

        return run_stage(
            self.workspace,
            self.listener,
            stage="campaign",
            folder=self.workspace.campaigns / brief.campaign,
            version=CAMPAIGN_VERSION,
            inputs={**inputs, "brief": sha256_file(brief_path), **_fingerprints(prompts.values())},
            settings={
                "campaign": brief.campaign,
                "model": model,
                "segments": [sheet.segment for sheet in sheets],
                "candidates": self.settings.writing.copy_candidates,
                **self.settings.shop.model_dump(),
            },
            seed=self.settings.models.seed,
            make=make,
        )

    def _persona_job(self, sheet: FactSheet, prompts: Mapping[str, Prompt], retriever: Retriever) -> PersonaJob:
        return PersonaJob(
            sheet=sheet,
            retrieved=_context(sheet, retriever),
            claim=prompts["claim"],
            advice=prompts["advice"],
            name=prompts["name"],
            candidates=self.settings.writing.persona_candidates,
            seed=self.settings.models.seed,
        )

    def _advertisable(self) -> frozenset[str]:
        products = Tables(self.workspace.data).products
        names = products.filter(products.advertisable).select("name").distinct().execute()["name"]
        return frozenset(str(name) for name in names)

    def _ask(self, stage: str, model_name: str, requests: list[Request]) -> Iterator[Outcome]:
        """Send requests; what the journal knows is not asked again.

        Raises:
            ModelError: not one request was answered, so there is nothing to go on with.
        """
        model = open_model(model_name, cache_dir=weights_cache())
        answered = 0
        error = ""
        with Journal(self.workspace.journal) as journal:
            outcomes = complete(
                model, model_name, requests, journal=journal, concurrency=self.settings.models.concurrency
            )
            for done, outcome in enumerate(outcomes, start=1):
                answered += outcome.status == "ok"
                error = error or outcome.error
                self.listener.stage_progress(stage, done, len(requests), "answers")
                yield outcome
        if requests and not answered:
            raise ModelError(f"{model_name} answered none of {len(requests)} requests: {error}")


def _context(sheet: FactSheet, retriever: Retriever) -> tuple[Document, ...]:
    """What the index holds on a segment: its own documents, and what goes with what it buys most."""
    own = retriever.search(
        f"what {sheet.name} buy more", segment=sheet.segment, kinds=["buys_more", "coupons"], include_general=False,
        limit=12,
    )  # fmt: skip
    found = {hit.document.document: hit.document for hit in own}
    products = [
        fact.metric.partition(":")[2] for fact in sheet.facts if fact.metric.startswith(("buys:", "has_bought:"))
    ]
    for product in products[:1]:
        for hit in retriever.search(f"{product} bought together with", kinds=["bought_together"], limit=5):
            if hit.document.title.startswith(f"{product} with "):
                found.setdefault(hit.document.document, hit.document)
                break
    return tuple(found.values())


def _fingerprints(prompts: Iterable[Prompt]) -> dict[str, str]:
    return {prompt.id: prompt.fingerprint for prompt in prompts}
