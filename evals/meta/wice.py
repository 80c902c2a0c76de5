"""Checkers of groundedness on people's labels: balanced accuracy under folds grouped by page, floors beside it.

What a checker tells of a claim, one figure or several, goes through a logistic curve with both classes weighed alike
and an L2 penalty; a claim counts as supported where the curve passes one half. Curve, scaling and so the threshold are
fitted on the other folds only. Folds are dealt by page, again with other seeds, and every seed is counted alike.

Balanced accuracy is the mean of the share of supported claims that are found and of the share of others that are.
Its interval is a bootstrap over pages of the predictions as they are; that a curve might have been fitted on other
pages is not in it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.errors import DataError, ModelError
from evals.asking import INFRASTRUCTURE
from evals.grounding import (
    FEATURES,
    Checker,
    Curve,
    Ground,
    Lexical,
    Sentence,
    Support,
    match_claim,
    measure,
    missing_numbers,
    overlap,
)
from evals.meta.wice_data import LabelledClaim, hash_claims, pages_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FOLDS = 5
SEEDS = tuple(range(1, 11))
PENALTY = 0.1
"""Inverse of the L2 penalty's strength on standardised figures; fixed, and part of the procedure."""
DRAWS = 2000
BINS = 8
REFERENCES = (("MiniCheck-FT5, 0.8B", 0.750), ("gpt-4o", 0.759), ("AlignScore", 0.705), ("SummaC", 0.677))
"""Balanced accuracy over all of LLM-AggreFact, which is other data: Tang et al. 2024, arXiv 2404.10774."""


class JudgeUnreachable(ModelError):
    """A claim was left without a verdict because no judge could be reached, so nothing is scored."""

    exit_code = 4


@dataclass(frozen=True)
class Measured:
    """One checker or floor on all claims that it could judge."""

    name: str
    kind: str
    """checker, floor, leak (the same with pages torn apart) or shipped (nothing was fitted here)."""
    accuracy: float
    """Balanced accuracy, the mean over seeds."""
    low: float
    high: float
    """95% interval over pages."""
    least: float
    most: float
    """Over the seeds."""
    auc: float
    """Chance that a supported claim has more support than another one, the mean over seeds."""
    unjudged: int = 0
    note: str = ""


@dataclass(frozen=True)
class Bin:
    """Claims of like support, for the calibration."""

    predicted: float
    """Mean support, brought to the share of supported claims in the folds it was fitted on."""
    observed: float
    claims: int


@dataclass(frozen=True)
class MetaResult:
    """All that is known after a run over a file."""

    claims: int
    supported: int
    pages: int
    data_sha256: str
    rows: tuple[Measured, ...]
    """The checker first."""
    calibration: tuple[Bin, ...]
    notes: tuple[str, ...]


def grounds_of(claims: Sequence[LabelledClaim]) -> list[Ground]:
    """The ground of each claim; claims with one evidence share theirs."""
    known: dict[tuple[str, ...], Ground] = {}
    for one in claims:
        if one.evidence not in known:
            known[one.evidence] = Ground(_as_sentences(one.evidence))
    return [known[one.evidence] for one in claims]


def evaluate(
    claims: tuple[LabelledClaim, ...],
    checker: Checker | None = None,
    *,
    part_of: str = "",
    seeds: Sequence[int] = SEEDS,
) -> MetaResult:
    """Measure a checker, the lexical one where none is given, beside floors.

    Args:
        claims: of `read_claims`.
        checker: what it tells of a claim is one figure; of the lexical one the six it is made of are fitted anew.
        part_of: hash of all claims where these are some of them, to tell whether the shipped curve saw them.
        seeds: of the folds.

    Raises:
        DataError: there are fewer pages than folds, or the checker could judge too few claims of one class.
        JudgeUnreachable: some claim got no verdict because nobody could be asked.
    """
    pages = pages_of(claims)
    if len(set(pages.tolist())) < FOLDS:
        raise DataError(f"The claims are of {len(set(pages.tolist()))} pages; at least {FOLDS} are needed for folds.")
    labels = np.array([one.supported for one in claims], dtype=np.bool_)
    grounds = grounds_of(claims)
    figures = figures_of(claims, grounds)
    given = None if checker is None else _checked(checker, claims, grounds)
    own = figures if given is None else _values(given)
    name = "lexical" if checker is None else checker.name
    main, supports = _cross(name, "checker", own, labels, pages, seeds)
    alone = np.arange(len(claims), dtype=np.int64)
    rows = [main, _cross(f"{name}, random split", "leak", own, labels, alone, seeds, pages)[0]]
    if checker is not None:
        rows.append(_cross("lexical", "checker", figures, labels, pages, seeds)[0])
    digest = hash_claims(claims)
    rows.append(_shipped(Lexical(), figures, labels, pages, part_of or digest))
    rows += [_cross(floor, "floor", column, labels, pages, seeds)[0] for floor, column in _floors(claims, grounds)]
    rows.append(Measured("always one class", "floor", 0.5, 0.5, 0.5, 0.5, 0.5, 0.5))
    return MetaResult(
        claims=len(claims),
        supported=int(labels.sum()),
        pages=len(set(pages.tolist())),
        data_sha256=digest,
        rows=tuple(rows),
        calibration=_calibration(supports, labels),
        notes=_notes(claims, given),
    )


