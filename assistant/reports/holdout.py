"""What segments add to recency, frequency and spend on days that were kept back."""

from dataclasses import dataclass

from assistant.records.certificates import Certificate, HoldoutScore, TargetVerdict, Verdict
from assistant.reports import numbers
from assistant.reports.axes import Axis, Mark, axis_of

# The kind of mark, its sign and its words; a verdict of another version is shown as it stands.
_VERDICTS: dict[Verdict, tuple[str, str, str]] = {
    Verdict.ADDS: ("good", "✓", "adds"),
    Verdict.NOTHING: ("off", "=", "not told from chance"),
    Verdict.TAKES: ("warn", "!", "explains less"),
    Verdict.UNKNOWN: ("off", "?", "cannot be said"),
}


@dataclass(frozen=True)
class Stamp:
    """A verdict as a small mark."""

    kind: str
    sign: str
    words: str


@dataclass(frozen=True)
class TargetRow:
    """One target, over all earlier cutoffs."""

    label: str
    rfm: str
    both: str
    gain: str
    """In percentage points."""
    interval: str
    mark: Mark | None
    stamp: Stamp
    sentence: str


@dataclass(frozen=True)
class ScoreRow:
    """One target after one earlier cutoff."""

    as_of: str
    label: str
    customers: str
    rfm: str
    segments: str
    both: str
    gain: str
    interval: str
    words: str
    note: str


@dataclass(frozen=True)
class Worth:
    """All targets on one axis, and the cutoffs behind them."""

    axis: Axis
    zero: float
    """Where a gain of nothing lies, in percent."""
    headlines: tuple[TargetRow, ...]
    others: tuple[TargetRow, ...]
    scores: tuple[ScoreRow, ...]
    cutoffs: tuple[str, ...]


def worth_of(certificate: Certificate) -> Worth | None:
    """Lay out the holdout; none where there was none."""
    if not certificate.targets:
        return None
    ends = [
        end
        for target in certificate.targets
        if target.gain
        for end in (target.gain.low, target.gain.value, target.gain.high)
    ]
    axis = axis_of(ends, lambda share: numbers.signed(100 * share, 1))
    labels = {target.target: target.label for target in certificate.targets}
    return Worth(
        axis=axis,
        zero=axis.at(0.0),
        headlines=tuple(_target(target, axis) for target in certificate.targets if target.headline),
        others=tuple(_target(target, axis) for target in certificate.targets if not target.headline),
        scores=tuple(_score(score, labels.get(score.target, score.target)) for score in certificate.scores),
        cutoffs=tuple(dict.fromkeys(numbers.date(score.as_of) for score in certificate.scores)),
    )


def _target(target: TargetVerdict, axis: Axis) -> TargetRow:
    gain = target.gain
    return TargetRow(
        label=target.label,
        rfm=numbers.tenths(target.rfm),
        both=numbers.tenths(target.both),
        gain=numbers.points(gain.value if gain else None),
        interval=f"{numbers.points(gain.low)} to {numbers.points(gain.high)}" if gain else "",
        mark=axis.mark(gain.value, gain.low, gain.high) if gain else None,
        stamp=stamp_of(target.verdict),
        sentence=target.sentence,
    )


def _score(score: HoldoutScore, label: str) -> ScoreRow:
    gain = score.gain
    return ScoreRow(
        as_of=numbers.date(score.as_of),
        label=label,
        customers=numbers.count(score.customers),
        rfm=numbers.tenths(score.rfm),
        segments=numbers.tenths(score.segments),
        both=numbers.tenths(score.both),
        gain=numbers.points(gain.value if gain else None),
        interval=f"{numbers.points(gain.low)} to {numbers.points(gain.high)}" if gain else "",
        words=stamp_of(score.verdict).words,
        note=score.note,
    )


def stamp_of(verdict: Verdict) -> Stamp:
    """The mark of a verdict."""
    return Stamp(*_VERDICTS.get(verdict, ("off", "?", str(verdict))))
