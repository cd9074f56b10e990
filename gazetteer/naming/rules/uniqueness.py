"""Uniqueness: no two names alike within the scope that the law gives their class."""

from collections.abc import Iterator

from gazetteer.naming.generic_terms import TOWN_TERMS
from gazetteer.naming.like_names import NamingScope
from gazetteer.naming.naming_context import BuiltUpCover, NamingContext
from gazetteer.naming.naming_finding import (
    LikeName,
    Likeness,
    NamingFinding,
    build_departure,
    build_not_examined,
)
from gazetteer.naming.proposal import LegalClass
from gazetteer.records.levels import Level
from gazetteer.rules.finding import Severity
from gazetteer.rules.rule_registry import rule_check

_HIGH_LEVELS = (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY)
_SOUNDS = (Likeness.SAME_SOUND, Likeness.SIMILAR_SOUND)


@rule_check("NR-010")
def check_nationwide(context: NamingContext) -> Iterator[NamingFinding]:
    """Famous natural entities and divisions down to counties: once in the country."""
    if _is_nationwide(context):
        names = _select_nationwide(context, Likeness.SAME)
        if names:
            yield build_departure("NR-010", "duplicate", names=names, n=len(names))
    term = context.key.text
    if (
        context.proposal.legal_class is LegalClass.NATURAL
        and not context.proposal.in_force
        and term in context.lexicons["famous_natural"].rows
    ):
        provinces = context.lexicons["famous_natural"].rows[term]["provinces"]
        yield build_departure("NR-010", "famous", term=term, provinces=provinces)


@rule_check("NR-011")
def check_nationwide_sound(context: NamingContext) -> Iterator[NamingFinding]:
    """They avoid to sound alike; with other tones that weighs less."""
    if _is_nationwide(context):
        for likeness in _SOUNDS:
            names = _select_nationwide(context, likeness)
            yield from _report_sound("NR-011", likeness, names)


def _is_nationwide(context: NamingContext) -> bool:
    proposal = context.proposal
    return proposal.legal_class is LegalClass.DIVISION and proposal.level in _HIGH_LEVELS


def _select_nationwide(context: NamingContext, likeness: Likeness) -> tuple[LikeName, ...]:
    names = context.like.select_names(likeness, scope=NamingScope.NATION, units=context.units)
    return tuple(
        name for name in names if name.legal_class == "division" and name.level in _HIGH_LEVELS
    )


@rule_check("NR-012")
def check_towns(context: NamingContext) -> Iterator[NamingFinding]:
    """Towns and townships: once in the province."""
    proposal = context.proposal
    is_town = proposal.level == Level.TOWNSHIP and context.key.text.endswith(TOWN_TERMS)
    if proposal.legal_class is LegalClass.DIVISION and is_town:
        yield from _compare_in_scope(context, "NR-012", NamingScope.PROVINCE, Level.TOWNSHIP)


@rule_check("NR-013")
def check_village_seats(context: NamingContext) -> Iterator[NamingFinding]:
    """Seats of village and residents' committees: once in the county."""
    if context.proposal.legal_class is LegalClass.VILLAGE_SEAT:
        yield from _compare_in_scope(context, "NR-013", NamingScope.COUNTY, Level.VILLAGE)


def _compare_in_scope(
    context: NamingContext, rule: str, scope: NamingScope, level: Level
) -> Iterator[NamingFinding]:
    if context.units.find_unit(scope) is None:
        yield build_not_examined(rule, "unit_unknown")
        return
    same = _select_level(context, scope, level, Likeness.SAME)
    if same:
        yield build_departure(rule, "duplicate", names=same, n=len(same))
    for likeness in _SOUNDS:
        names = _select_level(context, scope, level, likeness)
        yield from _report_sound(rule, likeness, names)


