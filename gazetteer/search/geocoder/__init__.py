"""An address parsed into the unit that it names: mentions, interpretations, faults, a score."""
