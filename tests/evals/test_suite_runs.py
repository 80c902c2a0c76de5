"""Runs: every trial once, resumed after a kill, repeats that share nothing, failures that are no scores."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import ConfigError, MissingArtefact, WorkspaceError
from assistant.records import Outcome, Request
from evals.records import Score, Trial, TrialKey
from evals.running import PlannedRun, plan_run, run_suite
from evals.runs import StoredRun, TrialLog, hash_trials, read_trials
from evals.suites import load_suite

SUITE = """\
suite: trial
target: prompt
samples: 3
cases:
  - {case: one, segment: a, inputs: {prompt: chat/phrase, values: {question: q1, found: f1}}}
  - {case: two, segment: b, inputs: {prompt: chat/phrase, values: {question: q2, found: f2}}}
models: [scripted]
metrics: [{metric: contains, options: {all: [tea]}}, {metric: length, options: {at_most: 50}}]
"""

COPY = (
    ", channel: email, angle: thrift, inputs: {line: subject, product: Tea, brief: {goal: Sell tea, sender: Tea House, "
    "offer: {kind: percent_off, amount: 5}, starts: 2026-03-02, deadline: 2026-03-31, link: 'https://example.com/x'}}"
)


class Scripted:
    """A model that counts what it is asked; `fails` says of which requests no answer comes."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.stop_after: int | None = None
        self.fails: set[str] = set()

    @contextmanager
    def __call__(self, model_name: str) -> Iterator["Scripted"]:
        yield self

    def complete(self, requests: Iterable[Request]) -> Iterator[Outcome]:
        for request in requests:
            if self.stop_after is not None and len(self.asked) >= self.stop_after:
                raise KeyboardInterrupt
            self.asked.append(request)
            failed = any(mark in request.key for mark in self.fails)
            yield Outcome(
                key=request.key,
                sample=request.sample,
                status="failed" if failed else "ok",
                text="" if failed else f"tea {request.sample}",
                error="no route to it" if failed else "",
                tokens_out=3,
                cost_nanodollars=10,
            )


def planned(folder: Path, text: str = SUITE, **told: Any) -> PlannedRun:
    path = folder / "trial.yaml"
    path.write_text(text, encoding="utf-8")
    return plan_run(load_suite(path), folder=folder / "runs", **told)


def now() -> dt.datetime:
    return dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def test_every_trial_is_asked_once_and_scored(tmp_path: Path) -> None:
    model = Scripted()
    plan = planned(tmp_path)
    done = run_suite(plan, model, now=now, program="1")
    assert (done.counts.trials, done.counts.answered, done.counts.failed) == (6, 6, 0)
    assert done.counts.cost_nanodollars == 60
    stored = StoredRun(plan.place)
    assert [trial.output for trial in stored.of("scripted")] == ["tea 0", "tea 1", "tea 2"] * 2
    scores = [trial.score("contains") for trial in stored.trials.values()]
    assert all(score and score.value == 1 for score in scores)
    assert stored.run.finished_at
    run_suite(plan, model, now=now)
    assert len(model.asked) == 6, "a finished run asks nothing"


