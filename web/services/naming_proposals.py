"""Proposed names as requests and lists describe them."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.ledger.as_of import AsOf, today
from gazetteer.messages import message
from gazetteer.naming.proposal import BuildingSize, LegalClass, NameProposal, Ruling
from gazetteer.problems import InvalidValue
from gazetteer.records.division_queries import find_unit
from gazetteer.records.levels import UNIT_LEVELS, Level
from web.services.naming_models import NameCheckBody, read_geometry

LEVEL_OF_CLASS = {
    LegalClass.NATURAL: Level.NATURAL_FEATURE,
    LegalClass.VILLAGE_SEAT: Level.VILLAGE,
    LegalClass.PARK_RESERVE: Level.POI,
    LegalClass.ROAD: Level.ROAD,
    LegalClass.BUILDING: Level.BUILDING,
    LegalClass.FACILITY: Level.POI,
    LegalClass.OTHER: Level.POI,
}
"""The level of the places of a class; divisions are of several."""
DIVISION_LEVELS = UNIT_LEVELS[:4]


def build_proposal(conn: Connection[Any], body: NameCheckBody) -> NameProposal:
    """The proposal that a body describes.

    Raises:
        InvalidValue: a field contradicts another, or the geometry is none.
        UnknownCode, CodeNotInForce, NoDataBefore: of ``within``.
    """
    at = AsOf(body.at or today())
    within = find_unit(conn, body.within, at, field="within")[0] if body.within else None
    return NameProposal(
        name=body.name,
        legal_class=body.legal_class,
        level=_choose_level(body),
        within=UUID(within) if within else None,
        geometry=_read_geometry(body),
        place_id=body.place_id,
        in_force=body.in_force,
        former_name=body.former_name,
        cause=body.cause,
        has_protection_measures=body.has_protection_measures,
        main_place_name=body.main_place_name,
        reading=_read_syllables(body),
        romanized=body.romanized,
        size=BuildingSize(**body.size.model_dump()) if body.size else BuildingSize(),
        rulings={one.rule: Ruling(one.rule, one.linked, one.reason) for one in body.rulings},
    )


def _choose_level(body: NameCheckBody) -> str:
    """The level that was stated, or that of the class.

    Raises:
        InvalidValue: a division without one, or a level that no such place has.
    """
    if body.legal_class is LegalClass.DIVISION:
        if body.level not in DIVISION_LEVELS:
            raise InvalidValue(
                message("naming.level_of_division", levels=DIVISION_LEVELS), field="level"
            )
        return body.level
    is_settlement = body.level is Level.NATURAL_SETTLEMENT
    if body.level is None or (body.level in UNIT_LEVELS and not is_settlement):
        return LEVEL_OF_CLASS[body.legal_class]
    return body.level


def _read_syllables(body: NameCheckBody) -> tuple[str, ...] | None:
    """The reading that was stated.

    Raises:
        InvalidValue: it has not one syllable for each character.
    """
    if body.reading is None:
        return None
    syllables = tuple(body.reading.split())
    if len(syllables) != len(body.name):
        words = message("naming.reading_syllables", name=body.name, n=len(body.name))
        raise InvalidValue(words, field="reading")
    return syllables


def _read_geometry(body: NameCheckBody) -> str | None:
    try:
        return read_geometry(body.geometry)
    except ValueError:
        raise InvalidValue(message("feature.body_geometry"), field="geometry") from None
