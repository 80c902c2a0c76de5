"""A run's page, its summary for a pull request, and the trace of one case."""

import json
import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from report_runs import AFTER, BEFORE, JUDGE, report_run, with_cards
from typer.testing import CliRunner

from assistant.errors import ConfigError
from evals.commands.report import app
from evals.comparing import side_of, write_baseline
from evals.judges import JudgeCard, identity_of, write_card
from evals.judges.cards import Estimate
from evals.records import MetricUse, Run, System
from evals.reporting import (
    RunReport,
    gather,
    render_run,
)
from evals.reporting.cards import cards_of
from evals.reporting.differences import word_differences
from evals.runs import StoredRun

HOSTILE = '</p><script>alert(1)</script>{{7*7}}{% raw %}<a href="javascript:alert(1)">x</a>" onload="alert(1)'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report_run(tmp_path_factory.mktemp("runs") / "subject-lines-0a1b2c3d")


@pytest.fixture(scope="module")
def report(folder: Path) -> RunReport:
    return with_cards(gather(StoredRun(folder)))


@pytest.fixture(scope="module")
def page(report: RunReport) -> str:
    return render_run(report)


class Tags(HTMLParser):
    """Elements and their attributes in document order, and the text of a page without its style."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.shape: list[tuple[str, tuple[str, ...]]] = []
        self.values: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in {"meta", "link", "line", "circle", "rect"}:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, tuple(name for name, _ in attrs)))
        self.values += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"line", "circle", "rect"}:
            assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, name: str) -> list[str]:
        return [value for own, value in self.values if own == name]


@pytest.fixture(scope="module")
def tags(page: str) -> Tags:
    return Tags(page)


def test_the_head_says_what_was_run_and_what_came_of_it(tags: Tags) -> None:
    head = tags.text[: tags.text.index("What changed against the baseline")]
    for words in ("subject-lines", "worse", f"{AFTER} against", "Cases 24", "Clusters 12", "Samples of each 2",
                  "Trials 96", "Failed 2", "copy/subject@2", "sha256:222222222222", "local:", "seed 7"):  # fmt: skip
        assert words in head


def test_sections_come_in_reading_order_and_the_bar_names_each(page: str, tags: Tags) -> None:
    sections = re.findall(r'<section id="([a-z]+)"', page)
    assert sections == [
        "forest", "scores", "power", "matrix", "confusion", "worst", "failures", "judges", "costs", "spread",
        "reading", "hashes",
    ]  # fmt: skip
    assert tags.all("href")[1:] == [f"#{name}" for name in sections]


def test_ids_are_unique_and_every_label_and_link_finds_its_target(tags: Tags) -> None:
    ids = tags.all("id")
    assert len(ids) == len(set(ids))
    links = [link.removeprefix("#") for link in tags.all("href") if link != "data:,"]
    assert {*tags.all("aria-labelledby"), *links} <= set(ids)


def test_scores_show_the_interval_and_what_is_invalid_with_its_bounds(report: RunReport, tags: Tags) -> None:
    own = next(s for s in report.summaries if s.system == AFTER and s.metric == "rubric")
    assert own.low is not None
    assert own.least is not None
    assert own.most is not None
    assert f"{100 * own.low:.1f}% to " in tags.text
    assert f"({own.invalid} of {own.invalid + own.trials})" in tags.text
    assert f"mean if counted: {100 * own.least:.1f}% to {100 * own.most:.1f}%" in tags.text
    assert any(
        label.startswith(f"{AFTER}: 100.0%, 95% interval") and "invalid" in label for label in tags.all("aria-label")
    )


def test_the_forest_shows_each_metric_with_its_verdict_in_words(report: RunReport, tags: Tags) -> None:
    verdicts = {own.metric: own for own in report.pairs[0].comparison.metrics}
    assert verdicts["checks"].verdict == "worse"
    said = [label for label in tags.all("aria-label") if label.endswith((", worse", ", undecided", ", better"))]
    assert len(said) == len(verdicts) == 4
    assert any(label.startswith("checks: −33.3 pp, 95% interval −") and label.endswith(", worse") for label in said)
    assert verdicts["checks"].why in tags.text


def test_a_worst_case_shows_both_outputs_with_their_scores_and_what_differs(page: str) -> None:
    worst = page[page.index('id="worst"') : page.index('id="failures"')]
    assert "<ins>: hurry, only 3 bottles left</ins>" in worst
    assert "<del> Stock up for the season.</del>" in worst
    assert "scarcity: “only 3 bottles left” has no receipt" in worst
    assert re.search(r"<q>only 3 bottles left</q> <b class=\"nowhere\">no source found</b>", worst)
    assert "<q>The offer is 20% off olive oil.</q>" in worst


def test_failures_are_grouped_by_reason_with_numbers_aside(tags: Tags) -> None:
    shown = tags.text[tags.text.index("What could not be scored", 3000) :]
    assert "No answer came within 60 s." in shown
    assert "Answer 11 is cut at 64 tokens." in shown
    # The judge gave one number or another: one group of 4 cases, 2 systems and 2 samples.
    assert shown.count("which was not offered") == 1
    assert re.search(r"rubric could not be scored 16 The judge said 4, which was not offered", shown)


def test_a_judge_without_a_card_that_holds_is_said_to_report_only(tags: Tags) -> None:
    assert f"{JUDGE} ! reports only" in tags.text
    assert "which has no card that holds: it reports and never gates" in tags.text


RUBRIC = {"criterion": "It speaks to its reader."}
LITTLE = Estimate(value=0.31, low=0.12, high=0.5, n=80, clusters=20)


def a_card() -> JudgeCard:
    share = Estimate(value=0.8, low=0.7, high=0.88)
    return JudgeCard(
        identity=identity_of("rubric", JUDGE, RUBRIC),
        data="labels.jsonl", data_sha256="sha256:" + "d" * 64, rows=80, judged=78, groups=20, annotators=3,
        kappa=LITTLE, raw_agreement=share, sensitivity=share, specificity=share, length_bias=LITTLE,
        position_bias=-0.2, invalid_rate=0.025, pass_rate=share, corrected_pass_rate=share,
        holds=False, reasons=("The lower bound of kappa is 0.12, and 0.4 is wanted.",),
    )  # fmt: skip


def judged_run(card_sha256: str) -> Run:
    use = MetricUse(
        label="fit", metric="rubric", version=1, kind="proportion", higher_is_better=True, gates=False,
        judge=JUDGE, judge_card=card_sha256, options=RUBRIC,
    )  # fmt: skip
    return Run.model_construct(metrics=(use,))


def test_a_card_is_shown_with_its_figures_and_why_it_does_not_hold(tmp_path: Path) -> None:
    card = a_card()
    write_card(tmp_path, "card", card)
    (shown,) = cards_of(judged_run(card.sha256), [tmp_path])
    rows = {row.what: row.value for row in shown.rows}
    assert (rows["Kappa"], rows["Raw agreement"]) == ("0.31 (0.12 to 0.50)", "80.0% (70.0% to 88.0%)")
    assert rows["Position bias"] == "−0.20"
    assert (shown.may_gate, shown.why) == (False, "The lower bound of kappa is 0.12, and 0.4 is wanted.")


@pytest.mark.parametrize(("sha256", "why"), [("", "never measured"), ("sha256:other", "not at hand")])
def test_figures_of_a_card_that_the_run_did_not_have_are_not_shown(tmp_path: Path, sha256: str, why: str) -> None:
    write_card(tmp_path, "card", a_card())
    (shown,) = cards_of(judged_run(sha256), [tmp_path])
    assert shown.rows == ()
    assert why in shown.why


def test_the_confusion_matrix_marks_what_was_recognised(page: str, tags: Tags) -> None:
    assert '<td class="s4 stayed"><b>11</b><span class="away"> recognised</span></td>' in page
    assert "permutation p 0.0009" in tags.text


def test_the_matrix_names_the_slice_that_lost_most_and_marks_few_cases(page: str, tags: Tags) -> None:
    assert f"{AFTER} is furthest behind {BEFORE} on S1, email: −100.0 pp over 4 cases." in tags.text
    assert '<td class="s5 few" title="subject@1: 100.0% over 4 cases, which is few">100.0% <small>n=4</small>' in page


def test_the_variance_is_split_over_what_was_varied_and_says_where_to_spend_calls(
    report: RunReport, tags: Tags
) -> None:
    spread = next(spread for spread in report.spreads if spread.metric == "grounded")
    assert [name for name, _ in spread.shares] == ["case", "sample", "wording"]
    assert sum(share for _, share in spread.shares) == pytest.approx(1)
    assert spread.advice in tags.text


def test_costs_and_hashes_are_told(report: RunReport, tags: Tags) -> None:
    assert "all 96 93 1 2 17,280 2,976" in tags.text
    assert "Judges cost $0.4200" in tags.text
    assert report.run.trials_sha256.removeprefix("sha256:") in tags.text


def test_the_page_asks_for_nothing_and_nothing_else_may_run(page: str, tags: Tags) -> None:
    policy = tags.all("content")[0]
    assert "default-src 'none'" in policy
    assert "script-src 'none'" in policy
    assert "unsafe" not in policy
    assert not {"script", "img", "iframe", "object", "form", "base"} & {tag for tag, _ in tags.shape}
    assert not re.search(r"(?i)https?:|url\(|@import|\bstyle=", page)
    assert set(tags.all("src")) == set()


def test_the_same_run_gives_the_same_page(folder: Path, page: str) -> None:
    assert render_run(with_cards(gather(StoredRun(folder)))) == page


def test_no_text_of_an_output_or_a_name_becomes_markup(tmp_path: Path) -> None:
    def page_with(payload: str) -> str:
        stored = StoredRun(report_run(tmp_path / str(len(payload)) / "run", lambda text: text + payload))
        return render_run(with_cards(gather(stored), payload))

    page = page_with(HOSTILE)
    hostile = Tags(page)
    assert hostile.shape == Tags(page_with("x")).shape
    assert hostile.text.count("<script>alert(1)</script>{{7*7}}{% raw %}") > 100
    assert "49" not in re.findall(r"raw %}(\d+)", page)
    assert not any(value.startswith("javascript:") for name, value in hostile.values if name == "href")


def test_a_page_of_a_run_with_nothing_in_it_is_drawn(tmp_path: Path) -> None:
    folder = report_run(tmp_path / "run", systems=(System(system=BEFORE, model="local:"),), notes={})
    stored = StoredRun(folder)
    stored.trials.clear()
    page = Tags(render_run(gather(stored)))
    assert "no valid score" in page.text
    assert "A run of one system compares nothing" in page.text


def test_a_run_that_was_stopped_says_so(tmp_path: Path) -> None:
    folder = report_run(tmp_path / "run", finished_at="", trials_sha256="")
    assert "Not finished" in Tags(render_run(gather(StoredRun(folder)))).text


@pytest.mark.parametrize(
    ("first", "second", "gone", "come"),
    [
        ("same words", "same words", [], []),
        ("20% off today", "25% off today", ["20"], ["25"]),
        ("buy now", "buy", [" now"], []),
        ("", "all new", [], ["all new"]),
        ("one two three", "four five three", ["one two"], ["four five"]),
    ],
)
def test_differences_are_of_whole_words(first: str, second: str, gone: list[str], come: list[str]) -> None:
    left, right = word_differences(first, second)
    assert ("".join(part.text for part in left), "".join(part.text for part in right)) == (first, second)
    assert [part.text for part in left if part.kind == "gone"] == gone
    assert [part.text for part in right if part.kind == "come"] == come


def run_command(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_the_command_writes_the_page_and_the_summary(folder: Path, tmp_path: Path) -> None:
    html, summary = tmp_path / "out.html", tmp_path / "out.md"
    shown = run_command(str(folder), "--out", str(html), "--markdown", str(summary), "--json")
    (row,) = json.loads(shown)
    assert row["verdicts"] == {AFTER: "worse"}
    assert {own["metric"] for own in row["comparisons"][0]["metrics"]} == {"checks", "grounded", "length", "rubric"}
    assert html.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert summary.read_text(encoding="utf-8").startswith("## Evaluation")


def test_the_command_holds_a_run_against_one_system_of_another_by_the_gates_rule(folder: Path, tmp_path: Path) -> None:
    other = report_run(tmp_path / "later")
    html = tmp_path / "out.html"
    run_command(f"{other}#{AFTER}", "--baseline", f"{folder}#{BEFORE}", "--out", str(html))
    tags = Tags(html.read_text(encoding="utf-8"))
    assert f"regression {AFTER} against {folder.name}#{BEFORE}" in tags.text
    assert f"{AFTER} is furthest behind {folder.name}#{BEFORE} on S1, email" in tags.text


def test_a_baseline_file_serves_and_keeps_no_outputs_to_show(tmp_path: Path) -> None:
    folder = report_run(tmp_path / "run")
    file = tmp_path / "baseline.json"
    digest = write_baseline(file, side_of(StoredRun(folder), BEFORE))
    html = tmp_path / "out.html"
    run_command(f"{folder}#{AFTER}", "--baseline", str(file), "--out", str(html))
    page = html.read_text(encoding="utf-8")
    assert digest.removeprefix("sha256:") in page
    assert 'id="forest"' in page
    assert 'id="worst"' not in page


def test_a_baseline_of_several_systems_has_to_say_which(folder: Path) -> None:
    with pytest.raises(ConfigError, match="say which is the baseline"):
        CliRunner().invoke(app, [str(folder), "--baseline", str(folder)], catch_exceptions=False)


@pytest.fixture(scope="module")
def chromium() -> str:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on the PATH, and CI has to see the page")
        pytest.skip("no Chromium on the PATH")
    return path


@pytest.mark.browser
def test_the_page_fits_a_phone_and_a_desk_and_complains_of_nothing(chromium: str, page: str, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    file = tmp_path / "report.html"
    file.write_text(page, encoding="utf-8")
    complaints: list[str] = []
    requests: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox"])
        for width in (390, 1280):
            opened = browser.new_page(viewport={"width": width, "height": 844})
            opened.on("console", lambda message: complaints.append(message.text))
            opened.on("pageerror", lambda error: complaints.append(str(error)))
            opened.on("request", lambda request: requests.append(request.url))
            opened.goto(file.as_uri())
            opened.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
            assert opened.evaluate("document.documentElement.scrollWidth") <= width
            opened.emulate_media(media="print")
            opened.set_viewport_size({"width": 673, "height": 1000})
            assert opened.evaluate("document.documentElement.scrollWidth") <= 673
            opened.close()
        browser.close()
    assert complaints == []
    assert set(requests) == {file.as_uri()}
