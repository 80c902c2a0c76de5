"""A whole session at a terminal: the real command in a process of its own, keys typed, its screen read."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Walk
from model_server import ModelServer
from pseudo_terminal import PseudoTerminal

COMMAND = [sys.executable, "-m", "assistant.cli.main", "chat"]
CTRL_C, CTRL_D, TAB, ENTER = "\x03", "\x04", "\t", "\r"


def chat(root: Path, *words: str, columns: int = 100, rows: int = 40, **more: str) -> PseudoTerminal:
    return PseudoTerminal([*COMMAND, "--workspace", str(root), *words], columns=columns, rows=rows, **more)


@pytest.fixture(scope="module")
def root(walk: Walk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One workspace for all: a session of one test is not in another's way."""
    return Path(shutil.copytree(walk.root, tmp_path_factory.mktemp("pty") / "shop"))


def test_a_session_from_the_welcome_to_its_export(root: Path) -> None:
    with (
        ModelServer(pause=30) as slow,
        chat(root, "--session", "spring", "--model", slow.name, "--router", "on") as terminal,
    ):
        welcome = terminal.wait_for("| routed |")
        assert welcome.startswith("Mill Lane Foods\nSegments: S1 ")
        assert "spring | openai:" in welcome

        terminal.press("/seg")
        terminal.wait_for("see the segments")
        terminal.press(TAB)
        terminal.wait_for("> /segments")
        terminal.press(ENTER)
        terminal.wait_for("customers")

        terminal.press("who is in S")
        terminal.press(TAB)
        assert "S2" in terminal.wait_for("> who is in S")
        terminal.press(CTRL_C)

        # The model takes half a minute; a Ctrl-C does not.
        terminal.press("What sets S1 apart?" + ENTER)
        terminal.wait_until(lambda: bool(slow.asked))
        terminal.press(CTRL_C)
        terminal.wait_for("stopped")

        terminal.press("/cost" + ENTER)
        terminal.wait_for("This session: ")
        terminal.press(CTRL_D)
        assert terminal.ended() == 0
        assert "Traceback" not in terminal.text

    with chat(root, "--session", "spring") as terminal:
        terminal.wait_for("1 question so far; the last: What sets S1 apart?")
        terminal.press("\x1b[A")
        terminal.wait_for("> /cost")
        terminal.press(CTRL_C + "/export" + ENTER)
        terminal.wait_for("The session is in ")
        terminal.press("/quit" + ENTER)
        assert terminal.ended() == 0
    assert list((root / "chats").glob("*.md"))
    done = subprocess.run(
        [*COMMAND, "--workspace", str(root), "--export", "spring"], capture_output=True, text=True, check=True
    )
    assert "What sets S1 apart?" in done.stdout


def test_an_answer_streams_and_its_receipt_opens(root: Path, server: ModelServer) -> None:
    with chat(root, "--model", server.name, "--router", "on", columns=60) as terminal:
        terminal.wait_for("| routed")
        terminal.press("How many customers are in S1?" + ENTER)
        terminal.wait_for("[1]")
        terminal.press("/why 1" + ENTER)
        shown = terminal.wait_for("source")
        assert "..." in shown
        terminal.press("/wy" + ENTER)
        terminal.wait_for("did you mean '/why'?")
        terminal.press(CTRL_C)
        terminal.wait_for("Ctrl-C once more leaves")
        terminal.press(CTRL_C)
        assert terminal.ended() == 0
        assert all(len(line) <= 60 for line in terminal.text.splitlines())


@pytest.mark.parametrize(("words", "more"), [((), {"TERM": "dumb"}), (("--plain",), {}), ((), {"NO_COLOR": "1"})])
def test_no_colours_where_none_are_wanted(root: Path, words: tuple[str, ...], more: dict[str, str]) -> None:
    with chat(root, *words, columns=60, **more) as terminal:
        terminal.wait_for("Session ")
        terminal.press("/segments" + ENTER)
        terminal.wait_for("customers")
        terminal.press(CTRL_D)
        assert terminal.ended() == 0
        assert not re.search(r"\x1b\[[\d;]*(3[0-7]|4[0-7]|9[0-7]|38|48)[\d;]*m", terminal.raw)
        assert "NO_COLOR" in more or "\x1b" not in terminal.raw
        assert all(len(line) <= 60 for line in terminal.text.splitlines())
