"""What stands on both sides of a split between tuning and test."""

from pathlib import Path

from typer.testing import CliRunner

from assistant.prompting import load_prompt
from evals.commands.leaks import app
from evals.suites import load_suite
from evals.suites.leaking import leaking_examples, leaks_of

SUITE = """\
suite: NAME
target: routing
cases:
  - {case: a, inputs: {say: How many customers ordered coffee in the last ninety days?}, expected: {tools: [facts]}}
  - {case: b, SECOND}
metrics: [right_tool]
"""


def suite(folder: Path, name: str, second: str, first: str = "coffee") -> Path:
    path = folder / f"{name}.yaml"
    text = SUITE.replace("NAME", name).replace("SECOND", second).replace("coffee", first)
    path.write_text(text, encoding="utf-8")
    return path


def test_nearly_the_same_case_and_a_shared_group_are_leaks(tmp_path: Path) -> None:
    tuning = suite(tmp_path, "tuning", "cluster: shop one, inputs: {say: Which segment spends most?}")
    test = suite(tmp_path, "test", "cluster: shop one, inputs: {say: Draw me a cat}", first="Coffee")
    found = leaks_of(load_suite(tuning).suite, load_suite(test).suite, threshold=0.6)
    assert [(leak.kind, leak.tuning, leak.test) for leak in found] == [("text", "a", "a"), ("group", "b", "b")]
    done = CliRunner().invoke(app, [str(tuning), str(test)])
    assert done.exit_code == 1


def test_suites_that_share_nothing_pass(tmp_path: Path) -> None:
    tuning = suite(tmp_path, "tuning", "inputs: {say: Which segment spends most?}")
    test = suite(tmp_path, "test", "inputs: {say: Draw me a cat}", first="bicycle spokes, and by whom,")
    text = test.read_text(encoding="utf-8").replace("How many customers ordered", "Was there any")
    test.write_text(text.replace("in the last ninety days", "at all"), encoding="utf-8")
    done = CliRunner().invoke(app, [str(tuning), str(test)])
    assert done.exit_code == 0, done.output


def test_a_worked_example_that_is_a_case_is_a_leak(tmp_path: Path) -> None:
    prompt = load_prompt("persona/claim")
    shot = prompt.shots[0]
    test = suite(tmp_path, "test", f"inputs: {{say: '{shot.user} {shot.assistant}'}}".replace("{value}", "9"))
    found = leaking_examples({"persona/claim": prompt}, load_suite(test).suite, threshold=0.6)
    assert [leak.test for leak in found[:1]] == ["b"]
