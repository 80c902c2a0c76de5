"""Judges on pairs of which one answer does what was asked."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import model_server
import pytest
from model_server import ModelServer
from typer.testing import CliRunner

from assistant.config import Settings
from assistant.errors import DataError
from assistant.workspace import Workspace
from evals.commands.meta_llmbar import app
from evals.judges import JudgeUnreached, Preference
from evals.judges.backward import preferred
from evals.meta.answers import SCORERS
from evals.meta.llmbar import LabelledPair, by_scorer, limited, read_llmbar, report

SHELL = CliRunner()
LONG = "A long and winding answer that speaks of everything but soap."


def rows(count: int, *, better_is_longer: int) -> list[dict[str, Any]]:
    """Pairs on soap; the better one names it, stands first by turns, and is the longer one so many times."""
    made = []
    for place in range(count):
        short = f"Soap {place}."
        good = f"{LONG.replace('soap', 'sand')} Soap {place}." if place < better_is_longer else short
        answers = [good, LONG]
        label = 1 if place % 2 else 2
        first, second = answers if label == 1 else answers[::-1]
        made.append({"input": f"Describe item {place}.", "output_1": first, "output_2": second, "label": label})
    return made


def write(path: Path, told: Any, *, zipped: bool = False) -> Path:
    content = json.dumps(told).encode()
    path.write_bytes(gzip.compress(content) if zipped else content)
    return path


def pairs_in(folder: Path, told: dict[str, list[dict[str, Any]]]) -> tuple[LabelledPair, ...]:
    return read_llmbar(write(folder / "pairs.json", told))


@pytest.mark.parametrize("zipped", [True, False])
def test_pairs_are_read_zipped_or_not(tmp_path: Path, zipped: bool) -> None:
    path = write(
        tmp_path / "pairs.json.gz",
        {"Natural": rows(3, better_is_longer=1), "Hard": rows(2, better_is_longer=0)},
        zipped=zipped,
    )
    pairs = read_llmbar(path)
    assert [pair.subset for pair in pairs] == ["Natural"] * 3 + ["Hard"] * 2
    assert len({pair.key for pair in pairs}) == 5
    assert [pair.first_is_better for pair in pairs[:2]] == [False, True]


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ([], "not LLMBar"),
        ({"Natural": {}}, "not LLMBar"),
        ({"Natural": [{"input": "x"}]}, "Natural, pair 0"),
        ({"Natural": [{"input": "x", "output_1": "a", "output_2": "b", "label": 3}]}, "pair 0, label: 3"),
    ],
)
def test_a_file_of_another_form_is_told(tmp_path: Path, told: Any, where: str) -> None:
    with pytest.raises(DataError, match=re.escape(where)):
        read_llmbar(write(tmp_path / "pairs.json", told))


def test_a_torn_file_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "pairs.json.gz", {"Natural": rows(9, better_is_longer=1)}, zipped=True)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="cannot be read"):
        read_llmbar(path)


def test_a_larger_limit_adds_to_what_a_smaller_one_drew(tmp_path: Path) -> None:
    pairs = pairs_in(tmp_path, {"Natural": rows(30, better_is_longer=10), "Hard": rows(4, better_is_longer=2)})
    few, more = ({pair.key for pair in limited(pairs, limit)} for limit in (5, 12))
    assert (len(few), len(more)) == (9, 16)
    assert few < more
    assert limited(pairs, None) == pairs


def test_length_held_equal_takes_from_longer_and_shorter_what_length_gave(tmp_path: Path) -> None:
    pairs = pairs_in(tmp_path, {"Natural": rows(40, better_is_longer=10)})
    for name, accuracy in (("longer", 0.25), ("shorter", 0.75)):
        (found,) = report(pairs, by_scorer(SCORERS[name], pairs))
        assert found.accuracy == pytest.approx(accuracy)
        assert found.controlled == pytest.approx(0.5)
        assert found.longer_wins == pytest.approx(0.25)
        assert found.position_bias == 0


def test_a_judge_who_knows_is_right_at_any_length(tmp_path: Path) -> None:
    pairs = pairs_in(tmp_path, {"Natural": rows(40, better_is_longer=10), "Hard": rows(10, better_is_longer=1)})
    knows = [preferred(pair.key, 1.0 if pair.first_is_better else -1.0) for pair in pairs]
    natural, hard, whole = report(pairs, knows)
    assert (natural.subset, hard.subset, whole.subset) == ("Natural", "Hard", "all")
    assert whole.accuracy == whole.controlled == whole.consistency == 1
    assert natural.over_longer == pytest.approx(0.75)
    assert natural.over_longer_low is not None
    assert natural.over_longer_low > 0.5
    assert natural.graded == 1


def test_ties_are_half_and_what_is_invalid_is_no_value(tmp_path: Path) -> None:
    pairs = pairs_in(tmp_path, {"Natural": rows(12, better_is_longer=4)})
    stuck = [Preference(key=pair.key, winner="tie", consistent=False, orders=("A", "A")) for pair in pairs]
    (found,) = report(pairs, stuck)
    assert (found.accuracy, found.ties, found.consistency, found.position_bias) == (0.5, 1, 0, 1)
    assert found.low is not None
    assert found.low < 0.3, "a judge that only ties is not known without bounds"
    silent = [Preference(key=pair.key, winner="invalid", consistent=None, orders=("", "")) for pair in pairs]
    (none,) = report(pairs, silent)
    assert (none.accuracy, none.controlled, none.over_longer, none.invalid) == (None, None, None, 12)
    mixed = [stuck[0], *silent[1:]]
    (one,) = report(pairs, mixed)
    assert (one.accuracy, one.invalid) == (0.5, 11)


@pytest.mark.parametrize(
    ("instruction", "better", "worse"),
    [
        (
            "Give three tips for a clean kitchen.",
            "1. Sweep the kitchen\n2. Wipe\n3. Air it",
            "Sweep the kitchen and wipe.",
        ),
        (
            "Describe soap in one sentence.",
            "Soap is what cleans.",
            "Soap is a thing. It cleans. It takes water.",
        ),
        (
            "Write about #CleanHands in the city of Bern.",
            "#CleanHands for all of Bern",
            "Clean hands for all of the city",
        ),
        ("What is the price of soap?", "The price of soap is low.", "I'm sorry, I cannot provide the price of soap."),
        ("What is lye used for?", "Lye is used for soap.", "Lime is a fruit that grows on trees in the south."),
    ],
)
def test_words_sees_what_was_asked_for_in_so_many_words(instruction: str, better: str, worse: str) -> None:
    score = SCORERS["words"]
    assert score(instruction, better) > score(instruction, worse)


def soap(messages: list[dict[str, str]], seed: int) -> str:
    """Takes the answer that names soap; does not mind where it stands."""
    first = messages[-1]["content"].partition("Answer A:")[2].partition("Answer B:")[0]
    return json.dumps({"verdict": "A" if re.search(r"\| .*Soap \d", first) else "B"})


def run(*arguments: str) -> list[dict[str, Any]]:
    shown = SHELL.invoke(app, [*arguments, "--json"], catch_exceptions=False)
    told: list[dict[str, Any]] = json.loads(shown.stdout)
    return told


def test_the_command_asks_a_server_in_both_orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = write(tmp_path / "pairs.json", {"Natural": rows(6, better_is_longer=2)})
    monkeypatch.setattr(model_server, "reply", soap)
    with ModelServer() as server:
        (told,) = run("--data", str(data), "--model", server.name, "--runs", str(tmp_path))
        assert len(server.asked) == 12
        assert (told["accuracy"], told["consistency"], told["position_bias"]) == (1, 1, 0)
        # What was answered is in the journal.
        run("--data", str(data), "--model", server.name, "--runs", str(tmp_path))
        assert len(server.asked) == 12
    monkeypatch.setattr(model_server, "reply", lambda messages, seed: "A")
    with ModelServer() as server:
        (told,) = run("--data", str(data), "--model", server.name, "--runs", str(tmp_path))
    assert (told["accuracy"], told["consistency"], told["position_bias"]) == (0.5, 0, 1)


def test_an_unreachable_judge_has_no_figures(tmp_path: Path) -> None:
    data = write(tmp_path / "pairs.json", {"Natural": rows(2, better_is_longer=1)})
    place = Workspace.create(tmp_path / "shop", Settings.model_validate({"models": {"limits": {"retries": 0}}}))
    with ModelServer() as server:
        name = server.name
    shown = SHELL.invoke(app, ["--data", str(data), "--model", name, "--workspace", str(place.root)])
    assert isinstance(shown.exception, JudgeUnreached)
    assert shown.exception.exit_code == 4
    assert "right" not in shown.stdout


def test_a_scorer_needs_no_model(tmp_path: Path) -> None:
    data = write(tmp_path / "pairs.json", {"Natural": rows(8, better_is_longer=2), "Hard": rows(3, better_is_longer=1)})
    shown = SHELL.invoke(app, ["--data", str(data), "--model", "longer", "--limit", "2"], catch_exceptions=False)
    assert "4 of 11 pairs" in shown.stderr
    assert "longer wins" in " ".join(shown.stdout.split())
