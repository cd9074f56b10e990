"""Conservation of territory: the units of a succession have the same ground before and after."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

import shapely

from boundaries.drafts.code_change_findings import FoundOnUnits
from boundaries.drafts.local_faces import assemble_faces
from boundaries.drafts.local_history import build_local_history
from boundaries.network.commands.day_edges import list_edges_of_units
from boundaries.rules.common.tolerances import build_tolerances
from boundaries.rules.history.area_conservation import AreaChangeEvent, find_unconserved_areas
from boundaries.rules.history.history_context import AreaTenure, ValidityPeriod
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordKey
from gazetteer.settings import get_settings

_DAY = timedelta(days=1)


def find_territory_flaws(
    before: KnownRecords, after: KnownRecords, keys: Sequence[RecordKey], day: date
) -> Iterator[FoundOnUnits]:
    """What is won or lost on a day by units that pass territory to each other.

    Only where all of them have borders of their own; others are left to the check of the register.
    """
    own = [key for key in keys if before.load_versions(key) != after.load_versions(key)]
    history = build_local_history(after, [], own, day)
    units = sorted({unit for link in history.links for unit in (link.giver, link.taker)})
    if not units:
        return
    units = _add_redrawn(after, units, day)
    history = build_local_history(after, units, own, day)
    earlier = _find_areas(after, units, day - _DAY, ValidityPeriod(None, day))
    later = _find_areas(after, units, day, ValidityPeriod(day, None))
    if earlier is None or later is None:
        return
    shapes = {area.version: shape for area, shape in (*earlier.items(), *later.items())}
    event = AreaChangeEvent(day, tuple(earlier), tuple(later))
    limits = build_tolerances(None, None, get_settings())
    for finding in find_unconserved_areas(history, [event], shapes, limits):
        yield finding, history.units


def _add_redrawn(known: KnownRecords, units: Sequence[UUID], day: date) -> list[UUID]:
    """The units, with those to which borders with them were moved on the same day."""
    found: set[UUID] = set()
    waiting = set(units)
    while waiting:
        found |= waiting
        waiting = _find_redrawn_neighbours(known, sorted(waiting), day) - found
    return sorted(found)


def _find_redrawn_neighbours(known: KnownRecords, units: Sequence[UUID], day: date) -> set[UUID]:
    """The units beyond the borders of some that run elsewhere than on the day before."""
    lines: list[set[str]] = []
    sides: dict[str, set[UUID | None]] = {}
    for records in (DayRecords(known, day - _DAY), DayRecords(known, day)):
        edges = list_edges_of_units(records, units)
        lines.append({edge.attributes["geom"] for edge in edges})
        for edge in edges:
            pair = edge.attributes["left_unit"], edge.attributes["right_unit"]
            sides.setdefault(edge.attributes["geom"], set()).update(pair)
    return {unit for geom in lines[0] ^ lines[1] for unit in sides[geom] if unit is not None}


def _find_areas(
    known: KnownRecords, units: Sequence[UUID], day: date, period: ValidityPeriod
) -> Mapping[AreaTenure, shapely.MultiPolygon] | None:
    """The territories of those units that are in force on a day; None if one is not known."""
    records = DayRecords(known, day)
    in_force = [unit for unit in units if records.find_record("unit", unit) is not None]
    faces = assemble_faces(known, in_force, day)
    if not in_force or len(faces) != len(in_force):
        return None
    return {
        AreaTenure(_number_version(unit, period), unit, period, None, ""): face
        for unit, face in faces.items()
    }


def _number_version(unit: UUID, period: ValidityPeriod) -> int:
    """A number for an area that has no version yet."""
    return unit.int * 2 + (period.start is not None)
