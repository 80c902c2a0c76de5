"""The stages in their order. Each asks for what it needs, and runs only where that has changed."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from assistant.config import Settings
from assistant.data import Tables, load_complete_journey, load_files, source_files
from assistant.errors import DataError, MissingArtefact
from assistant.facts import build_sheets
from assistant.features import customer_features, default_as_of
from assistant.pipeline.language import Language, load_campaigns, load_personas
from assistant.pipeline.listening import Listener
from assistant.pipeline.paths import Paths
from assistant.pipeline.reporting import report_data
from assistant.pipeline.running import StageResult, is_whole, run_stage
from assistant.records import Campaign, FactSheet, Persona, Segmentation
from assistant.reports import write_report
from assistant.retrieval import Retriever, build_documents, build_index
from assistant.segments import fit_segments
from assistant.workspace import Workspace, read_record, sha256_file, write_record

# Raised whenever a stage would make something else of the same inputs.
_VERSIONS = {"data": 1, "features": 1, "segments": 1, "facts": 1, "index": 1, "report": 1}


class Pipeline:
    """A workspace's stages; the caller holds the workspace for writing.

    A stage that has been asked for once is not looked at again by the same object.
    """

    def __init__(self, workspace: Workspace, listener: Listener) -> None:
        """Nothing runs yet."""
        self.workspace = workspace
        self.listener = listener
        self.paths = Paths(workspace)
        self._done: dict[str, StageResult] = {}

    @property
    def settings(self) -> Settings:
        """The workspace's settings."""
        return self.workspace.settings

    def ingest_demo(self) -> StageResult:
        """The Complete Journey into canonical tables."""
        files = source_files()
        return self._ingest("complete-journey", files, lambda out: load_complete_journey(out))

    def ingest_files(self, files: Mapping[str, Path]) -> StageResult:
        """A shop's own files into canonical tables; table name -> file."""
        return self._ingest("files", files, lambda out: load_files(out, files))

    def _ingest(self, source: str, files: Mapping[str, Path], load: Callable[[Path], dict[str, int]]) -> StageResult:
        def make(out: Path) -> Mapping[str, object]:
            return load(out)

        hashes = {name: sha256_file(path) for name, path in files.items() if path.is_file()}
        return self._run("data", self.workspace.data, hashes, {"source": source}, make)

    def data(self) -> StageResult:
        """What has been ingested.

        Raises:
            MissingArtefact: nothing has.
            DataError: a table is not the one that was brought in.
        """
        if "data" not in self._done:
            manifest = self.workspace.manifest(self.workspace.data, "data")
            if manifest is None:
                raise MissingArtefact(
                    f"{self.workspace.root} holds no data; bring the shop's rows in with "
                    "`assistant ingest --orders FILE --products FILE`, or try the product with `assistant demo`."
                )
            if not is_whole(self.workspace.root, manifest):
                raise DataError(
                    f"A table in {self.workspace.data} is missing or was altered after it was brought in; "
                    "bring the shop's rows in again with `assistant ingest`."
                )
            self._done["data"] = StageResult("data", True, manifest)
        return self._done["data"]

    def features(self) -> StageResult:
        """The customer table."""

        def make(out: Path) -> Mapping[str, object]:
            tables = Tables(self.workspace.data)
            as_of = self.settings.data.as_of or default_as_of(tables)
            frame: pd.DataFrame = customer_features(tables, as_of).order_by("customer_id").execute()
            frame.to_parquet(out / "features.parquet", index=False)
            return {"as_of": as_of.isoformat(), "customers": len(frame), "features": frame.shape[1] - 1}

        settings = {"as_of": self.settings.data.as_of}
        return self._run("features", self.workspace.segments, self.data().hashes, settings, make)

    def segments(self) -> StageResult:
        """Clusters, their stability, profiles and names."""
        features = self.features()

        def make(out: Path) -> Mapping[str, object]:
            k_max = self.settings.segments.k_max
            fitted = fit_segments(
                pd.read_parquet(self.paths.features),
                str(features.manifest.notes["as_of"]),
                self.settings.segments,
                lambda trial: self.listener.stage_progress("segments", trial.k - 1, k_max - 1, f"k = {trial.k}"),
            )
            write_record(out / self.paths.segmentation.name, fitted.segmentation)
            fitted.assignments.to_parquet(out / self.paths.assignments.name, index=False)
            return {"segments": len(fitted.segmentation.segments)}

        return self._run(
            "segments",
            self.workspace.segments,
            features.hashes,
            self.settings.segments.model_dump(),
            make,
            seed=self.settings.segments.seed,
        )

    def facts(self) -> StageResult:
        """The fact sheets."""
        segments = self.segments()

        def make(out: Path) -> Mapping[str, object]:
            sheets = build_sheets(
                Tables(self.workspace.data),
                pd.read_parquet(self.paths.features),
                pd.read_parquet(self.paths.assignments),
                self.segmentation(),
                self.settings.facts,
                self.settings.shop.currency,
            )
            for sheet in sheets:
                write_record(out / "facts" / f"{sheet.segment}.json", sheet)
            return {"sheets": len(sheets), "facts": sum(len(sheet.facts) for sheet in sheets)}

        return self._run(
            "facts",
            self.workspace.segments,
            {**self.data().hashes, **segments.hashes},
            {**self.settings.facts.model_dump(), "currency": self.settings.shop.currency},
            make,
            seed=self.settings.segments.seed,
        )

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
                pd.read_parquet(self.paths.assignments),
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
        """A persona for every fact sheet."""
        if "personas" not in self._done:
            inputs = {**self.facts().hashes, **self.index().hashes}
            self._done["personas"] = Language(self.workspace, self.listener).personas(inputs, self.sheets())
        return self._done["personas"]

    def campaign(self, brief: Path, only: tuple[str, ...] = ()) -> StageResult:
        """The copy of a campaign.

        Args:
            brief: its TOML file.
            only: segments to write for; empty: all.
        """
        facts = self.facts()
        language = Language(self.workspace, self.listener)
        language.brief(brief)  # a mistake in it is told before the personas are written
        inputs = {**facts.hashes, **self.personas().hashes}
        sheets = tuple(sheet for sheet in self.sheets() if not only or sheet.segment in only)
        result = language.campaign(brief, inputs, sheets, self.personas_made())
        self._done[f"campaign {result.manifest.settings['campaign']}"] = result
        return result

    def report(self) -> StageResult:
        """The workspace as one HTML file, with whatever has been made so far."""
        facts = self.facts()
        inputs = dict(facts.hashes)
        for folder, stage in ((self.workspace.personas, "personas"), (self.workspace.index, "index")):
            manifest = self.workspace.manifest(folder, stage)
            inputs |= manifest.outputs if manifest else {}
        for campaign in self.campaigns_made():
            inputs |= {campaign.campaign: sha256_file(self.paths.campaign(campaign.campaign))}

        def make(out: Path) -> Mapping[str, object]:
            kept = frozenset(stage for stage, result in self._done.items() if result.kept)
            data = report_data(
                self.workspace, self.segmentation(), self.sheets(), self.personas_made(), self.campaigns_made(), kept
            )
            write_report(out / self.paths.report.name, data)
            return {"bytes": (out / self.paths.report.name).stat().st_size}

        return self._run("report", self.workspace.root, inputs, {"title": self.settings.shop.name}, make)

    def segmentation(self) -> Segmentation:
        """The segmentation in force."""
        return read_record(self.paths.segmentation, Segmentation)

    def sheets(self) -> tuple[FactSheet, ...]:
        """All fact sheets, in the order of the segments."""
        segments = [segment.segment for segment in self.segmentation().segments]
        paths = [self.paths.facts / f"{segment}.json" for segment in segments]
        return tuple(read_record(path, FactSheet) for path in paths if path.exists())

    def personas_made(self) -> tuple[Persona, ...]:
        """All personas that have been written."""
        return load_personas(self.workspace)

    def campaigns_made(self) -> tuple[Campaign, ...]:
        """All campaigns that have been written."""
        return load_campaigns(self.workspace)

    def _run(
        self,
        stage: str,
        folder: Path,
        inputs: Mapping[str, str],
        settings: Mapping[str, object],
        make: Callable[[Path], Mapping[str, object]],
        *,
        seed: int = 0,
        in_place: tuple[Path, ...] = (),
    ) -> StageResult:
        if stage not in self._done:
            self._done[stage] = run_stage(
                self.workspace,
                self.listener,
                stage=stage,
                folder=folder,
                version=_VERSIONS[stage],
                inputs=inputs,
                settings=settings,
                seed=seed,
                make=make,
                in_place=in_place,
            )
        return self._done[stage]
