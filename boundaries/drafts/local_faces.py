"""The territories round what a draft changes on a day, before and after it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
import shapely

from boundaries.areas.area_derivation import OpenBorder
from boundaries.network.area_assembly import (
    BrokenNetwork,
    assemble_area_unchecked,
)
from boundaries.network.commands.day_edges import DayEdge, find_changed_run, list_edges_of_units
from boundaries.network.segments import Floats
from boundaries.outlines.outline_closing import list_segments
from boundaries.rules.edit_extent import Box, union_boxes
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordKey
from gazetteer.messages import message

_SIDES = ("left_unit", "right_unit")
_NEAR_DEGREES = 0.001
"""About a hundred metres: changes nearer to each other than this are judged together."""


@dataclass(frozen=True)
class LocalChange:
    """What changes on a day at one place: the box of it, and the units round about."""

    day: date
    box: Box
    units: tuple[UUID, ...]


def list_local_changes(
    before: KnownRecords, after: KnownRecords, keys: Iterable[RecordKey], day: date
) -> list[LocalChange]:
    """Where the edges of a day differ, by places that lie apart."""
    earlier, later = DayRecords(before, day), DayRecords(after, day)
    boxes: list[tuple[Box, set[UUID]]] = []
    for kind, record_id in keys:
        if kind == "edge":
            pair = [records.find_record(kind, record_id) for records in (earlier, later)]
            edges = [DayEdge.from_attributes(record_id, found) for found in pair if found]
            box = _find_changed_box(edges, is_pair=all(pair))
            if box is not None:
                sides = {edge.attributes[side] for edge in edges for side in _SIDES}
                boxes.append((box, {unit for unit in sides if unit}))
    return [
        LocalChange(day, box, tuple(sorted(units | find_units_near(box, (earlier, later)))))
        for box, units in _merge_near(boxes)
    ]


def list_outline_changes(
    known: KnownRecords, outlines: Mapping[UUID, shapely.MultiPolygon | None], day: date
) -> list[LocalChange]:
    """Where outlines differ from the territories of a day, by places that lie apart."""
    records = DayRecords(known, day)
    faces = assemble_faces(known, sorted(outlines), day)
    boxes: list[tuple[Box, set[UUID]]] = []
    for unit, drawn in outlines.items():
        differing = list_segments(drawn) ^ list_segments(faces.get(unit))
        if differing:
            boxes.append((_bound_lines([np.array(sorted(differing)).reshape(-1, 2)]), {unit}))
    return [
        LocalChange(day, box, tuple(sorted(units | find_units_near(box, [records]))))
        for box, units in _merge_near(boxes)
    ]


def assemble_faces(
    known: KnownRecords, units: Sequence[UUID], day: date
) -> dict[UUID, shapely.MultiPolygon]:
    """The territories of units on a day, of those that have edges of their own.

    Borders that cross themselves bound invalid polygons, which the rules find.

    Raises:
        OpenBorder: the edges round a unit do not close.
    """
    lines: dict[UUID, list[Floats]] = {}
    for edge in list_edges_of_units(DayRecords(known, day), units):
        for side, line in zip(_SIDES, (edge.line, edge.line[::-1]), strict=True):
            unit = edge.attributes[side]
            if unit in units:
                lines.setdefault(unit, []).append(line)
    try:
        return {unit: assemble_area_unchecked(bounding) for unit, bounding in lines.items()}
    except BrokenNetwork as error:
        raise OpenBorder(message("area.open_border", reason=str(error)), field="edge") from None


def _find_changed_box(edges: Sequence[DayEdge], *, is_pair: bool) -> Box | None:
    """The box of the vertices that differ; of all where an edge comes, goes or changes sides."""
    if not edges:
        return None
    if is_pair:
        one, other = edges
        if any(one.attributes[side] != other.attributes[side] for side in _SIDES):
            return _bound_lines([one.line, other.line])
        run = find_changed_run(one.line, other.line)
        if run is None:
            return None
        head, tail = run
        first = max(head - 1, 0)
        return _bound_lines([e.line[first : len(e.line) - tail + 1] for e in edges])
    return _bound_lines([edges[0].line])


def _bound_lines(lines: Sequence[Floats]) -> Box:
    xy = np.vstack(lines)
    west, south = xy.min(axis=0).tolist()
    east, north = xy.max(axis=0).tolist()
    return west, south, east, north


def find_units_near(box: Box, states: Sequence[DayRecords]) -> set[UUID]:
    """The units with an edge about a hundred metres or less from a box, in any of some states."""
    near = _widen_box(box)
    found = {
        attributes[side]
        for records in states
        for attributes in records.select_in_box("edge", "geom", near).values()
        for side in _SIDES
    }
    return {unit for unit in found if unit}


def _merge_near(boxes: list[tuple[Box, set[UUID]]]) -> Iterator[tuple[Box, set[UUID]]]:
    """Boxes that come near each other as one, with all their units."""
    waiting = list(boxes)
    while waiting:
        box, units = waiting.pop()
        near = [other for other in waiting if _have_common_point(_widen_box(box), other[0])]
        if near:
            waiting = [
                other for other in waiting if not _have_common_point(_widen_box(box), other[0])
            ]
            joined = union_boxes([box, *(other[0] for other in near)])
            waiting.append((joined, units.union(*(other[1] for other in near))))
        else:
            yield box, units


def _widen_box(box: Box) -> Box:
    return (
        box[0] - _NEAR_DEGREES,
        box[1] - _NEAR_DEGREES,
        box[2] + _NEAR_DEGREES,
        box[3] + _NEAR_DEGREES,
    )


def _have_common_point(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
