"""Drafts of the whole register: their commands, finding_changes, review and publication."""
