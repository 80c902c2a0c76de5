"""What the stages stand on is looked at before they run."""

from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError
from small_shop import write_shop

from assistant.config import Settings
from assistant.errors import DataError, MissingArtefact
from assistant.pipeline import Pipeline, Silent
from assistant.pipeline.campaigning import longest_first_names
from assistant.records import Brief
from assistant.workspace import Workspace


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    workspace = Workspace.create(tmp_path / "workspace", Settings())
    files = write_shop(tmp_path / "files", seed=7)
    with workspace.writing():
        Pipeline(workspace, Silent()).ingest_files(files)
    return workspace


def test_a_table_that_was_altered_after_it_was_brought_in_is_refused(shop: Workspace) -> None:
    orders = shop.data / "orders.parquet"
    orders.write_bytes(orders.read_bytes() + b"\0")
    with shop.writing(), pytest.raises(DataError, match="altered after it was brought in"):
        Pipeline(shop, Silent()).features()


def test_a_table_that_is_gone_is_refused(shop: Workspace) -> None:
    (shop.data / "products.parquet").unlink()
    with shop.writing(), pytest.raises(DataError, match="missing or was altered"):
        Pipeline(shop, Silent()).features()


def test_a_workspace_without_data_says_how_to_bring_it_in(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "workspace", Settings())
    with workspace.writing(), pytest.raises(MissingArtefact, match="assistant ingest"):
        Pipeline(workspace, Silent()).features()


def test_a_brief_without_a_channel_is_refused() -> None:
    with pytest.raises(ValidationError, match="channels"):
        Brief.model_validate({"channels": []})


def test_the_longest_first_name_of_each_segment_is_counted_and_no_name_is_kept(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "workspace", Settings())
    assert longest_first_names(workspace) == {}
    names = {"C1": "Ann", "C2": "Maximilian", "C3": None, "C4": "Jo"}
    workspace.data.mkdir()
    (workspace.segments / "audiences").mkdir(parents=True)
    people = pd.DataFrame({"customer_id": list(names), "first_name": list(names.values())})
    people.to_parquet(workspace.data / "customers.parquet")
    segments = pd.DataFrame({"customer_id": list(names), "segment": ["S1", "S2", "S3", "S1"]})
    segments.to_parquet(workspace.segments / "assignments.parquet")
    pd.DataFrame({"customer_id": ["C1", "C2"]}).to_parquet(workspace.segments / "audiences" / "A1.parquet")
    assert longest_first_names(workspace) == {"S1": 3, "S2": 10, "A1": 10}
