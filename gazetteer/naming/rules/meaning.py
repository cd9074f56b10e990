"""Meaning: what words a name may not contain, and what a person has to decide."""

from collections.abc import Iterator

from gazetteer.naming.naming_context import NamingContext
from gazetteer.naming.naming_finding import (
    NamingFinding,
    Outcome,
    build_departure,
    build_not_examined,
    build_question,
)
from gazetteer.rules.rule_registry import rule_check


def _ask_for_word(
    context: NamingContext,
    rule: str,
    lexicon: str,
) -> Iterator[NamingFinding]:
    """A word of a lexicon is a question to a person, until there is a ruling."""
    if context.lexicons[lexicon].is_empty:
        yield build_not_examined(rule, "lexicon_empty", lexicon=lexicon)
        return
    term = context.find_term(lexicon)
    if term is None:
        return
    ruling = context.proposal.rulings.get(rule)
    if ruling is None:
        yield build_question(rule, "question", term)
    elif ruling.linked:
        yield build_departure(rule, "linked", severity="error", term=term, reason=ruling.reason)
    else:
        finding = build_departure(
            rule, "not_linked", severity="info", term=term, reason=ruling.reason
        )
        yield finding.with_outcome(Outcome.RULED)


@rule_check("NR-002")
def check_public_morals(context: NamingContext) -> Iterator[NamingFinding]:
    """The meaning is clear and healthy, and not against public morals."""
    yield from _ask_for_word(context, "NR-002", "offensive")


@rule_check("NR-003")
def check_real_extent(context: NamingContext) -> Iterator[NamingFinding]:
    """A name fits the real extent, scale and nature of the place."""
    lexicon = context.lexicons["grandiose"]
    term = context.find_term("grandiose")
    if lexicon.is_empty:
        yield build_not_examined("NR-003", "lexicon_empty", lexicon="grandiose")
    elif term is not None:
        yield build_departure("NR-003", lexicon.rows[term]["kind"], term=term)


@rule_check("NR-006")
def check_leaders(context: NamingContext) -> Iterator[NamingFinding]:
    """No name of a leader of the state."""
    yield from _refuse_word(context, "NR-006", "leaders")


@rule_check("NR-007")
def check_persons(context: NamingContext) -> Iterator[NamingFinding]:
    """Generally no personal names, of real persons, by other names, or of literary works."""
    term = context.find_term("persons")
    if term is not None and term == context.find_term("leaders"):
        return  # refused by NR-006
    yield from _ask_for_word(context, "NR-007", "persons")


@rule_check("NR-008")
def check_foreign_names(context: NamingContext) -> Iterator[NamingFinding]:
    """No names of foreign persons or places."""
    yield from _refuse_word(context, "NR-008", "foreign_names")


@rule_check("NR-009")
def check_brands(context: NamingContext) -> Iterator[NamingFinding]:
    """No names of enterprises or trademarks, unless they are not linked with it."""
    yield from _ask_for_word(context, "NR-009", "brands")


def _refuse_word(context: NamingContext, rule: str, lexicon: str) -> Iterator[NamingFinding]:
    if context.lexicons[lexicon].is_empty:
        yield build_not_examined(rule, "lexicon_empty", lexicon=lexicon)
        return
    term = context.find_term(lexicon)
    if term is None:
        return
    if context.lexicons[lexicon].rows[term].get("ordinary_word") == "yes":
        yield from _ask_for_word(context, rule, lexicon)
    else:
        yield build_departure(rule, "word", term=term)
