"""What a checker is: claims and their grounds in, support with its sentences out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from evals.grounding.features import best_sentences, match_claim
from evals.grounding.sources import Ground, Sentence

Pairs = Sequence[tuple[str, Ground]]
"""Claims, each with its ground."""
Scorer = Callable[[Sequence[tuple[str, str]]], Sequence[float]]
"""Premises and hypotheses to probabilities of entailment, 0 to 1, one a pair."""


@dataclass(frozen=True)
class Support:
    """How far a claim is supported."""

    value: float | None
    """0 to 1; None where the checker cannot say, and `reason` tells why."""
    spans: tuple[Sentence, ...] = ()
    """The sentences it rests on, the most telling first; empty where none was found."""
    reason: str = ""


class Checker(Protocol):
    """What tells supported claims from others."""

    @property
    def name(self) -> str:
        """What tables call it."""

    @property
    def version(self) -> str:
        """Changes whenever its answers may."""

    def check(self, pairs: Pairs) -> list[Support]:
        """One support for each pair, in their order; nothing is raised for a claim that cannot be judged."""


class Entailment:
    """A checker out of any model of natural language inference, such as a cross-encoder of transformers.

    The model is the caller's, as a function: this package opens none.
    """

    def __init__(self, name: str, version: str, score: Scorer, *, longest: int = 2000) -> None:
        """The premise is the ground cut to `longest` signs, by `excerpt`."""
        self.name = name
        self.version = version
        self._score = score
        self._longest = longest

    def check(self, pairs: Pairs) -> list[Support]:
        """See `Checker`.

        Raises:
            ValueError: the model gave another number of scores, or one outside 0 to 1.
        """
        scores = [float(value) for value in self._score([(excerpt(*pair, self._longest), pair[0]) for pair in pairs])]
        if len(scores) != len(pairs) or not all(0 <= value <= 1 for value in scores):
            raise ValueError(f"{self.name} gave {len(scores)} scores for {len(pairs)} pairs, or one outside 0 to 1")
        return [Support(value, spans_of(*pair)) for value, pair in zip(scores, pairs, strict=True)]


def spans_of(claim: str, ground: Ground) -> tuple[Sentence, ...]:
    """The sentences that hold most of a claim's words."""
    return tuple(ground.sentences[at] for at in best_sentences(match_claim(claim, ground)))


def excerpt(claim: str, ground: Ground, longest: int) -> str:
    """The ground, or what of it speaks of the claim where it has more than `longest` signs.

    Sentences come in their own order: first chosen are those that hold most of the claim, each with the two beside it.
    """
    if sum(len(sentence.text) + 1 for sentence in ground.sentences) <= longest:
        return "\n".join(sentence.text for sentence in ground.sentences)
    match = match_claim(claim, ground)
    shares = match.weights @ match.hits
    chosen: set[int] = set()
    left = longest
    for at in sorted(range(len(shares)), key=lambda one: -shares[one]):
        for beside in (at, at - 1, at + 1):
            if 0 <= beside < len(shares) and beside not in chosen and len(ground.sentences[beside].text) < left:
                chosen.add(beside)
                left -= len(ground.sentences[beside].text) + 1
    return "\n".join(ground.sentences[at].text for at in sorted(chosen))
