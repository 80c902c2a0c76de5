"""The stages that ask a model: personas and campaigns.

A killed run loses nothing that was answered: every answer is in the journal before it is used, and a run that starts
again asks the journal first.
"""

import datetime as dt
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from assistant.campaigns import Ground, check_brief, plan_jobs, write_campaign
from assistant.config import load_brand, load_brief
from assistant.copywriting import CHANNELS, ENGLISH, CopyJob, copy_requests
from assistant.data import Tables
from assistant.errors import ModelError
from assistant.llm import Estimate, dollars, is_truncated
from assistant.personas import PersonaJob, assemble_persona, persona_requests
from assistant.pipeline.listening import Listener
from assistant.pipeline.models import Models
from assistant.pipeline.paths import Paths
from assistant.pipeline.running import StageResult, run_stage
from assistant.prompting import Prompt, load_prompt
from assistant.records import BrandKit, Brief, Campaign, Document, FactSheet, Outcome, Persona, Request, Segmentation
from assistant.retrieval import Retriever
from assistant.workspace import Workspace, read_record, sha256_file, write_atomic, write_record

PERSONAS_VERSION = 2
CAMPAIGN_VERSION = 2
PERSONA_PROMPTS = ("claim", "advice", "name")


def load_personas(workspace: Workspace) -> tuple[Persona, ...]:
    """All personas that have been held against the data, in the order of segments."""
    paths = sorted(
        workspace.personas.glob("[SA]*.json"), key=lambda path: (path.stem[0] != "S", len(path.stem), path.stem)
    )
    return tuple(read_record(path, Persona) for path in paths)


def load_campaigns(workspace: Workspace) -> tuple[Campaign, ...]:
    """All campaigns that have been written, by name."""
    return tuple(read_record(path, Campaign) for path in sorted(workspace.campaigns.glob("*/campaign.json")))


def longest_first_names(workspace: Workspace) -> dict[str, int]:
    """Characters of the longest first name in each segment; the names themselves go nowhere."""
    paths, customers = Paths(workspace), workspace.data / "customers.parquet"
    if not customers.exists():
        return {}
    people = pd.read_parquet(customers)
    if "first_name" not in people:
        return {}
    audiences = [
        pd.read_parquet(path)[["customer_id"]].assign(segment=path.stem)
        for path in sorted(paths.audiences.glob("*.parquet"))
    ]
    members = pd.concat([pd.read_parquet(paths.assignments)[["segment", "customer_id"]], *audiences])
    named = members.merge(people[["customer_id", "first_name"]].dropna(), on="customer_id")
    longest = named["first_name"].astype(str).str.len().groupby(named["segment"]).max()
    return {str(segment): int(length) for segment, length in longest.items() if length}


class Language:
    """The stages above the facts."""

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
            asking = Asking(self.models, self.listener, "personas", model)
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
        check_brief(brief, self._ground(), str(path))
        return brief

    def brand(self) -> BrandKit:
        """The brand kit; an empty one where the workspace has none."""
        return load_brand(self.workspace.brand) if self.workspace.brand.exists() else BrandKit()

    def campaign(
        self, brief_path: Path, inputs: Mapping[str, str], sheets: Sequence[FactSheet], personas: Sequence[Persona]
    ) -> StageResult:
        """All pieces of a brief in one batch, and a repair."""
        brief = self.brief(brief_path)
        model = self.settings.models.copywriter
        jobs = self._jobs(brief, sheets, personas)
        prompts = {prompt.id: prompt for job in jobs for prompt in job.prompts.values()}
        brand = {"brand": sha256_file(self.workspace.brand)} if self.workspace.brand.exists() else {}

        def make(out: Path) -> Mapping[str, object]:
            asking = Asking(self.models, self.listener, "campaign", model)
            cautions = {sheet.segment: sheet.caution for sheet in sheets if sheet.caution}
            campaign = write_campaign(brief, jobs, asking.ask, model, cautions)
            write_record(out / self.paths.campaign(brief.campaign).name, campaign)
            write_atomic(out / "brief.toml", brief_path.read_bytes())
            return {**campaign.summary.model_dump(), "campaign": brief.campaign, **asking.notes()}

        return run_stage(
            self.workspace,
            self.listener,
            stage="campaign",
            folder=self.workspace.campaigns / brief.campaign,
            version=CAMPAIGN_VERSION,
            inputs={**inputs, "brief": sha256_file(brief_path), **brand, **_fingerprints(prompts.values())},
            settings={
                "campaign": brief.campaign,
                "model": model,
                "segments": [sheet.segment for sheet in sheets],
                "candidates": self.settings.writing.copy_candidates,
                "longest_first_names": longest_first_names(self.workspace),
                **self.settings.shop.model_dump(),
            },
            seed=self.settings.models.seed,
            make=make,
        )

    def persona_requests(self, sheets: Sequence[FactSheet]) -> tuple[str, list[Request]]:
        """The model's name and all that it would be asked for personas."""
        jobs = self._persona_jobs(sheets, self._persona_prompts())
        return self.settings.models.persona, [request for job in jobs for request in persona_requests(job)]

    def campaign_requests(
        self, brief_path: Path, sheets: Sequence[FactSheet], personas: Sequence[Persona]
    ) -> tuple[str, list[Request]]:
        """The model's name and all that it would be asked for a campaign, but for repairs."""
        jobs = self._jobs(self.brief(brief_path), sheets, personas)
        return self.settings.models.copywriter, [request for job in jobs for request in copy_requests(job)]

    def _jobs(self, brief: Brief, sheets: Sequence[FactSheet], personas: Sequence[Persona]) -> list[CopyJob]:
        by_segment = {persona.segment: persona for persona in personas}
        wanted = [sheet for sheet in sheets if not brief.audience or sheet.segment in brief.audience]
        prompts = self._copy_prompts(brief)
        return plan_jobs(
            brief, wanted, by_segment, prompts, self.settings, self.brand(), longest_first_names(self.workspace)
        )

    def _persona_prompts(self) -> dict[str, Prompt]:
        return {name: load_prompt(f"persona/{name}", self.workspace.prompts) for name in PERSONA_PROMPTS}

    def _copy_prompts(self, brief: Brief) -> dict[tuple[str, str], Prompt]:
        channels = [CHANNELS[channel] for channel in brief.channels]
        names = dict.fromkeys(channel.prompt_of(line) for channel in channels for line in channel.lines)
        return {
            (language, name): load_prompt(
                f"{'copy' if language == ENGLISH else f'copy_{language}'}/{name}", self.workspace.prompts
            )
            for language in brief.languages
            for name in names
        }

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

    def _ground(self) -> Ground:
        products = Tables(self.workspace.data).products
        named = products.filter(products.advertisable).group_by("name").agg(price=products.price_minor.min()).execute()
        prices = {str(row.name_): row.price for row in named.rename(columns={"name": "name_"}).itertuples()}
        segmentation = read_record(self.paths.segmentation, Segmentation)
        return Ground(
            advertisable=tuple(prices),
            prices_minor={name: int(price) for name, price in prices.items() if price == price and price is not None},
            segments=tuple(path.stem for path in sorted(self.paths.facts.glob("*.json"))),
            as_of=dt.date.fromisoformat(segmentation.as_of),
            brand=self.brand(),
        )


