"""Polygon layers in files: read as they are, examined for shifts, and written."""