def _checked(checker: Checker, claims: Sequence[LabelledClaim], grounds: Sequence[Ground]) -> list[Support]:
    found = checker.check([(one.claim, ground) for one, ground in zip(claims, grounds, strict=True)])
    lost = [one.reason for one in found if one.reason.startswith(INFRASTRUCTURE)]
    if lost:
        raise JudgeUnreachable(
            f"{checker.name} could not be asked of {len(lost)} of {len(claims)} claims, so nothing is scored: {lost[0]}"
        )
    return found


def figures_of(claims: Sequence[LabelledClaim], grounds: Sequence[Ground]) -> Floats:
    """The lexical checker's figures, (n, 6); a row of NaN where a claim or its ground holds no word."""
    rows = []
    for one, ground in zip(claims, grounds, strict=True):
        match = match_claim(one.claim, ground)
        rows.append(np.full(len(FEATURES), np.nan) if match.is_empty else measure(one.claim, match))
    return np.array(rows, dtype=np.float64)


def fit_curve(claims: tuple[LabelledClaim, ...], source: str) -> Curve:
    """The lexical checker's curve, fitted on all claims of a file; what `weights.toml` holds."""
    figures = figures_of(claims, grounds_of(claims))
    judged = ~np.isnan(figures).any(axis=1)
    labels = np.array([one.supported for one in claims], dtype=np.bool_)
    fitted = _Fitted(figures[judged], labels[judged])
    return Curve(
        intercept=float(fitted.model.intercept_[0]),
        coefficients=tuple(fitted.model.coef_[0].tolist()),
        means=tuple(fitted.means.tolist()),
        scales=tuple(fitted.scales.tolist()),
        data_sha256=hash_claims(claims),
        source=source,
    )


class _Fitted:
    """A balanced logistic curve over standardised figures (n, k)."""

    def __init__(self, figures: Floats, labels: NDArray[np.bool_]) -> None:
        self.means = figures.mean(axis=0)
        deviations = figures.std(axis=0)
        self.scales = np.where(deviations > 0, deviations, 1.0)
        self.model = LogisticRegression(C=PENALTY, class_weight="balanced", max_iter=1000)
        self.model.fit((figures - self.means) / self.scales, labels)

    def values(self, figures: Floats) -> Floats:
        """Support, (n,)."""
        values: Floats = self.model.predict_proba((figures - self.means) / self.scales)[:, 1]
        return values


def _cross(
    name: str,
    kind: str,
    figures: Floats,
    labels: NDArray[np.bool_],
    groups: Integers,
    seeds: Sequence[int],
    pages: Integers | None = None,
) -> tuple[Measured, Floats]:
    """A row, and the support of each claim out of its fold as a mean over seeds, (n,), NaN where it was not judged.

    Folds are dealt by `groups`; the interval is over `pages`, the same where they are not given.
    """
    judged = ~np.isnan(figures).any(axis=1)
    kept, truth, inside = figures[judged], labels[judged], groups[judged]
    if truth.sum() < FOLDS or (~truth).sum() < FOLDS:
        raise DataError(
            f"{name}: {int(judged.sum())} of {len(labels)} claims could be judged; at least {FOLDS} supported and "
            f"{FOLDS} other ones are needed."
        )
    supports = np.array([_out_of_fold(kept, truth, _deal(inside, seed)) for seed in seeds])
    correct = (supports >= 0.5) == truth
    accuracies = [_balanced(one.astype(np.float64), truth) for one in correct]
    clusters = (groups if pages is None else pages)[judged]
    low, high = _interval(correct.mean(axis=0), truth, clusters)
    whole = np.full(len(labels), np.nan)
    whole[judged] = supports.mean(axis=0)
    return Measured(
        name=name,
        kind=kind,
        accuracy=float(np.mean(accuracies)),
        low=low,
        high=high,
        least=min(accuracies),
        most=max(accuracies),
        auc=float(np.mean([roc_auc_score(truth, one) for one in supports])),
        unjudged=int((~judged).sum()),
    ), whole


def _out_of_fold(figures: Floats, labels: NDArray[np.bool_], folds: Integers) -> Floats:
    """Support of each claim, (n,), by a curve that saw none of its fold; half where the others are of one class."""
    supports = np.full(len(labels), 0.5)
    for fold in range(FOLDS):
        held = folds == fold
        if held.any() and 0 < labels[~held].sum() < (~held).sum():
            supports[held] = _Fitted(figures[~held], labels[~held]).values(figures[held])
    return supports