def _select_level(
    context: NamingContext, scope: NamingScope, level: Level, likeness: Likeness
) -> tuple[LikeName, ...]:
    names = context.like.select_names(likeness, scope=scope, units=context.units)
    return tuple(
        name
        for name in names
        if name.level == level and (level != Level.TOWNSHIP or name.text.endswith(TOWN_TERMS))
    )


def _report_sound(
    rule: str, likeness: Likeness, names: tuple[LikeName, ...]
) -> Iterator[NamingFinding]:
    """The law wants names that sound alike to be avoided: a warning; toneless only a remark."""
    if names:
        severity: Severity = "warning" if likeness is Likeness.SAME_SOUND else "info"
        yield build_departure(rule, likeness.value, severity=severity, names=names, n=len(names))


@rule_check("NR-014")
def check_roads(context: NamingContext) -> Iterator[NamingFinding]:
    """Streets, roads and lanes: once in a built-up area."""
    if context.proposal.legal_class is LegalClass.ROAD:
        yield from _compare_in_area(context, "NR-014")


@rule_check("NR-015")
def check_buildings(context: NamingContext) -> Iterator[NamingFinding]:
    """Important estates and buildings: once in a built-up area."""
    if context.proposal.legal_class is LegalClass.BUILDING:
        yield from _compare_in_area(context, "NR-015")


def _compare_in_area(context: NamingContext, rule: str) -> Iterator[NamingFinding]:
    surroundings = context.surroundings
    if surroundings.cover in (BuiltUpCover.NO_POSITION, BuiltUpCover.NOT_LOADED):
        yield build_not_examined(rule, surroundings.cover.value)
        return
    by_likeness = {
        likeness: _select_likeness(surroundings.in_same_area, likeness) for likeness in Likeness
    }
    if same := by_likeness[Likeness.SAME]:
        yield build_departure(rule, "duplicate", names=same, n=len(same))
    for likeness in _SOUNDS:
        yield from _report_sound(rule, likeness, by_likeness[likeness])
    unlocated = _select_likeness(surroundings.unlocated, Likeness.SAME)
    if unlocated and surroundings.cover is BuiltUpCover.INSIDE:
        finding = build_not_examined(rule, "unlocated", n=len(unlocated))
        yield finding.with_names(unlocated)


def _select_likeness(names: tuple[LikeName, ...], likeness: Likeness) -> tuple[LikeName, ...]:
    return tuple(name for name in names if name.likeness is likeness)


@rule_check("NR-016")
def check_rural_roads(context: NamingContext) -> Iterator[NamingFinding]:
    """Rural roads outside of built-up areas: once in the township."""
    if (
        context.proposal.legal_class is not LegalClass.ROAD
        or context.surroundings.cover is BuiltUpCover.INSIDE
    ):
        return
    if context.units.township is None:
        yield build_not_examined("NR-016", "unit_unknown")
        return
    names = context.like.select_names(
        Likeness.SAME, scope=NamingScope.TOWNSHIP, units=context.units
    )
    roads = tuple(name for name in names if name.legal_class == LegalClass.ROAD)
    if roads:
        yield build_departure("NR-016", "duplicate", names=roads, n=len(roads))


@rule_check("NR-023")
def check_one_name(context: NamingContext) -> Iterator[NamingFinding]:
    """A place has one standard name, written in one way."""
    names = context.surroundings.at_same_place
    if names and context.proposal.former_name is None and not context.proposal.in_force:
        yield build_departure("NR-023", "named_already", name=names[0], n=len(names))


@rule_check("NR-024")
def check_specific_parts(context: NamingContext) -> Iterator[NamingFinding]:
    """Where local law wants it, specific parts are not repeated within a class."""
    units = context.units
    names = tuple(
        name
        for name, own in context.like.found
        if name.likeness is Likeness.SAME_SPECIFIC
        and name.legal_class == context.proposal.legal_class
        and own.prefecture is not None
        and own.prefecture == units.prefecture
    )
    if names:
        yield build_departure("NR-024", "repeated", names=names, n=len(names))
