"""The rules TOP-COV on one level of units: a shared context, then one function per rule."""

from boundaries.rules.coverage.gaps import find_gaps
from boundaries.rules.coverage.gores import find_gores
from boundaries.rules.coverage.mismatches import find_mismatches
from boundaries.rules.coverage.overlaps import find_overlaps

COVERAGE_RULES = (find_overlaps, find_gaps, find_mismatches, find_gores)
"""The rules on the units of one level, in the order in which they are checked."""
