"""`assistant eval judge`: card, rank."""

import datetime as dt
import re
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from assistant.cli.options import FromJournalOption, JsonOption, WorkspaceOption, workspace_if_any
from assistant.cli.output import emit_json, emit_table, emit_text, say
from assistant.errors import ConfigError
from evals.commands import judge_rank
from evals.commands.backends import Backends
from evals.commands.places import RunsOption, runs_folder
from evals.judges import JudgeCard, Pair, PairRubric, Thresholds, identity_of, require_reached, write_card
from evals.judges.calibration import PAIR_SCALE, judged_pair, judged_text, measure, scale_of
from evals.judges.cards import FOLDER, Estimate
from evals.judges.labels import SIDES, read_labelled
from evals.judges.pairwise import KIND, pair_rubric_of
from evals.judges.panels import panel_name, panel_on_pairs, panel_on_texts
from evals.metrics.rubric import NAME, Rubric, rubric_of
from evals.suites import read_document

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Measure judges, and let them compare.")

app.command("rank")(judge_rank.rank)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


@app.callback()
def root() -> None:
    """Measure judges against labelled data, and let them compare the systems of a run."""


@app.command()
def card(
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            metavar="FILE",
            help="JSONL or CSV: id, group, text (or task, first, second) and label, or label_NAME of each annotator.",
        ),
    ],
    model: Annotated[list[str], typer.Option("--model", help="The model that judges; several are a jury.")],
    rubric: Annotated[
        Path | None,
        typer.Option("--rubric", metavar="FILE", help="YAML: criterion, levels, votes ...; or a suite that has one."),
    ] = None,
    metric: Annotated[str, typer.Option(help="Which of a suite's rubrics, by its name.")] = "",
    criterion: Annotated[
        str | None, typer.Option(help="In place of --rubric: the criterion, with pass and fail.")
    ] = None,
    kind: Annotated[Literal["text", "pairs"], typer.Option(help="Whether a row is a text or a pair.")] = "text",
    passes_from: Annotated[float | None, typer.Option(help="Least level that is good; unset: the upper half.")] = None,
    name: Annotated[str, typer.Option(help="Of the card's file; unset: made from the judge.")] = "",
    least_kappa: Annotated[float, typer.Option(help="What kappa's lower bound has to reach.")] = 0.4,
    least_rows: Annotated[int, typer.Option(min=1, help="Labelled rows there have to be.")] = 30,
    least_groups: Annotated[int, typer.Option(min=2, help="Groups there have to be.")] = 10,
    most_invalid: Annotated[float, typer.Option(min=0, max=1, help="Share of rows without a verdict, borne.")] = 0.1,
    most_position_bias: Annotated[float, typer.Option(min=0, max=1, help="Of pairs, borne.")] = 0.2,
    from_journal: FromJournalOption = False,
    runs: RunsOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure a judge against labels of people; its card says how far it can be trusted, and whether it may gate.

    Rows without a label are judged too: their pass rate is put right by what was measured. Exit code 4: the judge
    could not be reached, and no card is written.
    """
    options = _options(rubric, criterion, metric)
    thresholds = Thresholds(
        least_kappa=least_kappa,
        least_rows=least_rows,
        least_groups=least_groups,
        most_invalid=most_invalid,
        most_position_bias=most_position_bias,
    )
    if name and not _NAME.fullmatch(name):
        raise ConfigError(f"--name {name!r} is no name of a file; expected letters, digits, dots and dashes.")
    place = workspace_if_any(workspace)
    folder = runs_folder(runs, place)
    backends = Backends(place, folder, from_journal=from_journal)
    pairs = kind == "pairs"
    asked = _described(pair_rubric_of if pairs else rubric_of, options, rubric)
    offered = SIDES if isinstance(asked, PairRubric) else asked.offered
    labelled = read_labelled(data, offered, pairs=pairs)
    scale = scale_of(asked, passes_from) if isinstance(asked, Rubric) else PAIR_SCALE
    if isinstance(asked, Rubric):
        texts = {row.id: (row.text, row.sources) for row in labelled.rows}
        scores = panel_on_texts(model, backends.gateway, asked, texts)
        judged = [judged_text(row, scores[row.id], scale) for row in labelled.rows]
    else:
        both = [Pair(row.id, row.task, row.first, row.second, row.group) for row in labelled.rows]
        preferences = panel_on_pairs(model, backends.gateway, both, asked)
        judged = [judged_pair(row, each) for row, each in zip(labelled.rows, preferences, strict=True)]
    judge = panel_name(model)
    require_reached(judge, [each.reason for each in judged])
    found = measure(
        identity_of(KIND if pairs else NAME, judge, options),
        labelled,
        judged,
        scale,
        thresholds=thresholds,
        created_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        program=version("marketing-assistant"),
    )
    path = write_card(folder / FOLDER, name or _name(found), found)
    if as_json:
        emit_json([{"card": str(path), "sha256": found.sha256, **found.model_dump(mode="json")}])
        return
    _show(found)
    say(f"{path}")


def _options(rubric: Path | None, criterion: str | None, metric: str) -> dict[str, Any]:
    if rubric is not None and criterion is not None:
        raise ConfigError("--rubric and --criterion say the same; leave one of them out.")
    if rubric is None:
        return {} if criterion is None else {"criterion": criterion}
    told = read_document(rubric).content
    if not isinstance(told, dict):
        raise ConfigError(f"{rubric} holds no rubric; expected `criterion: ...` and, if need be, `levels:`.")
    return _of_suite(rubric, told, metric) if "metrics" in told else told


def _of_suite(path: Path, told: dict[str, Any], metric: str) -> dict[str, Any]:
    """The options of a suite's rubric, so that the card is of the very judge that the suite asks."""
    metrics = [each for each in told["metrics"] or () if isinstance(each, dict) and each.get("metric") == NAME]
    labels = [str(each.get("name") or NAME) for each in metrics]
    if not metrics or (metric and metric not in labels) or (not metric and len(metrics) > 1):
        raise ConfigError(f"{path} has the rubrics {', '.join(labels) or 'none'}; say which with --metric.")
    options = metrics[labels.index(metric) if metric else 0].get("options")
    return dict(options) if isinstance(options, dict) else {}


