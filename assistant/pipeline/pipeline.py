"""The stages in their order. Each asks for what it needs, and runs only where that has changed."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from assistant.campaigns import CampaignPlan, Selection
from assistant.copywriting import copy_requests
from assistant.data import Tables
from assistant.errors import DataError, MissingArtefact
from assistant.facts import SegmentTable, build_sheets
from assistant.personas import Evidence
from assistant.pipeline.campaign_files import campaign_hashes, load_campaigns
from assistant.pipeline.campaigning import Campaigning, selection_of
from assistant.pipeline.language import Language, load_personas
from assistant.pipeline.models import Models
from assistant.pipeline.numbers import Numbers
from assistant.pipeline.reporting import report_data
from assistant.pipeline.running import StageResult
from assistant.pipeline.verifying import edited_personas, verify_personas
from assistant.records import Campaign, CampaignEstimate, FactSheet, Persona, Request
from assistant.reports import write_report
from assistant.retrieval import Retriever, build_documents, build_index
from assistant.workspace import read_record, write_record


class Pipeline(Numbers):
    """All stages: the numbers, then what is said of them."""

    from_journal = False
    """Whether the journal alone answers what is asked of models."""

    @cached_property
    def models(self) -> Models:
        """What all stages ask models with, so that one spend cap holds for all of them."""

        def on_stop() -> None:
            self.listener.stage_note("", "Waiting for the answers in flight; ctrl-C again stops at once.")

        return Models(self.workspace, from_journal=self.from_journal, on_stop=on_stop)

    def facts(self) -> StageResult:
        """The fact sheets."""
        segments, certificate, audiences = self.segments(), self.certificate(), self.audience_groups()

        def make(out: Path) -> Mapping[str, object]:
            sheets = build_sheets(
                Tables(self.workspace.data),
                self.table(),
                self.memberships(),
                self.segmentation(),
                self.settings.facts,
                self.settings.shop.currency,
                self.audience_segments(),
                self._cautions(),
            )
            for sheet in sheets:
                write_record(out / "facts" / f"{sheet.segment}.json", sheet)
            return {"sheets": len(sheets), "facts": sum(len(sheet.facts) for sheet in sheets)}

        return self._run(
            "facts",
            self.workspace.segments,
            {**self.data().hashes, **segments.hashes, **certificate.hashes, **audiences},
            {**self.settings.facts.model_dump(), "currency": self.settings.shop.currency},
            make,
            seed=self.settings.segments.seed,
        )

    def _cautions(self) -> dict[str, str]:
        """Segments below the bar of their certificate, and why."""
        return {
            own.segment: f"Below the bar: {'; '.join(own.reasons)}." for own in self.certificates() if not own.certified
        }

    def index(self, *, tried: bool = False) -> StageResult:
        """The vector store.

        Args:
            tried: search it once, and make it again where that fails, whatever its manifest says.
        """
        facts = self.facts()
        if tried:
            self._forget_broken_index()

        def make(_: Path) -> Mapping[str, object]:
            documents = build_documents(
                Tables(self.workspace.data),
                dt.date.fromisoformat(self.segmentation().as_of),
                self.sheets(),
                self.memberships(),
                self.settings.shop.currency,
                self.settings.facts.min_group_size,
            )
            report = build_index(
                self.workspace.index,
                documents,
                self.settings.models.embedder,
                lambda done, total: self.listener.stage_progress("index", done, total, "texts embedded"),
            )
            return {"documents": report.total, "embedded": report.embedded, "reused": report.reused}

        return self._run(
            "index",
            self.workspace.index,
            {**self.data().hashes, **facts.hashes},
            {
                "embedder": self.settings.models.embedder,
                "currency": self.settings.shop.currency,
                "min_group_size": self.settings.facts.min_group_size,
            },
            make,
            in_place=(self.paths.index_version,),
        )

    def _forget_broken_index(self) -> None:
        try:
            with Retriever.open(self.workspace.index, self.settings.models.embedder) as retriever:
                retriever.search("anything", limit=1)
        except (DataError, MissingArtefact):
            self.workspace.manifest_path(self.workspace.index, "index").unlink(missing_ok=True)

    def personas(self) -> StageResult:
        """A persona for every fact sheet, its claims held against the data.

        Raises:
            DataError: a persona's file, edited by hand, cannot be read; no model has been asked then.
        """
        if "verification" not in self._done:
            facts = self.facts()
            edits = edited_personas(self.paths, [sheet.segment for sheet in self.sheets()])
            hashes = {**facts.hashes, **self.index().hashes}
            written = self._language().personas(hashes, self.sheets())
            self._done["personas"] = written
            inputs = {**self.data().hashes, **self.segments().hashes, **self.audience_groups(), **hashes}
            self._done["verification"] = verify_personas(
                self.workspace, self.listener, {**inputs, **written.hashes}, self.sheets(), edits, self._evidence
            )
        return self._done["verification"]

    def _evidence(self) -> Evidence:
        def held(ids: Sequence[str]) -> set[str]:
            if not ids:
                return set()
            with Retriever.open(self.workspace.index, self.settings.models.embedder) as retriever:
                return {document.document for document in retriever.get(ids)}

        return Evidence(
            SegmentTable(
                Tables(self.workspace.data),
                self.table(),
                self.memberships(),
                dt.date.fromisoformat(self.segmentation().as_of),
                self.settings.shop.currency,
            ),
            self.settings.facts,
            self.segmentation().seed,
            held,
        )

    def campaign(
        self,
        brief: Path,
        only: tuple[str, ...] = (),
        channels: tuple[str, ...] = (),
        agree: Callable[[CampaignEstimate], None] | None = None,
    ) -> StageResult:
        """The copy of a campaign.

        Args:
            brief: its TOML file.
            only: segments to write for; empty: all.
            channels: to write for; empty: all of the brief's.
            agree: shown the estimate before anything is spent on copy; raises where a person does not want that.
        """
        facts = self.facts()
        campaigning = self.campaigning()
        order = campaigning.brief(brief)  # a mistake in it is told before the personas are written
        inputs = {**facts.hashes, **self.personas().hashes}
        plan = campaigning.plan(order, self.sheets(), self.personas_made())
        result = campaigning.run(brief, inputs, plan, selection_of(plan, only, channels), agree)
        self._done[f"campaign {result.manifest.settings['campaign']}"] = result
        return result

    def estimate(
        self, brief: Path, only: tuple[str, ...] = (), channels: tuple[str, ...] = (), models: Collection[str] = ()
    ) -> CampaignEstimate:
        """What a campaign would take; nothing is asked, and no persona has to be there."""
        self.facts()
        campaigning = self.campaigning()
        order = campaigning.brief(brief)
        plan = campaigning.plan(order, self.sheets(), self.personas_made())
        return campaigning.estimate(plan, selection_of(plan, only, channels), models)

    def campaigning(self) -> Campaigning:
        """The campaigns of the workspace."""
        return Campaigning(self.workspace, self.listener, self.models, lambda: dt.datetime.now(dt.UTC))

    def plan_of(self, campaign: Campaign) -> CampaignPlan:
        """The plan of a campaign that has been written, with what the workspace knows now."""
        return self.campaigning().plan(campaign.brief, self.sheets(), self.personas_made())

    def _language(self) -> Language:
        return Language(self.workspace, self.listener, self.models)

    def persona_requests(self) -> tuple[str, list[Request]]:
        """The model's name and all that it would be asked for personas."""
        self.index()
        return self._language().persona_requests(self.sheets())

    def campaign_requests(self, brief: Path, only: Collection[str] = ()) -> tuple[str, list[Request]]:
        """The model's name and all that it would be asked for a campaign; the personas are written first."""
        campaigning = self.campaigning()
        order = campaigning.brief(brief)
        self.personas()
        plan = campaigning.plan(order, self.sheets(), self.personas_made())
        jobs = plan.selected(Selection(segments=frozenset(only)))
        return self.settings.models.copywriter, [request for job in jobs for request in copy_requests(job)]

    def report(self) -> StageResult:
        """The workspace as one HTML file, with whatever has been made so far."""
        facts = self.facts()
        inputs = {**facts.hashes, **self.certificate().hashes, **self.lifetime().hashes}
        for folder, stage in ((self.workspace.personas, "verification"), (self.workspace.index, "index")):
            manifest = self.workspace.manifest(folder, stage)
            inputs |= manifest.outputs if manifest else {}
        inputs |= campaign_hashes(self.workspace)

        def make(out: Path) -> Mapping[str, object]:
            kept = frozenset(stage for stage, result in self._done.items() if result.kept)
            data = report_data(
                self, self.segmentation(), self.sheets(), self.personas_made(), self.campaigns_made(), kept
            )
            write_report(out / self.paths.report.name, data)
            return {"bytes": (out / self.paths.report.name).stat().st_size}

        return self._run("report", self.workspace.root, inputs, {"title": self.settings.shop.name}, make)

    def sheets(self) -> tuple[FactSheet, ...]:
        """All fact sheets, in the order of the segments."""
        segments = [own.segment for own in (*self.segmentation().segments, *self.audience_segments())]
        paths = [self.paths.facts / f"{segment}.json" for segment in segments]
        return tuple(read_record(path, FactSheet) for path in paths if path.exists())

    def personas_made(self) -> tuple[Persona, ...]:
        """All personas that have been written."""
        return load_personas(self.workspace)

    def campaigns_made(self) -> tuple[Campaign, ...]:
        """All campaigns that have been written."""
        return load_campaigns(self.workspace)
