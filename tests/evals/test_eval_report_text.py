"""A run's summary for a pull request, and the trace of one case."""

import re
from pathlib import Path

import pytest
from report_runs import AFTER, BEFORE, SAMPLES, report_run
from typer.testing import CliRunner

from assistant.errors import ConfigError
from assistant.llm import Journal
from assistant.records import Message, Outcome, Request
from evals.commands.report import app
from evals.reporting import RunReport, exchanges_of, gather, render_markdown, trace_case
from evals.reporting.markdown import escape
from evals.runs import StoredRun

IN_MARKDOWN = (
    "@somebody `code` | [a](javascript:alert(1)) <b>#12</b> www.example.org https://example.org\n\n# head\n\n| x |"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report_run(tmp_path_factory.mktemp("runs") / "subject-lines-0a1b2c3d")


@pytest.fixture(scope="module")
def report(folder: Path) -> RunReport:
    return gather(StoredRun(folder))


def run_command(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_the_summary_holds_verdict_table_worst_cases_cost_and_hashes(report: RunReport) -> None:
    text = render_markdown(report)
    assert text.startswith("## Evaluation of subject-lines\n\n**worse**: subject\\@")
    row = next(line for line in text.splitlines() if line.startswith("| checks |"))
    assert row.endswith("| ▼ worse |")
    assert "−33.3 pp" in row
    assert text.count("- candidate: ") == 3
    assert "hurry, only 3 bottles left" in text
    assert "Cost \\$" in text
    assert f"suite sha256:{'5' * 12}…" in text


def test_the_summary_makes_no_markup_mention_or_link_of_anybodys_text(tmp_path: Path) -> None:
    stored = StoredRun(report_run(tmp_path / "run", lambda text: text + IN_MARKDOWN))
    text = render_markdown(gather(stored))
    assert "somebody" in text
    assert not re.search(r"@(?=\w)|(?<!\\)[`\[]|#\d|https?:|www\.|javascript:", text)
    # Only what the summary itself opens is a tag.
    assert set(re.findall(r"<[^>]*>", text)) == {
        "<details>",
        "<summary>",
        "</summary>",
        "</details>",
        "<sub>",
        "</sub>",
    }
    cells = [len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines() if line.startswith("|")]
    assert set(cells) == {8}
    assert not re.search(r"(?m)^# head", text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a | b", r"a \| b"),
        ("<b>", "&lt;b&gt;"),
        ("@team", "\\@\N{ZERO WIDTH SPACE}team"),
        ("see #12", "see \\#\N{ZERO WIDTH SPACE}12"),
        ("http://x.org", "http\N{ZERO WIDTH SPACE}://x.org"),
        ("one\n\ntwo\u202e", "one two"),
        ("20% off, −3.1", "20% off, −3.1"),
    ],
)
def test_text_is_escaped_for_markdown(text: str, shown: str) -> None:
    assert escape(text) == shown


def test_a_long_output_is_cut() -> None:
    assert escape("word " * 100, 20) == "word word word word…"


def test_a_trace_goes_from_facts_to_verdict(report: RunReport) -> None:
    text = trace_case(report, "Harvest week, S1 email")
    order = ["cluster: Harvest week x S1", '"offer": "20% off', "[1] The offer is", f"System {BEFORE}", "Sample 1",
             f"System {AFTER}", "Output:", "only 3 bottles left", "checks (version 3): no",
             "no source found"]  # fmt: skip
    places = [text.index(words) for words in order[:6]]
    assert places == sorted(places)
    assert all(words in text for words in order)
    assert text.count("Sample ") == 2 * SAMPLES
    assert f"System {BEFORE}" not in trace_case(report, "Harvest week, S1 email", AFTER)


def test_a_trace_shows_what_a_model_was_asked_where_the_journal_has_it(folder: Path, report: RunReport) -> None:
    case = "Harvest week, S1 email"
    with Journal(folder.parent / "journal.sqlite") as journal:
        for sample, words in ((0, "Write a subject."), (1, "Write another."), (11, "Not of this run.")):
            key = f"{AFTER}|{case}|{sample}|subject"
            request = Request(
                key=key,
                messages=(Message(role="user", content=words),),
                prompt="copy/subject@2",
                prompt_hash="sha256:2",
            )
            journal.put("local:", request, Outcome(key=key, status="ok", sample=0, text=f"Answer {sample}."))
        asked = exchanges_of(journal, report.run, case)
    assert {key.sample: [one.messages for one in own] for key, own in asked.items()} == {
        0: [(("user", "Write a subject."),)],
        1: [(("user", "Write another."),)],
    }
    shown = run_command(str(folder), "--case", case)
    for words in ("Asked of local: (subject, copy/subject@2):", "Write a subject.", "Answer 1."):
        assert words in shown
    assert "Not of this run." not in shown


def test_a_trace_moves_no_cursor(tmp_path: Path) -> None:
    stored = StoredRun(report_run(tmp_path / "run", lambda text: f"{text}\x1b[2J\u202e"))
    report = RunReport(run=stored.run, trials=stored.trials, summaries=())
    assert not re.search(r"[\x1b\u202e]", trace_case(report, stored.run.cases[0].case))


@pytest.mark.parametrize(("case", "system"), [("Harvest", ""), ("Harvest week, S1 email", "subject@3")])
def test_a_trace_of_what_is_not_there_names_what_is(report: RunReport, case: str, system: str) -> None:
    with pytest.raises(ConfigError, match=r"Harvest week|subject@"):
        trace_case(report, case, system)


def test_the_command_traces_a_case(folder: Path) -> None:
    shown = run_command(str(folder), "--case", "Picnic, S2 sms", "--system", AFTER)
    assert "Case Picnic, S2 sms" in shown
    assert f"System {BEFORE}" not in shown
