"""Two runs held against one another."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from stored_runs import a_metric, make_run, some_cases
from typer.testing import CliRunner

from assistant.errors import ConfigError, MissingArtefact
from evals.commands.compare import app
from evals.comparing import case_sha256, compare, compare_all, find_run, open_sides, summarise
from evals.records import Gate, MetricVerdict
from evals.runs import StoredRun

PASSES = a_metric("passes")
LENGTH = a_metric("length", "mean", higher_is_better=False)
SHELL = CliRunner()


def test_two_systems_are_compared_case_by_case_as_the_paired_t_test_has_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    before = rng.normal(40, 6, size=30)
    after = before - 1.5 + rng.normal(0, 2, size=30)
    a = make_run(tmp_path / "a", {"old": {"length": before[:, None].tolist()}}, metrics=[LENGTH])
    b = make_run(tmp_path / "b", {"new": {"length": after[:, None].tolist()}}, metrics=[LENGTH])
    (side_a,), (side_b,) = open_sides(str(a), []), open_sides(str(b), [])
    (verdict,) = compare(side_a, side_b).metrics
    expected = stats.ttest_rel(after, before)
    assert verdict.p == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval()
    assert (verdict.low, verdict.high) == pytest.approx((interval.low, interval.high))
    assert verdict.difference == pytest.approx((after - before).mean())
    assert verdict.verdict == "better"
    assert "less is better" in verdict.why


def test_mcnemar_takes_one_trial_a_case_and_equals_the_binomial_test(tmp_path: Path) -> None:
    before = [[1, 0]] * 12 + [[0, 1]] * 3 + [[1, 1]] * 10
    after = [[0, 1]] * 12 + [[1, 0]] * 3 + [[1, 1]] * 10
    a = make_run(tmp_path / "a", {"old": {"passes": before}}, metrics=[PASSES])
    b = make_run(tmp_path / "b", {"new": {"passes": after}}, metrics=[PASSES])
    (verdict,) = compare(open_sides(str(a), [])[0], open_sides(str(b), [])[0]).metrics
    assert verdict.p_mcnemar == pytest.approx(stats.binomtest(3, 15).pvalue)
    # Over both samples nothing changed in any case, which is what decides.
    assert verdict.p == 1
    assert verdict.verdict == "undecided"


def test_cases_of_one_cluster_count_as_one_another(tmp_path: Path) -> None:
    before = [[1]] * 40
    after = [[0]] * 10 + [[1]] * 30
    each = [compare_values(tmp_path / "each", before, after), compare_values(tmp_path / "of4", before, after, size=10)]
    assert [verdict.verdict for verdict in each] == ["worse", "undecided"]
    assert each[1].clusters == 4
    assert "4 clusters are too few" in each[1].why
    assert each[1].high - each[1].low > each[0].high - each[0].low


def compare_values(folder: Path, before: list[list[int]], after: list[list[int]], size: int = 1) -> MetricVerdict:
    clusters = [f"cluster {at // size}" for at in range(len(before))]
    a = make_run(folder / "a", {"old": {"passes": before}}, metrics=[PASSES], clusters=clusters)
    b = make_run(folder / "b", {"new": {"passes": after}}, metrics=[PASSES], clusters=clusters)
    (verdict,) = compare(open_sides(str(a), [])[0], open_sides(str(b), [])[0]).metrics
    return verdict


def test_the_interval_of_a_proportion_is_bonett_and_prices_with_t(tmp_path: Path) -> None:
    verdict = compare_values(tmp_path, [[1]] * 4 + [[0]] * 1 + [[1]] * 35, [[0]] * 4 + [[1]] * 1 + [[1]] * 35)
    lost, won, n = 4 + 1, 1 + 1, 40 + 2
    middle = (won - lost) / n
    error = np.sqrt(((won + lost) / n - middle**2) / (n - 1))
    reach = stats.t.ppf(0.975, n - 1) * error
    assert (verdict.low, verdict.high) == pytest.approx((middle - reach, middle + reach))


def test_forty_cases_that_passed_twice_do_not_show_that_none_will_fail(tmp_path: Path) -> None:
    verdict = compare_values(tmp_path, [[1]] * 40, [[1]] * 40)
    assert verdict.low == pytest.approx(-verdict.high)
    assert -0.1 < verdict.low < -0.05


def test_the_same_words_differ_by_nothing(tmp_path: Path) -> None:
    values = {"passes": [[1], [0], [1], [1], [0]]}
    a = make_run(tmp_path / "a", {"only": values}, metrics=[PASSES])
    b = make_run(tmp_path / "b", {"only": values}, metrics=[PASSES])
    c = make_run(tmp_path / "c", {"only": values}, metrics=[PASSES], wording="kind")
    (first,), (second,), (third,) = (open_sides(str(run), []) for run in (a, b, c))
    (same,), (other,) = compare(first, second).metrics, compare(first, third).metrics
    assert (same.difference, same.low, same.high) == (0, 0, 0)
    assert "word for word" in same.why
    assert other.low < 0 < other.high


def test_an_invalid_score_is_no_value_and_a_failed_trial_is_nobodys(tmp_path: Path) -> None:
    run = make_run(
        tmp_path / "a",
        {"old": {"passes": [[1, "the verdict was not offered"], [1, 1], [0, 1], ["no", "no"], [1, 1]]}},
        metrics=[PASSES],
        failed=[(4, 0)],
    )
    (summary,) = summarise(StoredRun(run))
    assert summary.value == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert (summary.cases, summary.trials, summary.invalid) == (4, 6, 3)
    assert summary.least == pytest.approx((0.5 + 1 + 0.5 + 0 + 1) / 5)
    assert summary.most == pytest.approx((1 + 1 + 0.5 + 1 + 1) / 5)
    assert summary.low is not None
    assert summary.high is not None
    assert summary.low < summary.value < summary.high


def test_a_metric_without_a_valid_score_has_no_value(tmp_path: Path) -> None:
    run = make_run(tmp_path / "a", {"old": {"length": [["why"], ["why"]]}}, metrics=[LENGTH])
    (summary,) = summarise(StoredRun(run))
    assert (summary.value, summary.low, summary.high, summary.cases, summary.invalid) == (None, None, None, 0, 2)


def test_a_case_that_says_something_else_is_not_compared_and_is_named(tmp_path: Path) -> None:
    cases = some_cases(6)
    changed = (cases[0].model_copy(update={"expected": {"slots": ["price"]}}), *cases[1:5])
    a = make_run(tmp_path / "a", {"old": {"passes": [[1]] * 6}}, metrics=[PASSES], cases=cases)
    b = make_run(tmp_path / "b", {"new": {"passes": [[0]] * 5}}, metrics=[PASSES], cases=changed)
    comparison = compare(open_sides(str(a), [])[0], open_sides(str(b), [])[0])
    assert comparison.cases == comparison.metrics[0].cases == 4
    told = " ".join(comparison.cautions)
    assert "1 cases say something else" in told
    assert "'case 000'" in told
    assert "only in the baseline's run" in told
    assert "'case 005'" in told
    assert case_sha256(cases[0]) != case_sha256(changed[0])


CHANGES = {
    "another version": (a_metric("passes", version=2), {}, "version 1 before, 2 after", False),
    "another direction": (a_metric("passes", higher_is_better=False), {}, "two different metrics", False),
    "another judge": (a_metric("passes", judge="large"), {}, "judged by nobody before and by large after", True),
    "another card": (a_metric("passes", judge_card="sha256:1"), {}, "judged by other rules", True),
    "another suite": (PASSES, {"suite_sha256": "sha256:6"}, "was changed between the runs", True),
    "another name": (PASSES, {"suite": "large"}, "two names: small and large", True),
    "not finished": (PASSES, {"finished_at": ""}, "is not finished", True),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_differs_beside_the_systems_is_a_caution(tmp_path: Path, change: str) -> None:
    metric, head, told, is_compared = CHANGES[change]
    values = {"passes": [[1], [0], [1], [1], [0]]}
    a = make_run(tmp_path / "a", {"old": values}, metrics=[PASSES])
    b = make_run(tmp_path / "b", {"old": values}, metrics=[metric], **head)
    comparison = compare(open_sides(str(a), [])[0], open_sides(str(b), [])[0])
    assert told in " ".join(comparison.cautions)
    assert bool(comparison.metrics) is is_compared


def test_nothing_is_a_caution_where_only_the_prompt_differs(tmp_path: Path) -> None:
    values = {"passes": [[1], [0], [1], [1], [0]]}
    a = make_run(tmp_path / "a", {"old": values}, metrics=[PASSES])
    b = make_run(tmp_path / "b", {"old": values}, metrics=[PASSES], wording="kind")
    assert compare(open_sides(str(a), [])[0], open_sides(str(b), [])[0]).cautions == ()


def test_one_cluster_alone_shows_nothing(tmp_path: Path) -> None:
    clusters = ["only"] * 5
    a = make_run(tmp_path / "a", {"old": {"passes": [[1]] * 5}}, metrics=[PASSES], clusters=clusters)
    b = make_run(tmp_path / "b", {"new": {"passes": [[0]] * 5}}, metrics=[PASSES], clusters=clusters)
    comparison = compare(open_sides(str(a), [])[0], open_sides(str(b), [])[0])
    assert comparison.metrics == ()
    assert "all 5 cases are of one cluster" in " ".join(comparison.cautions)


def test_what_only_reports_costs_what_decides_nothing(tmp_path: Path) -> None:
    """Holm over the metrics that gate is not loosened or tightened by those that do not."""
    before, after = [[1]] * 30, [[0]] * 7 + [[1]] * 23
    beside = [a_metric(f"style {number}", gates=False) for number in range(20)]
    metrics = [PASSES, *beside]
    even = {metric.label: [[1], [0]] * 15 for metric in beside}
    a = make_run(tmp_path / "a", {"old": {"passes": before, **even}}, metrics=metrics)
    b = make_run(tmp_path / "b", {"new": {"passes": after, **even}}, metrics=metrics)
    verdict, *rest = compare(open_sides(str(a), [])[0], open_sides(str(b), [])[0]).metrics
    assert verdict.p_permutation is not None
    assert verdict.p_holm == max(verdict.p, verdict.p_permutation)
    assert verdict.verdict == "worse"
    assert verdict.gates
    assert not any(row.gates for row in rest)


def test_the_difference_that_is_said_to_be_found_is_found_about_four_times_in_five(tmp_path: Path) -> None:
    rng = np.random.default_rng(11)
    run = make_run(tmp_path / "a", {"x": {"fit": rng.normal(size=(40, 2)).tolist()}}, metrics=[a_metric("fit", "mean")])
    other = make_run(
        tmp_path / "b",
        {"x": {"fit": rng.normal(size=(40, 2)).tolist()}},
        metrics=[a_metric("fit", "mean")],
        wording="b",
    )
    (verdict,) = compare(open_sides(str(run), [])[0], open_sides(str(other), [])[0]).metrics
    assert verdict.detectable is not None
    # In one run the variance that is seen is not the true one, whose detectable difference is about 0.453.
    assert verdict.detectable == pytest.approx(0.453, rel=0.35)
    drawn = rng.normal(0.453, 1, size=(2000, 40))
    found = (stats.ttest_1samp(drawn, 0, axis=1).pvalue < 0.05).mean()
    assert found == pytest.approx(0.8, abs=0.03)


def test_the_best_of_many_is_drawn_to_the_others(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    systems = {f"prompt {number}": {"passes": rng.integers(0, 2, size=(60, 1)).tolist()} for number in range(12)}
    run = make_run(tmp_path / "many", systems, metrics=[PASSES])
    baseline, *others = open_sides(str(run), [])
    found = compare_all(baseline, others)
    best = max((comparison.metrics[0] for comparison in found), key=lambda verdict: verdict.difference)
    assert best.shrunken is not None
    mean = float(np.mean([comparison.metrics[0].difference for comparison in found]))
    assert mean - 1e-9 <= best.shrunken < best.difference
    # Holm pays for all looks.
    assert best.p_holm >= best.p
    assert {comparison.metrics[0].verdict for comparison in found} == {"undecided"}


def test_a_run_is_found_by_its_name_and_a_near_miss_is_named(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "runs" / "email-12ab", {"old": {"passes": [[1], [0]]}}, metrics=[PASSES])
    places = [tmp_path / "elsewhere", tmp_path / "runs"]
    assert find_run("email-12ab", places) == find_run(str(folder / "run.json"), places) == folder
    with pytest.raises(ConfigError, match="did you mean 'email-12ab'"):
        find_run("email-12ac", places)
    with pytest.raises(MissingArtefact, match="assistant eval run SUITE"):
        find_run("email", [tmp_path / "elsewhere"])
    with pytest.raises(ConfigError, match=r"no system 'odl'; did you mean 'old'"):
        open_sides("email-12ab#odl", places)


def test_the_command_shows_a_table_and_the_json_holds_the_same(tmp_path: Path) -> None:
    make_run(tmp_path / "a", {"old": {"passes": [[1]] * 30}}, metrics=[PASSES])
    make_run(tmp_path / "b", {"new [bold]": {"passes": [[0]] * 30}}, metrics=[PASSES])
    shown = SHELL.invoke(app, ["a", "b", "--runs", str(tmp_path)])
    assert shown.exit_code == 0, shown.output
    assert "passes: worse." in shown.output
    assert "[bold]" in shown.output
    (row,) = json.loads(SHELL.invoke(app, ["a", "b", "--runs", str(tmp_path), "--json"]).stdout)
    assert row["metrics"][0]["verdict"] == "worse"
    assert row["candidate"] == "b-0123abcd#new [bold]"


def test_the_command_compares_the_systems_of_one_run_with_its_first(tmp_path: Path) -> None:
    values = {"passes": [[1]] * 10 + [[0]] * 10}
    make_run(tmp_path / "a", {"old": values, "new": values, "newer": values}, metrics=[PASSES], gate=Gate())
    rows = json.loads(SHELL.invoke(app, ["a", "--runs", str(tmp_path), "--json"]).stdout)
    assert [row["candidate"] for row in rows] == ["a-0123abcd#new", "a-0123abcd#newer"]
    one = SHELL.invoke(app, ["a#old", "--runs", str(tmp_path)])
    assert isinstance(one.exception, ConfigError)
    assert "is one system" in str(one.exception)
    which = SHELL.invoke(app, ["a", "a", "--runs", str(tmp_path)])
    assert "say which is the baseline: 'a-0123abcd#old'" in str(which.exception)


def test_scores_of_two_states_of_the_checks_are_not_compared(tmp_path: Path) -> None:
    # A run scored before a word list changed once stood beside one scored after it, as if the prompt had changed.
    a = make_run(tmp_path / "a", {"one": {"passes": [[1.0]] * 12}}, metrics=[PASSES])
    other = PASSES.model_copy(update={"basis": "sha256:other"})
    b = make_run(tmp_path / "b", {"one": {"passes": [[0.0]] * 12}}, metrics=[other])
    (side_a,), (side_b,) = open_sides(str(a), []), open_sides(str(b), [])
    found = compare(side_a, side_b)
    assert found.metrics == ()
    assert any("rests on have changed" in caution for caution in found.cautions)
