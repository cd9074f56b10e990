"""Topology rules TOP-*: what each demands, what was found, and nothing repaired on the way."""
