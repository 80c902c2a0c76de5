"""What a judge's card says, computed from what people and the judge said of the same rows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from evals.judges.cards import AltTest, Estimate, JudgeCard, JudgeIdentity, Thresholds
from evals.judges.labels import Labelled, LabelledRow
from evals.judges.pairwise import Preference, consistency, position_bias
from evals.metrics.rubric import Rubric
from evals.records import Score
from evals.statistics import (
    Difference,
    Interval,
    alt_test,
    cohen_kappa,
    corrected_rate,
    kappa_interval,
    length_bias,
    near_value,
    same_label,
    sensitivity_specificity,
    wilson_interval,
)

Floats = NDArray[np.float64]

LEAST_ANNOTATORS = 3
LEAST_LABELS = 30
"""Rows an annotator has to have labelled for the alt-test to count one (section 4 of the paper)."""
EPSILON = 0.2


@dataclass(frozen=True)
class Judged:
    """A row and what the judge said of it."""

    row: LabelledRow
    said: str | None
    """A label; None where the judge's verdict is invalid."""
    reason: str = ""
    preference: Preference | None = None
    """Of a pair."""


@dataclass(frozen=True)
class Scale:
    """What labels mean."""

    values: Mapping[str, float]
    """Label -> value."""
    passes_from: float
    """Least value that is good."""
    ordered: bool
    """Whether values are more than names."""

    def passes(self, label: str) -> bool:
        """Whether a label is a good one."""
        return self.values[label] >= self.passes_from


PAIR_SCALE = Scale({"first": 1.0, "tie": 0.5, "second": 0.0}, 1.0, ordered=False)


def scale_of(rubric: Rubric, passes_from: float | None = None) -> Scale:
    """The scale of a rubric; without a bound of its own, the upper half of its levels is good."""
    values = {level.name: level.value for level in rubric.levels}
    middle = (min(values.values()) + max(values.values())) / 2
    bound = passes_from if passes_from is not None else min(value for value in values.values() if value > middle)
    return Scale(values, bound, ordered=not rubric.is_pass_fail)


def judged_text(row: LabelledRow, score: Score, scale: Scale) -> Judged:
    """A row with a rubric's score: the label that is nearest to its value, the lower one where two are."""
    if score.value is None:
        return Judged(row, None, score.explanation)
    value = score.value
    return Judged(
        row, min(sorted(scale.values, key=scale.values.__getitem__), key=lambda n: abs(scale.values[n] - value))
    )


def judged_pair(row: LabelledRow, preference: Preference) -> Judged:
    """A row with a pair's preference."""
    said = None if preference.winner == "invalid" else preference.winner
    return Judged(row, said, preference.reason if said is None else "", preference)


def measure(
    identity: JudgeIdentity,
    labelled: Labelled,
    judged: Sequence[Judged],
    scale: Scale,
    *,
    thresholds: Thresholds | None = None,
    created_at: str = "",
    program: str = "",
) -> JudgeCard:
    """The card of a judge.

    Args:
        identity: of the judge.
        labelled: the file.
        judged: all its rows, (n,), those without a label too.
        scale: of the labels.
        thresholds: what it has to reach.
        created_at: UTC.
        program: version of this software.
    """
    bounds = thresholds or Thresholds()
    with_labels = [each for each in judged if each.row.labels]
    known = [(each, true, each.said) for each in with_labels if (true := each.row.truth()) and each.said is not None]
    truth = [label for _, label, _ in known]
    said = [label for _, _, label in known]
    groups = [each.row.cluster for each, _, _ in known]
    notes: list[str] = []
    kappa = kappa_interval(
        [scale.values[label] for label in truth],
        [scale.values[label] for label in said],
        weights="quadratic" if scale.ordered else None,
        clusters=groups,
    )
    agreed = [float(one == other) for one, other in zip(truth, said, strict=True)]
    preferences = [each.preference for each in judged if each.preference is not None]
    figures: dict[str, Any] = {
        "kappa": Estimate(
            value=_finite(kappa.kappa), low=_finite(kappa.low), high=_finite(kappa.high), n=kappa.n,
            clusters=kappa.clusters, method="jackknife over groups",
        ),
        "raw_agreement": _estimate(_share(agreed, groups)),
        "human_kappa": _human_kappa(labelled, scale),
        "alt_test": _alt_test(labelled, with_labels, scale, notes),
        "length_bias": _length_bias(known, scale, notes),
        "position_bias": _finite(position_bias(preferences)) if preferences else None,
        "consistency": _finite(consistency(preferences)) if preferences else None,
        "invalid_rate": sum(each.said is None for each in judged) / len(judged),
        **_rates(known, judged, scale, notes, pairs=bool(preferences)),
    }  # fmt: skip
    card = JudgeCard(
        identity=identity,
        data=labelled.name,
        data_sha256=labelled.sha256,
        rows=len(with_labels),
        judged=len(known),
        contested=sum(each.row.truth() is None for each in with_labels),
        groups=len(set(groups)),
        annotators=len(labelled.annotators),
        weighted=scale.ordered,
        thresholds=bounds,
        holds=False,
        notes=tuple(notes),
        created_at=created_at,
        program=program,
        **figures,
    )
    reasons = shortfalls(card)
    return card.model_copy(update={"holds": not reasons, "reasons": tuple(reasons)})