def _deal(groups: Integers, seed: int) -> Integers:
    """A fold for each claim, (n,): groups are dealt in an order drawn by `seed`."""
    different, codes = np.unique(groups, return_inverse=True)
    dealt = np.empty(len(different), dtype=np.int64)
    dealt[np.random.default_rng(seed).permutation(len(different))] = np.arange(len(different)) % FOLDS
    return dealt[codes]


def _balanced(correct: Floats, labels: NDArray[np.bool_]) -> float:
    return float((correct[labels].mean() + correct[~labels].mean()) / 2)


def _interval(correct: Floats, labels: NDArray[np.bool_], clusters: Integers) -> tuple[float, float]:
    """95% percentiles of balanced accuracy over drawn pages; draws without one of the classes are left out."""
    different, codes = np.unique(clusters, return_inverse=True)
    size = len(different)
    sums = np.stack(
        [
            np.bincount(codes, weights, minlength=size)
            for weights in (correct * labels, labels, correct * ~labels, ~labels)
        ]
    )
    drawn = np.random.default_rng(7).multinomial(size, np.full(size, 1 / size), size=DRAWS) @ sums.T
    drawn = drawn[(drawn[:, 1] > 0) & (drawn[:, 3] > 0)]
    accuracies = (drawn[:, 0] / drawn[:, 1] + drawn[:, 2] / drawn[:, 3]) / 2
    low, high = np.percentile(accuracies, [2.5, 97.5])
    return float(low), float(high)


def _shipped(lexical: Lexical, figures: Floats, labels: NDArray[np.bool_], pages: Integers, digest: str) -> Measured:
    """The curve and threshold as they ship, on claims it may have been fitted on: then the row says so."""
    judged = ~np.isnan(figures).any(axis=1)
    truth = labels[judged]
    supports = lexical.curve.values(figures[judged])
    correct = ((supports >= lexical.curve.threshold) == truth).astype(np.float64)
    accuracy = _balanced(correct, truth)
    low, high = _interval(correct, truth, pages[judged])
    seen = lexical.curve.data_sha256 == digest
    told = "this very data: no estimate" if seen else f"{lexical.curve.source}; no estimate if any of it is here"
    note = f"fitted on {told}"
    auc = float(roc_auc_score(truth, supports))
    return Measured(
        "lexical, as shipped", "shipped", accuracy, low, high, accuracy, accuracy, auc, int((~judged).sum()), note
    )


def _floors(claims: Sequence[LabelledClaim], grounds: Sequence[Ground]) -> list[tuple[str, Floats]]:
    measures: Mapping[str, Callable[[str, Ground], float]] = {
        "share of words found": lambda claim, ground: overlap(match_claim(claim, ground)),
        "numbers found": lambda claim, ground: -float(len(missing_numbers(claim, ground))),
        "longer evidence": lambda claim, ground: float(np.log1p(sum(len(one.text) for one in ground.sentences))),
        "shorter claim": lambda claim, ground: -float(len(claim)),
    }
    pairs = [(one.claim, ground) for one, ground in zip(claims, grounds, strict=True)]
    return [(name, np.array([[told(*pair)] for pair in pairs])) for name, told in measures.items()]


def _values(supports: Sequence[Support]) -> Floats:
    """One column; NaN where nothing could be said."""
    return np.array([[np.nan if one.value is None else one.value] for one in supports], dtype=np.float64)


def _calibration(supports: Floats, labels: NDArray[np.bool_]) -> tuple[Bin, ...]:
    """Bins of as many claims each. The curve weighs both classes alike, so its odds are brought to the real share."""
    judged = ~np.isnan(supports)
    values, truth = supports[judged], labels[judged]
    share = truth.mean()
    odds = values * share / (values * share + (1 - values) * (1 - share))
    order = np.argsort(odds, kind="stable")
    return tuple(
        Bin(float(odds[part].mean()), float(truth[part].mean()), len(part))
        for part in np.array_split(order, min(BINS, len(order)))
    )


def _notes(claims: Sequence[LabelledClaim], given: Sequence[Support] | None) -> tuple[str, ...]:
    notes = []
    untitled = sum(not one.page for one in claims)
    if untitled:
        notes.append(f"{untitled} claims have no meta.claim_title: only those with the same evidence share a page.")
    silent = [] if given is None else [one.reason for one in given if one.value is None]
    if silent:
        notes.append(
            f"{len(silent)} claims have no verdict and are left out of its row, the first because: {silent[0]}"
        )
    return tuple(notes)


def _as_sentences(evidence: Sequence[str]) -> list[Sentence]:
    sentences, start = [], 0
    for text in evidence:
        sentences.append(Sentence(text, 0, start))
        start += len(text) + 1
    return sentences
