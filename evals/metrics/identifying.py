"""For which segment a text was written, told from its words alone; for the metric of personas.

A pool is all trials of one channel and language: only within one are segments confused.
"""

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evals.metrics.likeness import Matrix, counted, rarity
from evals.metrics.metric import Subject
from evals.metrics.profiles import own_words, profile_of
from evals.metrics.wording import lines_of, meanings_of

SHOWN = 3
"""Words that an explanation names."""
SEED = 7
_EQUAL = 1e-9


@dataclass(frozen=True)
class Told:
    """What one text was taken for."""

    taken_for: str = ""
    """A segment; empty: it is as near to two."""
    by: tuple[str, ...] = ()
    """Words that it shares with that segment rather than with others."""
    among: int = 0
    """Segments there were to choose from."""
    why: str = ""
    """Why nothing can be told."""


@dataclass(frozen=True)
class Pool:
    """Trials of one channel and language."""

    places: tuple[int, ...]
    """(n,) positions of the trials."""
    names: tuple[str, ...]
    """(s,) segments."""
    units: NDArray[np.int64]
    """(n,) cluster of each trial, from 0."""
    labels: NDArray[np.int64]
    """(u,) segment of each cluster."""
    briefs: NDArray[np.int64]
    """(u,) brief of each cluster, from 0."""
    terms: tuple[tuple[str, ...], ...]
    """(n,) words of each text."""
    profiles: tuple[tuple[str, ...], ...]
    """(s,) words of each segment's profile; empty where some segment has none."""

    @cached_property
    def vectors(self) -> tuple[Matrix, Matrix]:
        """Texts (n, t) and profiles (s, t), of length one, words weighted by how rare they are in the pool."""
        bags = [*self.terms, *self.profiles]
        told = counted(bags, rarity(bags))
        return told[: len(self.terms)], told[len(self.terms) :]

    @cached_property
    def by_unit(self) -> tuple[Matrix, Matrix]:
        """Likeness of each text to all of each cluster, and how many those are: (n, u), 0 within its own brief."""
        texts, _ = self.vectors
        member = np.eye(len(self.labels))[self.units]
        other = self.briefs[self.units][:, None] != self.briefs[None, :]
        return np.asarray((texts @ (texts.T @ member)) * other), np.asarray(member.sum(axis=0) * other)

    def nearness(self, labels: NDArray[np.int64]) -> Matrix | None:
        """How near each text is to each segment, (n, s); None where there is nothing to be near to.

        The cosine with the segment's profile, and the mean cosine with what was written for it under other briefs, each
        in deviations of its differences between segments, so that both count alike.

        Args:
            labels: (u,) segment of each cluster.
        """
        texts, profiles = self.vectors
        parts = [texts @ profiles.T] if len(profiles) else []
        likeness, counts = self.by_unit
        member = np.eye(len(self.names))[labels]
        told = counts @ member
        if told.min() > 0:
            parts.append((likeness @ member) / told)
        if not parts:
            return None
        apart = [part - part.mean(axis=1, keepdims=True) for part in parts]
        return np.asarray(sum(part / (part.std() or 1.0) for part in apart))

    def shared(self, at: int, segment: int) -> tuple[str, ...]:
        """Words that a text shares with a segment more than with the others, most telling first."""
        own = set(self.terms[at])
        weights: Counter[str] = Counter()
        for number, name in enumerate(self.names):
            held = set(self.profiles[number]) if self.profiles else set()
            if not held:
                others = self.briefs[self.units] != self.briefs[self.units[at]]
                same = self.labels[self.units] == number
                held = {term for place in np.flatnonzero(others & same) for term in self.terms[place]}
            for term in own & held:
                weights[term] += 1 if name == self.names[segment] else -1
        return tuple(term for term, weight in sorted(weights.items(), key=lambda one: one[0]) if weight > 0)[:SHOWN]


def identify(subjects: Sequence[Subject], without: Mapping[str, frozenset[str]] | None = None) -> list[Told]:
    """What each text is taken for.

    Args:
        subjects: trials of one system.
        without: words that are left out of texts and profiles, by language.
    """
    told = [Told(why="the case has no segment") for _ in subjects]
    for pool in _pools(subjects, without or {}):
        for place, found in zip(pool.places, _in_pool(pool), strict=True):
            told[place] = found
    return told


