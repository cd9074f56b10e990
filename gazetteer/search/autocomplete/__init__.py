"""Suggestions while somebody types, and look-up by name in any state of the register."""