def test_repeats_and_epochs_never_share_an_answer(tmp_path: Path) -> None:
    model = Scripted()
    run_suite(planned(tmp_path), model, now=now)
    run_suite(planned(tmp_path, epoch=1), model, now=now)
    told = [(request.messages, request.seed, request.sample) for request in model.asked]
    assert len(told) == 12
    assert len(set(told)) == 12


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    model = Scripted()
    model.stop_after = 4
    plan = planned(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run_suite(plan, model, now=now)
    assert len(read_trials(plan.place / "trials.jsonl")) == 4
    assert not StoredRun(plan.place).run.finished_at
    model.stop_after = None
    run_suite(plan, model, now=now)
    assert len({request.key for request in model.asked}) == len(model.asked) == 6
    whole = Scripted()
    other = planned(tmp_path / "other" if (tmp_path / "other").mkdir() is None else tmp_path)
    run_suite(other, whole, now=now)
    assert StoredRun(plan.place).run.trials_sha256 == StoredRun(other.place).run.trials_sha256


def test_what_failed_has_no_score_and_is_asked_for_again(tmp_path: Path) -> None:
    model = Scripted()
    model.fails = {"|two|"}
    plan = planned(tmp_path)
    broken = run_suite(plan, model, now=now)
    assert (broken.counts.failed, broken.finished_at) == (3, "")
    lost = [trial for trial in StoredRun(plan.place).trials.values() if trial.state == "failed"]
    assert [(trial.case, trial.scores, trial.error) for trial in lost] == [("two", (), "no route to it")] * 3
    model.fails = set()
    model.asked.clear()
    mended = run_suite(plan, model, now=now)
    assert (len(model.asked), mended.counts.failed) == (3, 0)
    assert mended.finished_at


def test_a_bearable_share_of_failures_finishes(tmp_path: Path) -> None:
    model = Scripted()
    model.fails = {"|two|0"}
    done = run_suite(planned(tmp_path, SUITE + "gate: {max_failed: 0.2}\n"), model, now=now)
    assert (done.counts.failed, bool(done.finished_at)) == (1, True)


def test_an_answer_that_cannot_be_used_is_invalid_and_no_score(tmp_path: Path) -> None:
    class Invalid(Scripted):
        def complete(self, requests: Iterable[Request]) -> Iterator[Outcome]:
            for outcome in super().complete(requests):
                yield outcome.model_copy(update={"status": "invalid", "error": "no JSON"})

    plan = planned(tmp_path)
    done = run_suite(plan, Invalid(), now=now)
    assert (done.counts.invalid, bool(done.finished_at)) == (6, True)
    (score, *_) = next(iter(StoredRun(plan.place).trials.values())).scores
    assert (score.state, score.value, score.explanation) == ("invalid", None, "the answer cannot be used: no JSON")


def test_outputs_had_elsewhere_are_scored_without_a_model(tmp_path: Path) -> None:
    recorded = tmp_path / "outputs.jsonl"
    rows = [{"case": case, "sample": sample, "output": f"{case} tea"} for case in ("one", "two") for sample in range(3)]
    recorded.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    model = Scripted()
    text = SUITE.replace("models: [scripted]", f"models: ['recorded:{recorded}']")
    plan = planned(tmp_path, text)
    run_suite(plan, model, now=now)
    assert not model.asked
    assert {trial.output for trial in StoredRun(plan.place).trials.values()} == {"one tea", "two tea"}
    # A run is a record as well: judged again by other metrics, without a model.
    again = planned(tmp_path, text.replace(f"recorded:{recorded}", f"recorded:{plan.place}").replace("tea", "coffee"))
    run_suite(again, model, now=now)
    assert {trial.score("contains").value for trial in StoredRun(again.place).trials.values()} == {0.0}  # type: ignore[union-attr]
    recorded.write_text("\n".join(map(json.dumps, rows[:-1])), encoding="utf-8")
    text = text.replace("samples: 3", "samples: 3\nseed: 8")
    assert run_suite(planned(tmp_path, text), model, now=now).counts.failed == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "line 1: .*expected a JSON object"),
        ('{"case": "one"}', "line 1, output"),
        ('{"case": "one", "output": "x"}\n{"case": "one", "output": "y"}', "line 2: case 'one', sample 0 stands"),
    ],
)
def test_a_broken_record_is_told_with_its_line(line: str, told: str, tmp_path: Path) -> None:
    recorded = tmp_path / "outputs.jsonl"
    recorded.write_text(line, encoding="utf-8")
    plan = planned(tmp_path, SUITE.replace("[scripted]", f"['recorded:{recorded}']"))
    with pytest.raises(ConfigError, match=told):
        run_suite(plan, Scripted(), now=now)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("metric: length", "metric: lenght", "metric 'lenght': There is no metric 'lenght'; did you mean 'length'"),
        ("at_most: 50", "at_most: x", "line 8, .*metric 'length'"),
        ("prompt: chat/phrase, values: {question: q2", "prompt: chat/phrse, values: {question: q2", "chat/phrse"),
        ("values: {question: q2, found: f2}", "valus: {}", "line 6, .*case 'two'.*valus"),
    ],
)
def test_a_suite_that_cannot_be_run_is_refused_before_anything_is_asked(
    before: str, after: str, told: str, tmp_path: Path
) -> None:
    assert before in SUITE
    with pytest.raises(ConfigError, match=told):
        planned(tmp_path, SUITE.replace(before, after))


