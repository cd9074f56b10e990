"""A draft compared with the register on its day: all that two states are compared by."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from boundaries.differences.changed_areas import load_stored_areas
from boundaries.differences.edge_differences import iter_edge_changes
from boundaries.differences.record_subjects import (
    NamedPlaces,
    find_subjects,
    iter_mentioned_units,
)
from boundaries.differences.register_difference import (
    AreaChange,
    ChangedRecord,
    ComparedUnit,
    RegisterDifference,
    UnitNames,
)
from boundaries.differences.territory_passing import PassedTerritory
from boundaries.drafts.area_balance import Touched, measure_change
from boundaries.drafts.draft_difference import iter_passed_territory, list_changed_records
from boundaries.drafts.open_draft import Conn, OpenDraft
from boundaries.drafts.touched_units import UnitChain, list_touched_chains
from gazetteer.ledger.as_of import AsOf
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.versions import Attributes
from gazetteer.records.commands.unit_lookup import find_code, find_name


@dataclass(frozen=True)
class DraftComparison:
    """What a draft touches, and all that it changes on its day."""

    touched: Touched
    difference: RegisterDifference


def compare_draft(conn: Conn, opened: OpenDraft) -> DraftComparison:
    """A draft against the register as it is now; a published one, as it was before it.

    Raises:
        OpenBorder: the edges round a unit do not close.
    """
    states, day = (opened.base, opened.drafted_records), opened.draft.first_day
    keys = list(opened.result)
    touched = measure_change(*states, keys, day)
    records = list_changed_records(*states, keys, day)
    territory = list(iter_passed_territory(*states, keys, day))
    chains = list_touched_chains(*states, (key for key in keys if key[0] == "edge"), day)
    places = _find_places(opened, records)
    mentioned = {
        *iter_mentioned_units(records),
        *(unit for unit, _ in places.values() if unit),
        *(unit for one in territory for unit in (one.giver, one.taker) if unit),
        *(unit for chain in chains.values() for unit in chain),
    }
    names = _name_units(opened, mentioned)
    difference = RegisterDifference(
        territory,
        list(_iter_area_changes(conn, opened, touched, territory, chains)),
        list(iter_edge_changes(records)),
        records,
        names,
        find_subjects(records, names, places),
    )
    return DraftComparison(touched, difference)


def _iter_area_changes(
    conn: Conn,
    opened: OpenDraft,
    touched: Touched,
    territory: Sequence[PassedTerritory],
    chains: Mapping[UUID, UnitChain],
) -> Iterator[AreaChange]:
    """The areas as they are published, and what the draft adds to them."""
    stored = load_stored_areas(conn, _find_base(conn, opened)).areas_m2
    before, after = _build_states(opened)
    for unit in sorted({unit for chain in chains.values() for unit in chain}):
        code = find_code(after, unit) or find_code(before, unit) or str(unit)
        if code not in touched.area_m2:
            continue
        former = stored.get(unit)
        is_unknown = former is None and before.find_record("unit", unit) is not None
        lasts = after.find_record("unit", unit) is not None
        won, lost = _sum_passed(unit, territory, chains)
        change = AreaChange(
            unit,
            former,
            (former or 0.0) + touched.area_m2[code] if lasts and not is_unknown else None,
            None if is_unknown else won,
            None if is_unknown else lost,
        )
        if change.is_noticeable:
            yield change


def _find_base(conn: Conn, opened: OpenDraft) -> AsOf:
    """The published state on the day of the draft: that of now, or that before its publication."""
    row = conn.execute(
        "SELECT recorded_at FROM changeset WHERE changeset_id = %s", [opened.draft.published_in]
    ).fetchone()
    known_at = row[0] - timedelta(microseconds=1) if row else None
    return AsOf(opened.draft.first_day, known_at)


def _sum_passed(
    unit: UUID, territory: Iterable[PassedTerritory], chains: Mapping[UUID, UnitChain]
) -> tuple[float, float]:
    """Square metres that a unit of any level won and lost."""
    won = lost = 0.0
    for passed in territory:
        gives, takes = (
            end is not None and unit in chains.get(end, (end,))
            for end in (passed.giver, passed.taker)
        )
        if takes and not gives:
            won += passed.area_m2
        if gives and not takes:
            lost += passed.area_m2
    return won, lost


def _build_states(opened: OpenDraft) -> tuple[DayRecords, DayRecords]:
    day = opened.draft.first_day
    return DayRecords(opened.base, day), DayRecords(opened.drafted_records, day)


def _name_units(opened: OpenDraft, units: Iterable[UUID]) -> UnitNames:
    listed = list(units)
    before, after = (
        {unit: named for unit in listed if (named := _name_unit(records, unit))}
        for records in _build_states(opened)
    )
    return UnitNames(before, after)


def _name_unit(records: DayRecords, unit: UUID) -> ComparedUnit | None:
    attributes = records.find_record("unit", unit)
    if attributes is None:
        return None
    return ComparedUnit(
        find_code(records, unit) or None, find_name(records, unit), attributes["level"]
    )


def _find_places(opened: OpenDraft, records: Iterable[ChangedRecord]) -> NamedPlaces:
    """The places of records of places, names and spellings, by the ids of all three."""
    places: NamedPlaces = {}
    for record in records:
        kind, record_id = record.key
        shown = record.before or record.after or {}
        if kind == "place":
            places[record_id] = _find_place(opened, record_id)
        elif kind == "name":
            places[record_id] = _find_place(opened, shown["place_id"])
        elif kind == "spelling":
            name = _find_first(opened, "name", shown["name_id"])
            places[shown["name_id"]] = (
                _find_place(opened, name["place_id"]) if name else (None, None)
            )
    return places


def _find_place(opened: OpenDraft, place: UUID) -> tuple[UUID | None, str | None]:
    attributes = _find_first(opened, "place", place) or {}
    texts = (
        name["text"]
        for state in _build_states(opened)
        for name in state.select_records("name", "place_id", place).values()
        if name["name_kind"] == "standard"
    )
    return attributes.get("unit_id"), next(texts, None)


def _find_first(opened: OpenDraft, kind: str, record_id: UUID) -> Attributes | None:
    """A record as it was before the draft, else as the draft has it."""
    found = (state.find_record(kind, record_id) for state in _build_states(opened))
    return next((one for one in found if one is not None), None)
