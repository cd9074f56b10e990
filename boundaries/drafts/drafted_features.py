"""What a draft puts in the place of published rows, for the collections of its features."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from boundaries.drafts.draft_reading import build_unit_territory
from boundaries.drafts.open_draft import OpenDraft
from boundaries.drafts.touched_units import list_touched_chains
from boundaries.features.known_tables import TABLE_BY_CLAUSE, DraftedRows
from boundaries.network.area_assembly import encode_area
from boundaries.outlines.outline import Outline
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import RecordKey
from gazetteer.ledger.period import Period
from gazetteer.ledger.versions import Attributes
from gazetteer.records.commands.unit_lookup import find_code, find_name, get_parent
from gazetteer.records.source_names import DRAWN_IN_DRAFT

_CLAUSE_OF_KIND = {
    "edge": "known_edge",
    "node": "known_node",
    "place": "known_place",
    "name": "known_name",
    "spelling": "known_spelling",
}
_ALWAYS_KNOWN = "(,)"
_SIDES = ("left_unit", "right_unit")
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
    before, after = DayRecords(opened.base, day), DayRecords(opened.drafted_records, day)
    replaced: dict[str, list[str]] = {}
    rows: dict[str, list[Row]] = {}
    for kind, clause in _CLAUSE_OF_KIND.items():
        if clause in clauses:
            keys = [key for key in opened.result if key[0] == kind]
            replaced[clause] = [str(record) for _, record in keys]
            rows[clause] = [row for key in keys if (row := _build_row(after, key, clause))]
    if "unit_state" in clauses:
        units = _find_described_units(before, after, opened.result)
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
    before, after = DayRecords(opened.base, day), DayRecords(opened.drafted_records, day)
    chains = list_touched_chains(opened.base, opened.drafted_records, opened.result, day)
    found: set[UUID] = set()
    for kind, record in opened.result:
        states = [records.find_record(kind, record) for records in (before, after)]
        if kind == "edge":
            for edge in filter(None, states):
                left, right = (_get_chain(chains, edge[side]) for side in _SIDES)
                found |= set(left) ^ set(right)
        elif kind == "unit":
            parents = [get_parent(unit) if unit else None for unit in states]
            if parents[0] != parents[1] or not all(states):
                found.add(record)
                for records, parent in zip((before, after), parents, strict=True):
                    found.update(_iter_above(records, parent))
    return sorted(found)


def _get_chain(chains: Mapping[UUID, tuple[UUID, ...]], unit: UUID | None) -> tuple[UUID, ...]:
    return () if unit is None else chains.get(unit, (unit,))


def _iter_above(records: DayRecords, unit: UUID | None) -> Iterator[UUID]:
    while unit is not None:
        yield unit
        attributes = records.find_record("unit", unit)
        unit = get_parent(attributes) if attributes else None


def _find_described_units(
    before: DayRecords, after: DayRecords, keys: Iterable[RecordKey]
) -> list[UUID]:
    """The units whose level, parents, code or names a draft changes."""
    found: set[UUID] = set()
    for key in keys:
        for records in (before, after):
            unit = _find_described_unit(records, key)
            if unit is not None:
                found.add(unit)
    return sorted(found)


def _find_described_unit(records: DayRecords, key: RecordKey) -> UUID | None:
    kind, record = key
    if kind == "unit":
        return record
    attributes = records.find_record(kind, record)
    if attributes is None:
        return None
    unit: UUID | None = None
    if kind in ("code", "place"):
        unit = attributes["unit_id"]
    elif kind == "name":
        unit = _find_described_unit(records, ("place", attributes["place_id"]))
    elif kind == "spelling":
        unit = _find_described_unit(records, ("name", attributes["name_id"]))
    return unit


def _build_row(records: DayRecords, key: RecordKey, clause: str) -> Row | None:
    version = records.find_version(key)
    if version is None:
        return None
    names = TABLE_BY_CLAUSE[clause].column_names
    stated = {name: value for name, value in version.attributes.items() if name in names}
    return {"record_id": str(key[1]), **_build_validity(version.period), **_as_json(stated)}


def _build_unit_row(records: DayRecords, unit: UUID) -> Row | None:
    version = records.find_version(("unit", unit))
    if version is None:
        return None
    attributes = version.attributes
    return {
        **_build_validity(version.period),
        **_as_json({name: attributes[name] for name in ("level", "unit_type", "place_id")}),
        "unit_id": str(unit),
        "code": find_code(records, unit) or None,
        "name": find_name(records, unit),
        "romanized_name": _find_romanized_name(records, attributes["place_id"]),
        "parent_id": _as_text(get_parent(attributes)),
    }


def _find_romanized_name(records: DayRecords, place: UUID) -> str | None:
    for name_id, name in records.select_records("name", "place_id", place).items():
        if name["name_kind"] == "standard":
            for spelling in records.select_records("spelling", "name_id", name_id).values():
                if spelling["system"] == "pinyin":
                    return str(spelling["text"])
    return None


def _build_area_row(opened: OpenDraft, unit: UUID) -> Row | None:
    day = opened.draft.first_day
    territory = build_unit_territory(opened.drafted_records, unit, day)
    if territory is None:
        return None
    return {
        "unit_id": str(unit),
        "valid": f"[{day.isoformat()},)",
        "recorded": _ALWAYS_KNOWN,
        "geom": encode_area(territory.area),
        "accuracy_m": territory.accuracy_m,
        "source": territory.source,
    }


def _build_validity(period: Period) -> Row:
    start, end = (bound.on.isoformat() if bound.on else "" for bound in (period.start, period.end))
    return {"valid": f"[{start},{end})", "recorded": _ALWAYS_KNOWN}


def _as_json(attributes: Attributes) -> Row:
    return {
        name: str(value) if isinstance(value, UUID) else value for name, value in attributes.items()
    }


def _as_text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
