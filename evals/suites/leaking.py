"""What a suite that is tested on shares with one that prompts were tuned on, and with the prompts' worked examples."""

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.prompting import Prompt
from evals.records import Case, Suite
from evals.statistics import Leak, near_duplicates, split_groups


def leaks_of(tuning: Suite, test: Suite, *, threshold: float) -> list[Leak]:
    """Near-duplicate cases of two suites, then groups that stand in both.

    Args:
        tuning: what prompts, examples or thresholds were chosen on.
        test: what is reported.
        threshold: Jaccard of character n-grams, 0 to 1.
    """
    return [
        *near_duplicates(_texts(tuning), _texts(test), threshold=threshold),
        *split_groups(_groups(tuning), _groups(test)),
    ]


def leaking_examples(prompts: Mapping[str, Prompt], test: Suite, *, threshold: float) -> list[Leak]:
    """Worked examples of prompts that are nearly a case's inputs, or what it expects."""
    examples = {
        f"{prompt.id}, example {number}": f"{shot.user} {shot.assistant}"
        for prompt in prompts.values()
        for number, shot in enumerate(prompt.shots, start=1)
    }
    return near_duplicates(examples, _texts(test), threshold=threshold)


def text_of(case: Case) -> str:
    """A case's own words: what it gives and expects, without names of keys."""
    return " ".join(_words([case.inputs, case.expected]))


def _texts(suite: Suite) -> dict[str, str]:
    return {case.case: text_of(case) for case in suite.cases}


def _groups(suite: Suite) -> dict[str, str | None]:
    # A case without brief, segment or cluster is a group of its own, and its name says nothing elsewhere.
    return {case.case: case.group if case.group != case.case else None for case in suite.cases}


def _words(told: Any) -> Iterator[str]:
    if isinstance(told, Mapping):
        for value in told.values():
            yield from _words(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from _words(value)
    elif isinstance(told, str):
        yield told
