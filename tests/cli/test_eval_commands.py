"""The harness as a prompt engineer types it: run, list, resume after a kill, exit codes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Assistant
from model_server import ModelServer

SUITE = """\
suite: trial
target: line
samples: 2
inputs: {line: subject, product: Green tea}
briefs:
  spring: &spring
    goal: Bring everybody back for spring.
    offer: {kind: percent_off, amount: 15, code: SPRING15}
    starts: 2026-03-02
    deadline: 2026-03-31
    sender: Tea House
    link: https://example.com/spring
    address: 1 Mill Lane, Springfield
  autumn: {<<: *spring, goal: Bring everybody back for autumn.}
segments:
  regulars: {occasion: frequent}
  lapsed: {occasion: away}
matrix: {briefs: [spring, autumn], segments: [regulars, lapsed], channels: [email], angles: [thrift, ease]}
prompts: [copy/subject@1]
parameters: [{temperature: 0.2}, {temperature: 0.8}]
models: ["MODEL"]
metrics: [checks, {metric: length, options: {at_most: 70}}]
"""
TRIALS = 8 * 2 * 2
SYSTEMS = ("copy/subject@1 / temperature 0.2", "copy/subject@1 / temperature 0.8")
DEAD = "openai:gone?base_url=http://127.0.0.1:9/v1"


@pytest.fixture(scope="module")
def slow_server() -> Iterator[ModelServer]:
    with ModelServer(pause=0.1) as server:
        yield server


def written(folder: Path, model: str, text: str = SUITE) -> Path:
    path = folder / "trial.yaml"
    path.write_text(text.replace("MODEL", model), encoding="utf-8")
    return path


def impatient(folder: Path) -> Path:
    """A workspace that asks a model once."""
    (folder / "assistant.toml").write_text("[models.limits]\nretries = 0\n", encoding="utf-8")
    return folder


def test_a_run_is_estimated_run_and_listed(assistant: Assistant, server: ModelServer, tmp_path: Path) -> None:
    server.forget()
    suite = written(tmp_path, server.name)
    told = assistant("eval", "run", suite, "--estimate", "--json", folder=tmp_path)
    (estimate,) = told.rows
    assert (estimate["trials"], estimate["standing"]) == (TRIALS, 0)
    assert "in four of five such runs" in told.err, "what can be found is told before anything is asked"
    assert not server.asked
    done = assistant("eval", "run", suite, "--json", folder=tmp_path)
    assert done.code == 0, done.err
    assert len(server.asked) == TRIALS
    assert {(row["system"], row["metric"]) for row in done.rows} == {
        (system, metric) for system in SYSTEMS for metric in ("checks", "length")
    }
    assert all(row["finished"] and row["cases"] == 8 and row["clusters"] == 4 for row in done.rows)
    assert assistant("eval", "run", suite, folder=tmp_path).code == 0
    assert len(server.asked) == TRIALS, "a finished run asks nothing"
    listed = assistant("eval", "list", "--json", folder=tmp_path).rows
    assert {"email", "sms", "ads"} <= {row["name"] for row in listed if row["kind"] == "suite"}
    (run,) = [row for row in listed if row["kind"] == "run"]
    assert run["name"] == done.rows[0]["run"]


def test_a_further_metric_asks_no_model_again(assistant: Assistant, server: ModelServer, tmp_path: Path) -> None:
    suite = written(tmp_path, server.name)
    assert assistant("eval", "run", suite, folder=tmp_path).code == 0
    server.forget()
    suite = written(tmp_path, server.name, SUITE.replace("metrics: [checks", "metrics: [checks, receipts"))
    done = assistant("eval", "run", suite, "--json", folder=tmp_path)
    assert (done.code, server.asked) == (0, [])
    assert "receipts" in {row["metric"] for row in done.rows}
    assert assistant("eval", "run", suite, "--epoch", "1", folder=tmp_path).code == 0
    assert len(server.asked) == TRIALS, "another epoch shares no answer"


def test_a_killed_run_goes_on_and_asks_nothing_twice(
    assistant: Assistant, slow_server: ModelServer, tmp_path: Path
) -> None:
    slow_server.forget()
    suite = written(tmp_path, slow_server.name, SUITE.replace("samples: 2", "samples: 3"))
    trials = TRIALS // 2 * 3
    command = [sys.executable, "-m", "assistant.cli.main", "eval", "run", str(suite), "--runs", str(tmp_path / "runs")]
    for share in (0.3, 0.6):
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        until = time.monotonic() + 60
        while len(slow_server.asked) < share * trials and process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        assert process.poll() is None, process.communicate()[1].decode()
        process.send_signal(signal.SIGKILL)
        process.communicate()
    done = assistant("eval", "run", suite, "--runs", tmp_path / "runs", "--json", folder=tmp_path)
    assert done.code == 0, done.err
    assert all(row["finished"] and row["trials"] + row["invalid"] == trials // 2 for row in done.rows)
    # What was in flight at a kill is asked again; what was answered is not.
    in_flight = 2 * 16
    assert trials <= len(slow_server.asked) <= trials + in_flight
    folder = Path(done.rows[0]["folder"])
    keys = [
        (trial["system"], trial["case"], trial.get("sample"))
        for line in (folder / "trials.jsonl").read_text(encoding="utf-8").splitlines()
        if (trial := json.loads(line).get("trial"))
    ]
    assert len(keys) == len(set(keys)) == trials


def test_a_model_that_cannot_be_reached_is_exit_4_and_no_score(assistant: Assistant, tmp_path: Path) -> None:
    suite = written(tmp_path, DEAD, SUITE.replace("angles: [thrift, ease]", "angles: [thrift]"))
    done = assistant("eval", "run", suite, "--samples", "1", "--cases", "1", "--json", folder=impatient(tmp_path))
    assert done.code == 4, done.err
    assert {(row["value"], row["trials"], row["finished"]) for row in done.rows} == {(None, 0, False)}
    assert "type the same again" in done.err


def test_a_judge_that_cannot_be_reached_is_exit_4_and_no_score(
    assistant: Assistant, server: ModelServer, tmp_path: Path
) -> None:
    judged = "{metric: rubric, judge: 'JUDGE', options: {criterion: Is it plain?}}".replace("JUDGE", DEAD)
    suite = written(tmp_path, server.name, SUITE.replace("metrics: [checks", f"metrics: [{judged}, checks"))
    done = assistant("eval", "run", suite, "--samples", "1", "--cases", "1", "--json", folder=impatient(tmp_path))
    assert done.code == 4, done.err
    values = {row["metric"]: (row["value"], row["trials"]) for row in done.rows if row["system"] == SYSTEMS[0]}
    assert values["rubric"] == (None, 0)
    assert values["checks"][1] == 1, "what needs no judge is scored"
    assert "no card that holds" in done.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "emial"), "did you mean 'email'"),
        (("run", "email", "--prompt", "copy/subject@99"), "There is no prompt 'copy/subject@99'"),
        (("mutate", "retrieval"), "faults are planted into copy"),
        (("report", "none"), "assistant eval run SUITE"),
        (("compare", "none", "nothing"), "assistant eval run SUITE"),
    ],
)
def test_a_mistake_is_one_sentence(words: tuple[str, ...], told: str, assistant: Assistant, tmp_path: Path) -> None:
    assert told in assistant("eval", *words, folder=tmp_path).mistake


def test_help_of_the_harness_loads_none_of_it(tmp_path: Path) -> None:
    script = (
        "import atexit, runpy, sys\n"
        "atexit.register(lambda: print('LOADED', *sorted({name.partition('.')[0] for name in sys.modules})))\n"
        "sys.argv = ['assistant', 'eval', '--help']\n"
        "runpy.run_module('assistant.cli.main', run_name='__main__')\n"
    )
    environment = {**os.environ, "COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path, env=environment
    )
    shown, _, loaded = done.stdout.partition("LOADED ")
    assert "mutate" in shown
    assert not {"numpy", "scipy", "pandas", "sklearn", "yaml", "torch", "openai"} & set(loaded.split())
