"""The difference of two states of the published register."""

from typing import Any
from uuid import UUID

from boundaries.differences.changed_areas import (
    list_area_changes,
    load_passed_territory,
    load_stored_areas,
)
from boundaries.differences.changed_records import CONDITIONS, load_changed_records
from boundaries.differences.compared_states import (
    ComparedStates,
    load_unit_names,
    resolve_states,
)
from boundaries.differences.edge_differences import iter_edge_changes
from boundaries.differences.record_subjects import (
    find_subjects,
    iter_mentioned_units,
    load_named_places,
)
from boundaries.differences.register_difference import ComparedUnit, RegisterDifference
from boundaries.exports.export_query import Conn
from gazetteer.ingest.staged_batch import ignore_progress
from gazetteer.ledger.as_of import AsOf
from gazetteer.ledger.drafts.known_records import RecordKey
from gazetteer.progress import Progress


def compare_states(
    conn: Conn,
    code: str,
    before: AsOf,
    after: AsOf,
    *,
    most_records: int | None = None,
    progress: Progress = ignore_progress,
) -> tuple[ComparedStates, RegisterDifference]:
    """What differs for the unit that carries ``code`` in either state, and all below it.

    The moments of knowledge come back resolved. Call it in a transaction that sees one state.

    Raises:
        UnknownCode, CodeNotInForce, NoDataBefore: no unit carries the code in either state.
        InvalidValue: a moment of knowledge lies in the future, or before the first publication.
        TooLarge: more versions than ``most_records`` differ.
    """
    states = resolve_states(conn, code, before, after)
    records = load_changed_records(conn, states, most_records)
    areas = load_stored_areas(conn, states.before), load_stored_areas(conn, states.after)
    territory = load_passed_territory(conn, states, areas, progress)
    area_changes = list_area_changes(conn, states, areas, progress)
    places = load_named_places(conn, records)
    mentioned: set[UUID | None] = {
        *iter_mentioned_units(records),
        *(unit for unit, _ in places.values()),
        *(unit for passed in territory for unit in (passed.giver, passed.taker)),
        *(change.unit for change in area_changes),
    }
    names = load_unit_names(conn, states, frozenset(unit for unit in mentioned if unit))
    subjects = find_subjects(records, names, places)
    return states, RegisterDifference(
        sorted(territory, key=lambda passed: -passed.area_m2),
        sorted(area_changes, key=lambda change: names.name_latter(change.unit).code or "~"),
        list(iter_edge_changes(records)),
        sorted(records, key=lambda record: _build_order(record.key, subjects[record.key])),
        names,
        subjects,
    )


def _build_order(key: RecordKey, subject: ComparedUnit) -> tuple[Any, ...]:
    """Kinds one after the other, in each the higher units first, places without a code last."""
    code = subject.code or ""
    return list(CONDITIONS).index(key[0]), not code, len(code), code, subject.name or "", key[1]
