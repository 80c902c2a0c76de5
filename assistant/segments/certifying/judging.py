"""Squared errors of rival predictions as gains with intervals and verdicts."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assistant.records.certificates import CertificateSettings, HoldoutScore, Interval, TargetVerdict, Verdict
from assistant.segments.certifying.explaining import fold_plan, indicators, squared_errors
from assistant.segments.certifying.outcomes import TARGETS
from assistant.segments.certifying.wording import target_sentence
from assistant.segments.clustering import Labels
from assistant.segments.scaling import Matrix

# Fewer customers than this who did something, or did not, decide nothing.
MIN_EITHER = 10
_BLOCK_NUMBERS = 4_000_000
_MISSED = 0.05
# Several targets are asked at once: each gets its part of the error (Bonferroni), or one would be found by luck.
_ASKED = sum(target.headline for target in TARGETS)


@dataclass(frozen=True)
class Round:
    """One earlier cutoff: squared errors (n, targets) of the mean, of RFM, of the segments and of both."""

    as_of: str
    """ISO date."""
    customers: NDArray[np.object_]
    outcomes: Matrix
    mean: Matrix
    rfm: Matrix
    segments: Matrix
    both: Matrix

    def share(self, errors: Matrix, target: int) -> float:
        """R2, or the Brier skill of a yes or no, against predicting the mean."""
        return float(1 - errors[:, target].sum() / self.mean[:, target].sum())

    def unknown(self, target: int) -> str:
        """Why nothing can be said of a target; empty where it can."""
        values = self.outcomes[:, target]
        did = int((values != 0).sum())
        if did < MIN_EITHER:
            return f"only {did} customers did so after {self.as_of}; at least {MIN_EITHER} are needed"
        others = int((values != values.max()).sum())
        if others < MIN_EITHER:
            return f"all but {others} customers did the same after {self.as_of}; at least {MIN_EITHER} must differ"
        return ""


def play(
    as_of: str,
    customers: NDArray[np.object_],
    outcomes: Matrix,
    rfm: Matrix,
    labels: Labels,
    settings: CertificateSettings,
) -> Round:
    """Predict the outcomes of each customer by fits on others: by nothing, RFM, the segments, and both.

    Args:
        as_of: ISO date of the cutoff.
        customers: (n,) ids.
        outcomes: (n, targets) in the order of `TARGETS`.
        rfm: (n, columns) as `rfm_quintiles`.
        labels: (n,) segment of each, -1 for none.
        settings: folds, repeats, seed.
    """
    groups = indicators(labels)
    binary = [target.binary for target in TARGETS]
    plan = fold_plan(len(labels), settings.folds, settings.repeats, settings.seed)
    errors = [
        squared_errors(design, outcomes, binary, plan)
        for design in (np.empty((len(labels), 0)), rfm, groups, np.hstack([rfm, groups]))
    ]
    return Round(as_of, customers, outcomes, *errors)


def judge(
    rounds: list[Round], settings: CertificateSettings
) -> tuple[tuple[HoldoutScore, ...], tuple[TargetVerdict, ...]]:
    """Each target at each cutoff, and each target over all of them.

    The interval of a score is one of 95% by itself; those over all cutoffs hold together at 95%, for as many targets
    as a summary speaks of.
    """
    gains, pooled = _gains(rounds, settings)
    return tuple(_scores(rounds, gains)), tuple(_pooled(rounds, pooled, settings))


def _gains(rounds: list[Round], settings: CertificateSettings) -> tuple[Matrix, Matrix]:
    """Resampled gains: (draws, rounds, targets), and their mean over rounds that can speak: (draws, targets)."""
    count, wide = len(rounds), len(TARGETS)
    gains = np.full((settings.draws, count, wide), np.nan)
    if rounds:
        codes, _ = pd.factorize(np.concatenate([own.customers for own in rounds]))
        off = np.zeros((int(codes.max()) + 1, count, 2, wide))
        begun = 0
        for at, own in enumerate(rounds):
            place = codes[begun : begun + len(own.customers)]
            off[place, at, 0], off[place, at, 1] = own.rfm - own.both, own.mean
            begun += len(own.customers)
        for at, sums in enumerate(_drawn(off.reshape(len(off), -1), settings)):
            taken, whole = np.moveaxis(sums.reshape(count, 2, wide), 1, 0)
            gains[at] = np.divide(taken, whole, out=np.zeros_like(taken), where=whole > 0)
    known = np.array([[not own.unknown(target) for target in range(wide)] for own in rounds]).reshape(count, wide)
    shares = known / np.maximum(known.sum(axis=0), 1)
    return gains, np.asarray((np.nan_to_num(gains) * shares).sum(axis=1))


def _drawn(columns: Matrix, settings: CertificateSettings) -> Iterator[Matrix]:
    """Column sums over customers drawn with replacement, a draw at a time."""
    random = np.random.default_rng(settings.seed)
    customers = len(columns)
    block = max(1, min(settings.draws, _BLOCK_NUMBERS // customers))
    for begun in range(0, settings.draws, block):
        size = min(block, settings.draws - begun)
        times = random.multinomial(customers, np.full(customers, 1 / customers), size=size)
        yield from times.astype(np.float64) @ columns


def _scores(rounds: list[Round], gains: Matrix) -> Iterator[HoldoutScore]:
    for at, own in enumerate(rounds):
        for place, target in enumerate(TARGETS):
            note = own.unknown(place)
            rfm, alone, both = (
                None if note else own.share(errors, place) for errors in (own.rfm, own.segments, own.both)
            )
            gain = None if rfm is None or both is None else _interval(both - rfm, gains[:, at, place])
            yield HoldoutScore(
                as_of=own.as_of,
                target=target.name,
                customers=len(own.customers),
                mean=float(own.outcomes[:, place].mean()),
                rfm=rfm,
                segments=alone,
                both=both,
                gain=gain,
                verdict=verdict_of(gain),
                note=note,
            )


def _pooled(rounds: list[Round], pooled: Matrix, settings: CertificateSettings) -> Iterator[TargetVerdict]:
    for place, target in enumerate(TARGETS):
        known = [own for own in rounds if not own.unknown(place)]
        rfm = float(np.mean([own.share(own.rfm, place) for own in known])) if known else None
        both = float(np.mean([own.share(own.both, place) for own in known])) if known else None
        gain = None if rfm is None or both is None else _interval(both - rfm, pooled[:, place], _MISSED / _ASKED)
        verdict = verdict_of(gain)
        why = next((own.unknown(place) for own in rounds), "there is no earlier cutoff to judge by")
        yield TargetVerdict(
            target=target.name,
            label=target.label,
            headline=target.headline,
            rfm=rfm,
            both=both,
            gain=gain,
            verdict=verdict,
            sentence=target_sentence(target.label, verdict, rfm, both, gain, settings.horizon_days, len(known), why),
        )


def _interval(value: float, draws: Matrix, missed: float = _MISSED) -> Interval:
    low, high = np.quantile(draws, (missed / 2, 1 - missed / 2))
    return Interval(value=value, low=float(low), high=float(high))


def verdict_of(gain: Interval | None) -> Verdict:
    """What an interval of a gain says: it must lie on one side of none."""
    if gain is None:
        return Verdict.UNKNOWN
    if gain.low > 0:
        return Verdict.ADDS
    return Verdict.TAKES if gain.high < 0 else Verdict.NOTHING
