"""Names in a context that is made up: what the rules know without a register."""

from dataclasses import replace
from typing import Any

from gazetteer.naming.generic_terms import build_generic_terms
from gazetteer.naming.lexicon_files import LEXICON_IDS, read_shipped_lexicon
from gazetteer.naming.like_names import LikeNames, UnitsAbove
from gazetteer.naming.name_examination import load_rule_groups
from gazetteer.naming.name_keys import build_name_key
from gazetteer.naming.naming_context import NamingContext
from gazetteer.naming.naming_finding import NamingFinding
from gazetteer.naming.proposal import LegalClass, NameProposal
from gazetteer.naming.romanization.place_spelling import romanize_place_name
from gazetteer.records.levels import Level
from gazetteer.rules.rule_registry import find_rule_check

LEXICONS = {id_: read_shipped_lexicon(id_) for id_ in LEXICON_IDS}
TERMS = build_generic_terms(LEXICONS["generics"])
LEVELS = {
    LegalClass.NATURAL: Level.NATURAL_FEATURE,
    LegalClass.DIVISION: Level.TOWNSHIP,
    LegalClass.VILLAGE_SEAT: Level.VILLAGE,
    LegalClass.ROAD: Level.ROAD,
    LegalClass.BUILDING: Level.BUILDING,
    LegalClass.FACILITY: Level.POI,
}


def build_context(
    name: str, legal_class: str = "road", level: str | None = None, **facts: Any
) -> NamingContext:
    """A name of a class; ``facts`` are fields of the proposal or of the context."""
    class_ = LegalClass(legal_class)
    level = level or LEVELS[class_]
    own = {key: facts.pop(key) for key in list(facts) if key in NameProposal.__dataclass_fields__}
    proposal = NameProposal(name, class_, level, **own)
    context = NamingContext(
        proposal=proposal,
        key=build_name_key(name, legal_class, level, "44", TERMS),
        units=UnitsAbove(),
        like=LikeNames(),
        lexicons=LEXICONS,
        terms=TERMS,
        spelling=romanize_place_name(name, legal_class=legal_class, level=level, province="44"),
    )
    return replace(context, **facts)


def run_rule(rule: str, context: NamingContext) -> list[NamingFinding]:
    """The findings of one rule."""
    load_rule_groups()
    check = find_rule_check(rule)
    assert check is not None
    findings = list(check(context))
    assert all(isinstance(finding, NamingFinding) for finding in findings)
    return findings  # type: ignore[return-value]
