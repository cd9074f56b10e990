"""The register as collections of features: selected, filtered and read page by page."""
