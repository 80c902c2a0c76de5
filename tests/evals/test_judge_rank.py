"""A run's systems compared in pairs by a judge."""

import json
from pathlib import Path

import model_server
import pytest
from model_server import ModelServer
from stored_runs import a_metric, make_run
from typer.testing import CliRunner

from assistant.errors import DataError
from evals.commands.judge import app
from evals.judges.backward import preferred
from evals.judges.ranking import duels, meetings, ranked
from evals.runs import StoredRun

SHELL = CliRunner()
SYSTEMS = ("best", "fair", "poor")


@pytest.fixture
def stored(tmp_path: Path) -> StoredRun:
    values = {"m": [[1.0, 1.0]] * 8}
    folder = make_run(tmp_path / "run", dict.fromkeys(SYSTEMS, values), metrics=[a_metric("m")], failed={(7, 1)})
    return StoredRun(folder)


def test_every_two_systems_meet_where_both_answered(stored: StoredRun) -> None:
    met = list(meetings(stored, "Write copy."))
    assert len(met) == 3 * (8 * 2 - 1)
    assert len({each.pair.key for each in met}) == len(met)
    assert met[0].pair.task.startswith("Write copy.")
    only = list(meetings(stored, "Write copy.", systems=("poor", "best")))
    assert {(each.first, each.second) for each in only} == {("poor", "best")}


def test_who_wins_more_is_ranked_higher(stored: StoredRun) -> None:
    met = list(meetings(stored, "Write copy."))
    order = {name: place for place, name in enumerate(SYSTEMS)}
    # The better one wins, but in every fourth case, and there is one tie.
    preferences = [
        preferred(each.pair.key, (order[each.second] - order[each.first]) * (-1 if number % 4 == 0 else number > 1))
        for number, each in enumerate(met)
    ]
    ranking = ranked(met, preferences)
    assert [rating.system for rating in ranking.ratings] == list(SYSTEMS)
    assert all(rating.low < rating.strength < rating.high for rating in ranking.ratings)
    first = duels(met, preferences)[0]
    assert (first.first, first.second, first.invalid) == ("best", "fair", 0)
    assert first.wins.low < first.wins.estimate < first.wins.high
    assert first.controlled.estimate > 0.5


def by_name(messages: list[dict[str, str]], seed: int) -> str:
    """Takes the system of the better name."""
    shown = messages[-1]["content"].partition("Answer A:")[2]
    first, _, second = shown.partition("Answer B:")
    places = [next(place for place, name in enumerate(SYSTEMS) if f"by {name}" in text) for text in (first, second)]
    return json.dumps({"verdict": "A" if places[0] < places[1] else "B"})


def test_the_command_ranks_and_says_that_the_judge_has_no_card(
    stored: StoredRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_server, "reply", by_name)
    with ModelServer() as server:
        given = ["rank", str(stored.folder), "--model", server.name, "--runs", str(tmp_path)]
        shown = SHELL.invoke(app, given, catch_exceptions=False)
        told = json.loads(SHELL.invoke(app, [*given, "--json"], catch_exceptions=False).stdout)
    assert [row["system"] for row in told[:3]] == list(SYSTEMS)
    assert told[0]["calibrated"] is False
    assert {(row["system"], row["against"], row["wins"]) for row in told[3:]} == {
        ("best", "fair", 1.0), ("best", "poor", 1.0), ("fair", "poor", 1.0),
    }  # fmt: skip
    assert "no card that holds" in shown.stderr


def test_one_system_has_nobody_to_meet(stored: StoredRun, tmp_path: Path) -> None:
    given = ["rank", str(stored.folder), "--model", "local:", "--system", "best", "--runs", str(tmp_path)]
    shown = SHELL.invoke(app, given)
    assert isinstance(shown.exception, DataError)