def shortfalls(card: JudgeCard) -> list[str]:
    """What a card lacks to hold, each in one sentence; none where it holds."""
    bounds = card.thresholds
    wrong = []
    if card.judged < bounds.least_rows:
        wrong.append(f"{card.judged} labelled rows were judged, fewer than {bounds.least_rows}")
    if card.groups < bounds.least_groups:
        wrong.append(f"they are of {card.groups} groups, fewer than {bounds.least_groups}")
    if card.kappa.value is None or card.kappa.low is None or card.kappa.low < bounds.least_kappa:
        told = "cannot be told" if card.kappa.value is None else f"is {card.kappa.value:.2f}"
        low = "" if card.kappa.low is None else f", and from {card.kappa.low:.2f} on at 95%"
        wrong.append(f"kappa {told}{low}; its lower bound has to reach {bounds.least_kappa:.2f}")
    if card.invalid_rate > bounds.most_invalid:
        wrong.append(f"{card.invalid_rate:.0%} of rows have no verdict, more than {bounds.most_invalid:.0%}")
    if card.position_bias is not None and abs(card.position_bias) > bounds.most_position_bias:
        wrong.append(
            f"it takes one place {abs(card.position_bias):.0%} more often than the other, more than "
            f"{bounds.most_position_bias:.0%}"
        )
    if bounds.alt_test and card.alt_test is not None and not card.alt_test.passes:
        wrong.append(f"it is no worse than {card.alt_test.winning_rate:.0%} of annotators, fewer than half (alt-test)")
    return wrong


def _rates(
    known: Sequence[tuple[Judged, str, str]], judged: Sequence[Judged], scale: Scale, notes: list[str], *, pairs: bool
) -> dict[str, Estimate]:
    """Sensitivity, specificity, and the pass rate with and without their correction.

    Of pairs: the share taken rightly of those where the first, and where the second, is better; ties of people are
    left out, and a tie of the judge is wrong on either side.
    """
    used = [(each, true, label) for each, true, label in known if not pairs or true != "tie"]
    groups = [each.row.cluster for each, _, _ in used]
    real = [scale.passes(true) for _, true, _ in used]
    said = [scale.passes(label) for _, _, label in used]
    if pairs:  # a judge's tie is no word for the second either
        said = [label == "first" if good else label != "second" for good, (_, _, label) in zip(real, used, strict=True)]
    found = sensitivity_specificity(real, said, clusters=groups)
    rates = {"sensitivity": _estimate(found.sensitivity), "specificity": _estimate(found.specificity)}
    targets = [each for each in judged if not each.row.labels and each.said is not None]
    if not targets:
        notes.append("there are no rows without a label, so the pass rate is that of the labelled ones")
        targets = [each for each, _, _ in known]
    passed = [float(scale.passes(each.said)) for each in targets if each.said is not None]
    clustered = _share(passed, [each.row.cluster for each in targets])
    rates["pass_rate"] = _estimate(clustered)
    positives, negatives = sum(real), len(real) - sum(real)
    if pairs or not positives or not negatives or not passed:
        why = "of pairs there is no pass rate" if pairs else "the labels are all good or all bad"
        notes.append(f"{why}, so none is corrected")
        return {**rates, "corrected_pass_rate": Estimate(value=None)}
    alone = wilson_interval(sum(passed), len(passed))
    design = max(1.0, ((clustered.high - clustered.low) / (alone.high - alone.low)) ** 2)
    corrected = corrected_rate(
        sum(passed) / design,
        len(passed) / design,
        true_positive=sum(good and label for good, label in zip(real, said, strict=True)),
        positives=positives,
        true_negative=sum(not good and not label for good, label in zip(real, said, strict=True)),
        negatives=negatives,
    )
    return {**rates, "corrected_pass_rate": _estimate(corrected)}


