"""Which of two answers says better what was asked: the one from which the question is the likelier guess.

A small model cannot say which of two answers is better, but it can say how well an answer foretells its question:
log P(task | answer), summed over the task's tokens, which are the same for both. Each answer is read alone, so no
place and no other answer can sway it, and its own length does not count. The idea is that of query likelihood in
retrieval: Sachan et al., Improving Passage Retrieval with Zero-Shot Question Generation (EMNLP 2022).
"""

import re
from collections.abc import Mapping, Sequence

from assistant.records import Outcome, Request
from evals.asking import fenced, judge_prompt, made_to_say, total_logprob, trouble
from evals.judges.pairwise import A, B, Backend, Pair, Preference

KIND = "backward"
VERSION = 1
_LONGEST = 300
"""Characters of the task that are guessed; the end of a long one is mostly what it is to be done with."""
_SHOWN = 1200
"""Characters of an answer that are read."""
_SIDES = ("first", "second")


def backward_requests(pair: Pair) -> list[Request]:
    """The task, asked for from each answer alone."""
    prompt = judge_prompt(KIND)
    task = re.sub(r"\s+", " ", pair.task).strip()[:_LONGEST].rstrip()
    asked = []
    for side, text in zip(_SIDES, (pair.first, pair.second), strict=True):
        key = f"{pair.key}\n{side}"
        request = Request(
            key=key,
            messages=prompt.render({"answer": fenced(text[:_SHOWN])}, shots=()),
            prompt=prompt.id,
            prompt_hash=prompt.fingerprint,
        )
        asked.append(made_to_say(request, task, key=key))
    return asked


def read_backward(pair: Pair, outcomes: Mapping[str, Outcome]) -> Preference:
    """The preference; its margin is log P(task | first) - log P(task | second). Both orders are one by construction."""
    totals = []
    for side in _SIDES:
        outcome = outcomes[f"{pair.key}\n{side}"]
        wrong = trouble(outcome)
        total = total_logprob(outcome)
        if wrong or total is None:
            reason = wrong or "the judge's model tells no likelihood; use a local one"
            return Preference(key=pair.key, winner="invalid", consistent=None, orders=("", ""), reason=reason)
        totals.append(total)
    return preferred(pair.key, totals[0] - totals[1])


def judge_backward(backend: Backend, pairs: Sequence[Pair]) -> list[Preference]:
    """Every pair's preference, in their order."""
    requests = [request for pair in pairs for request in backward_requests(pair)]
    outcomes = {outcome.key: outcome for outcome in backend.complete(requests)}
    return [read_backward(pair, outcomes) for pair in pairs]


def preferred(key: str, margin: float) -> Preference:
    """The preference of a scorer that sees each text alone: both orders follow from its margin."""
    if margin == 0:
        return Preference(key=key, winner="tie", consistent=True, orders=("tie", "tie"), margin=0.0)
    first = margin > 0
    return Preference(
        key=key,
        winner="first" if first else "second",
        consistent=True,
        orders=(A, B) if first else (B, A),
        margin=margin,
    )
