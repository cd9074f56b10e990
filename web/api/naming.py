"""Checks of proposed names by the naming rules: ``/v1/naming/check``."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from gazetteer.ledger.as_of import AsOf, today
from gazetteer.messages import Lang, message
from gazetteer.naming.lexicon_files import Lexicon
from gazetteer.naming.naming_finding import LikeName, NamingFinding
from gazetteer.naming.proposal import BuildingSize, LegalClass, NameProposal, Ruling
from gazetteer.naming.romanization.place_spelling import PlaceSpelling
from gazetteer.problems import InvalidValue
from gazetteer.records.division_queries import find_unit
from gazetteer.records.levels import UNIT_LEVELS, Level
from gazetteer.rules.rule_catalogue import read_catalogue
from web.api.naming_models import NameCheckBody, NameCheckModel, read_geometry
from web.http.connections import connection
from web.http.endpoints import Api
from web.http.language import request_language
from web.services.naming_service import ExaminedName, examine_proposal

api = Api()

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


@api.write("POST", "/v1/naming/check", NameCheckModel, requires_account=False)
def check_name(body: NameCheckBody) -> dict[str, Any]:
    """Check a proposed name by all naming rules.

    Returns what each rule says, with the article that it rests on, names in the register that are
    the same or sound alike, and the romanization. A rule that lacks data says that it cannot be
    examined. Nothing is stored.
    """
    at = body.at or today()
    with connection() as conn:
        proposal = build_proposal(conn, body)
        examined = examine_proposal(conn, proposal, at, with_suggestions=body.suggest)
    return {**serialize_examined(examined, request_language()), "at": at.isoformat()}


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
        reading=tuple(body.reading.split()) if body.reading and body.reading.strip() else None,
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


def _read_geometry(body: NameCheckBody) -> str | None:
    try:
        return read_geometry(body.geometry)
    except ValueError:
        raise InvalidValue(message("feature.body_geometry"), field="geometry") from None


def serialize_examined(examined: ExaminedName, lang: Lang) -> dict[str, Any]:
    """What the rules say about a name, without the day."""
    examination = examined.examination
    proposal, context = examination.proposal, examination.context
    return {
        "name": proposal.name,
        "legal_class": proposal.legal_class,
        "level": proposal.level,
        "specific": context.parts.specific,
        "generic": context.parts.generic,
        "within": list(context.units.names),
        "verdict": examination.verdict,
        "findings": [_serialize_finding(one, examined, lang) for one in examination.findings],
        "names": _serialize_names(context.like.names, examined),
        "romanization": _serialize_spelling(examination.spelling),
        "suggestions": examined.suggestions,
        "lexicons": [_serialize_lexicon(one) for one in context.lexicons.values()],
    }


def _serialize_finding(
    finding: NamingFinding, examined: ExaminedName, lang: Lang
) -> dict[str, Any]:
    rule = read_catalogue()[finding.rule]
    return {
        "rule": rule.id,
        "kind": finding.kind,
        "severity": finding.severity,
        "outcome": finding.outcome,
        "title": rule.title.text(lang),
        "article": rule.origin.text(lang),
        "certainty": rule.certainty,
        "message": finding.text(lang),
        "term": finding.term,
        "names": _serialize_names(finding.names, examined),
    }


def _serialize_names(names: Sequence[LikeName], examined: ExaminedName) -> list[dict[str, Any]]:
    return [_serialize_name(name, examined) for name in names]


def _serialize_name(name: LikeName, examined: ExaminedName) -> dict[str, Any]:
    position = examined.positions.get(name.place_id)
    return {
        "place_id": str(name.place_id),
        "name": name.text,
        "pinyin_toned": name.toned,
        "likeness": name.likeness,
        "legal_class": name.legal_class,
        "level": name.level,
        "code": name.code,
        "units": list(name.units),
        "point": [position.lon, position.lat] if position else None,
        "point_level": position.level if position else None,
        "distance_m": examined.measure_distance(name),
    }


def _serialize_spelling(spelling: PlaceSpelling | None) -> dict[str, Any] | None:
    if spelling is None:
        return None
    return {
        "text": spelling.text,
        "toned": spelling.toned,
        "words": list(spelling.words),
        "rules": list(spelling.rules),
        "alternatives": [other.text for other in spelling.alternatives],
    }


def _serialize_lexicon(lexicon: Lexicon) -> dict[str, Any]:
    return {
        "id": lexicon.id,
        "version": lexicon.version,
        "source": lexicon.source,
        "coverage": lexicon.coverage,
        "entries": len(lexicon.rows),
    }