class Asking:
    """A stage's requests to its model: sent, counted, told of as they are answered."""

    def __init__(self, models: Models, listener: Listener, stage: str, model_name: str) -> None:
        self._models = models
        self._listener = listener
        self._stage = stage
        self._model_name = model_name
        self._outcomes: list[Outcome] = []

    def ask(self, requests: list[Request]) -> Iterator[Outcome]:
        """Send requests; what the journal knows is not asked again.

        Raises:
            ModelError: not one request was answered, so there is nothing to go on with; or some were not sent, for
                the spend cap or for a fault that none escapes.
        """
        own: list[Outcome] = []
        with self._models.gateway(self._model_name) as gateway:
            if gateway.price is None or gateway.price.input or gateway.price.output:
                self._listener.stage_note(self._stage, _forecast(gateway.estimate(requests)))
            began = time.perf_counter()
            written = 0
            for outcome in gateway.complete(requests):
                own.append(outcome)
                written += 0 if outcome.from_journal else outcome.tokens_out
                pace = written / max(time.perf_counter() - began, 0.001)
                told = f"answers, {pace:,.0f} tokens/s" if written else "answers"
                self._listener.stage_progress(self._stage, len(own), len(requests), told)
                yield outcome
        self._outcomes += own
        unsent = [outcome for outcome in own if outcome.status == "unsent"]
        if unsent:
            raise ModelError(
                f"{len(unsent)} of {len(requests)} requests to {self._model_name} were not sent: {unsent[0].error} "
                "(what was answered is kept)"
            )
        if requests and not any(outcome.status == "ok" for outcome in own):
            reasons = Counter(outcome.error for outcome in own)
            raise ModelError(
                f"{self._model_name} answered none of {len(requests)} requests: {reasons.most_common(1)[0][0]}"
            )

    def notes(self) -> dict[str, object]:
        """Counts worth keeping: what was asked for, what it took, what came to nothing and why."""
        fresh = [outcome for outcome in self._outcomes if not outcome.from_journal]
        costs = [outcome.cost_nanodollars for outcome in fresh]
        notes: dict[str, object] = {
            "calls": len(self._outcomes),
            "from_journal": len(self._outcomes) - len(fresh),
            "tokens_in": sum(outcome.tokens_in for outcome in fresh),
            "tokens_out": sum(outcome.tokens_out for outcome in fresh),
            "cost": dollars(None if None in costs else sum(cost or 0 for cost in costs)),
        }
        unsure = sum(outcome.unsure for outcome in fresh)
        if unsure:
            notes["maybe_billed_without_an_answer"] = unsure
        for status in ("failed", "invalid", "refused"):
            wrong = [outcome for outcome in self._outcomes if outcome.status == status and not is_truncated(outcome)]
            if wrong:
                notes[status] = len(wrong)
                notes[f"why_{status}"] = wrong[0].error
        return notes


def _forecast(estimate: Estimate) -> str:
    asked = estimate.requests - estimate.known
    most = f"at most {dollars(estimate.cost_nanodollars)}" if estimate.cost_nanodollars is not None else "price unknown"
    return (
        f"{asked:,} requests to {estimate.model} ({estimate.known:,} more are in the journal): about "
        f"{estimate.tokens_in:,} tokens in, up to {estimate.tokens_out:,} out, {most}"
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


def _fingerprints(prompts: Iterable[Prompt]) -> dict[str, str]:
    return {prompt.id: prompt.fingerprint for prompt in prompts}
