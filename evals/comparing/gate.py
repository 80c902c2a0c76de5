"""Whether a change may pass, held against a baseline.

The rule. Of each metric that gates, let d be candidate minus baseline, turned so that more is better, with its 95%
interval, and m the loss that the baseline's suite tolerates.

- pass, exit 0: every metric's lower bound is at least -m. Every one must pass, so nothing is adjusted for their number
  (intersection-union, Berger 1982). Of changes that lose exactly m, about 2.5 in 100 pass; up to 7 were seen in
  simulations of proportions near 1 on sixty cases or fewer, where a single case decides.
- regression, exit 1: some metric is worse at the suite's alpha after Holm's step-down over all that gate, and its lower
  bound is not above -m. Where nothing changed, this happens in at most alpha of all gates, by design in half of that,
  for only losses count.
- undecided, exit 3: neither, or something keeps the judgement from being believed.
- infrastructure, exit 4: answers, judges or hashes are missing or broken.

Equal outputs with equal scores differ by 0 with an interval of no width, and pass a margin of 0. Equal scores of other
outputs do not: forty cases that passed twice do not show that the next would. See `pairs.measure`.

The rules are the baseline's. What the change under judgement says of margins, metrics or cases is never used, and a
suite that became laxer, or lost cases, does not pass.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from evals.comparing.baselines import Unjudgeable
from evals.comparing.cautions import is_comparable, is_judged_alike
from evals.comparing.compare import compare
from evals.comparing.pairs import shared_cases
from evals.comparing.rules import gating, loosened, may_gate
from evals.comparing.tables import Side
from evals.records import Comparison, GateResult, MetricVerdict

Decision = Literal["pass", "regression", "undecided", "infrastructure"]

EXIT_CODES: dict[Decision, int] = {"pass": 0, "regression": 1, "undecided": 3, "infrastructure": 4}
"""2 stays a user's mistake."""


@dataclass(frozen=True)
class _Ruling:
    """What one metric says."""

    decision: Decision
    reason: str


def gate(baseline: Side, candidate: Side, *, baseline_sha256: str = "", allow_fewer_cases: bool = False) -> GateResult:
    """Hold a candidate against a baseline by the module's rule.

    Args:
        baseline: as `read_baseline` gives it, or a side of a run.
        candidate: the side that is judged.
        baseline_sha256: of the baseline's file, kept in the result.
        allow_fewer_cases: whether a suite that lost or changed cases may pass on those that are left.

    Returns:
        The decision with its reasons, the decisive ones first, and the hashes of all that was judged.
    """
    broken = list(_broken(baseline, candidate))
    if broken:
        return _result("infrastructure", broken, baseline, candidate, baseline_sha256, None)
    comparison = compare(baseline, candidate)
    doubts = list(_doubts(baseline, candidate, comparison, allow_fewer_cases))
    rulings = _rulings(baseline, candidate, comparison)
    is_whole = baseline.is_whole and candidate.is_whole
    decision = _decide(rulings, has_doubts=bool(doubts), may_fail=is_whole)
    first = [ruling.reason for ruling in rulings if ruling.decision == decision]
    rest = [ruling.reason for ruling in rulings if ruling.decision != decision]
    reasons = [*first, *doubts, *rest] if decision == "regression" else [*doubts, *first, *rest]
    reasons += _only_reporting(baseline)
    return _result(decision, reasons, baseline, candidate, baseline_sha256, comparison)


def unjudged(error: Unjudgeable | str, *, baseline_sha256: str = "") -> GateResult:
    """The result where what was to be judged cannot be read or is not what it says it is."""
    return GateResult(
        verdict="infrastructure",
        exit_code=EXIT_CODES["infrastructure"],
        reasons=(str(error),),
        comparison=None,
        baseline_sha256=baseline_sha256,
        candidate_sha256="",
        suite_sha256="",
    )


def _broken(baseline: Side, candidate: Side) -> Iterator[str]:
    """What infrastructure lost, beyond what the baseline's gate bears."""
    borne = baseline.run.gate.max_failed
    for side in (baseline, candidate):
        if side.failed_share > borne:
            yield (
                f"{side.failed_share:.1%} of the trials of {side.name} got no answer, and {borne:.1%} are borne; "
                "run it again to ask for what is missing."
            )
        for label in gating(baseline.run):
            share = side.unreached_share(label) if label in side.uses else 0.0
            if share > borne:
                yield (
                    f"{share:.1%} of the scores of {label} in {side.name} are missing because its judge could not be "
                    f"reached, and {borne:.1%} are borne; run it again when the judge is there."
                )


def _doubts(baseline: Side, candidate: Side, comparison: Comparison, allow_fewer_cases: bool) -> Iterator[str]:
    """Why a pass would not be believed, whatever the figures say."""
    for side in (baseline, candidate):
        if not side.is_whole:
            yield f"{side.name} is not finished; the command that began it goes on with it."
    if not gating(baseline.run):
        yield "No metric of the baseline's suite may decide; name one that needs no judge, or calibrate the judge."
    for sentence in loosened(baseline.run, candidate.run):
        yield f"The candidate's suite loosens the gate: {sentence}. The baseline's rules were used; review the suite."
    shared = shared_cases(baseline, candidate)
    lost = len(baseline.run.cases) - len(shared)
    if not shared:
        yield "No case of the baseline is in the candidate's run with the same content, so nothing was compared."
    elif lost and not allow_fewer_cases:
        yield (
            f"{lost} of the baseline's {len(baseline.run.cases)} cases were changed or are gone from the candidate's "
            "run; bring them back, save a new baseline, or say --allow-fewer-cases."
        )
    compared = {verdict.metric for verdict in comparison.metrics}
    for label in gating(baseline.run):
        if sentence := _doubt_of_metric(baseline, candidate, label, label in compared):
            yield sentence


