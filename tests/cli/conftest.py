import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Assistant, Walk, type_in
from model_server import ModelServer
from small_shop import BRIEF, SETTINGS, write_shop


@pytest.fixture
def assistant() -> Assistant:
    return type_in


@pytest.fixture(scope="session")
def shop_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_shop(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="session")
def ingest_options(shop_files: dict[str, Path]) -> list[object]:
    return [word for table, file in shop_files.items() for word in (f"--{table.replace('_', '-')}", file)]


@pytest.fixture(scope="session")
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture(scope="session")
def walk(tmp_path_factory: pytest.TempPathFactory, ingest_options: list[object], server: ModelServer) -> Walk:
    root = tmp_path_factory.mktemp("walk") / "shop"
    said = {"init": type_in("init", root, "--name", "Mill Lane Foods")}
    (root / "assistant.toml").write_text(SETTINGS.format(model=server.name), encoding="utf-8")
    (root / "briefs" / "spring.toml").write_text(BRIEF, encoding="utf-8")
    for name, words in {
        "ingest": ["ingest", *ingest_options],
        "fit": ["segments", "fit"],
        "facts": ["facts", "S1"],
        "index": ["index"],
        "personas": ["personas"],
        "campaign": ["campaign", "run", "briefs/spring.toml"],
        "report": ["report"],
    }.items():
        said[name] = type_in(*words, "--json", folder=root)
    return Walk(root, said)


@pytest.fixture
def shop(walk: Walk, tmp_path: Path) -> Path:
    """A copy of that workspace, to spoil."""
    return Path(shutil.copytree(walk.root, tmp_path / "shop"))
