"""The workflow that ships: its steps are run in a repository of two commits, on runs that lie ready."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from stored_runs import Value, a_metric, make_run
from typer.testing import CliRunner

from evals.commands.gate import app
from evals.comparing import open_sides, workflow, write_baseline
from evals.records import Gate, GateResult

GOOD: list[list[Value]] = [[1.0]] * 38 + [[0.0]] * 2
BAD: list[list[Value]] = [[0.0]] * 40
FAIR: list[list[Value]] = [[1.0]] * 36 + [[0.0]] * 4
PASSES = a_metric("passes")
BASELINE = "eval-baselines/email.json"
# Stands in for the runner alone: models and networks are not what is tried here. All else is the real command.
ASSISTANT = """#!{python}
import json, os, runpy, sys
if sys.argv[1:3] == ["eval", "run"]:
    assert sys.argv[3:] == ["email", "--runs", os.environ["RUNNER_TEMP"] + "/runs", "--yes", "--json"], sys.argv
    print(json.dumps([{{"folder": os.environ["READY_RUN"]}}]))
    sys.exit(int(os.environ.get("READY_CODE", "0")))
sys.argv = ["assistant", *sys.argv[3:]]
from assistant.errors import AssistantError
from evals.commands.gate import app
try:
    app()
except AssistantError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""
WHOLE_ASSISTANT = """#!/bin/sh
exec "{python}" -m assistant.cli.main "$@"
"""
RECORDS = """#!/bin/sh
echo "$(basename "$0") $*" >> "$RUNNER_TEMP/called.txt"
"""


def steps() -> dict[str, dict[str, Any]]:
    """Those that run a shell, by name."""
    job = yaml.safe_load(workflow())["jobs"]["gate"]
    return {step["name"]: step for step in job["steps"] if "run" in step}


