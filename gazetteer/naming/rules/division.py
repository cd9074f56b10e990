"""Divisions and facilities: what the specific part of a name may be taken from."""

from collections.abc import Iterator

from gazetteer.naming.like_names import NamingScope
from gazetteer.naming.naming_context import NamingContext
from gazetteer.naming.naming_finding import (
    Likeness,
    NamingFinding,
    build_departure,
    build_not_examined,
)
from gazetteer.naming.proposal import LegalClass
from gazetteer.rules.rule_registry import rule_check

_DERIVED_TERMS = ("站", "港", "码头", "桥", "大桥", "隧道", "机场", "口岸", "车站")
"""Things that are usually named after a place: 广州南站."""


@rule_check("NR-017")
def check_borrowed_names(context: NamingContext) -> Iterator[NamingFinding]:
    """The specific part of a division is no famous natural entity, heritage site or larger one."""
    if context.proposal.legal_class is not LegalClass.DIVISION or context.proposal.in_force:
        return
    specific = context.specific_part
    for lexicon, kind in (("famous_natural", "famous"), ("heritage", "heritage")):
        if context.lexicons[lexicon].is_empty:
            yield build_not_examined("NR-017", "lexicon_empty", lexicon=lexicon)
        elif specific in context.lexicons[lexicon].rows:
            yield build_departure("NR-017", kind, term=specific)
            return
    wider = tuple(
        name
        for name in context.like.select_names(
            Likeness.SAME_SPECIFIC, Likeness.SAME, scope=NamingScope.NATION, units=context.units
        )
        if name.legal_class == LegalClass.NATURAL
    )
    if wider:
        finding = build_not_examined("NR-017", "extent_unknown", term=specific)
        yield finding.with_names(wider)


@rule_check("NR-018")
def check_facility_names(context: NamingContext) -> Iterator[NamingFinding]:
    """The name of a facility generally agrees with that of the place where it is."""
    if context.proposal.legal_class is not LegalClass.FACILITY:
        return
    if not context.surroundings.is_known:
        yield build_not_examined("NR-018", "unit_unknown")
    elif not _is_named_after_surroundings(context):
        yield build_departure("NR-018", "other_place", term=context.specific_part)


def _is_named_after_surroundings(context: NamingContext) -> bool:
    """Whether the specific part is, or begins with, a name from round the place (广州南)."""
    return any(context.specific_part.startswith(name) for name in context.surroundings.names)


@rule_check("NR-025")
def check_derived_names(context: NamingContext) -> Iterator[NamingFinding]:
    """Where local law wants it, stations, ports and bridges follow the name of the main place."""
    is_facility = context.proposal.legal_class is LegalClass.FACILITY
    if not is_facility or not context.key.text.endswith(_DERIVED_TERMS):
        return
    main = context.proposal.main_place_name
    if main is None:
        yield build_not_examined("NR-025", "main_place_unknown")
    elif context.specific_part != main and not context.specific_part.startswith(
        _strip_generic(context)
    ):
        yield build_departure("NR-025", "other_name", term=context.specific_part, main=main)


def _strip_generic(context: NamingContext) -> str:
    main = context.proposal.main_place_name or ""
    generic = context.terms.find_term_of_any(main)
    return main.removesuffix(generic) if generic and generic != main else main