# The log


def trial_of(case: str, output: str = "x") -> Trial:
    return Trial(system="s", case=case, sample=0, state="answered", output=output)


def test_a_line_that_a_kill_cut_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    with TrialLog(path) as log:
        log.add(trial_of("one", "两\n行"))
        log.add(trial_of("two"))
    whole = path.read_bytes()
    for cut in range(len(whole.split(b"\n")[0]) + 2, len(whole)):
        path.write_bytes(whole[:cut])
        with TrialLog(path) as log:
            log.add(trial_of("three"))
        read = read_trials(path)
        assert {"one", "three"} <= {key.case for key in read}
        assert read[TrialKey("s", "one", 0)].output == "两\n行"


def test_later_scores_take_the_place_of_earlier_ones(tmp_path: Path) -> None:
    path = tmp_path / "trials.jsonl"
    score = Score(metric="m", version=1, state="valid", value=0.5)
    with TrialLog(path) as log:
        log.add(trial_of("one"))
        log.add_scores(TrialKey("s", "one", 0), [score])
        log.add_scores(TrialKey("s", "one", 0), [score.model_copy(update={"value": 0.75})])
    (trial,) = read_trials(path).values()
    assert [each.value for each in trial.scores] == [0.75]


def test_a_log_that_was_changed_is_not_judged(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    run_suite(plan, Scripted(), now=now)
    log = plan.place / "trials.jsonl"
    log.write_text(log.read_text(encoding="utf-8").replace('"value":1.0', '"value":0.0'), encoding="utf-8")
    with pytest.raises(WorkspaceError, match="changed since"):
        StoredRun(plan.place)
    with pytest.raises(MissingArtefact, match="assistant eval run SUITE"):
        StoredRun(tmp_path)


def test_the_hash_of_a_run_does_not_depend_on_its_pace() -> None:
    one, two = trial_of("one"), trial_of("one").model_copy(update={"seconds": 3.0, "from_journal": True})
    assert hash_trials({one.key: one}) == hash_trials({two.key: two})
    assert hash_trials({one.key: one}) != hash_trials({one.key: trial_of("one", "y")})


def test_a_prompt_that_no_case_asks_for_is_refused(tmp_path: Path) -> None:
    text = SUITE.replace("target: prompt", "target: line").replace("models:", "prompts: [copy/push]\nmodels:")
    text = text.replace(", inputs: {prompt: chat/phrase, values: {question: q1, found: f1}}", COPY)
    text = text.replace(", inputs: {prompt: chat/phrase, values: {question: q2, found: f2}}", COPY)
    with pytest.raises(ConfigError, match="no case asks for copy/push; they ask for copy/subject"):
        planned(tmp_path, text)


def test_recorded_outputs_that_changed_are_another_run(tmp_path: Path) -> None:
    recorded = tmp_path / "outputs.jsonl"
    text = SUITE.replace("[scripted]", f"['recorded:{recorded}']")
    names = set()
    for said in ("tea", "coffee"):
        rows = [{"case": c, "sample": n, "output": said} for c in ("one", "two") for n in range(3)]
        recorded.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        plan = planned(tmp_path, text)
        run_suite(plan, Scripted(), now=now)
        names.add(plan.name)
        assert {trial.output for trial in StoredRun(plan.place).trials.values()} == {said}
    assert len(names) == 2
