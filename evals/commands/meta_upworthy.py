"""`assistant eval meta upworthy`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from assistant.cli.options import FromJournalOption, JsonOption, WorkspaceOption
from assistant.cli.output import emit_json, emit_table, emit_text, say
from assistant.errors import ConfigError
from assistant.llm import Gateway
from assistant.retrieval import DEFAULT_EMBEDDER
from evals.commands.backends import backends_of
from evals.commands.places import RunsOption
from evals.judges import Pair, PairRubric, judge_pairs, require_reached
from evals.meta.headline_judges import CRITERION, Judged, judged
from evals.meta.headline_page import bounds, write_study
from evals.meta.headline_study import HeadlineStudy, study
from evals.meta.upworthy import BROKEN_FROM, BROKEN_TO, read_experiments
from evals.statistics import Interval

app = typer.Typer(add_completion=False)

How = Literal["verdict", "likelihood"]


@app.command()
def upworthy(
    data: Annotated[
        Path, typer.Option("--data", metavar="FILE", help="Experiments of the Upworthy archive as CSV, gzipped or not.")
    ],
    train: Annotated[
        Path | None,
        typer.Option("--train", metavar="FILE", help="Learn from this file instead of from the other folds of --data."),
    ] = None,
    alpha: Annotated[
        float, typer.Option("--alpha", help="Pairs count whose click rates differ at p below this.")
    ] = 0.05,
    folds: Annotated[int, typer.Option("--folds", min=3, max=20, help="Of cross-validation, grouped by test.")] = 5,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the folds.")] = 7,
    embedder: Annotated[
        str, typer.Option("--embedder", help="minilm, hashing, or folder:PATH of a sentence-transformers model.")
    ] = DEFAULT_EMBEDDER,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Also one static page.")] = None,
    judge: Annotated[str, typer.Option("--judge", metavar="MODEL", help="Also ask this model, both orders.")] = "",
    how: Annotated[
        How, typer.Option("--how", help="verdict: it says A or B; likelihood: which it holds likelier (local models).")
    ] = "verdict",
    limit: Annotated[int | None, typer.Option("--limit", min=2, help="Pairs that the judge is asked about.")] = None,
    from_journal: FromJournalOption = False,
    runs: RunsOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """How often a scorer trained on the spot names the headline that people clicked, beside floors and a ceiling.

    Only headlines of one test and one image are compared. It is no oracle of click rates.
    """
    if not 0 < alpha <= 1:
        raise ConfigError(f"--alpha {alpha:g} is no level; give one above 0 and up to 1, such as 0.05.")
    if limit and not judge:
        raise ConfigError("--limit goes with --judge; without a judge all pairs are scored.")
    found = study(
        read_experiments(data),
        source=data.name,
        alpha=alpha,
        folds=folds,
        seed=seed,
        embedder=embedder,
        training=None if train is None else read_experiments(train),
        trained_on="" if train is None else train.name,
        told=say,
    )
    asked = None
    if judge:
        with backends_of(runs, workspace, from_journal=from_journal).gateway(judge) as gateway:
            asked = _ask(found, gateway, judge, how, limit=limit, seed=seed)
    if html is not None:
        write_study(html, found, asked)
    if as_json:
        emit_json(_rows(found, asked))
    else:
        _show(found, asked)
    if html is not None:
        say(f"Drawn: {html.resolve()}")


def _ask(found: HeadlineStudy, gateway: Gateway, model: str, how: How, *, limit: int | None, seed: int) -> Judged:
    rubric = PairRubric(criterion=CRITERION, reading=how)

    def preferred(pairs: Sequence[Pair]) -> list[float | None]:
        preferences = judge_pairs(gateway, pairs, rubric)
        require_reached(model, [each.reason if each.winner == "invalid" else "" for each in preferences])
        return [each.points for each in preferences]

    return judged(found, preferred, name=f"{model} by {how}", limit=limit, seed=seed)


def _show(found: HeadlineStudy, asked: Judged | None) -> None:
    reading = found.arms.reading
    say(
        f"{found.source}: {reading.rows:,} rows; left out {reading.broken:,} of tests created {BROKEN_FROM} to "
        f"{BROKEN_TO} (broken randomisation) and {reading.imageless:,} without an image; {reading.merged:,} joined to "
        "a row with the same test, image and headline."
    )
    emit_table(
        ("tests", "tied groups", "pairs", f"pairs at p < {found.alpha:g}", "in tests", "noise ceiling"),
        [(f"{found.tests:,}", f"{found.components:,}", f"{found.pairs:,}", f"{found.clear:,}",
          f"{found.clear_tests:,}", f"{found.ceiling:.1%}")],
        title="Pairs of one test and one image",
    )  # fmt: skip
    emit_table(
        ("name", "pairs", "accuracy", "95% by test", "how"),
        [_accuracy(bar.name, bar.accuracy, bar.note) for bar in found.bars],
        title="How often the observed winner is named",
    )
    if asked is not None:
        emit_table(
            ("name", "pairs", "accuracy", "95% by test", "how"),
            [
                _accuracy(asked.name, asked.accuracy, f"both orders, {asked.invalid:,} of {asked.asked:,} invalid"),
                _accuracy("scorer", asked.scorer, "the same pairs"),
                _accuracy("longer wins", asked.longer, "the same pairs"),
            ],
            title="A judge",
        )
    emit_table(
        ("p", "pairs", "scorer", "95% by test", "longer wins", "ceiling"),
        [
            (f"{band.low:g} to {band.high:g}", f"{band.scorer.n:,}", f"{band.scorer.estimate:.1%}",
             bounds(band.scorer), f"{band.longer:.1%}", f"{band.ceiling:.1%}")
            for band in found.bands
        ],
        title="By how clear the outcome was",
    )  # fmt: skip
    emit_table(
        ("said", "pairs", "mean said", "observed", "95% by test"),
        [
            (f"{own.low:.0%} to {own.high:.0%}", f"{own.observed.n:,}", f"{own.said:.1%}",
             f"{own.observed.estimate:.1%}", bounds(own.observed))
            for own in found.bins
        ],
        title="Calibration on these pairs",
    )  # fmt: skip
    emit_text(f"Expected calibration error: {found.error:.1%}.")
    say(f"Chosen within what was learned from, fold by fold: {'; '.join(found.settings)}.")
    if found.trained_on:
        say(f"{found.left_out:,} arms of {found.trained_on} were left out: they share a test, headline or image.")
    say("The scorer compares headlines of one story as one site's visitors saw them then; it is no oracle of clicks.")


def _accuracy(name: str, accuracy: Interval, note: str) -> tuple[str, ...]:
    return (name, f"{accuracy.n:,}", f"{accuracy.estimate:.1%}", bounds(accuracy), note)


def _rows(found: HeadlineStudy, asked: Judged | None) -> list[dict[str, Any]]:
    """One object for the data, one a bar, band and bin; `table` says which."""
    reading = found.arms.reading
    rows: list[dict[str, Any]] = [
        {
            "table": "data",
            "source": found.source,
            "trained_on": found.trained_on,
            "rows": reading.rows,
            "broken": reading.broken,
            "imageless": reading.imageless,
            "merged": reading.merged,
            "tests": found.tests,
            "tied_groups": found.components,
            "pairs": found.pairs,
            "alpha": found.alpha,
            "significant": found.clear,
            "significant_tests": found.clear_tests,
            "ceiling": found.ceiling,
            "calibration_error": found.error,
            "folds": found.folds,
            "seed": found.seed,
            "settings": list(found.settings),
            "left_out": found.left_out,
        },
        *({"table": "accuracy", "name": bar.name, "how": bar.note, **_plain(bar.accuracy)} for bar in found.bars),
        *(
            {"table": "band", "from": own.low, "to": own.high, **_plain(own.scorer), "longer": own.longer,
             "ceiling": own.ceiling}
            for own in found.bands
        ),
        *(
            {"table": "calibration", "from": own.low, "to": own.high, "said": own.said, **_plain(own.observed)}
            for own in found.bins
        ),
    ]  # fmt: skip
    if asked is not None:
        rows += [
            {"table": "judge", "name": name, "asked": asked.asked, "invalid": asked.invalid, **_plain(accuracy)}
            for name, accuracy in (
                (asked.name, asked.accuracy),
                ("scorer", asked.scorer),
                ("longer wins", asked.longer),
            )
        ]
    return rows


def _plain(interval: Interval) -> dict[str, Any]:
    """An interval for JSON, which has no infinity."""
    low, high = (bound if abs(bound) != float("inf") else None for bound in (interval.low, interval.high))
    return {
        "estimate": interval.estimate, "low": low, "high": high, "pairs": interval.n, "clusters": interval.clusters,
    }  # fmt: skip
