"""Outlines: territory of a draft as it was sent, until it closes with that of the neighbours."""
