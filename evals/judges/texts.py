"""Texts held against a rubric by a model, outside of a run."""

from collections.abc import Mapping, Sequence

from assistant.records import Outcome
from evals.judges.pairwise import Backend
from evals.metrics.rubric import Rubric, read_rubric, rubric_requests
from evals.records import Score


def judge_texts(backend: Backend, rubric: Rubric, texts: Mapping[str, tuple[str, Sequence[str]]]) -> dict[str, Score]:
    """The score of each text.

    Args:
        backend: what answers.
        rubric: to judge by.
        texts: name -> the text and what it may rest on.
    """
    requests = [
        request.model_copy(update={"key": f"{name}\n{request.key}"})
        for name, (text, sources) in texts.items()
        for request in rubric_requests(rubric, text, sources=sources)
    ]
    heard: dict[str, dict[str, Outcome]] = {name: {} for name in texts}
    for outcome in backend.complete(requests):
        name, _, key = outcome.key.rpartition("\n")
        heard[name][key] = outcome
    return {name: read_rubric(rubric, outcomes) for name, outcomes in heard.items()}
