"""`make bench`: run every benchmark."""

from benchmarks import clustering, faults, help_time, latency, lifetime, local_model, recommendations, scale

if __name__ == "__main__":
    for benchmark in (help_time, scale, clustering, lifetime, recommendations, latency, faults, local_model):
        benchmark.main()
