"""The rules TOP-COV on one level of units: evidence gathered once, then one function per rule."""

from boundaries.rules.coverage.gaps import gaps
from boundaries.rules.coverage.gores import gores
from boundaries.rules.coverage.mismatches import mismatches
from boundaries.rules.coverage.overlaps import overlaps

COVERAGE = (overlaps, gaps, mismatches, gores)
"""The rules on the units of one level, in the order in which they are judged."""
