"""Uploaded files: their forms, their limits, and responses as files."""
