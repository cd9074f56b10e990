"""Romanization: a spelling is that of the rules of 1984."""

from collections.abc import Iterator

from gazetteer.naming.naming_context import NamingContext
from gazetteer.naming.naming_finding import (
    NamingFinding,
    build_departure,
    build_not_examined,
)
from gazetteer.naming.romanization.foreign_words import find_foreign_generics
from gazetteer.rules.rule_registry import rule_check


@rule_check("NR-028")
def check_spelling(context: NamingContext) -> Iterator[NamingFinding]:
    """A proposed spelling is that of the rules, or that of another reading of a character."""
    given, spelling = context.proposal.romanized, context.spelling
    if spelling is None:
        yield build_not_examined("NR-028", "reading_unknown")
    elif given is not None and given != spelling.text:
        readings = [other.text for other in spelling.alternatives]
        if given in readings:
            yield build_departure(
                "NR-028", "other_reading", severity="warning", given=given, rules=spelling.text
            )
        else:
            yield build_departure("NR-028", "other", given=given, rules=spelling.text)


@rule_check("RM-10")
def check_foreign_generics(context: NamingContext) -> Iterator[NamingFinding]:
    """A spelling has no foreign words for its generic term."""
    if context.proposal.romanized is not None:
        for word in find_foreign_generics(context.proposal.romanized):
            yield build_departure("RM-10", "foreign_word", term=word)
