"""The records of two states that differ, found by their versions: these never change."""

from collections.abc import Mapping
from uuid import UUID

from psycopg.rows import tuple_row

from boundaries.differences.compared_states import MOMENTS_CTE, SIDES, ComparedStates
from boundaries.differences.register_difference import ChangedRecord
from boundaries.exports.export_query import Conn
from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.ledger.as_of import in_force_sql
from gazetteer.ledger.record_kind import RecordKind
from gazetteer.ledger.version_store import select_versions, version_from_row
from gazetteer.ledger.versions import Attributes
from gazetteer.messages import message
from gazetteer.problems import TooLarge

_IN_SCOPE = "IN (SELECT unit_id FROM scope)"
_OF_PLACE = "IN (SELECT record_id FROM scope_place)"

CONDITIONS: Mapping[str, str] = {
    "unit": f"v.record_id {_IN_SCOPE}",
    "code": f"v.unit_id {_IN_SCOPE}",
    "place": f"v.unit_id {_IN_SCOPE} OR v.within {_IN_SCOPE}",
    "name": f"v.place_id {_OF_PLACE}",
    "spelling": "v.name_id IN"
    f" (SELECT n.record_id FROM name_version n WHERE n.place_id {_OF_PLACE})",
    "succession": f"v.from_unit {_IN_SCOPE} OR v.to_unit {_IN_SCOPE}",
    "functional_area": f"v.within {_IN_SCOPE}",
    "jurisdiction": f"v.grantor_unit {_IN_SCOPE} OR v.holder_unit {_IN_SCOPE}",
    "edge": f"v.left_unit {_IN_SCOPE} OR v.right_unit {_IN_SCOPE}",
}
"""The kinds that are compared, and the SQL of what belongs to the units. Areas follow from edges,
a boundary point is the end of edges, and acts and documents are in force on no day."""

_BEFORE, _AFTER = (in_force_sql("v", side) for side in SIDES)

_DIFFERING = """
WITH {moments},
scope AS MATERIALIZED (SELECT unnest(%(scope)s::uuid[]) AS unit_id),
scope_place AS MATERIALIZED (
    SELECT DISTINCT v.record_id FROM from_moment, to_moment, place_version v
    WHERE %(with_places)s AND (({before}) OR ({after})) AND ({places})
),
differing AS MATERIALIZED (
    SELECT v.*, {before} AS is_before FROM from_moment, to_moment, {table} v
    WHERE ({before}) <> ({after})
)
SELECT v.version_id, v.is_before FROM differing v WHERE {condition}
"""


def load_changed_records(
    conn: Conn, states: ComparedStates, most_records: int | None = None
) -> list[ChangedRecord]:
    """The records of the units in scope that differ, by kind and id.

    Names and spellings belong to the units of their places, places to their unit or to the one
    that they lie within. A version is the same on both sides or differs; versions with equal
    attributes, of another period, are no difference.

    Raises:
        TooLarge: more versions than ``most_records`` differ.
    """
    found: list[ChangedRecord] = []
    read = 0
    for kind_name in CONDITIONS:
        versions = _find_versions(conn, states, kind_name)
        read += len(versions)
        if most_records is not None and read > most_records:
            raise TooLarge(message("difference.too_large", limit=most_records), field="unit")
        found += _load_pairs(conn, REGISTER_KINDS[kind_name], versions)
    return found


def _find_versions(conn: Conn, states: ComparedStates, kind_name: str) -> dict[int, bool]:
    """The versions that are in force in one state only; whether it is the one before."""
    condition = CONDITIONS[kind_name]
    statement = _DIFFERING.format(
        moments=MOMENTS_CTE,
        before=_BEFORE,
        after=_AFTER,
        places=CONDITIONS["place"],
        table=REGISTER_KINDS[kind_name].table_name,
        condition=condition,
    )
    params = {**states.build_sql_params(), "with_places": "scope_place" in condition}
    with conn.cursor(row_factory=tuple_row) as cursor:
        return dict(cursor.execute(statement, params).fetchall())


def _load_pairs(conn: Conn, kind: RecordKind, versions: Mapping[int, bool]) -> list[ChangedRecord]:
    """The records of versions that differ, with their attributes on both sides."""
    sides: dict[UUID, dict[bool, Attributes]] = {}
    with conn.cursor(row_factory=tuple_row) as cursor:
        for row in cursor.execute(select_versions(kind, "version_id = ANY(%s)"), [list(versions)]):
            stored = version_from_row(kind, row)
            pair = sides.setdefault(stored.record_id, {})
            pair[versions[stored.version_id]] = stored.version.attributes
    changed = (
        ChangedRecord((kind.name, record), pair.get(True), pair.get(False))
        for record, pair in sorted(sides.items())
    )
    return [one for one in changed if one.before != one.after]
