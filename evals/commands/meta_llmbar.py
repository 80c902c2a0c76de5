"""`assistant eval meta llmbar`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from assistant.cli.options import FromJournalOption, JsonOption, WorkspaceOption
from assistant.cli.output import emit_json, emit_table, say
from assistant.llm import Gateway
from evals.commands.backends import backends_of
from evals.commands.places import RunsOption
from evals.judges import PairRubric, Preference, judge_backward, judge_pairs, require_reached
from evals.meta.answers import SCORERS
from evals.meta.llmbar import MEANING, LabelledPair, SubsetReport, by_meaning, by_scorer, limited, read_llmbar, report

app = typer.Typer(add_completion=False)

How = Literal["verdict", "likelihood", "backward"]


@app.command()
def llmbar(
    data: Annotated[Path, typer.Option("--data", metavar="FILE", help="LLMBar as JSON, gzipped or not.")],
    model: Annotated[
        str,
        typer.Option(
            "--model", help=f"A model that judges, or a scorer that needs none: {', '.join(SCORERS)}, {MEANING}."
        ),
    ] = "words",
    how: Annotated[
        How,
        typer.Option(
            "--how",
            help="verdict: it says A or B; likelihood: which of the two it holds likelier; backward: from which answer "
            "it would sooner guess what was asked. The last two only with a local model.",
        ),
    ] = "verdict",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Pairs of each subset, drawn.")] = None,
    from_journal: FromJournalOption = False,
    runs: RunsOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """How often a judge takes the answer that does what was asked, beside taking the longer one.

    Both orders are always asked; a verdict that turns with the order is a tie, and a tie is half. Exit code 4: the
    judge could not be reached, and no figure is shown.
    """
    whole = read_llmbar(data)
    pairs = limited(whole, limit)
    if len(pairs) < len(whole):
        say(f"{len(pairs):,} of {len(whole):,} pairs, at most {limit} of each subset.")
    if model in SCORERS:
        preferences = by_scorer(SCORERS[model], pairs)
    elif model == MEANING:
        preferences = by_meaning(pairs)
    else:
        with backends_of(runs, workspace, from_journal=from_journal).gateway(model) as gateway:
            preferences = _judged(gateway, model, how, pairs)
    rows = report(pairs, preferences)
    if as_json:
        emit_json(
            [
                {"model": model, "how": "alone" if model in (*SCORERS, MEANING) else how, **row.model_dump(mode="json")}
                for row in rows
            ]
        )
        return
    _show(model if model in SCORERS or model == MEANING else f"{model} by {how}", rows)


def _judged(gateway: Gateway, model: str, how: How, pairs: tuple[LabelledPair, ...]) -> list[Preference]:
    shown = [pair.pair for pair in pairs]
    if how == "backward":
        preferences = judge_backward(gateway, shown)
    else:
        preferences = judge_pairs(gateway, shown, PairRubric(reading=how))
    require_reached(model, [each.reason if each.winner == "invalid" else "" for each in preferences])
    for each in [each for each in preferences if each.winner == "invalid"][:3]:
        say(f"{each.key!r} has no verdict: {each.reason}")
    return preferences


def _show(judge: str, rows: tuple[SubsetReport, ...]) -> None:
    emit_table(
        ("subset", "pairs", "invalid", "right", "95%", "longer wins", "over longer wins", "length equal", "consistent",
         "first place"),
        [
            (
                row.subset,
                f"{row.pairs:,}",
                f"{row.invalid:,}",
                _percent(row.accuracy),
                _bounds(row.low, row.high),
                _percent(row.longer_wins),
                f"{_signed(row.over_longer)} ({_bounds(row.over_longer_low, row.over_longer_high, signed=True)})",
                f"{_percent(row.controlled)} ({_bounds(row.controlled_low, row.controlled_high)})",
                _percent(row.consistency),
                _signed(row.position_bias),
            )
            for row in rows
        ],
        title=judge,
    )  # fmt: skip
    say(
        "Right: the better answer, a tie is half. Length equal: the mean of being right where the better answer is the "
        "longer one and where it is not, which is 50% for longer wins. First place: how much more often the answer "
        "shown first is taken."
    )


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{value:.1%}"


def _signed(value: float | None) -> str:
    return "none" if value is None else f"{100 * value:+.1f}"


def _bounds(low: float | None, high: float | None, *, signed: bool = False) -> str:
    if low is None or high is None:
        return "no bounds"
    return f"{_signed(low)} to {_signed(high)}" if signed else f"{100 * low:.0f} to {100 * high:.0f}"
