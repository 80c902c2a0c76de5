"""What a headline scorer has to beat, and what it looks like when a split leaks."""

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from evals.meta.upworthy import Experiments, Floats, Integers, Pairs

_TERMS = {"ngram_range": (1, 2), "min_df": 2, "sublinear_tf": True}
_C = 1.0


def chance_longer(experiments: Experiments, pairs: Pairs) -> Floats:
    """1 where the first of a pair has more characters, 0 where it has fewer, half where as many, (m,)."""
    length = np.array([len(headline) for headline in experiments.headlines], dtype=np.int64)
    found: Floats = 0.5 + 0.5 * np.sign(length[pairs.first] - length[pairs.second])
    return found


def chance_by_words(experiments: Experiments, pairs: Pairs, folds: Integers, held: tuple[int, ...]) -> Floats:
    """Probability that the first of a pair wins, (m,), by logistic regression on TF-IDF of words and pairs of words.

    `folds` is (m,), of pairs: dealt by test, this is a floor; dealt at random, it shows what a leak is worth, since
    pairs of one experiment share headlines. NaN where a pair is not held or there is nothing to learn from.
    """
    chances = np.full(len(pairs), np.nan)
    for fold in held:
        known, asked = (folds != fold) & (folds >= 0), folds == fold
        won = pairs.z[known] > 0
        if not asked.any() or len(won) < 2:
            continue
        arms = np.unique(np.concatenate([pairs.first[known], pairs.second[known]]))
        terms = TfidfVectorizer(**_TERMS)
        try:
            terms.fit([experiments.headlines[at] for at in arms])
        except ValueError:  # no word stands in two headlines
            continue
        matrix = terms.transform(experiments.headlines)
        apart = matrix[pairs.first] - matrix[pairs.second]
        # Each pair in both orders, so that the order of a pair means nothing and both outcomes are there.
        both = np.concatenate([np.flatnonzero(known)] * 2)
        sign = np.repeat([1.0, -1.0], len(won))
        model = LogisticRegression(C=_C, fit_intercept=False, solver="liblinear", random_state=0)
        model.fit(apart[both].multiply(sign[:, None]).tocsr(), np.concatenate([won, ~won]))
        chances[asked] = model.predict_proba(apart[asked])[:, 1]
    return chances


def folds_at_random(pairs: Pairs, *, folds: int, seed: int) -> Integers:
    """A fold for each pair whatever its experiment, (m,): the split that leaks."""
    dealt: Integers = (np.random.default_rng(seed).permutation(len(pairs)) % folds).astype(np.int64)
    return dealt


def correctness(chances: Floats, won: NDArray[np.bool_]) -> Floats:
    """1 where the winner was said, 0 where the loser was, half for an even chance, (m,); NaN stays NaN."""
    said = 0.5 + 0.5 * np.sign(chances - 0.5)
    found: Floats = np.where(won, said, 1 - said)
    return found
