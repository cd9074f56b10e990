"""Romanization: a spelling is that of the rules of 1984."""

from collections.abc import Callable, Iterator

from gazetteer.naming.naming_context import NamingContext
from gazetteer.naming.naming_finding import (
    NamingFinding,
    build_departure,
    build_not_examined,
)
from gazetteer.naming.romanization.foreign_words import find_foreign_generics
from gazetteer.naming.romanization.place_spelling import PlaceSpelling
from gazetteer.rules.rule_registry import rule_check

_DIVISION_RULES = ("RM-02", "RM-03", "RM-04", "RM-05", "RM-01")
"""Which words are written together; the special ones before the general one."""
_READING_RULES = ("RM-06", "RM-07", "RM-08", "RM-09")


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


def find_broken_rule(given: str, spelling: PlaceSpelling) -> str | None:
    """The rule of 1984 that a spelling departs from; None: it is that of the rules.

    A spelling with foreign words departs from RM-10 alone.
    """
    if given == spelling.text or find_foreign_generics(given):
        return None
    if _strip_marks(given) == _strip_marks(spelling.text):
        if given.replace("'", "").replace("\u2019", "") == spelling.text.replace("'", ""):
            return "RM-08"
        return next((rule for rule in _DIVISION_RULES if rule in spelling.rules), "RM-01")
    if _has_digits(given) != _has_digits(spelling.text):
        return "RM-06" if _has_digits(given) else "RM-07"
    return "RM-09"


def _strip_marks(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _has_digits(text: str) -> bool:
    return any(map(str.isdigit, text))


def _build_check(rule: str) -> Callable[[NamingContext], Iterator[NamingFinding]]:
    def check_rule(context: NamingContext) -> Iterator[NamingFinding]:
        given, spelling = context.proposal.romanized, context.spelling
        if given is None or spelling is None or given in _list_readings(spelling):
            return
        if find_broken_rule(given, spelling) == rule:
            yield build_departure(rule, "broken", given=given, rules=spelling.text)

    return check_rule


def _list_readings(spelling: PlaceSpelling) -> list[str]:
    """The spellings by other readings: NR-028 asks about these, and nothing is wrong with them."""
    return [other.text for other in spelling.alternatives]


for _rule in (*_DIVISION_RULES, *_READING_RULES):
    rule_check(_rule)(_build_check(_rule))