class Service:
    """As much of a CI service as the steps see: a checkout, folders, files that steps hand on by, and PATH."""

    def __init__(self, folder: Path, candidate: list[list[Value]], **head: Any) -> None:
        self.folder = folder
        self.repository = folder / "repository"
        self.temp = folder / "temp"
        self.temp.mkdir(parents=True)
        self.exported = folder / "env"
        self.summary = folder / "summary.md"
        self.exported.touch()
        self._write_tools()
        told: dict[str, Any] = {"metrics": [PASSES], "gate": Gate(margin={"passes": 0.2})}
        baseline = make_run(folder / "before", {"only": {"passes": GOOD}}, **told)
        self.candidate = make_run(folder / "after", {"only": {"passes": candidate}}, wording="kind", **(told | head))
        self._commit_twice(baseline)
        self.env = {
            **{name: str(value) for name, value in yaml.safe_load(workflow())["env"].items()},
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(folder),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_ENV": str(self.exported),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "READY_RUN": str(self.candidate),
            # What the service fills in.
            "BASE": "main",
            "BASELINE_SHA256": "",
        }

    def _write_tools(self) -> None:
        tools = {"assistant": ASSISTANT.format(python=sys.executable), "pip": RECORDS}
        tools["python"] = f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'
        (self.folder / "bin").mkdir()
        for name, text in tools.items():
            path = self.folder / "bin" / name
            path.write_text(text)
            path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def _commit_twice(self, baseline: Path) -> None:
        """A base branch with the baseline, and a change that puts its own result in the baseline's place."""
        path = self.repository / BASELINE
        write_baseline(path, open_sides(str(baseline), [])[0])
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("add", ".")
        self.git("commit", "--quiet", "--message=Baseline")
        # The remote's branch is where a checkout finds it.
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.git("checkout", "--quiet", "-b", "change")
        write_baseline_unchecked(path, self.candidate)
        (self.repository / "constraints.txt").write_text("torch==2.0.0\n")
        self.git("add", ".")
        self.git("commit", "--quiet", "--message=Change")

    def commit(self, files: dict[str, str], branch: str) -> None:
        """Go on with a branch: the base as a checkout of its remote sees it, or the change."""
        self.git("checkout", "--quiet", branch)
        for name, text in files.items():
            path = self.repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", ".")
        self.git("commit", "--quiet", "--message=More")
        if branch == "main":
            self.git("update-ref", "refs/remotes/origin/main", "HEAD")

    def git(self, *arguments: str) -> None:
        """Run git in the checkout, with no settings of whoever runs the tests."""
        names = ("AUTHOR", "COMMITTER")
        who = {f"GIT_{name}_{part}": "tests@example.com" for name in names for part in ("NAME", "EMAIL")}
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1", **who}
        subprocess.run(["git", *arguments], cwd=self.repository, env=env, check=True, capture_output=True)

    def run(self, script: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a script as the service does: `bash -e`, in the checkout."""
        return subprocess.run(
            ["bash", "-e", "-c", script], cwd=self.repository, env=env, capture_output=True, text=True, check=False
        )

    def step(self, name: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run one step, with what earlier steps exported."""
        handed = dict(line.split("=", 1) for line in self.exported.read_text().splitlines())
        return self.run(steps()[name]["run"], self.env | handed | env)

    def all_steps(self, **env: str) -> subprocess.CompletedProcess[str]:
        """Every step in turn, until one fails."""
        done = None
        for name in steps():
            done = self.step(name, **env)
            if done.returncode:
                break
        assert done is not None
        return done

    @property
    def result(self) -> GateResult:
        """What the gate kept."""
        return GateResult.model_validate_json((self.temp / "gate.json").read_bytes())


def write_baseline_unchecked(path: Path, run: Path) -> None:
    """What an author of a bad change would do: make its own run the baseline, or else spoil the file."""
    side = open_sides(str(run), [])[0]
    if side.is_whole and not side.failed_share:
        write_baseline(path, side)
    else:
        path.write_text("{}")


@pytest.fixture(autouse=True)
def _bash() -> None:
    assert shutil.which("bash"), "the service's shell"
    assert shutil.which("git")


def test_the_workflow_is_read_as_it_stands_and_runs_what_the_command_prints() -> None:
    told = yaml.safe_load(workflow())
    # YAML 1.1 reads the word `on` as true; the service does not.
    assert told[True] == {"pull_request": None}
    assert told["permissions"] == {"contents": "read"}, "a change may be anybody's"
    assert list(steps()) == ["Install", "Take the baseline from the base branch", "Run the suite", "Gate"]
    checkout = told["jobs"]["gate"]["steps"][0]
    assert checkout["with"]["fetch-depth"] == 0, "without it the base branch is not there"
    assert CliRunner().invoke(app, ["--workflow"]).stdout == workflow()


def test_what_a_change_says_is_never_part_of_a_shell_line() -> None:
    """`${{ }}` in a `run` is pasted into the shell before it runs; a branch's name may hold anything."""
    assert not [name for name, step in steps().items() if "${{" in step["run"]]


def test_a_good_change_passes_every_step(tmp_path: Path) -> None:
    service = Service(tmp_path, GOOD)
    done = service.all_steps()
    assert done.returncode == 0, done.stdout + done.stderr
    assert service.result.verdict == "pass"
    assert "### Evaluation gate: pass (exit 0)" in service.summary.read_text()
    assert "torch==2.0.0" in (service.temp / "called.txt").read_text()


def test_a_bad_change_fails_though_it_made_itself_the_baseline(tmp_path: Path) -> None:
    service = Service(tmp_path, BAD)
    done = service.all_steps()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "::error::The change made a metric worse" in done.stdout
    assert service.result.verdict == "regression"
    # Held against the file of the change itself, the same run would pass.
    own = CliRunner().invoke(app, [str(service.candidate), "--baseline", str(service.repository / BASELINE)])
    assert own.exit_code == 0


@pytest.mark.slow
@pytest.mark.parametrize(("undecided", "code"), [("fail", 3), ("allow", 0)])
def test_an_undecided_gate_is_a_warning_where_that_is_allowed(tmp_path: Path, undecided: str, code: int) -> None:
    service = Service(tmp_path, FAIR, gate=Gate(margin={"passes": 0.9}))
    done = service.all_steps(UNDECIDED=undecided)
    assert done.returncode == code, done.stdout + done.stderr
    assert "::warning::" in done.stdout
    assert "loosens the gate" in service.summary.read_text()


@pytest.mark.slow
def test_a_run_that_lost_answers_reaches_the_gate_which_says_so(tmp_path: Path) -> None:
    service = Service(tmp_path, GOOD, failed=[(0, 0)], finished=False)
    done = service.all_steps(READY_CODE="4", UNDECIDED="allow")
    assert done.returncode == 4
    assert "got no answer" in service.summary.read_text()
    assert service.result.comparison is None


def test_a_suite_that_cannot_be_run_stops_before_the_gate(tmp_path: Path) -> None:
    service = Service(tmp_path, GOOD)
    assert service.all_steps(READY_CODE="2").returncode != 0
    assert not (service.temp / "gate.json").exists()


@pytest.mark.slow
def test_a_baseline_that_is_not_the_pinned_one_judges_nothing(tmp_path: Path) -> None:
    service = Service(tmp_path, GOOD)
    done = service.all_steps(BASELINE_SHA256="sha256:" + "0" * 64, UNDECIDED="allow")
    assert done.returncode == 4
    assert "is not the baseline that was named" in service.summary.read_text().replace("\\", "")


def test_a_base_branch_without_a_baseline_stops_the_gate(tmp_path: Path) -> None:
    service = Service(tmp_path, GOOD)
    done = service.all_steps(BASELINE="eval-baselines/absent.json")
    assert done.returncode != 0
    assert not (service.temp / "gate.json").exists()


SUITE = """
suite: email
target: prompt
samples: 1
models: ["recorded:outputs.jsonl"]
cases:
{cases}
metrics: [exact]
gate: {{margin: {{exact: 0.2}}}}
"""
CASE = "  - {{case: c{number}, inputs: {{prompt: copy/subject, values: {{}}}}, expected: {{output: right}}}}"


def recorded(wrong: int) -> str:
    """Outputs of thirty cases, so many of them wrong."""
    rows = [{"case": f"c{number}", "output": "wrong" if number < wrong else "right"} for number in range(30)]
    return "\n".join(map(json.dumps, rows)) + "\n"


@pytest.mark.slow
def test_a_change_of_outputs_is_run_and_judged_by_the_real_commands(tmp_path: Path) -> None:
    service = Service(tmp_path, GOOD)
    (service.folder / "bin" / "assistant").write_text(WHOLE_ASSISTANT.format(python=sys.executable))
    suite = SUITE.format(cases="\n".join(CASE.format(number=number) for number in range(30)))
    kept = {"email.yaml": suite, "outputs.jsonl": recorded(1), f"{service.env['CARDS']}/README": "Cards of judges."}
    service.commit(kept, "main")
    # The base branch's own result becomes its baseline.
    made = {**service.env, "SUITE": "email.yaml"}
    rows = service.run("assistant eval run email.yaml --runs ../made --yes --json", made)
    folder = json.loads(rows.stdout)[0]["folder"]
    service.run(f"assistant eval gate {folder} --save {BASELINE}", made)
    service.commit({}, "main")
    service.git("checkout", "--quiet", "-B", "change")
    assert service.all_steps(SUITE="email.yaml").returncode == 0
    assert (service.temp / "runs" / "judges" / "README").exists()
    shutil.rmtree(service.temp / "runs")
    service.commit({"outputs.jsonl": recorded(25)}, "change")
    done = service.all_steps(SUITE="email.yaml")
    assert done.returncode == 1, done.stdout + done.stderr
    assert service.result.reasons[0].startswith("exact: 0.967 to 0.167")
