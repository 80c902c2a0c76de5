"""Suites: read with their lines, refused where they say something impossible, spelt out."""

import re
from pathlib import Path

import pytest

from assistant.errors import ConfigError
from evals.suites import Overrides, find_suite, load_suite, read_document, shipped_suites

GOOD = """\
suite: trial
target: line
samples: 2
inputs: {line: subject}
briefs:
  spring: {goal: Sell, starts: 2026-03-02}
segments:
  regulars: {occasion: frequent, expected: {contains: tea}, sources: [They order often.]}
  lapsed: {occasion: away}
cases:
  - {case: own, brief: spring, segment: lapsed, inputs: {occasion: coupon}}
matrix: {briefs: [spring], segments: [regulars, lapsed], channels: [email], angles: [thrift, ease]}
prompts: [copy/subject@1, [copy/subject@2, copy/preheader@1], {name: forked, pins: [copy/subject+warmer]}]
models: ["local:"]
metrics:
  - checks
  - {metric: contains, name: says_tea, options: {all: [tea]}}
gate: {metrics: [checks], margin: {checks: 0.05}}
"""


def written(folder: Path, text: str, name: str = "trial.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_matrix_is_spelt_out_with_what_its_brief_and_segment_say(tmp_path: Path) -> None:
    suite = load_suite(written(tmp_path, GOOD)).suite
    assert [case.case for case in suite.cases] == [
        "own",
        "spring.regulars.email.thrift",
        "spring.regulars.email.ease",
        "spring.lapsed.email.thrift",
        "spring.lapsed.email.ease",
    ]
    own, regular = suite.cases[:2]
    assert own.inputs["occasion"] == "coupon", "a case's own value comes before its segment's"
    assert regular.inputs == {
        "line": "subject",
        "brief": {"goal": "Sell", "starts": "2026-03-02"},
        "occasion": "frequent",
    }
    assert (regular.expected, regular.sources) == ({"contains": "tea"}, ("They order often.",))
    assert regular.group == "spring x regulars"
    assert [system.system for system in suite.systems] == [
        "copy/subject@1",
        "copy/subject@2, copy/preheader@1",
        "forked",
    ]
    assert [system.prompt for system in suite.systems][2] == "copy/subject+warmer"
    assert [spec.label for spec in suite.metrics] == ["checks", "says_tea"]


def test_a_command_line_says_something_else_instead(tmp_path: Path) -> None:
    overrides = Overrides(prompts=("copy/subject@2",), models=("local:", "openai:x"), samples=5, cases=1)
    suite = load_suite(written(tmp_path, GOOD), overrides).suite
    assert [system.system for system in suite.systems] == ["local:", "openai:x"]
    assert {system.prompt for system in suite.systems} == {"copy/subject@2"}
    assert (suite.samples, len(suite.cases)) == (5, 1)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            "samples: 2",
            "sampels: 2",
            "line 3, column 10 (sampels): there is no 'sampels' here; did you mean 'samples'?",
        ),
        ("samples: 2", "samples: many", "line 3, column 10 (samples): found 'many'"),
        ("samples: 2", "samples: 0", "line 3, column 10 (samples): found 0"),
        ("target: line", "target: lines", "line 2, column 9 (target): found 'lines'"),
        ("target: line\n", "", "'target' is missing; add it"),
        ("options: {all: [tea]}", "opts: {all: [tea]}", "line 17, column 46 (metrics.1.opts): there is no 'opts'"),
        ("briefs: [spring]", "briefs: [sprung]", "line 12, column 19 (matrix.briefs.0): There is no brief 'sprung'"),
        ("segment: lapsed,", "segment: gone,", "(cases.0.segment): There is no segment 'gone'"),
        ("- {case: own", "- {case: spring.lapsed.email.ease", "there are two cases 'spring.lapsed.email.ease'"),
        ("margin: {checks", "margin: {cheques", "there is no metric 'cheques' in this suite; it has checks, says_tea"),
        ("name: says_tea", "name: checks", "there are two metrics 'checks'"),
        ("suite: trial", "suite: trial\nsuite: trial", "line 2, column 1: says 'suite' twice"),
        ("suite: trial", "suite: [trial", "expected YAML"),
        ("suite: trial", "suite: !!python/object/apply:os.system [ls]", "line 1, column 8"),
    ],
)
def test_a_mistake_is_told_with_its_line(before: str, after: str, told: str, tmp_path: Path) -> None:
    assert before in GOOD
    path = written(tmp_path, GOOD.replace(before, after, 1))
    with pytest.raises(ConfigError, match=re.escape(told)) as raised:
        load_suite(path)
    assert str(path) in str(raised.value)


def test_an_empty_file_and_one_that_is_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is empty"):
        load_suite(written(tmp_path, "# nothing\n"))
    with pytest.raises(ConfigError, match="cannot be read"):
        load_suite(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="expected suite, target, cases, metrics"):
        load_suite(written(tmp_path, "- a\n"))


def test_a_small_file_cannot_become_a_huge_one(tmp_path: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ConfigError, match="more than 200,000 values"):
        read_document(written(tmp_path, "\n".join(levels)))
    with pytest.raises(ConfigError, match="nests without an end"):
        read_document(written(tmp_path, "a: &a [*a]\n"))


def test_cases_come_from_a_file_beside_the_suite(tmp_path: Path) -> None:
    written(tmp_path, '{"case": "further", "segment": "lapsed"}\n\n', "more.jsonl")
    path = written(tmp_path, GOOD + "cases_from: more.jsonl\n")
    further = next(case for case in load_suite(path).suite.cases if case.case == "further")
    assert further.inputs == {"line": "subject", "occasion": "away"}
    written(tmp_path, '{"case": "further"}\n{"case": "x", "chanel": "email"}\n', "more.jsonl")
    with pytest.raises(ConfigError, match=r"more.jsonl, line 2, chanel"):
        load_suite(path)
    written(tmp_path, "case\n", "more.jsonl")
    with pytest.raises(ConfigError, match=r"more.jsonl, line 1: .*expected a JSON object"):
        load_suite(path)


def test_a_suite_is_found_by_its_name_and_a_near_miss_is_told() -> None:
    name = next(iter(shipped_suites()))
    assert find_suite(name) == shipped_suites()[name]
    with pytest.raises(ConfigError, match=f"did you mean '{name}'"):
        find_suite(f"{name}s")


@pytest.mark.parametrize("name", sorted(shipped_suites()))
def test_every_suite_that_ships_can_be_read(name: str) -> None:
    suite = load_suite(shipped_suites()[name]).suite
    assert suite.suite == name
    assert suite.description
