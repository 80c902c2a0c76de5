"""`make bench`: run every benchmark."""

from benchmarks import features, help_time

if __name__ == "__main__":
    for benchmark in (help_time, features):
        benchmark.main()
