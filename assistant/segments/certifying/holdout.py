"""What segments found at an earlier cutoff say about the days after it, beyond RFM quintiles."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from assistant.data import Cutoff, Tables
from assistant.errors import ConfigError, DataError
from assistant.features import customer_features
from assistant.records.certificates import CertificateSettings, HoldoutScore, OverTime, TargetVerdict
from assistant.segments.certifying.agreement import adjusted_rand, cross_counts, jaccards
from assistant.segments.certifying.candidate import Candidate
from assistant.segments.certifying.explaining import rfm_quintiles
from assistant.segments.certifying.judging import Round, judge, play
from assistant.segments.certifying.outcomes import outcomes_after
from assistant.segments.clustering import Labels

MIN_CUSTOMERS = 100
SAMPLE = 50_000


@dataclass(frozen=True)
class Holdout:
    """What the holdout found."""

    scores: tuple[HoldoutScore, ...]
    targets: tuple[TargetVerdict, ...]
    over_time: tuple[OverTime, ...]
    note: str


def earlier_cutoffs(tables: Tables, cutoff: Cutoff, settings: CertificateSettings) -> tuple[Cutoff, ...]:
    """Cutoffs whose whole horizon lies before `cutoff`, latest first, each with enough history before it.

    What the shop knew is moved back by the same days, so that an earlier cutoff sees rows as late as this one does.
    """
    first = tables.before(cutoff).orders.ordered_at.min().execute()
    if pd.isna(first):
        return ()
    earliest = first.date() + dt.timedelta(days=settings.min_history_days)
    cutoffs = []
    for step in range(1, settings.max_cutoffs + 1):
        back = dt.timedelta(days=step * settings.horizon_days)
        if cutoff.as_of - back < earliest:
            break
        known_at = None if cutoff.known_at is None else cutoff.known_at - back
        cutoffs.append(Cutoff(cutoff.as_of - back, known_at, settings.horizon_days))
    return tuple(cutoffs)


def measure_holdout(
    tables: Tables, cutoff: Cutoff, features: pd.DataFrame, candidate: Candidate, settings: CertificateSettings
) -> Holdout:
    """Make the groups at earlier cutoffs as they are made today, and ask what they say about the days after.

    For each cutoff and target, three ridge regressions are judged on customers they did not see (repeated K-fold):
    RFM quintiles (recency, frequency, spend, added up), the segments, and both. The gain is the share of squared
    error that the segments take off beyond RFM. Its interval is a paired percentile bootstrap over customers of the
    out-of-fold errors (Efron and Tibshirani 1993, ch. 13); a customer drawn is drawn at every cutoff. The fits are
    not drawn anew, so the interval is about customers, not about other fits.

    Args:
        tables: the canonical tables.
        cutoff: today's; no outcome from its `as_of` on is seen.
        features: today's customer table.
        candidate: what is judged.
        settings: cutoffs, folds, draws, seed.
    """
    seen = tables.before(cutoff)
    cutoffs = earlier_cutoffs(tables, cutoff, settings)
    rounds: list[Round] = []
    over_time: list[OverTime] = []
    notes = [candidate.holdout_note] if candidate.holdout_note else []
    if not cutoffs:
        notes.append(
            f"no cutoff {settings.horizon_days} days back has {settings.min_history_days} days of orders before it"
        )
    for earlier in cutoffs:
        try:
            own, beside = _round(seen, earlier, features, candidate, settings)
        except (ConfigError, DataError) as error:
            notes.append(f"at {earlier.as_of} nothing can be said: {str(error).rstrip('.')}")
            continue
        rounds.append(own)
        over_time += beside
    scores, targets = judge(rounds, settings)
    return Holdout(
        scores=scores,
        targets=targets,
        over_time=tuple(over_time),
        note="; ".join(notes),
    )


def _round(
    seen: Tables, earlier: Cutoff, today: pd.DataFrame, candidate: Candidate, settings: CertificateSettings
) -> tuple[Round, list[OverTime]]:
    # Sorted, since folds and draws go by place and the engine promises no order.
    frame = customer_features(seen, earlier).order_by("customer_id").execute()
    if len(frame) < MIN_CUSTOMERS:
        raise DataError(f"{len(frame)} customers had an order by then; expected at least {MIN_CUSTOMERS}.")
    labels, over_time = _labels_then(frame, earlier, today, candidate, settings)
    rfm = rfm_quintiles(frame)
    if len(frame) > SAMPLE:
        rows = np.sort(np.random.default_rng(settings.seed).choice(len(frame), SAMPLE, replace=False))
        frame, labels, rfm = frame.iloc[rows], labels[rows], rfm[rows]
    customers = frame["customer_id"].to_numpy(dtype=object)
    outcomes = outcomes_after(seen, earlier, customers)
    return play(earlier.as_of.isoformat(), customers, outcomes, rfm, labels, settings), over_time


def _labels_then(
    frame: pd.DataFrame, earlier: Cutoff, today: pd.DataFrame, candidate: Candidate, settings: CertificateSettings
) -> tuple[Labels, list[OverTime]]:
    if candidate.refit is None:
        if candidate.labels_at is None:
            raise DataError("these groups cannot be made at an earlier date.")
        return candidate.labels_at(earlier, frame), []
    model = candidate.refit(frame, settings.seed)
    groups = len(candidate.segments)
    counts = cross_counts(candidate.labels, model(today), rows=groups, columns=1)
    best = jaccards(counts)[:groups, :-1].max(axis=1)
    beside = OverTime(
        as_of=earlier.as_of.isoformat(),
        customers=len(frame),
        ari=adjusted_rand(counts),
        jaccards=tuple(float(value) for value in best),
    )
    return model(frame), [beside]
