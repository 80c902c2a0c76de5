"""What has to be known before a comparison is believed."""

from collections.abc import Iterator, Sequence

from evals.comparing.tables import Side
from evals.records import MetricUse


def is_comparable(before: MetricUse, after: MetricUse | None) -> bool:
    """Whether two uses of a metric measure the same: one version, basis, kind and direction of one metric."""
    return after is not None and _identity(before) == _identity(after)


def is_judged_alike(before: MetricUse, after: MetricUse) -> bool:
    """Whether two uses had the same judge, with the same card, and the same options."""
    return _judging(before) == _judging(after)


def cautions_of(baseline: Side, candidate: Side, shared: Sequence[str]) -> list[str]:
    """Sentences, those about cases first."""
    return [
        *_of_cases(baseline, candidate, shared),
        *_of_metrics(baseline, candidate),
        *_of_systems(baseline, candidate),
        *_of_trials(baseline),
        *_of_trials(candidate),
    ]


def _of_cases(baseline: Side, candidate: Side, shared: Sequence[str]) -> Iterator[str]:
    changed = [name for name, told in baseline.hashes.items() if candidate.hashes.get(name, told) != told]
    gone = [name for name in baseline.hashes if name not in candidate.hashes]
    added = [name for name in candidate.hashes if name not in baseline.hashes]
    if not shared:
        yield "No case is shared, so nothing can be compared; run both on the same suite."
    for names, what in (
        (changed, "say something else in the candidate's run and are left out"),
        (gone, "are only in the baseline's run and are left out"),
        (added, "are only in the candidate's run and are left out"),
    ):
        if names:
            listed = ", ".join(map(repr, names[:3])) + (", ..." if len(names) > 3 else "")
            yield f"{len(names)} cases {what}: {listed}."
    if baseline.run.suite != candidate.run.suite:
        yield f"The suites have two names: {baseline.run.suite} and {candidate.run.suite}."
    elif baseline.run.suite_sha256 != candidate.run.suite_sha256:
        yield f"The suite {baseline.run.suite} was changed between the runs."


def _of_metrics(baseline: Side, candidate: Side) -> Iterator[str]:
    for use in baseline.run.metrics:
        other = candidate.uses.get(use.label)
        if other is None:
            yield f"{use.label} was not measured in the candidate's run."
        elif use.metric == other.metric and use.version != other.version:
            yield f"{use.label} is not compared: version {use.version} before, {other.version} after; score both anew."
        elif use.metric == other.metric and use.basis != other.basis:
            yield (
                f"{use.label} is not compared: the checks or word lists it rests on have changed; score both anew, "
                "with --model recorded:RUN where the outputs are to stay."
            )
        elif not is_comparable(use, other):
            yield f"{use.label} is not compared: it names two different metrics."
        elif use.judge != other.judge:
            yield f"{use.label} was judged by {use.judge or 'nobody'} before and by {other.judge or 'nobody'} after."
        elif not is_judged_alike(use, other):
            yield f"{use.label} was judged by other rules: its options or its judge's card are not the same."
    for label in candidate.uses:
        if label not in baseline.uses:
            yield f"{label} was not measured in the baseline's run."


def _of_systems(baseline: Side, candidate: Side) -> Iterator[str]:
    before, after = baseline.system, candidate.system
    prompts = (before.prompt, before.prompt_hash) != (after.prompt, after.prompt_hash)
    others = [
        name
        for name, differs in (
            ("model", before.model != after.model),
            ("parameters", before.parameters != after.parameters),
        )
        if differs
    ]
    if prompts and others:
        yield f"Prompt and {' and '.join(others)} differ: which of them made a difference cannot be told."
    if baseline.run.samples != candidate.run.samples:
        yield f"A case has {baseline.run.samples} samples before and {candidate.run.samples} after."


def _of_trials(side: Side) -> Iterator[str]:
    if not side.is_whole:
        yield f"{side.name} is not finished; the command that began it goes on with it."
    if side.failed_share:
        yield f"{side.failed_share:.1%} of the trials of {side.name} got no answer and have no score."
    for label in side.uses:
        share = side.invalid_share(label)
        if share > side.run.gate.max_invalid:
            yield f"{share:.1%} of the scores of {label} are invalid in {side.name}, and could change what is found."


def _identity(use: MetricUse) -> tuple[object, ...]:
    return use.metric, use.version, use.basis, use.kind, use.higher_is_better


def _judging(use: MetricUse) -> tuple[object, ...]:
    return use.judge, use.judge_card, use.options
