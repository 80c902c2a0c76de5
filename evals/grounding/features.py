"""What is measured of a claim against its ground: six figures, each with one meaning."""

import math
import re
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from evals.grounding.sources import Ground
from evals.grounding.words import Word, english, words_of

Matrix = NDArray[np.float64]

FEATURES = (
    "weakest_clause",
    "numbers_missing",
    "names_missing",
    "numbers_in_context",
    "names_in_context",
    "ground_length",
)
"""Names of what `measure` gives, in its order.

weakest_clause: the least share that a part of the claim has in one sentence and the two beside it, 0 to 1;
numbers_missing: how many numbers stand nowhere in the ground; names_missing: how many names stand not in the adjacent
sentences that hold most of the claim; numbers_in_context, names_in_context: how much of the rest of the claim stands
where they do, the mean over them, or over all words of a claim that has none, 0 to 1; ground_length: log of the number
of sentences, as more of them hold more words by chance.
"""
FORM = 0.7
"""Worth of another form of a word beside the word itself, and of a sentence beside beside the sentence itself."""
ADJACENT = 5
"""Sentences of a window."""
SHOWN = 3
"""Sentences that are shown as evidence, at the most."""
LEAST_WEIGHT = 0.1


@dataclass(frozen=True)
class Match:
    """A claim's words against the sentences of its ground."""

    words: tuple[Word, ...]
    """Words of the claim that carry something, each once, (n,)."""
    hits: Matrix
    """(n, sentences): 1 where the word stands, `FORM` where another form of it does."""
    weights: Matrix
    """(n,): rare words weigh more, log((S + 1) / (df + 0.5)) as a share of what an absent word weighs."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to measure."""
        return not self.hits.size

    def kinds(self, kind: str) -> NDArray[np.bool_]:
        """Which words are of a kind, (n,)."""
        return np.array([word.kind == kind for word in self.words], dtype=np.bool_)


def match_claim(claim: str, ground: Ground) -> Match:
    """Find every word of a claim in every sentence of a ground."""
    words = tuple({word.key: word for word in words_of(claim) if word.carries}.values())
    sentences = len(ground.sentences)
    hits = np.zeros((len(words), sentences))
    for row, word in enumerate(words):
        exact, forms = ground.with_word(word)
        hits[row, list(forms)] = FORM
        hits[row, list(exact)] = 1.0
    frequency = (hits > 0).sum(axis=1)
    weights = np.log((sentences + 1) / (frequency + 0.5)) / math.log((sentences + 1) / 0.5)
    return Match(words, hits, np.maximum(weights, LEAST_WEIGHT))


def measure(claim: str, match: Match) -> Matrix:
    """The figures of a claim, (6,), in the order of `FEATURES`; the match is not empty."""
    near = _near(match.hits)
    context = _context(near, match.weights)
    numbers, names = match.kinds("number"), match.kinds("name")
    anywhere = match.hits.max(axis=1)
    return np.array(
        [
            _weakest_clause(claim, match, near),
            float((1 - anywhere[numbers]).sum()),
            float((1 - _window(match)[names]).sum()),
            float(context[numbers].mean() if numbers.any() else context.mean()),
            float(context[names].mean() if names.any() else context.mean()),
            math.log(match.hits.shape[1]),
        ]
    )


def best_sentences(match: Match) -> list[int]:
    """Positions of the sentences a claim rests on most, gathered one by one, none that adds next to nothing."""
    chosen: list[int] = []
    covered = np.zeros(len(match.words))
    while match.hits.size and len(chosen) < SHOWN:
        gains = match.weights @ np.maximum(match.hits - covered[:, None], 0)
        best = int(gains.argmax())
        if gains[best] < LEAST_WEIGHT * match.weights.sum():
            break
        chosen.append(best)
        covered = np.maximum(covered, match.hits[:, best])
    return chosen


def overlap(match: Match) -> float:
    """The plainest of all measures: share of the claim's words that stand anywhere in the ground."""
    return 0.0 if match.is_empty else float((match.hits.max(axis=1) == 1).mean())


def clauses_of(claim: str) -> list[str]:
    """Parts of a claim that can be true apart: cut at commas, brackets and joining words."""
    return [part.strip() for part in _clause_cuts().split(claim) if part.strip()]


@cache
def _clause_cuts() -> "re.Pattern[str]":
    return re.compile(rf"[,;:()]|\b(?:{'|'.join(sorted(english().joining))})\b")


def _window(match: Match) -> Matrix:
    """How far each word stands in the adjacent sentences that hold the largest weighted share of the claim, (n,)."""
    width = min(ADJACENT, match.hits.shape[1])
    joined = np.maximum.reduce([np.pad(match.hits[:, by:], ((0, 0), (0, by))) for by in range(width)])
    return np.asarray(joined[:, int((match.weights @ joined).argmax())], dtype=np.float64)


def _near(hits: Matrix) -> Matrix:
    """Hits where the next or the last sentence's count too."""
    padded = np.pad(hits, ((0, 0), (1, 1)))
    return np.asarray(np.maximum.reduce([hits, FORM * padded[:, :-2], FORM * padded[:, 2:]]), dtype=np.float64)


def _context(near: Matrix, weights: Matrix) -> Matrix:
    """Of each word, (n,): where it stands, how much of the rest of the claim stands too, at its best."""
    if len(near) == 1:
        return np.asarray(near.max(axis=1), dtype=np.float64)
    weighted = weights[:, None] * near
    rest = (weighted.sum(axis=0) - weighted) / (weights.sum() - weights)[:, None]
    return np.asarray((near * np.sqrt(np.clip(rest, 0, 1))).max(axis=1), dtype=np.float64)


def _weakest_clause(claim: str, match: Match, near: Matrix) -> float:
    """The least weighted share that a part of the claim has in its own best sentence and the two beside it."""
    rows = {word.key: row for row, word in enumerate(match.words)}
    shares = []
    for part in clauses_of(claim):
        inside = sorted({rows[word.key] for word in words_of(part) if word.key in rows})
        if len(inside) > 1:
            weights = match.weights[inside]
            shares.append(float((weights @ near[inside]).max() / weights.sum()))
    return min(shares, default=float((match.weights @ near).max() / match.weights.sum()))
