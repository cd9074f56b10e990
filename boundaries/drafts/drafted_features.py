"""What a draft puts in the place of published rows, for the collections of its features."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from boundaries.drafts.area_balance import list_bounded_units
from boundaries.drafts.draft_reading import build_unit_territory
from boundaries.drafts.open_draft import OpenDraft
from boundaries.drafts.touched_units import list_described_units
from boundaries.features.known_tables import TABLE_BY_CLAUSE, DraftedRows
from boundaries.network.area_assembly import encode_area
from boundaries.outlines.outline import Outline
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import RecordKey
from gazetteer.ledger.drafts.step_play import Days
from gazetteer.ledger.versions import Attributes
from gazetteer.records.commands.unit_lookup import find_code, find_codes, find_name, get_parent
from gazetteer.records.source_names import DRAWN_IN_DRAFT

_CLAUSE_OF_KIND = {
    "edge": "known_edge",
    "node": "known_node",
    "place": "known_place",
    "name": "known_name",
    "spelling": "known_spelling",
}
_ALWAYS_KNOWN = "(,)"
_DESCRIBING_KINDS = ("unit", "code", "place", "name", "spelling")
"""The kinds of record that say what a unit is called and where it belongs."""
Row = dict[str, Any]


def build_drafted_rows(opened: OpenDraft, clauses: Collection[str]) -> DraftedRows:
    """The rows of a draft on its day, for some of the tables that collections are read from.

    Args:
        opened: the draft.
        clauses: which tables; territories are assembled only if ``known_area`` is among them.

    Raises:
        BrokenNetwork: the edges round a unit do not close.
    """
    day = opened.draft.first_day
    after = DayRecords(opened.drafted_records, day)
    replaced: dict[str, list[str]] = {}
    rows: dict[str, list[Row]] = {}
    for kind, clause in _CLAUSE_OF_KIND.items():
        if clause in clauses:
            keys = [key for key in opened.result if key[0] == kind]
            replaced[clause] = [str(record) for _, record in keys]
            rows[clause] = [row for key in keys if (row := _build_row(after, key, clause))]
    if "unit_state" in clauses:
        keys = [key for key in opened.result if key[0] in _DESCRIBING_KINDS]
        units = list_described_units(opened.base, opened.drafted_records, keys, day)
        replaced["unit_state"] = [str(unit) for unit in units]
        rows["unit_state"] = [row for unit in units if (row := _build_unit_row(after, unit))]
    if "known_area" in clauses:
        units = find_redrawn_units(opened)
        replaced["known_area"] = [str(unit) for unit in units]
        rows["known_area"] = [row for unit in units if (row := _build_area_row(opened, unit))]
        for outline in opened.outlines.values():
            _lay_outline(outline, replaced, rows, day.isoformat())
    return DraftedRows(replaced, rows)


def _lay_outline(
    outline: Outline, replaced: dict[str, list[str]], rows: dict[str, list[Row]], day: str
) -> None:
    """Let the territory of a unit be as it was drawn, although the borders do not follow yet."""
    unit = str(outline.unit_id)
    replaced["known_area"].append(unit)
    rows["known_area"] = [row for row in rows["known_area"] if row["unit_id"] != unit]
    if outline.area is None:
        return
    known = {"unit_id": unit, "valid": f"[{day},)", "recorded": _ALWAYS_KNOWN}
    rows["known_area"].append(
        {**known, "geom": encode_area(outline.area), "source": DRAWN_IN_DRAFT}
    )
    if outline.new_unit is not None and "unit_state" in rows:
        rows["unit_state"].append({**known, **outline.new_unit})


def find_redrawn_units(opened: OpenDraft) -> list[UUID]:
    """The units of every level whose territory a draft changes on its day."""
    day = opened.draft.first_day
    states = DayRecords(opened.base, day), DayRecords(opened.drafted_records, day)
    found, _ = list_bounded_units(opened.base, opened.drafted_records, opened.result, day)
    for kind, unit in opened.result:
        if kind == "unit":
            found |= _list_rearranged(states, unit)
    return sorted(found)


def _list_rearranged(states: tuple[DayRecords, DayRecords], unit: UUID) -> set[UUID]:
    """A unit that begins, ends or is moved below another one, and those above it."""
    units = [records.find_record("unit", unit) for records in states]
    parents = [get_parent(one) if one else None for one in units]
    if parents[0] == parents[1] and all(units):
        return set()
    above = (_iter_above(records, parent) for records, parent in zip(states, parents, strict=True))
    return {unit}.union(*above)


def _iter_above(records: DayRecords, unit: UUID | None) -> Iterator[UUID]:
    while unit is not None:
        yield unit
        attributes = records.find_record("unit", unit)
        unit = get_parent(attributes) if attributes else None


def _build_row(records: DayRecords, key: RecordKey, clause: str) -> Row | None:
    version = records.find_version(key)
    if version is None:
        return None
    names = TABLE_BY_CLAUSE[clause].column_names
    stated = {name: value for name, value in version.attributes.items() if name in names}
    valid = _format_days(_find_common_days(records, [key]))
    return {
        "record_id": str(key[1]),
        "valid": valid,
        "recorded": _ALWAYS_KNOWN,
        **_as_json(stated),
    }


def _build_unit_row(records: DayRecords, unit: UUID) -> Row | None:
    """The state of a unit: for as long as neither it nor its code or names change."""
    version = records.find_version(("unit", unit))
    if version is None:
        return None
    attributes = version.attributes
    codes = list(find_codes(records, unit))
    names = records.select_records("name", "place_id", attributes["place_id"])
    standard = [name for name, row in names.items() if row["name_kind"] == "standard"]
    spellings = {
        spelling: row["text"]
        for name in standard
        for spelling, row in records.select_records("spelling", "name_id", name).items()
        if row["system"] == "pinyin"
    }
    keys: list[RecordKey] = [
        ("unit", unit),
        *(("code", code) for code in codes),
        *(("name", name) for name in standard),
        *(("spelling", spelling) for spelling in spellings),
    ]
    return {
        "valid": _format_days(_find_common_days(records, keys)),
        "recorded": _ALWAYS_KNOWN,
        **_as_json({name: attributes[name] for name in ("level", "unit_type", "place_id")}),
        "unit_id": str(unit),
        "code": find_code(records, unit) or None,
        "name": find_name(records, unit),
        "romanized_name": next(iter(spellings.values()), None),
        "parent_id": _as_text(get_parent(attributes)),
    }


def _find_common_days(records: DayRecords, keys: Iterable[RecordKey]) -> Days:
    """The days round that of the records on which none of some records changes."""
    versions = [version for key in keys if (version := records.find_version(key))]
    starts = [version.period.start.on or date.min for version in versions]
    ends = [version.period.end.on or date.max for version in versions]
    return max(starts, default=date.min), min(ends, default=date.max)


def _format_days(days: Days) -> str:
    start, end = ("" if day in (date.min, date.max) else day.isoformat() for day in days)
    return f"[{start},{end})"


def _build_area_row(opened: OpenDraft, unit: UUID) -> Row | None:
    day = opened.draft.first_day
    territory = build_unit_territory(opened.drafted_records, unit, day)
    if territory is None:
        return None
    records = DayRecords(opened.drafted_records, day)
    keys = [("edge", edge) for edge in territory.edges]
    return {
        "unit_id": str(unit),
        "valid": _format_days(_find_common_days(records, keys)),
        "recorded": _ALWAYS_KNOWN,
        "geom": encode_area(territory.area),
        "accuracy_m": territory.accuracy_m,
        "source": territory.source,
    }


def _as_json(attributes: Attributes) -> Row:
    return {
        name: str(value) if isinstance(value, UUID) else value for name, value in attributes.items()
    }


def _as_text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
