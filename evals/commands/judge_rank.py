"""`assistant eval judge rank`."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.options import FromJournalOption, JsonOption, WorkspaceOption, workspace_if_any
from assistant.cli.output import emit_json, emit_table, say
from assistant.errors import DataError
from evals.commands.backends import Backends
from evals.commands.places import RunsOption, runs_folder
from evals.judges import PairRubric, consistency, find_card, position_bias, require_reached
from evals.judges.cards import FOLDER
from evals.judges.pairwise import CRITERION, KIND
from evals.judges.panels import panel_name, panel_on_pairs
from evals.judges.ranking import Duel, duels, meetings, ranked
from evals.runs import RUN_FILE, StoredRun
from evals.statistics import Interval


def rank(
    run: Annotated[str, typer.Argument(help="A run's name, or its folder.")],
    model: Annotated[list[str], typer.Option("--model", help="The model that judges; several are a jury.")],
    task: Annotated[str, typer.Option(help="What the judge is told was asked.")] = "Write marketing copy for a shop.",
    criterion: Annotated[str, typer.Option(help="What it is asked of two outputs.")] = CRITERION,
    system: Annotated[list[str] | None, typer.Option(help="Only these systems of the run.")] = None,
    from_journal: FromJournalOption = False,
    runs: RunsOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a judge compare a run's systems in pairs, both orders: win rates, at equal length too, and a ranking.

    Exit code 4: the judge could not be reached, and nothing is shown.
    """
    place = workspace_if_any(workspace)
    folder = runs_folder(runs, place)
    stored = StoredRun(Path(run) if (Path(run) / RUN_FILE).exists() else folder / run)
    met = list(meetings(stored, task, systems=system or ()))
    if not met:
        raise DataError(f"{run} has no two systems that answered the same case; nothing can be compared.")
    rubric = PairRubric(criterion=criterion)
    backends = Backends(place, folder, from_journal=from_journal)
    judge = panel_name(model)
    preferences = panel_on_pairs(model, backends.gateway, [each.pair for each in met], rubric)
    require_reached(judge, [each.reason if each.winner == "invalid" else "" for each in preferences])
    if all(each.winner == "invalid" for each in preferences):
        raise DataError(f"{judge} gave no verdict that can be read: {preferences[0].reason}.")
    found = duels(met, preferences)
    ranking = ranked(met, preferences)
    card = find_card([folder / FOLDER], judge, KIND, rubric.model_dump())
    trusted = card is not None and card.holds
    if as_json:
        emit_json(
            [
                {"system": r.system, "strength": r.strength, "low": r.low, "high": r.high, "battles": r.battles,
                 "component": r.component, "judge": judge, "calibrated": trusted,
                 "position_bias": position_bias(preferences), "consistency": consistency(preferences)}
                for r in ranking.ratings
            ] + [_row(duel) for duel in found]
        )  # fmt: skip
        return
    emit_table(
        ("system", "strength", "95%", "beats the average", "battles"),
        [
            (
                r.system,
                f"{r.strength:+.2f}",
                f"{r.low:+.2f} to {r.high:+.2f}",
                f"{r.against_average:.0%}",
                f"{r.battles:,}",
            )
            for r in ranking.ratings
        ],
        title="Bradley-Terry, log odds against the average",
    )
    emit_table(
        ("system", "against", "wins", "at equal length", "invalid"),
        [(d.first, d.second, _told(d.wins), _told(d.controlled), f"{d.invalid:,}") for d in found],
    )
    if ranking.note:
        say(f"Note: {ranking.note}.")
    say(
        f"{consistency(preferences):.0%} of verdicts do not turn with the order, the rest are ties; the first place is "
        f"taken {position_bias(preferences):+.2f} more often."
    )
    if not trusted:
        say(f"{judge} has no card that holds for this, so take it as a report: assistant eval judge card --kind pairs.")


def _row(duel: Duel) -> dict[str, object]:
    return {
        "system": duel.first, "against": duel.second, "wins": duel.wins.estimate, "low": duel.wins.low,
        "high": duel.wins.high, "controlled": duel.controlled.estimate, "controlled_low": duel.controlled.low,
        "controlled_high": duel.controlled.high, "invalid": duel.invalid,
    }  # fmt: skip


def _told(interval: Interval) -> str:
    return f"{interval.estimate:.0%} ({max(0.0, interval.low):.0%} to {min(1.0, interval.high):.0%})"
