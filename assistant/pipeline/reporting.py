"""What the report shows, gathered from a workspace."""

import datetime as dt
from collections.abc import Iterable, Sequence

import pandas as pd

from assistant.data import Tables
from assistant.features import cohort_retention, revenue_concentration
from assistant.pipeline.numbers import Numbers
from assistant.pipeline.paths import Paths
from assistant.records import Campaign, Document, FactSheet, Manifest, Persona, Segmentation
from assistant.records.quality import DataQuality
from assistant.reports import Counts, ReportData, StageRun
from assistant.retrieval import Retriever
from assistant.workspace import Workspace, read_record


def report_data(
    numbers: Numbers,
    segmentation: Segmentation,
    sheets: Sequence[FactSheet],
    personas: Sequence[Persona],
    campaigns: Sequence[Campaign],
    kept: frozenset[str],
) -> ReportData:
    """Everything one report shows.

    Args:
        numbers: the stages that have run.
        segmentation: in force.
        sheets: of its segments.
        personas: those written.
        campaigns: those written.
        kept: stages that did not have to run for this report.
    """
    workspace = numbers.workspace
    points = pd.read_parquet(Paths(workspace).assignments, columns=["x", "y", "segment"])
    manifests = list(_manifests(workspace, campaigns))
    return ReportData(
        title=workspace.settings.shop.name,
        as_of=dt.date.fromisoformat(segmentation.as_of),
        currency=workspace.settings.shop.currency,
        counts=_counts(workspace),
        segmentation=segmentation,
        sheets=tuple(sheets),
        personas=tuple(personas),
        campaigns=tuple(campaigns),
        documents=_documents(workspace, personas),
        audiences=numbers.audience_segments(),
        rfm=segmentation.grid,
        concentration=revenue_concentration(numbers.table()),
        cohorts=cohort_retention(Tables(workspace.data), numbers.cutoff()),
        certificate=numbers.certified(),
        drift=numbers.drifted(),
        lifetime=numbers.lifetimes(),
        quality=read_record(numbers.paths.quality, DataQuality) if numbers.paths.quality.exists() else None,
        points=tuple(
            (round(float(x), 3), round(float(y), 3), str(segment))
            for x, y, segment in zip(points["x"], points["y"], points["segment"], strict=True)
        ),
        stages=tuple(
            StageRun(stage=name, seconds=manifest.seconds, made_at=manifest.made_at, kept=name in kept)
            for name, manifest in manifests
        ),
        versions=manifests[-1][1].versions if manifests else {},
    )


def _counts(workspace: Workspace) -> Counts:
    tables = Tables(workspace.data)
    day = tables.orders.ordered_at.date()
    found = tables.orders.aggregate(lines=tables.orders.count(), first=day.min(), last=day.max()).execute()
    first, last = found["first"].iloc[0], found["last"].iloc[0]
    return Counts(
        households=int(tables.customers.count().execute()),
        order_lines=int(found["lines"].iloc[0]),
        products=int(tables.products.count().execute()),
        first_day=dt.date(first.year, first.month, first.day),
        last_day=dt.date(last.year, last.month, last.day),
    )


def _manifests(workspace: Workspace, campaigns: Sequence[Campaign]) -> Iterable[tuple[str, Manifest]]:
    places = [
        ("data", workspace.data, "data"),
        ("features", workspace.segments, "features"),
        ("lifetime", workspace.segments, "lifetime"),
        ("fit", workspace.segments, "fit"),
        ("segments", workspace.segments, "segments"),
        ("certificate", workspace.segments, "certificate"),
        ("facts", workspace.segments, "facts"),
        ("index", workspace.index, "index"),
        ("personas", workspace.personas, "personas"),
        ("verification", workspace.personas, "verification"),
        *((f"campaign {c.campaign}", workspace.campaigns / c.campaign, "campaign") for c in campaigns),
    ]
    for name, folder, stage in places:
        manifest = workspace.manifest(folder, stage)
        if manifest is not None:
            yield name, manifest


def _documents(workspace: Workspace, personas: Sequence[Persona]) -> tuple[Document, ...]:
    """Those that a claim rests on."""
    wanted = list(dict.fromkeys(d for persona in personas for claim in persona.claims for d in claim.documents))
    if not wanted:
        return ()
    with Retriever.open(workspace.index, workspace.settings.models.embedder) as retriever:
        return tuple(retriever.get(wanted))
