"""What the service achieves, as ratios to its peers: ``python -m benchmarks``."""
