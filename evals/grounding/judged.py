"""A language model as the checker: one question a claim, two verdicts, sources and claim behind a fence."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

from assistant.records import Outcome, Request
from evals.asking import fenced, judge_prompt, made_to_say, question, read_verdict, total_logprob, trouble
from evals.grounding.checking import Pairs, Support, excerpt, spans_of
from evals.grounding.sources import Ground

SUPPORTED = "supported"
OFFERED = (SUPPORTED, "not supported")
KIND = "grounded"
LONGEST = 6000
"""Signs of the sources that are shown."""
Reading = Literal["verdict", "likelihood"]
READINGS: tuple[Reading, ...] = ("verdict", "likelihood")
Ask = Callable[[Sequence[Request]], Iterable[Outcome]]
"""A gateway's `complete`, or what does the same."""


def claim_requests(
    claim: str, ground: Ground, *, key: str, reading: Reading = "verdict", longest: int = LONGEST
) -> list[Request]:
    """What a model is asked of one claim: for a verdict once, for a likelihood once for each verdict.

    Args:
        claim: to judge.
        ground: what it is held against; of more than `longest` signs only what speaks of the claim is shown.
        key: of the request, and how the keys of several begin.
        reading: likelihood: how likely the model holds either verdict, which local models tell.
        longest: signs of the ground that are shown.
    """
    values = {"source": fenced(excerpt(claim, ground, longest)), "claim": fenced(claim)}
    asked = question(KIND, values, OFFERED, key=key)
    if reading == "likelihood":
        return [made_to_say(asked, verdict, key=f"{key} {verdict}") for verdict in OFFERED]
    return [asked]


def read_support(outcomes: Mapping[str, Outcome], *, key: str, reading: Reading = "verdict") -> Support:
    """The support that outcomes tell, 1 or 0 of a verdict; no value where they tell no offered verdict."""
    if reading == "likelihood":
        return _weighed([outcomes.get(f"{key} {verdict}") for verdict in OFFERED])
    if key not in outcomes:
        return Support(None, reason="the judge was not asked")
    read = read_verdict(outcomes[key], OFFERED)
    if read.verdict is None:
        return Support(None, reason=read.reason)
    return Support(float(read.verdict == SUPPORTED), reason=f"the judge says {read.verdict}")


class Judged:
    """A model behind its gateway; see `Checker`."""

    def __init__(self, model: str, ask: Ask, *, reading: Reading = "verdict", longest: int = LONGEST) -> None:
        """Nothing is asked before claims are checked."""
        self.name = f"judge {model}"
        self.version = f"{judge_prompt(KIND).id}, {reading}, {longest} signs"
        self._ask = ask
        self._reading: Reading = reading
        self._longest = longest

    def check(self, pairs: Pairs) -> list[Support]:
        """See `Checker`; all claims are asked in one batch."""
        requests = [
            request
            for at, (claim, ground) in enumerate(pairs)
            for request in claim_requests(claim, ground, key=str(at), reading=self._reading, longest=self._longest)
        ]
        outcomes = {outcome.key: outcome for outcome in self._ask(requests)}
        found = [read_support(outcomes, key=str(at), reading=self._reading) for at in range(len(pairs))]
        return [
            Support(support.value, spans_of(*pair), support.reason) for support, pair in zip(found, pairs, strict=True)
        ]


def _weighed(outcomes: Sequence[Outcome | None]) -> Support:
    totals = []
    for outcome, verdict in zip(outcomes, OFFERED, strict=True):
        wrong = "the judge was not asked" if outcome is None else trouble(outcome)
        total = None if outcome is None else total_logprob(outcome)
        if outcome is None or wrong or total is None or outcome.text.strip() != verdict:
            return Support(None, reason=wrong or "the judge's model tells no likelihood; read its verdict instead")
        totals.append(total)
    value = 1 / (1 + math.exp(min(700.0, totals[1] - totals[0])))
    return Support(value, reason=f"the judge holds {SUPPORTED} {value:.0%} likely")
