"""One judge or several of the same things: each is asked alone, and several are a jury."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from evals.judges.jury import jury_preference, jury_score
from evals.judges.pairwise import Backend, Pair, PairRubric, Preference, judge_pairs
from evals.judges.texts import judge_texts
from evals.metrics.rubric import Rubric
from evals.records import Score

Open = Callable[[str], AbstractContextManager[Backend]]


def panel_name(models: Sequence[str]) -> str:
    """What a card calls a judge, or a jury: its models, in the order of their names."""
    return " + ".join(sorted(models))


def panel_on_pairs(models: Sequence[str], backend: Open, pairs: Sequence[Pair], rubric: PairRubric) -> list[Preference]:
    """What one model, or several as a jury, prefer; in the order of the pairs."""
    said: dict[str, list[Preference]] = {}
    for model in models:
        with backend(model) as opened:
            said[model] = judge_pairs(opened, pairs, rubric)
    if len(said) == 1:
        return said[models[0]]
    return [jury_preference({model: each[place] for model, each in said.items()}) for place in range(len(pairs))]


def panel_on_texts(
    models: Sequence[str], backend: Open, rubric: Rubric, texts: Mapping[str, tuple[str, Sequence[str]]]
) -> dict[str, Score]:
    """The score that one model, or several as a jury, give each text; name -> score."""
    said: dict[str, dict[str, Score]] = {}
    for model in models:
        with backend(model) as opened:
            said[model] = judge_texts(opened, rubric, texts)
    if len(said) == 1:
        return said[models[0]]
    return {
        name: jury_score({model: scores[name] for model, scores in said.items()}, majority=rubric.is_pass_fail)
        for name in texts
    }
