"""Successions that follow from a change of territory, with shares and areas."""

from uuid import UUID

import numpy as np
import shapely

from boundaries.layers.metres import geodesic_area
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.messages import message
from gazetteer.problems import Conflict
from gazetteer.records.commands.unit_lookup import find_name

_SHARE_DIGITS = 9


def begin_succession(
    records: DayRecords,
    ids: StepIds,
    units: tuple[UUID, UUID],
    link_kind: str,
    areas_m2: tuple[float | None, float | None, float | None],
    *,
    is_whole: bool = False,
) -> None:
    """Note that territory passes from one unit to another on the day.

    ``areas_m2`` are the territory that passes, the whole of the first unit before, and the whole
    of the second one after; None: not known. ``is_whole``: all territory of the first one is all of
    the second one, whatever its area.
    """
    passed, before, after = areas_m2
    attributes = {
        "from_unit": units[0],
        "to_unit": units[1],
        "link_kind": link_kind,
        "share_from": 1.0 if is_whole else _derive_share(passed, before),
        "share_to": 1.0 if is_whole else _derive_share(passed, after),
        "area_m2": passed,
        "source": None,
    }
    records.put_record("succession", ids.create_id(), attributes)


def _derive_share(part: float | None, whole: float | None) -> float | None:
    if part is None or not whole:
        return None
    return round(min(part / whole, 1.0), _SHARE_DIGITS)


def measure_area(shape: shapely.Geometry | None) -> float | None:
    """The area in square metres on the ellipsoid of CGCS2000; None of nothing."""
    if shape is None:
        return None
    return float(geodesic_area(np.array([shape], dtype=object))[0])


def get_face(
    records: DayRecords, faces: dict[UUID, shapely.MultiPolygon], unit: UUID, field: str = "unit"
) -> shapely.MultiPolygon:
    """The territory of a unit that has its own.

    Raises:
        Conflict: it has none: its border is not known, or is that of the units below it.
    """
    if unit not in faces:
        name = find_name(records, unit)
        raise Conflict(message("command.no_own_territory", unit=name, day=records.day), field=field)
    return faces[unit]
