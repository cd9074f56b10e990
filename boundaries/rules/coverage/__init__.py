"""The rules TOP-COV on one level of units: evidence gathered once, then one function per rule."""
