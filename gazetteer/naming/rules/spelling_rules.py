"""Romanization: a spelling is that of the rules of 1984."""

from collections.abc import Callable, Iterator

from gazetteer.naming.naming_context import NamingContext
from gazetteer.naming.naming_finding import (
    NamingFinding,
    build_departure,
    build_not_examined,
)
from gazetteer.naming.romanization.differing_rule import (
    DIVISION_RULES,
    READING_RULES,
    find_differing_rule,
)
from gazetteer.naming.romanization.foreign_words import find_foreign_generics
from gazetteer.naming.romanization.place_spelling import PlaceSpelling
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


def _build_check(rule: str) -> Callable[[NamingContext], Iterator[NamingFinding]]:
    def check_rule(context: NamingContext) -> Iterator[NamingFinding]:
        given, spelling = context.proposal.romanized, context.spelling
        if given is None or spelling is None or given in _list_allowed(spelling):
            return
        if find_differing_rule(given, spelling) == rule:
            yield build_departure(rule, "broken", given=given, rules=spelling.text)

    return check_rule


def _list_allowed(spelling: PlaceSpelling) -> list[str]:
    """That of the rules, and those by other readings, about which NR-028 asks."""
    return [spelling.text, *(other.text for other in spelling.alternatives)]


for _rule in (*DIVISION_RULES, *READING_RULES):
    rule_check(_rule)(_build_check(_rule))
