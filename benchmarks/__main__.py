"""`make bench`: run every benchmark."""

from benchmarks import clustering, help_time, latency, lifetime, recommendations, scale

if __name__ == "__main__":
    for benchmark in (help_time, scale, clustering, lifetime, recommendations, latency):
        benchmark.main()
