"""Reconciliation: from the names in a table to candidates of the register, and their properties."""
