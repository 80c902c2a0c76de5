"""Systems of a run against each other, case by case, by a pairwise judge: who wins, and who would at equal length."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from evals.judges.pairwise import Pair, Preference
from evals.records import Trial
from evals.runs import StoredRun
from evals.statistics import Interval, Ranking, bradley_terry, length_controlled_win_rate, t_interval


@dataclass(frozen=True)
class Meeting:
    """Two systems' outputs for one case and sample."""

    first: str
    second: str
    pair: Pair


@dataclass(frozen=True)
class Duel:
    """Two systems over all their meetings."""

    first: str
    second: str
    wins: Interval
    """Rate at which the first wins, a tie half; clustered by brief x segment."""
    controlled: Interval
    """The same where both outputs are of one length."""
    invalid: int


def meetings(stored: StoredRun, task: str, *, systems: Sequence[str] = ()) -> Iterator[Meeting]:
    """Every two systems on every case and sample that both answered.

    Args:
        stored: the run.
        task: what the judge is told was asked, a line; the case's segment, brief and channel stand below it.
        systems: of whom; empty: all of the run.
    """
    names = list(systems) or [system.system for system in stored.run.systems]
    answers = {name: {(trial.case, trial.sample): trial for trial in stored.of(name)} for name in names}
    for case in stored.run.cases:
        about = [
            f"{name}: {value}" for name in ("segment", "brief", "channel", "language") if (value := getattr(case, name))
        ]
        told = "\n".join([task, *about])
        for first, second in combinations(names, 2):
            for sample in range(stored.run.samples):
                one, other = (answers[name].get((case.case, sample)) for name in (first, second))
                if _answered(one) and _answered(other):
                    assert one is not None
                    assert other is not None
                    key = f"{case.case}|{sample}|{first}|{second}"
                    yield Meeting(first, second, Pair(key, told, one.output, other.output, case.group))


def duels(met: Sequence[Meeting], preferences: Sequence[Preference]) -> list[Duel]:
    """Each two systems, in the order they first met.

    Args:
        met: (n,)
        preferences: of their pairs, (n,).
    """
    found: list[Duel] = []
    for names in dict.fromkeys((each.first, each.second) for each in met):
        both = [
            (each, preference)
            for each, preference in zip(met, preferences, strict=True)
            if (each.first, each.second) == names
        ]
        said = [(each.pair, won) for each, preference in both if (won := preference.points) is not None]
        points = [won for _, won in said]
        groups = [pair.cluster for pair, _ in said]
        lengths = [[len(text) for text in texts] for texts in ([p.first for p, _ in said], [p.second for p, _ in said])]
        found.append(
            Duel(
                *names,
                wins=t_interval(points, groups),
                controlled=length_controlled_win_rate(points, lengths[0], lengths[1], groups),
                invalid=len(both) - len(said),
            )
        )
    return found


def ranked(met: Sequence[Meeting], preferences: Sequence[Preference]) -> Ranking:
    """All systems by Bradley and Terry, with intervals over clusters; what is invalid is no battle.

    Raises ValueError where no preference could be read.
    """
    return bradley_terry(
        [
            (each.first, each.second, points, each.pair.cluster)
            for each, preference in zip(met, preferences, strict=True)
            if (points := preference.points) is not None
        ]
    )


def _answered(trial: Trial | None) -> bool:
    return trial is not None and trial.state == "answered" and bool(trial.output.strip())
