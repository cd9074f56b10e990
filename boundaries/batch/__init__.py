"""Batch processing of CSV files: addresses, positions, and facility coverage."""
