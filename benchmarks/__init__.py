"""The performance of the service as ratios to its peers: ``python -m benchmarks``."""