def p_of(subjects: Sequence[Subject], without: Mapping[str, frozenset[str]] | None, draws: int) -> float:
    """Permutation p of the accuracy: how likely as many are identified, or more, when segments are shuffled.

    Whole clusters change their segments, within brief, channel and language. All shufflings of a pool are counted where
    there are no more than `draws`; else as many are drawn, and the true order is one of them (Phipson and Smyth,
    Permutation p-values should never be zero, 2010). Pools are shuffled on their own, so their counts are convolved.
    """
    draw = np.random.default_rng(SEED)
    pools = [pool for pool in _pools(subjects, without or {}) if not _in_pool(pool)[0].why]
    likely = np.ones(1)
    for pool in pools:
        right = [_right(pool, labels) for labels in _shufflings(pool, draws, draw)]
        likely = np.convolve(likely, np.bincount(right) / len(right))
    true = sum(_right(pool, pool.labels) for pool in pools)
    return float(min(1.0, likely[true:].sum()))


def stripped(subjects: Sequence[Subject]) -> dict[str, frozenset[str]]:
    """Language -> words of names: of segments, of products, of what profiles say that a segment is fond of."""
    words: dict[str, set[str]] = {}
    for subject in subjects:
        language = subject.case.language
        own = words.setdefault(language, set())
        for name in own_words(subject):
            own.update(meanings_of(name, language))
    return {language: frozenset(own) for language, own in words.items()}


def _pools(subjects: Sequence[Subject], without: Mapping[str, frozenset[str]]) -> list[Pool]:
    places: dict[tuple[str, str], list[int]] = {}
    for at, subject in enumerate(subjects):
        if subject.case.segment:
            places.setdefault((subject.case.channel, subject.case.language), []).append(at)
    return [_pool(own, subjects, without.get(language, frozenset())) for (_, language), own in places.items()]


def _pool(places: Sequence[int], subjects: Sequence[Subject], without: frozenset[str]) -> Pool:
    own = [subjects[at] for at in places]
    language = own[0].case.language

    def terms(text: str) -> tuple[str, ...]:
        return tuple(term for term in meanings_of(text, language) if term not in without)

    names = tuple(sorted({subject.case.segment for subject in own}))
    clusters = list(dict.fromkeys((subject.case.brief, subject.case.group, subject.case.segment) for subject in own))
    briefs = list(dict.fromkeys(brief for brief, _, _ in clusters))
    told: dict[str, dict[str, None]] = {name: {} for name in names}
    for subject in own:
        profile = profile_of(subject)
        if profile:
            told[subject.case.segment][profile] = None
    return Pool(
        places=tuple(places),
        names=names,
        units=np.array([clusters.index((one.case.brief, one.case.group, one.case.segment)) for one in own]),
        labels=np.array([names.index(segment) for _, _, segment in clusters]),
        briefs=np.array([briefs.index(brief) for brief, _, _ in clusters]),
        terms=tuple(terms("\n".join(lines_of(subject))) for subject in own),
        profiles=tuple(terms("\n".join(told[name])) for name in names) if all(told.values()) else (),
    )


def _in_pool(pool: Pool) -> list[Told]:
    if len(pool.names) < 2:
        return [Told(why="there are fewer than two segments to tell apart")] * len(pool.places)
    nearness = pool.nearness(pool.labels)
    if nearness is None:
        return [Told(why="the segments have neither profiles nor texts of other briefs")] * len(pool.places)
    chosen = _nearest(nearness)
    return [
        Told(among=len(pool.names))
        if segment < 0
        else Told(pool.names[segment], pool.shared(at, int(segment)), len(pool.names))
        for at, segment in enumerate(chosen)
    ]


def _nearest(nearness: Matrix) -> NDArray[np.int64]:
    """(n,) nearest segment of each text; -1 where two are as near."""
    ordered = np.sort(nearness, axis=1)
    return np.where(ordered[:, -1] - ordered[:, -2] > _EQUAL, nearness.argmax(axis=1), -1)


def _right(pool: Pool, labels: NDArray[np.int64]) -> int:
    nearness = pool.nearness(labels)
    return 0 if nearness is None else int((_nearest(nearness) == labels[pool.units]).sum())


def _shufflings(pool: Pool, draws: int, draw: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Labels, with those of each brief in another order; the true order is one of them."""
    own = [np.flatnonzero(pool.briefs == brief) for brief in range(int(pool.briefs.max()) + 1)]
    if math.prod(math.factorial(len(units)) for units in own) <= draws:
        for orders in itertools.product(*(itertools.permutations(pool.labels[units]) for units in own)):
            labels = pool.labels.copy()
            for units, order in zip(own, orders, strict=True):
                labels[units] = order
            yield labels
        return
    yield pool.labels
    for _ in range(draws):
        labels = pool.labels.copy()
        for units in own:
            labels[units] = draw.permutation(labels[units])
        yield labels
