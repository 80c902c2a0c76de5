"""The small shop's segment table, its three groups as segments, without a segmentation to be fitted."""

import datetime as dt
from pathlib import Path

import pandas as pd
from small_shop import GROUPS, write_shop

from assistant.config import Settings
from assistant.data import Tables
from assistant.facts import SegmentTable
from assistant.pipeline import Pipeline, Silent
from assistant.workspace import Workspace


def small_table(folder: Path) -> tuple[Path, SegmentTable]:
    """A workspace as far as the customer table, with its members in `segments/assignments.parquet`."""
    workspace = Workspace.create(folder / "workspace", Settings())
    with workspace.writing():
        pipeline = Pipeline(workspace, Silent())
        pipeline.ingest_files(write_shop(folder / "files"))
        pipeline.features()
        as_of: dt.date = pipeline.cutoff().as_of
        features = pipeline.table()
    segments = [f"S{number}" for number, group in enumerate(GROUPS, start=1) for _ in range(group.customers)]
    # A small group of its own, which nothing may be said of.
    segments[-5:] = ["S4"] * 5
    members = pd.DataFrame({"customer_id": [f"C{at:04d}" for at in range(len(segments))], "segment": segments})
    members.to_parquet(workspace.segments / "assignments.parquet", index=False)
    (workspace.segments / "segmentation.json").write_text(f'{{"as_of": "{as_of}"}}', encoding="utf-8")
    return workspace.root, SegmentTable(Tables(workspace.data), features, members, as_of, "USD")