def _doubt_of_metric(baseline: Side, candidate: Side, label: str, is_compared: bool) -> str:
    before, after = baseline.uses[label], candidate.uses.get(label)
    if after is None:
        return f"{label} gates and was not measured in the candidate's run."
    if not is_comparable(before, after):
        return f"{label} gates and is another metric, version or basis in the candidate's run; save a new baseline."
    if not is_judged_alike(before, after):
        return f"{label} gates and was judged by another judge, card or options than the baseline; save a new baseline."
    if not may_gate(candidate.run, after):
        return f"{label} gates, and its judge has no card that holds in the candidate's run."
    most = baseline.run.gate.max_invalid
    for side in (baseline, candidate):
        if side.invalid_share(label) > most:
            return (
                f"{side.invalid_share(label):.1%} of the scores of {label} in {side.name} are invalid, and at most "
                f"{most:.1%} may be."
            )
    return "" if is_compared else f"{label} gates and cannot be compared: it has too few clusters or valid scores."


def _rulings(baseline: Side, candidate: Side, comparison: Comparison) -> list[_Ruling]:
    """What each metric says that gates and was measured alike on both sides."""
    return [
        _ruling(verdict, _hidden(baseline, candidate, verdict.metric))
        for verdict in comparison.metrics
        if verdict.gates and is_judged_alike(baseline.uses[verdict.metric], candidate.uses[verdict.metric])
    ]


def _hidden(baseline: Side, candidate: Side, label: str) -> float:
    """Loss of a proportion that further invalid scores of the candidate could hide: their share."""
    if baseline.uses[label].kind != "proportion":
        return 0.0
    return max(0.0, candidate.invalid_share(label) - baseline.invalid_share(label))


def _ruling(verdict: MetricVerdict, hidden: float) -> _Ruling:
    gain, low = _gain(verdict)
    told = (
        f"{verdict.metric}: {verdict.baseline:.3g} to {verdict.candidate:.3g}, difference {verdict.difference:+.3g} "
        f"[{verdict.low:+.3g}, {verdict.high:+.3g}]"
    )
    if low >= -verdict.margin:
        if low - hidden < -verdict.margin:
            return _Ruling(
                "undecided",
                f"{told}; {hidden:.1%} more of its scores are invalid than before, which could hide a loss.",
            )
        if verdict.margin:
            return _Ruling("pass", f"{told}; a loss beyond {verdict.margin:.3g} is ruled out.")
        return _Ruling("pass", f"{told}; any loss is ruled out.")
    if verdict.verdict == "worse":
        return _Ruling("regression", f"{told}; it is worse (p {verdict.p_holm:.2g} after Holm).")
    return _Ruling(
        "undecided",
        f"{told}; a loss of {-low:.3g} is not ruled out and {verdict.margin:.3g} is tolerated"
        f"{_needed(verdict, gain, low)}.",
    )


def _gain(verdict: MetricVerdict) -> tuple[float, float]:
    """The difference and its lower bound, turned so that more is better."""
    if verdict.higher_is_better:
        return verdict.difference, verdict.low
    return -verdict.difference, -verdict.high


def _needed(verdict: MetricVerdict, gain: float, low: float) -> str:
    """How many clusters would decide, if the difference stayed what it is: the interval shrinks with their root."""
    room = gain + verdict.margin
    if room <= 0:
        return ""
    clusters = verdict.clusters * ((gain - low) / room) ** 2
    return f"; about {clusters:,.0f} clusters like these {verdict.clusters} would decide" if clusters < 1e5 else ""


def _decide(rulings: list[_Ruling], *, has_doubts: bool, may_fail: bool) -> Decision:
    decisions = {ruling.decision for ruling in rulings}
    if "regression" in decisions and may_fail:
        return "regression"
    if has_doubts or decisions != {"pass"}:
        return "undecided"
    return "pass"


def _only_reporting(baseline: Side) -> list[str]:
    wanted = baseline.run.gate.metrics
    return [
        f"{use.label} reports and does not gate: {use.judge} has no card that holds."
        for use in baseline.run.metrics
        if use.judge and not may_gate(baseline.run, use) and (not wanted or use.label in wanted)
    ]


def _result(
    decision: Decision,
    reasons: list[str],
    baseline: Side,
    candidate: Side,
    baseline_sha256: str,
    comparison: Comparison | None,
) -> GateResult:
    cards: Mapping[str, str] = {use.label: use.judge_card for use in candidate.run.metrics if use.judge_card}
    return GateResult(
        verdict=decision,
        exit_code=EXIT_CODES[decision],
        reasons=tuple(reasons),
        comparison=comparison,
        baseline_sha256=baseline_sha256 or baseline.trials_sha256,
        candidate_sha256=candidate.trials_sha256,
        suite_sha256=candidate.run.suite_sha256,
        judge_cards=dict(cards),
    )