def _described(
    read: Callable[[dict[str, Any]], Rubric | PairRubric], options: dict[str, Any], rubric: Path | None
) -> Rubric | PairRubric:
    try:
        return read(options)
    except ValueError as error:
        raise ConfigError(f"{rubric or 'The rubric'}: {error}; name one with --rubric FILE or --criterion.") from None


def _name(found: JudgeCard) -> str:
    said = re.sub(r"[^a-z0-9]+", "-", found.identity.judge.lower()).strip("-")[:40] or "judge"
    return f"{found.identity.metric}-{said}-{found.identity.sha256.removeprefix('sha256:')[:8]}"


def _show(found: JudgeCard) -> None:
    rows = [
        ("kappa", _told(found.kappa), "agreement beyond chance" + (", quadratic weights" if found.weighted else "")),
        ("raw agreement", _told(found.raw_agreement, share=True), "much of it is chance"),
        ("kappa of people", "none" if found.human_kappa is None else f"{found.human_kappa:.2f}", "among each other"),
        ("sensitivity", _told(found.sensitivity, share=True), "good ones called good"),
        ("specificity", _told(found.specificity, share=True), "bad ones called bad"),
        ("length bias", _told(found.length_bias), "above 0: length is favoured"),
        ("no verdict", f"{found.invalid_rate:.1%}", "of all rows"),
    ]
    if found.position_bias is not None:
        rows.insert(5, ("position bias", f"{found.position_bias:+.2f}", "above 0: the one shown first is favoured"))
        rows.insert(6, ("consistent", f"{found.consistency or 0:.1%}", "verdicts that the order does not turn"))
    else:
        rows += [
            ("pass rate", _told(found.pass_rate, share=True), "as it judges"),
            ("corrected", _told(found.corrected_pass_rate, share=True), "the same, put right by the two above"),
        ]
    if found.alt_test is not None:
        told = f"{found.alt_test.winning_rate:.2f}, {'passes' if found.alt_test.passes else 'fails'}"
        rows.insert(3, ("alt-test", told, "share of annotators it may stand in for; from 0.50 on it passes"))
    emit_table(
        ("figure", "value, 95%", "meaning"),
        rows,
        title=f"{found.identity.judge}, {found.identity.metric}: {found.judged:,} of {found.rows:,} labelled rows "
        f"judged, {found.groups:,} groups, {found.annotators} annotators",
    )
    for note in found.notes:
        say(f"Note: {note}.")
    if found.holds:
        emit_text("The card holds: this judge may gate.")
    else:
        emit_text(f"The card does not hold, so this judge reports and does not gate: {'; '.join(found.reasons)}.")


def _told(figure: Estimate, *, share: bool = False) -> str:
    def one(value: float) -> str:
        return f"{value:.1%}" if share else f"{value:.2f}"

    if figure.value is None:
        return "none"
    if figure.low is None or figure.high is None:
        return one(figure.value)
    return f"{one(figure.value)} ({one(figure.low)} to {one(figure.high)})"
