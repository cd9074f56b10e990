"""Renaming: only for a cause, and protected names only with measures."""

from collections.abc import Iterator

from gazetteer.naming.naming_context import NamingContext
from gazetteer.naming.naming_finding import (
    NamingFinding,
    build_departure,
    build_not_examined,
)
from gazetteer.rules.rule_registry import rule_check


@rule_check("NR-019")
def check_cause(context: NamingContext) -> Iterator[NamingFinding]:
    """A name is changed only if it no longer fits, for a cause that the law knows."""
    if context.proposal.former_name is not None and context.proposal.cause is None:
        yield build_departure("NR-019", "no_cause", former=context.proposal.former_name)


@rule_check("NR-020")
def check_protected_names(context: NamingContext) -> Iterator[NamingFinding]:
    """A protected name is changed only if it must be, with measures to protect it."""
    former = context.proposal.former_name
    if former is None:
        return
    protected = context.lexicons["protected_names"]
    if protected.is_empty:
        yield build_not_examined("NR-020", "lexicon_empty", lexicon="protected_names")
    elif former in protected.rows and not context.proposal.has_protection_measures:
        yield build_departure("NR-020", "no_measures", term=former)
