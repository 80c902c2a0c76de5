"""A run held against a baseline: what passes, what does not, and what nobody can loosen."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gate_worlds import decisions
from stored_runs import Value, a_metric, make_run, some_cases
from typer.testing import CliRunner

from assistant.errors import ConfigError, MissingArtefact
from evals.commands.gate import app
from evals.comparing import Side, Unjudgeable, gate, open_sides, read_baseline, write_baseline
from evals.records import Gate, GateResult
from evals.runs import TRIALS_FILE

PASSES = a_metric("passes")
LENGTH = a_metric("length", "mean", higher_is_better=False)
SHELL = CliRunner()
GOOD: list[list[Value]] = [[1.0]] * 55 + [[0.0]] * 5
"""Sixty cases, each its own cluster."""
BAD: list[list[Value]] = [[0.0]] * 30 + [[1.0]] * 25 + [[0.0]] * 5
TOLERANT = Gate(margin={"passes": 0.15})


def side(folder: Path, values: list[list[Value]] = GOOD, **more: Any) -> Side:
    told = {"metrics": [PASSES], "gate": TOLERANT} | more
    return open_sides(str(make_run(folder, {"only": {"passes": values}}, **told)), [])[0]


def test_the_same_outputs_pass_a_margin_of_nothing(tmp_path: Path) -> None:
    strict = Gate(margin={"passes": 0})
    result = gate(side(tmp_path / "a", gate=strict), side(tmp_path / "b", gate=strict))
    assert (result.verdict, result.exit_code) == ("pass", 0)
    assert "any loss is ruled out" in result.reasons[0]


def test_other_outputs_of_equal_scores_pass_a_margin_that_the_cases_can_show(tmp_path: Path) -> None:
    baseline, candidate = side(tmp_path / "a"), side(tmp_path / "b", wording="kind")
    assert gate(baseline, candidate).verdict == "pass"
    strict = Gate(margin={"passes": 0.01})
    result = gate(side(tmp_path / "c", gate=strict), side(tmp_path / "d", wording="kind", gate=strict))
    assert (result.verdict, result.exit_code) == ("undecided", 3)
    assert "is not ruled out and 0.01 is tolerated; about" in result.reasons[0]


def test_a_loss_beyond_chance_is_a_regression(tmp_path: Path) -> None:
    result = gate(side(tmp_path / "a"), side(tmp_path / "b", BAD, wording="kind"))
    assert (result.verdict, result.exit_code) == ("regression", 1)
    assert result.reasons[0].startswith("passes: 0.917 to 0.417")


def test_a_gain_passes_without_any_margin(tmp_path: Path) -> None:
    strict = Gate(margin={"passes": 0})
    result = gate(side(tmp_path / "a", BAD, gate=strict), side(tmp_path / "b", GOOD, wording="kind", gate=strict))
    assert result.verdict == "pass"


def test_more_of_what_should_be_less_is_a_regression(tmp_path: Path) -> None:
    short: list[list[Value]] = [[float(20 + at % 7)] for at in range(40)]
    long: list[list[Value]] = [[float(30 + at % 7)] for at in range(40)]
    runs = [
        make_run(tmp_path / name, {"only": {"length": values}}, metrics=[LENGTH], wording=name)
        for name, values in (("a", short), ("b", long))
    ]
    first, second = (open_sides(str(run), [])[0] for run in runs)
    assert gate(first, second).verdict == "regression"
    assert gate(second, first).verdict == "pass"


def test_a_proven_loss_within_the_margin_passes(tmp_path: Path) -> None:
    few: list[list[Value]] = [[0.0]] * 8 + [[1.0]] * 47 + [[0.0]] * 5
    loose = Gate(margin={"passes": 0.3})
    result = gate(side(tmp_path / "a", gate=loose), side(tmp_path / "b", few, wording="kind", gate=loose))
    assert result.comparison is not None
    assert result.comparison.metrics[0].verdict == "worse"
    assert result.verdict == "pass"


def test_a_suite_that_states_no_margin_bears_five_in_a_hundred_and_a_small_effect(tmp_path: Path) -> None:
    values: list[list[Value]] = [[float(at % 2)] for at in range(20)]
    metrics = [PASSES, LENGTH]
    run = make_run(tmp_path / "a", {"only": {"passes": values, "length": values}}, metrics=metrics)
    (baseline,) = open_sides(str(run), [])
    result = gate(baseline, baseline)
    assert result.comparison is not None
    assert [verdict.margin for verdict in result.comparison.metrics] == pytest.approx([0.05, 0.2 * 0.5])


JUDGED = a_metric("passes", judge="large", judge_card="sha256:1")
DOUBTS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a metric is missing": ({}, {"metrics": [LENGTH]}, "passes gates and was not measured"),
    "a metric has another version": ({}, {"metrics": [a_metric("passes", version=2)]}, "another metric, version"),
    "a metric has other options": ({}, {"metrics": [a_metric("passes", options={"least": 1})]}, "or options than"),
    "another judge judged": ({"metrics": [JUDGED]}, {"metrics": [a_metric("passes", judge="small")]}, "another judge"),
    "the judge's card no longer holds": (
        {"metrics": [JUDGED]},
        {"metrics": [JUDGED.model_copy(update={"gates": False})]},
        "loosens the gate: passes gates in the baseline's suite and does not",
    ),
    "no metric may decide": ({"metrics": [a_metric("passes", gates=False)]}, {}, "No metric of the baseline's suite"),
    "the run was stopped": ({}, {"finished": False}, "is not finished"),
    "no case is shared": ({}, {"cases": some_cases(60, language="de")}, "No case of the baseline"),
    "the margin is wider": ({}, {"gate": Gate(margin={"passes": 0.2})}, "margin of passes goes from 0.15 to 0.2"),
    "the margin is gone": ({}, {"gate": Gate()}, "margin of passes goes from 0.15 to unstated"),
    "alpha is smaller": ({}, {"gate": Gate(margin={"passes": 0.15}, alpha=0.01)}, "finds fewer regressions"),
    "more may be invalid": ({}, {"gate": Gate(margin={"passes": 0.15}, max_invalid=0.5)}, "max_invalid goes from"),
    "more may fail": ({}, {"gate": Gate(margin={"passes": 0.15}, max_failed=0.5)}, "max_failed goes from"),
    "any judge may decide": (
        {},
        {"gate": Gate(margin={"passes": 0.15}, require_calibrated=False)},
        "judges without a card that holds may decide",
    ),
    "too many scores are invalid": ({}, {"values": [["odd"]] * 10 + GOOD[10:]}, "16.7% of the scores of passes"),
    "invalid scores could hide a loss": ({}, {"values": [["odd"]] * 6 + GOOD[6:]}, "more of its scores are invalid"),
}


@pytest.mark.parametrize("doubt", DOUBTS)
def test_what_cannot_be_believed_never_passes(tmp_path: Path, doubt: str) -> None:
    of_baseline, of_candidate, told = DOUBTS[doubt]
    told_of_candidate = {"wording": "kind"} | of_candidate
    labels = {use.label for use in told_of_candidate.get("metrics", [PASSES])}
    values = told_of_candidate.pop("values", GOOD)
    baseline = side(tmp_path / "a", **of_baseline)
    head = {"metrics": [PASSES], "gate": TOLERANT} | of_baseline | told_of_candidate
    run = make_run(tmp_path / "b", {"only": dict.fromkeys(labels, values)}, **head)
    result = gate(baseline, open_sides(str(run), [])[0])
    assert (result.verdict, result.exit_code) == ("undecided", 3)
    assert told in " ".join(result.reasons)


def test_a_looser_suite_does_not_hide_a_regression(tmp_path: Path) -> None:
    loose = Gate(margin={"passes": 1.0}, metrics=("length",))
    result = gate(side(tmp_path / "a"), side(tmp_path / "b", BAD, wording="kind", gate=loose))
    assert result.verdict == "regression"
    assert "loosens the gate" in " ".join(result.reasons)


def test_a_stopped_run_is_no_regression_either(tmp_path: Path) -> None:
    """Who looks before a run ends, and again after, looks twice."""
    assert gate(side(tmp_path / "a"), side(tmp_path / "b", BAD, wording="kind", finished=False)).exit_code == 3


def test_a_suite_that_lost_cases_passes_only_if_that_is_allowed(tmp_path: Path) -> None:
    baseline = side(tmp_path / "a")
    candidate = side(tmp_path / "b", GOOD[:-2], cases=some_cases(58), wording="kind")
    result = gate(baseline, candidate)
    assert result.exit_code == 3
    assert "2 of the baseline's 60 cases were changed or are gone" in result.reasons[0]
    assert gate(baseline, candidate, allow_fewer_cases=True).exit_code == 0


def test_further_cases_change_nothing(tmp_path: Path) -> None:
    more = side(tmp_path / "b", [*GOOD, [0.0], [0.0]], cases=some_cases(62), wording="kind")
    assert gate(side(tmp_path / "a"), more).exit_code == 0


def test_a_judge_without_a_card_reports_and_does_not_gate(tmp_path: Path) -> None:
    # The head says that it may gate; without a card it may not, whatever a head says.
    tone = a_metric("tone", judge="small")
    metrics = [PASSES, tone]
    runs = [
        make_run(
            tmp_path / name, {"only": {"passes": GOOD, "tone": tones}}, metrics=metrics, gate=TOLERANT, wording=name
        )
        for name, tones in (("a", GOOD), ("b", BAD))
    ]
    result = gate(*(open_sides(str(run), [])[0] for run in runs))
    assert result.comparison is not None
    assert [(row.metric, row.verdict, row.gates) for row in result.comparison.metrics] == [
        ("passes", "undecided", True),
        ("tone", "worse", False),
    ]
    assert result.exit_code == 0
    assert "tone reports and does not gate: small has no card that holds." in result.reasons


def test_answers_that_never_came_are_infrastructure_and_no_score(tmp_path: Path) -> None:
    result = gate(side(tmp_path / "a"), side(tmp_path / "b", BAD, wording="kind", failed=[(3, 0)], finished=False))
    assert (result.verdict, result.exit_code, result.comparison) == ("infrastructure", 4, None)
    assert "1.7% of the trials" in result.reasons[0]


def test_a_judge_that_could_not_be_reached_is_infrastructure_and_no_score(tmp_path: Path) -> None:
    away: list[list[Value]] = [["infrastructure: no answer from large within 60 s"], *GOOD[1:]]
    baseline = side(tmp_path / "a", metrics=[JUDGED])
    result = gate(baseline, side(tmp_path / "b", away, metrics=[JUDGED], wording="kind", finished=False))
    assert (result.verdict, result.exit_code, result.comparison) == ("infrastructure", 4, None)
    assert "its judge could not be reached" in result.reasons[0]


def test_failures_that_the_baselines_gate_bears_do_not_stop_it(tmp_path: Path) -> None:
    bears = Gate(margin={"passes": 0.15}, max_failed=0.05)
    candidate = side(tmp_path / "b", wording="kind", failed=[(3, 0)], finished=False, gate=bears)
    assert gate(side(tmp_path / "a", gate=bears), candidate).exit_code == 0


def test_a_baseline_file_is_the_side_it_was_written_of(tmp_path: Path) -> None:
    written = side(tmp_path / "a", [[1.0, "odd"], [0.0, 1.0]], cases=some_cases(2, expected={"price": "9 €"}))
    sha256 = write_baseline(tmp_path / "baseline.json", written)
    read, found = read_baseline(tmp_path / "baseline.json", sha256.removeprefix("sha256:").upper())
    assert found == sha256
    assert read == written
    content = (tmp_path / "baseline.json").read_text(encoding="utf-8")
    assert "Copy" not in content, "outputs are not kept, only their hashes"
    assert sum(line.startswith('{"case"') for line in content.splitlines()) == 2 + 4


TAMPERINGS: dict[str, Callable[[str], str]] = {
    "a score": lambda text: text.replace('"value": 0.0', '"value": 1.0', 1),
    "a margin": lambda text: text.replace("0.15", "0.5", 1),
    "a case": lambda text: text.replace("Announce offer 3.", "Announce offer 4.", 1),
    "its hash": lambda text: text[: text.rindex('"sha256:')] + '"sha256:0"\n}\n',
    "its end": lambda text: text[: len(text) // 2],
    "a field": lambda text: text.replace('"format"', '"form"', 1),
    "everything": lambda _: "[]",
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_a_baseline_that_was_changed_fails_closed(tmp_path: Path, what: str) -> None:
    path, out = tmp_path / "baseline.json", tmp_path / "result.json"
    write_baseline(path, side(tmp_path / "a"))
    text = path.read_text(encoding="utf-8")
    path.write_text(TAMPERINGS[what](text), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text
    with pytest.raises(Unjudgeable, match=r"was changed since it was written|is no baseline of this version"):
        read_baseline(path)
    done = SHELL.invoke(app, [str(tmp_path / "a"), "--baseline", str(path), "--out", str(out)])
    assert done.exit_code == 4
    assert GateResult.model_validate_json(out.read_bytes()).verdict == "infrastructure"


def test_a_baseline_that_is_not_the_one_that_was_named_fails_closed(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    first = write_baseline(path, side(tmp_path / "a"))
    write_baseline(path, side(tmp_path / "b", BAD))
    named = [str(tmp_path / "a"), "--baseline", str(path), "--baseline-sha256", first]
    done = SHELL.invoke(app, named)
    assert done.exit_code == 4
    assert "is not the baseline that was named" in done.output


def test_a_run_whose_log_was_changed_fails_closed(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(path, side(tmp_path / "a"))
    side(tmp_path / "b", BAD)
    log = tmp_path / "b" / TRIALS_FILE
    log.write_text(log.read_text().replace('"value":0.0', '"value":1.0'))
    done = SHELL.invoke(app, [str(tmp_path / "b"), "--baseline", str(path)])
    assert done.exit_code == 4
    assert "it was changed since" in done.output


def test_no_baseline_is_made_of_what_is_not_whole(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not finished, so it is no baseline"):
        write_baseline(tmp_path / "baseline.json", side(tmp_path / "a", finished=False))
    with pytest.raises(ConfigError, match=r"1\.7% of the trials"):
        write_baseline(tmp_path / "baseline.json", side(tmp_path / "b", failed=[(0, 0)], finished=False))
    assert not (tmp_path / "baseline.json").exists()


def test_the_command_saves_judges_and_keeps_what_it_judged(tmp_path: Path) -> None:
    path, out, summary = tmp_path / "baseline.json", tmp_path / "result.json", tmp_path / "summary.md"
    summary.write_text("# Earlier step\n")
    first, second = side(tmp_path / "a"), side(tmp_path / "b", BAD, wording="kind")
    assert SHELL.invoke(app, [str(tmp_path / "a"), "--save", str(path)]).exit_code == 0
    asked = [str(tmp_path / "b"), "--baseline", str(path), "--out", str(out), "--markdown", str(summary)]
    done = SHELL.invoke(app, asked)
    assert done.exit_code == 1, done.output
    assert "regression, exit 1" in done.output
    result = GateResult.model_validate_json(out.read_bytes())
    assert result.baseline_sha256 == read_baseline(path)[1]
    assert result.candidate_sha256 == second.trials_sha256 != first.trials_sha256
    assert result.suite_sha256 == second.run.suite_sha256
    told = summary.read_text()
    assert told.startswith("# Earlier step\n### Evaluation gate: regression (exit 1)")
    assert "| passes | 0.917 | 0.417 |" in told
    (row,) = json.loads(SHELL.invoke(app, [*asked, "--json"]).stdout)
    assert GateResult.model_validate(row) == result


def test_names_from_a_run_are_no_markup_in_the_summary(tmp_path: Path) -> None:
    label = "<img src=x>|[a](b)"
    runs = [
        make_run(tmp_path / name, {"only": {label: GOOD}}, metrics=[a_metric(label)], wording=name)
        for name in ("a", "b")
    ]
    write_baseline(tmp_path / "baseline.json", open_sides(str(runs[0]), [])[0])
    SHELL.invoke(
        app, [str(runs[1]), "--baseline", str(tmp_path / "baseline.json"), "--markdown", str(tmp_path / "s.md")]
    )
    told = (tmp_path / "s.md").read_text()
    assert "<img" not in told
    assert "&lt;img src=x>\\|\\[a\\](b)" in told


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ([], "Name a run and one of --baseline FILE"),
        (["a"], "Name a run and one of --baseline FILE"),
        (["a", "--save", "x.json", "--baseline", "y.json"], "Name a run and one of --baseline FILE"),
        (["a", "--baseline", "absent.json"], "cannot be read"),
    ],
)
def test_a_users_mistake_stays_exit_code_2(tmp_path: Path, asked: list[str], told: str) -> None:
    side(tmp_path / "a")
    done = SHELL.invoke(app, [*asked, "--runs", str(tmp_path)])
    assert isinstance(done.exception, ConfigError | MissingArtefact)
    assert done.exception.exit_code == 2
    assert told in str(done.exception)


def test_a_run_of_several_systems_is_judged_by_the_one_of_the_baselines_name(tmp_path: Path) -> None:
    systems = {"old": {"passes": GOOD}, "new": {"passes": BAD}}
    run = make_run(tmp_path / "a", systems, metrics=[PASSES], gate=TOLERANT)
    path = str(tmp_path / "baseline.json")
    assert SHELL.invoke(app, [f"{run}#old", "--save", path]).exit_code == 0
    assert SHELL.invoke(app, [str(run), "--baseline", path]).exit_code == 0
    assert SHELL.invoke(app, [f"{run}#new", "--baseline", path]).exit_code == 1
    which = SHELL.invoke(app, [str(run), "--save", path])
    assert "say which is meant: 'a-0123abcd#old', 'a-0123abcd#new'" in str(which.exception)


# How often it is wrong, on worlds of two proportions and two means whose truth is known.


def test_a_change_that_changes_nothing_is_rarely_called_a_regression() -> None:
    found = decisions(60, clusters=12, cases=2, samples=2)
    # At a true rate of 5%, more than 8 of 60 come once in 350; it is about half of that by design.
    assert found["regression"] <= 8
    assert found["infrastructure"] == 0


def test_a_great_loss_is_called_a_regression_and_no_change_passes_where_cases_are_enough() -> None:
    assert decisions(10, clusters=40, cases=1, samples=3, loss=0.4)["regression"] >= 9
    assert decisions(6, clusters=300, cases=1, samples=2, margin=0.15)["pass"] >= 5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("world", "samples"),
    [
        ({"clusters": 20, "cases": 2}, 3),
        ({"clusters": 8, "cases": 5}, 2),
        ({"clusters": 40, "cases": 1}, 1),
        ({"clusters": 40, "cases": 1, "base": 0.97}, 1),
    ],
)
def test_false_alarms_are_at_most_five_in_a_hundred(world: dict[str, Any], samples: int) -> None:
    found = decisions(600, samples=samples, **world)
    assert found["regression"] <= 30


@pytest.mark.slow
def test_a_loss_at_the_margin_rarely_passes() -> None:
    found = decisions(200, clusters=120, cases=1, samples=3, margin=0.15, loss=0.15)
    # By design 2.5%, about 5; more than 13 come once in 1000.
    assert found["pass"] <= 13
