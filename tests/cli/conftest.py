import contextlib
import io
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from model_server import ModelServer
from small_shop import BRIEF, SETTINGS, write_shop

from assistant.cli.main import run


@dataclass(frozen=True)
class Said:
    """What a command left behind on a terminal."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The objects of `--json`; standard output holds them and nothing else."""
        rows = json.loads(self.out)
        assert isinstance(rows, list)
        assert all(isinstance(row, dict) for row in rows)
        return rows

    @property
    def mistake(self) -> str:
        """What a person is told of a mistake: one line on standard error, and nothing on standard output."""
        assert self.code == 2, self.err
        assert self.out == ""
        assert "Traceback" not in self.err
        lines = [line for line in self.err.splitlines() if line.startswith("Error: ")]
        assert len(lines) == 1, self.err
        assert self.err.endswith(lines[0] + "\n")
        return lines[0].removeprefix("Error: ")


Assistant = Callable[..., Said]


def type_in(*words: object, folder: Path | None = None) -> Said:
    """The real command line, in this process."""
    out, err = io.StringIO(), io.StringIO()
    typed = sys.argv
    sys.argv = ["assistant", *map(str, words)]
    place = contextlib.chdir(folder) if folder else contextlib.nullcontext()
    try:
        with place, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            run()
    except SystemExit as end:
        return Said(int(end.code or 0), out.getvalue(), err.getvalue())
    finally:
        sys.argv = typed
    raise AssertionError("a command line ends with an exit code")


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


@dataclass(frozen=True)
class Walk:
    """A workspace that a person has taken from nothing to a report, and what each command said on the way."""

    root: Path
    said: dict[str, Said]


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
