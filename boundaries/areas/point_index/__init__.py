"""Reverse lookup from memory: the areas, names and units of one state of the register."""
