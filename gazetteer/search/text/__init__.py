"""Texts as people write them, normalised to what the index holds."""
