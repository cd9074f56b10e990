"""Validation of a polygon file from end to end, without a database: options, report, proposals."""
