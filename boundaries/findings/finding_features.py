"""Stored findings as features of GeoJSON, in one language."""

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO
from uuid import UUID

import orjson
import shapely
from psycopg import Connection

from boundaries.findings import finding_store
from boundaries.findings.finding_store import FindingFilter, FindingRecord
from boundaries.rules.observations import SpatialObservation
from boundaries.validation.report_rows import find_rule_title
from gazetteer.ledger.as_of import today
from gazetteer.messages import Lang
from gazetteer.rules.finding_workflow import is_blocking, is_expired

JsonObject = dict[str, Any]
UnitNames = Mapping[UUID, tuple[str | None, str | None]]

MEDIA_TYPE = "application/geo+json"


def load_unit_names(conn: Connection[Any], findings: Iterable[FindingRecord]) -> UnitNames:
    """Code and name of each unit of some findings, today or the last that it had."""
    units = [unit for known in findings for unit in known.finding.observation.key.units]
    return finding_store.load_codes_and_names(conn, units, today())


def write_findings(conn: Connection[Any], file: BinaryIO, lang: Lang) -> None:
    """Write all findings as one GeoJSON file, a feature a line."""
    findings = finding_store.load_findings(conn, FindingFilter())
    names = load_unit_names(conn, findings)
    file.write(b'{"type": "FeatureCollection", "features": [')
    for number, known in enumerate(findings):
        file.write(b",\n" if number else b"\n")
        file.write(orjson.dumps(serialize_finding(known, names, lang)))
    file.write(b"\n]}\n")


def serialize_finding(known: FindingRecord, names: UnitNames, lang: Lang) -> JsonObject:
    """A finding with its state as a feature."""
    stored = known.finding
    units = [
        {"unit_id": str(unit), "code": names[unit][0], "name": names[unit][1]}
        for unit in sorted(stored.observation.key.units, key=lambda unit: names[unit][0] or "~")
    ]
    properties = {
        "id": str(stored.finding_id),
        "number": known.number,
        **_serialize_observation(stored.observation, lang),
        "features": [unit["code"] or unit["unit_id"] for unit in units],
        "units": units,
        "state": stored.state,
        "answer": stored.answer,
        "expires_on": stored.expires_on,
        "expired": is_expired(stored.expires_on, today()),
        "blocking": is_blocking(
            stored.observation.severity, stored.state, stored.expires_on, today()
        ),
        "first_seen": known.first_seen,
        "last_seen": known.last_seen,
        "changed_at": known.changed_at,
        "last_event": stored.last_event,
    }
    return {
        "type": "Feature",
        "id": str(stored.finding_id),
        "geometry": _serialize_geometry(stored.observation),
        "properties": properties,
    }


def _serialize_observation(observation: SpatialObservation, lang: Lang) -> JsonObject:
    return {
        "rule": observation.key.rule,
        "kind": observation.key.kind,
        "severity": observation.severity,
        "title": find_rule_title(observation.key.rule, lang),
        "message": observation.dated_message.text(lang),
        "begins_on": observation.begins_on,
        "measured": observation.measured,
        "limit": observation.limit,
        "unit": observation.unit,
        "area_m2": observation.area_m2,
    }


def _serialize_geometry(observation: SpatialObservation) -> Any:
    return (
        None
        if observation.geometry is None
        else orjson.loads(shapely.to_geojson(observation.geometry))
    )
