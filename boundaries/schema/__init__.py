"""The record kinds of the whole register, and its ledger."""
