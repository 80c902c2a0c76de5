"""What a run judged, by hash."""

from evals.reporting.data import RunReport


def hashes_of(report: RunReport) -> tuple[tuple[str, str], ...]:
    """Names and hashes: the suite, the prompts, the answers, the judges' cards, and what a gate compared."""
    run = report.run
    told = [("suite", run.suite_sha256), ("trials", run.trials_sha256)]
    told += [(f"prompts of {system.system}", system.prompt_hash) for system in run.systems]
    told += [(f"card of {metric.judge}", metric.judge_card) for metric in run.metrics if metric.judge]
    for pair in report.pairs:
        told.append(
            (f"cases shared by {pair.candidate.system.system} and its baseline", pair.comparison.shared_cases_sha256)
        )
        if pair.gate:
            told += [("baseline", pair.gate.baseline_sha256), ("candidate", pair.gate.candidate_sha256)]
    told += report.hashes
    return tuple((name, digest) for name, digest in dict(told).items() if digest)
