"""Form: parts, characters and length of a name."""

from collections.abc import Iterator

from gazetteer.naming.naming_context import NamingContext
from gazetteer.naming.naming_finding import (
    NamingFinding,
    build_departure,
    build_not_examined,
)
from gazetteer.naming.proposal import LegalClass
from gazetteer.records.levels import Level
from gazetteer.rules.rule_registry import rule_check
from gazetteer.search.text.folding import to_simplified

_UNSPLIT_LEVELS = (Level.VILLAGE, Level.NATURAL_SETTLEMENT)
"""Natural villages may have no generic term: 周口店."""
_CODED_TERMS = ("高地", "路", "街", "巷", "号线")
"""Generic terms before which digits are a code or a serial number (1203高地)."""
_RARE_TIER = "3"
DIVISION_TERMS = ("市", "区", "镇", "县", "乡")


@rule_check("NR-001")
def check_parts(context: NamingContext) -> Iterator[NamingFinding]:
    """A name consists of a specific and a generic part, and the latter suits its class."""
    proposal, parts = context.proposal, context.name_parts
    if parts.generic is not None and parts.specific is None:
        yield build_departure("NR-001", "no_specific", term=parts.generic)
    elif parts.generic is None and proposal.level not in _UNSPLIT_LEVELS:
        other = context.terms.find_term_of_any(context.key.text)
        if other == context.key.text:
            yield build_departure("NR-001", "no_specific", term=other)
        elif other is not None:
            yield build_departure(
                "NR-001", "other_class", term=other, legal_class=proposal.legal_class.class_message
            )
        else:
            yield build_departure(
                "NR-001", "no_generic", legal_class=proposal.legal_class.class_message
            )


@rule_check("NR-004")
def check_script(context: NamingContext) -> Iterator[NamingFinding]:
    """All characters are standard Chinese ones; digits only as codes."""
    table = context.lexicons["characters"]
    if table.is_empty:
        yield build_not_examined("NR-004", "lexicon_empty", lexicon="characters")
        return
    name, dialect = context.proposal.name, context.lexicons["dialect_characters"].rows
    for character in dict.fromkeys(name):
        if character in table.rows or (context.proposal.in_force and character in dialect):
            continue
        if character.isascii() and character.isdigit():
            if not _is_code(name, character):
                yield build_departure("NR-004", "digit", term=character)
        elif (simplified := to_simplified(character)) != character:
            yield build_departure("NR-004", "traditional", term=character, simplified=simplified)
        else:
            yield build_departure("NR-004", _classify_character(character), term=character)


def _is_code(name: str, digit: str) -> bool:
    start = name.index(digit)
    rest = name[start:].lstrip("0123456789")
    return rest.startswith(_CODED_TERMS)


def _classify_character(character: str) -> str:
    if "\u3400" <= character <= "\u9fff" or character >= "\U00020000":
        return "not_in_table"
    if character.isspace():
        return "space"
    return "foreign_letter" if character.isalpha() else "symbol"


@rule_check("NR-005")
def check_rare_characters(context: NamingContext) -> Iterator[NamingFinding]:
    """Rare characters are avoided; those of dialects stay where a name is in force."""
    if context.proposal.in_force:
        return
    characters = context.lexicons["characters"].rows
    dialect = context.lexicons["dialect_characters"].rows
    for character in dict.fromkeys(context.key.text):
        if character in dialect:
            yield build_departure("NR-005", "dialect", term=character)
        elif characters.get(character, {}).get("tier") == _RARE_TIER:
            yield build_departure("NR-005", "rare", term=character)


@rule_check("NR-026")
def check_length(context: NamingContext) -> Iterator[NamingFinding]:
    """A name that is longer than the office holds for good is told."""
    limits = [one.max_characters for one in context.profiles if one.max_characters is not None]
    limit = min(limits, default=None)
    length = len(context.proposal.name)
    if limit is not None and length > limit:
        yield build_departure("NR-026", "long", length=length, limit=limit)


@rule_check("NR-027")
def check_stacked_terms(context: NamingContext) -> Iterator[NamingFinding]:
    """Generic terms are not stacked, and those of divisions are not used for buildings."""
    parts, proposal = context.name_parts, context.proposal
    if proposal.legal_class is not LegalClass.BUILDING or parts.specific is None:
        return
    inner = context.terms.find_term(parts.specific, LegalClass.BUILDING)
    if inner is not None and len(inner) > 1:
        yield build_departure("NR-027", "stacked", term=inner, generic=parts.generic or "")
    if parts.generic is None and context.key.text.endswith(DIVISION_TERMS):
        yield build_departure("NR-027", "division_term", term=context.key.text[-1])
