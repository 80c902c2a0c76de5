"""The deterministic checker: six figures of words, numbers and names through a logistic curve.

    support = 1 / (1 + exp(-(intercept + Σ coefficient · (figure - mean) / scale)))

`weights.toml` holds the curve; `assistant eval meta wice --fit` makes it. It says how much of a claim's wording stands
together in the sources, never whether the claim follows from them: a claim that turns a sentence round is supported.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import tomli_w
from numpy.typing import NDArray

from evals.grounding.checking import Pairs, Support
from evals.grounding.features import FEATURES, Match, best_sentences, match_claim, measure
from evals.grounding.sources import Ground

VERSION = 1
"""Of the figures; the version of the checker holds the weights' as well."""
HEADER = """\
# The curve of the lexical checker: see lexical.py for the formula and features.py for the figures.
# `assistant eval meta wice --data FILE --fit THIS` makes this file: a logistic curve, both classes weighed alike,
# with an L2 penalty (C = 0.1) on standardised figures.
"""


@dataclass(frozen=True)
class Curve:
    """A fitted logistic curve over `FEATURES`."""

    intercept: float
    coefficients: tuple[float, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    threshold: float = 0.5
    """Support from which a claim counts as supported."""
    data_sha256: str = ""
    """Of the claims and labels it was fitted on."""
    source: str = ""

    def values(self, figures: NDArray[np.float64]) -> NDArray[np.float64]:
        """Support, (n,), of figures (n, len(FEATURES))."""
        standard = (figures - np.array(self.means)) / np.array(self.scales)
        return np.asarray(1 / (1 + np.exp(-(self.intercept + standard @ np.array(self.coefficients)))))


@cache
def shipped_curve() -> Curve:
    """The curve of `weights.toml`."""
    raw = tomllib.loads(resources.files(__package__).joinpath("weights.toml").read_text(encoding="utf-8"))
    figures = raw["figures"]
    return Curve(
        intercept=raw["intercept"],
        coefficients=tuple(figures[name]["coefficient"] for name in FEATURES),
        means=tuple(figures[name]["mean"] for name in FEATURES),
        scales=tuple(figures[name]["scale"] for name in FEATURES),
        threshold=raw["threshold"],
        data_sha256=raw["fitted"]["data_sha256"],
        source=raw["fitted"]["source"],
    )


def curve_text(curve: Curve) -> str:
    """A curve as the text of a `weights.toml`; equal curves give equal texts."""
    rows = zip(FEATURES, curve.coefficients, curve.means, curve.scales, strict=True)
    figures = {
        name: {"coefficient": round(coefficient, 6), "mean": round(mean, 6), "scale": round(scale, 6)}
        for name, coefficient, mean, scale in rows
    }
    told = {
        "intercept": round(curve.intercept, 6),
        "threshold": curve.threshold,
        "fitted": {"source": curve.source, "data_sha256": curve.data_sha256},
        "figures": figures,
    }
    return f"{HEADER}\n{tomli_w.dumps(told)}"


class Lexical:
    """The deterministic floor that every other checker is held against; see `Checker`."""

    name = "lexical"

    def __init__(self, curve: Curve | None = None) -> None:
        """With the shipped curve, or another one."""
        self.curve = curve or shipped_curve()

    @property
    def version(self) -> str:
        """Of the figures, and a hash of the curve."""
        told = repr((self.curve.intercept, self.curve.coefficients, self.curve.means, self.curve.scales))
        return f"{VERSION}.{hashlib.sha256(told.encode()).hexdigest()[:8]}"

    def check(self, pairs: Pairs) -> list[Support]:
        """See `Checker`. A claim without words, and a ground without sentences, is none it can judge."""
        return [self._one(claim, ground) for claim, ground in pairs]

    def _one(self, claim: str, ground: Ground) -> Support:
        match = match_claim(claim, ground)
        if match.is_empty:
            return Support(None, reason="the sources hold no sentence" if match.words else "the claim holds no word")
        value = float(self.curve.values(measure(claim, match)[None, :])[0])
        spans = tuple(ground.sentences[at] for at in best_sentences(match))
        return Support(value, spans, _missing(match))


def missing_numbers(claim: str, ground: Ground) -> tuple[str, ...]:
    """Numbers of a claim that stand nowhere in its ground."""
    return _absent(match_claim(claim, ground), "number")


def _missing(match: Match) -> str:
    told = [
        f"{kind}s that no source has: {', '.join(found)}"
        for kind in ("number", "name", "word")
        if (found := _absent(match, kind))
    ]
    return "; ".join(told)


def _absent(match: Match, kind: str) -> tuple[str, ...]:
    if match.is_empty:
        return tuple(word.key for word in match.words if word.kind == kind)
    anywhere = match.hits.max(axis=1)
    return tuple(word.key for word, best in zip(match.words, anywhere, strict=True) if word.kind == kind and best == 0)
