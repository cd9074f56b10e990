"""Local law as dated data."""
