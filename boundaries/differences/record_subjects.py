"""Of which unit or place a changed record is."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from psycopg.rows import tuple_row

from boundaries.differences.register_difference import ChangedRecord, ComparedUnit, UnitNames
from boundaries.exports.export_query import Conn
from gazetteer.ledger.drafts.known_records import RecordKey
from gazetteer.ledger.version_store import format_ids
from gazetteer.ledger.versions import Attributes

_PLACES = """
SELECT DISTINCT ON (p.record_id) p.record_id, p.unit_id, n.text
FROM place_version p LEFT JOIN name_version n ON n.place_id = p.record_id
WHERE p.record_id = ANY (%s::uuid[])
ORDER BY p.record_id, n.name_kind = 'standard' DESC, upper_inf(n.recorded) DESC,
    upper(n.valid) DESC NULLS FIRST
"""
_NAMES = """
SELECT DISTINCT ON (record_id) record_id, place_id, text FROM name_version
WHERE record_id = ANY (%s::uuid[]) ORDER BY record_id, upper_inf(recorded) DESC
"""
_UNIT_FIELDS = {
    "code": "unit_id",
    "succession": "from_unit",
    "jurisdiction": "grantor_unit",
    "functional_area": "within",
}
UNIT_REFERENCES = {
    "unit": ("subordination_parent", "custody_parent"),
    "code": ("unit_id",),
    "place": ("unit_id", "within"),
    "succession": ("from_unit", "to_unit"),
    "functional_area": ("within",),
    "jurisdiction": ("grantor_unit", "holder_unit"),
    "edge": ("left_unit", "right_unit"),
}
"""The fields of each kind that are units."""

NamedPlaces = dict[UUID, tuple[UUID | None, str | None]]
"""The unit of a place, or None, and its name."""


def iter_mentioned_units(records: Sequence[ChangedRecord]) -> Iterator[UUID]:
    """The units that records are, or refer to."""
    for record in records:
        kind, record_id = record.key
        if kind == "unit":
            yield record_id
        for side in (record.before, record.after):
            if side is not None:
                units = (side[name] for name in UNIT_REFERENCES.get(kind, ()))
                yield from (unit for unit in units if unit is not None)


def load_named_places(conn: Conn, records: Sequence[ChangedRecord]) -> NamedPlaces:
    """The places of records of places, names and spellings, by the ids of all three."""
    shown = {record.key: _get_attributes(record) for record in records}
    of_name = {key[1]: one["place_id"] for key, one in shown.items() if key[0] == "name"}
    spelled = [one["name_id"] for key, one in shown.items() if key[0] == "spelling"]
    with conn.cursor(row_factory=tuple_row) as cursor:
        names = cursor.execute(_NAMES, [format_ids(spelled)]).fetchall()
        of_name |= {name: place for name, place, _ in names}
        wanted = {*of_name.values(), *(key[1] for key in shown if key[0] == "place")}
        rows = cursor.execute(_PLACES, [format_ids(wanted)]).fetchall()
    places: NamedPlaces = {place: (unit, text) for place, unit, text in rows}
    named = {name: places.get(place, (None, None)) for name, place in of_name.items()}
    return places | named


def find_subjects(
    records: Sequence[ChangedRecord], names: UnitNames, places: NamedPlaces
) -> dict[RecordKey, ComparedUnit]:
    """Code and name of what each record is about, as it was before the change."""
    return {record.key: _find_subject(record, names, places) for record in records}


def _find_subject(record: ChangedRecord, names: UnitNames, places: NamedPlaces) -> ComparedUnit:
    kind, record_id = record.key
    attributes = _get_attributes(record)
    if kind == "unit":
        return names.name_former(record_id)
    if kind == "functional_area":
        return ComparedUnit(attributes["code"], attributes["name"])
    if kind in _UNIT_FIELDS:
        return names.name_former(attributes[_UNIT_FIELDS[kind]])
    if kind == "edge":
        return ComparedUnit()
    place = attributes["name_id"] if kind == "spelling" else record_id
    unit, text = places.get(place, (None, None))
    return names.name_former(unit) if unit is not None else ComparedUnit(None, text)


def _get_attributes(record: ChangedRecord) -> Attributes:
    return record.before or record.after or {}
