"""Several judges of one thing: what they say together, and how far apart they are."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from evals.asking import INFRASTRUCTURE
from evals.judges.pairwise import TIE, Preference, Winner
from evals.records import Evidence, Score, invalid, scored


def jury_score(scores: Mapping[str, Score], *, majority: bool = False) -> Score:
    """The jury's word from each judge's: their mean or, of zeros and ones, what the most of them say.

    Each judge's own word is the evidence, and the explanation says how far apart they are. With fewer than half of
    them valid there is none, nor with an even vote; a judge who could not be reached is waited for.

    Args:
        scores: judge -> score, all of one metric.
        majority: whether they vote.

    Raises ValueError for no score.
    """
    if not scores:
        raise ValueError("a jury has judges")
    first = next(iter(scores.values()))
    lost = [score.explanation for score in scores.values() if score.explanation.startswith(INFRASTRUCTURE)]
    if any(score.state == "invalid" for score in scores.values()) and lost:
        return invalid(first.metric, first.version, lost[0])
    values = {judge: score.value for judge, score in scores.items() if score.value is not None}
    if 2 * len(values) < len(scores):
        reason = next(score.explanation for score in scores.values() if score.value is None)
        told = f"{len(values)} of {len(scores)} judges can be read; {reason}"
        return invalid(first.metric, first.version, told)
    mean = math.fsum(values.values()) / len(values)
    if majority and mean == 0.5:
        return invalid(first.metric, first.version, f"the {len(values)} judges are even")
    spread = max(values.values()) - min(values.values())
    value = float(mean > 0.5) if majority else mean
    apart = f"{disagreement(values):.2f} of pairs of judges disagree" if majority else f"they are {spread:g} apart"
    evidence = tuple(
        Evidence(claim=judge, place="judge", source=score.explanation, value=score.value)
        for judge, score in scores.items()
    )
    return scored(first.metric, first.version, value, f"{len(values)} of {len(scores)} judges; {apart}", evidence)


def jury_preference(preferences: Mapping[str, Preference]) -> Preference:
    """The jury's preference between two texts: what more than half of the readable judges say, else a tie.

    Its orders are what most of them say in each, and it is consistent where most of them are; its reason says how many
    are of one mind. Raises ValueError for no judge.
    """
    if not preferences:
        raise ValueError("a jury has judges")
    key = next(iter(preferences.values())).key
    said = [each for each in preferences.values() if each.winner != "invalid"]
    lost = [each.reason for each in preferences.values() if each.reason.startswith(INFRASTRUCTURE)]
    if lost or 2 * len(said) < len(preferences):
        reason = next(each.reason for each in preferences.values() if each.winner == "invalid")
        told = lost[0] if lost else f"{len(said)} of {len(preferences)} judges can be read; {reason}"
        return Preference(key=key, winner="invalid", consistent=None, orders=("", ""), reason=told)
    winner, votes = Counter(each.winner for each in said).most_common(1)[0]
    agreed: Winner = winner if 2 * votes > len(said) else "tie"
    return Preference(
        key=key,
        winner=agreed,
        consistent=2 * sum(each.consistent is True for each in said) > len(said),
        orders=(_most([each.orders[0] for each in said]), _most([each.orders[1] for each in said])),
        reason=f"{votes} of {len(said)} judges say {winner}",
    )


def _most(verdicts: Sequence[str]) -> str:
    """What more than half say, else a tie."""
    verdict, votes = Counter(verdicts).most_common(1)[0]
    return verdict if 2 * votes > len(verdicts) else TIE


def disagreement(values: Mapping[str, float]) -> float:
    """Share of pairs of judges who say different things; 0 for one judge."""
    count = len(values)
    same = sum(times * (times - 1) for times in Counter(values.values()).values())
    return 1 - same / (count * (count - 1)) if count > 1 else 0.0
