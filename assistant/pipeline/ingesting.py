"""The first stage: a shop's rows into canonical tables."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.data import load_complete_journey, load_files, source_files
from assistant.data.converting import Dates, Decimals
from assistant.errors import DataError, MissingArtefact
from assistant.pipeline.running import StageResult, is_whole
from assistant.pipeline.stages import Stages
from assistant.records import SourceLayout
from assistant.records.quality import DataQuality
from assistant.records.quality import Sources as SourceList
from assistant.reports import write_quality_page
from assistant.workspace import read_record, sha256_file

Sources = str | Path | Sequence[str | Path]


@dataclass(frozen=True)
class Reading:
    """How a shop's files are read."""

    preset: str | None = None
    """A known export that every file must be."""
    mapping: SourceLayout | None = None
    """The shop's own."""
    decimal: Decimals = ""
    dates: Dates = ""
    strict: bool = False
    """Whether one row that cannot be taken refuses everything."""
    today: dt.date | None = None
    """Later rows are not taken."""

    @property
    def decisive(self) -> dict[str, object]:
        """What can change the tables."""
        mapping = None if self.mapping is None else self.mapping.model_dump(mode="json")
        return {"preset": self.preset, "mapping": mapping, "decimal": self.decimal, "dates": self.dates}


class Ingesting(Stages):
    """Files, or the demo's data, to the tables that every other stage reads."""

    def ingest_demo(self) -> StageResult:
        """The Complete Journey into canonical tables."""
        hashes = {name: sha256_file(path) for name, path in source_files().items()}

        def make(out: Path) -> Mapping[str, object]:
            return load_complete_journey(out)

        return self._run("data", self.workspace.data, hashes, {"source": "complete-journey"}, make)

    def ingest_files(self, files: Mapping[str, Sources], how: Reading | None = None) -> StageResult:
        """A shop's own files into canonical tables; what was brought in before stays.

        Args:
            files: table name -> files, or addresses of databases.
            how: how they are read; None: as they say themselves.
        """
        how = how or Reading()
        given = {table: [own] if isinstance(own, str | Path) else list(own) for table, own in files.items()}
        shop, rates = self.settings.shop, self.settings.data.rates

        def make(out: Path) -> Mapping[str, object]:
            rows = load_files(
                out,
                given,
                earlier=self.workspace.data,
                preset=how.preset,
                own=how.mapping,
                currency=shop.currency,
                time_zone=shop.time_zone,
                rates=rates,
                decimal=how.decimal,
                dates=how.dates,
                today=how.today,
                strict=how.strict,
                tell=lambda done, total, what: self.listener.stage_progress("data", done, total, what),
            )
            quality = read_record(out / self.paths.quality.name, DataQuality)
            write_quality_page(out / self.paths.quality_page.name, quality, shop.name)
            return rows

        said = {
            "source": "files",
            "currency": shop.currency,
            "time_zone": shop.time_zone,
            "rates": {code: str(rate) for code, rate in rates.items()},
            **how.decisive,
        }
        return self._run("data", self.workspace.data, self._sources(given), said, make)

    def _sources(self, given: Mapping[str, Iterable[str | Path]]) -> dict[str, str]:
        """Every file behind the tables, those before and those now: a file that is known changes nothing."""
        path = self.workspace.data / "sources.json"
        known = read_record(path, SourceList).sources if path.exists() else ()
        hashes: list[tuple[str, str]] = [(own.given, own.sha256) for own in known]
        for table, sources in given.items():
            for source in sources:
                # What a database holds is known once it has been asked.
                hashes.append((table, sha256_file(Path(source)) if Path(source).is_file() else f"asked {uuid.uuid4()}"))
        return {f"{table} {digest}": digest for table, digest in hashes}

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
