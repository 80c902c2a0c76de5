"""`make bench`: run every benchmark."""

from benchmarks import (
    clustering,
    eval_overhead,
    faults,
    help_time,
    latency,
    lifetime,
    local_model,
    planted_faults,
    recommendations,
    scale,
)

ALL = (
    help_time,
    scale,
    clustering,
    lifetime,
    recommendations,
    latency,
    faults,
    local_model,
    planted_faults,
    eval_overhead,
)

if __name__ == "__main__":
    for benchmark in ALL:
        benchmark.main()