def _alt_test(labelled: Labelled, judged: Sequence[Judged], scale: Scale, notes: list[str]) -> AltTest | None:
    if len(labelled.annotators) < LEAST_ANNOTATORS:
        notes.append(
            f"the alt-test needs {LEAST_ANNOTATORS} annotators of the same rows, and there are "
            f"{len(labelled.annotators)}"
        )
        return None

    def worth(label: str) -> Any:
        return scale.values[label] if scale.ordered else label

    humans: dict[str, dict[str, Any]] = {name: {} for name in labelled.annotators}
    for each in judged:
        for name, label in each.row.labels.items():
            humans[name][each.row.id] = worth(label)
    verdicts = {each.row.id: worth(each.said) for each in judged if each.said is not None}
    found = alt_test(
        humans, verdicts, epsilon=EPSILON, align=near_value if scale.ordered else same_label, least=LEAST_LABELS
    )
    if found.note:
        notes.append(f"alt-test: {found.note}")
    if not found.p:
        return None
    return AltTest(
        winning_rate=found.winning_rate,
        advantage=found.advantage,
        annotators=len(found.p),
        epsilon=found.epsilon,
        passes=found.passes,
    )


def _human_kappa(labelled: Labelled, scale: Scale) -> float | None:
    """The mean of kappa over pairs of annotators with rows in common; None where there is none."""
    found = []
    for one, other in combinations(labelled.annotators, 2):
        both = [row.labels for row in labelled.rows if one in row.labels and other in row.labels]
        kappa = cohen_kappa(
            [scale.values[labels[one]] for labels in both],
            [scale.values[labels[other]] for labels in both],
            weights="quadratic" if scale.ordered else None,
        )
        if math.isfinite(kappa):
            found.append(kappa)
    return sum(found) / len(found) if found else None


def _length_bias(known: Sequence[tuple[Judged, str, str]], scale: Scale, notes: list[str]) -> Estimate:
    pairs = [
        (each.row.cluster, lead, true, label)
        for each, true, label in known
        if each.preference is not None and (lead := len(each.row.first) - len(each.row.second))
    ]
    if pairs:
        people, judge = (
            [scale.values[label] if lead > 0 else 1 - scale.values[label] for lead, label in picked]
            for picked in ([(lead, true) for _, lead, true, _ in pairs], [(lead, said) for _, lead, _, said in pairs])
        )
        return _of_difference(length_bias(judge, people, [cluster for cluster, *_ in pairs]))
    # Within each label that people gave, so that a length which goes with quality is no bias.
    truth = [true for _, true, _ in known]
    values = _centred(np.array([scale.values[label] for _, _, label in known]), truth)
    lengths = _centred(np.log([max(1, len(each.row.text)) for each, _, _ in known]), truth)
    groups = len({each.row.cluster for each, _, _ in known})
    if groups < 4 or np.allclose(values, 0) or np.allclose(lengths, 0):
        notes.append("verdicts or lengths do not vary, or are of too few groups, so a bias for length cannot be told")
        return Estimate(value=None)
    found = float(np.corrcoef(values, lengths)[0, 1])
    # Fisher's z with as many observations as there are groups.
    half = float(stats.norm.ppf(0.975)) / math.sqrt(groups - 3)
    centre = math.atanh(min(max(found, -1 + 1e-9), 1 - 1e-9))
    return Estimate(
        value=found, low=math.tanh(centre - half), high=math.tanh(centre + half), n=len(values), clusters=groups,
        method="correlation of verdict and log length among texts of one label, Fisher's z over groups",
    )  # fmt: skip


def _centred(numbers: Floats, labels: Sequence[str]) -> Floats:
    """Numbers (n,) less the mean of those with the same label."""
    codes = np.unique(labels, return_inverse=True)[1] if labels else np.zeros(0, int)
    means = np.bincount(codes, weights=numbers) / np.maximum(1, np.bincount(codes))
    centred: Floats = numbers - means[codes]
    return centred


def _share(values: Sequence[float], groups: Sequence[str]) -> Interval:
    return wilson_interval(sum(values), len(values), clusters=list(groups), values=list(values))


def _estimate(interval: Interval) -> Estimate:
    return Estimate(
        value=_finite(interval.estimate), low=_finite(interval.low), high=_finite(interval.high), n=interval.n,
        clusters=interval.clusters, method=interval.method,
    )  # fmt: skip


def _of_difference(found: Difference) -> Estimate:
    return Estimate(
        value=_finite(found.estimate), low=_finite(found.low), high=_finite(found.high), n=found.cases,
        clusters=found.clusters, method=found.method,
    )  # fmt: skip


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
