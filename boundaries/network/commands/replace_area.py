"""The territory of a unit as it was drawn; the neighbours follow.

What the drawing gains is taken from whoever has it. What it leaves goes to the neighbour along
whose border it lies, the longest one of several; to nobody where there is none, as at a coast.
"""

from typing import Annotated
from uuid import UUID

import shapely
from pydantic import Field

from boundaries.network.commands.day_edges import list_edges_of_units
from boundaries.network.commands.drawn_polygons import DrawnPolygon, list_rings, read_polygons
from boundaries.network.commands.redivision import Holder, find_faces, redivide_territory
from boundaries.network.commands.successions import get_face
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.messages import message
from gazetteer.problems import Conflict
from gazetteer.records.commands.command import (
    Command,
    CommandArguments,
    UnitReference,
    parse_unit_id,
)
from gazetteer.records.commands.unit_lookup import get_unit
from gazetteer.records.source_names import DRAWN_IN_DRAFT

_TOUCH_DEGREES = 1e-9


class ReplaceArea(CommandArguments):
    """A unit and its territory as it is to be."""

    unit: UnitReference = Field(description="Unit: code on the day, or id")
    area: Annotated[DrawnPolygon, Field(description="GeoJSON Polygon or MultiPolygon (CGCS2000)")]
    source: Annotated[str, Field(min_length=1, max_length=300)] | None = Field(
        None, description="Where the drawing comes from"
    )


def apply_command(records: DayRecords, arguments: ReplaceArea, ids: StepIds) -> None:
    """Lay the drawing over the edges round about, and give its pieces away."""
    own = parse_unit_id(arguments.unit)
    get_unit(records, own)
    get_face(records, find_faces(records, [own]), own)
    polygons = read_polygons(arguments.area, "area")
    units = _find_concerned(records, own, polygons)
    neighbours = {unit: face for unit, face in find_faces(records, units).items() if unit != own}
    drawn = list_rings(polygons)
    shapely.prepare(polygons)

    def assign_piece(piece: shapely.Polygon, holder: Holder) -> Holder:
        if polygons.intersects(shapely.point_on_surface(piece)):
            return own
        return _find_longest_neighbour(piece, neighbours) if holder == own else holder

    redivide_territory(records, ids, units, drawn, assign_piece, arguments.source or DRAWN_IN_DRAFT)
    after = find_faces(records, units)
    vanished = [unit for unit in units if unit not in after]
    if vanished:
        raise Conflict(message("command.nothing_remains"), field="area")


def _find_concerned(records: DayRecords, own: UUID, polygons: shapely.MultiPolygon) -> list[UUID]:
    """The unit, those beside it, and those whose border the drawing meets."""
    units = {own}
    edges = {edge.edge: edge.attributes for edge in list_edges_of_units(records, [own])}
    edges |= records.select_in_box("edge", "geom", polygons.bounds)
    for attributes in edges.values():
        units.update(side for side in (attributes["left_unit"], attributes["right_unit"]) if side)
    return sorted(units)


def _find_longest_neighbour(
    piece: shapely.Polygon, neighbours: dict[UUID, shapely.MultiPolygon]
) -> Holder:
    along = shapely.buffer(piece.boundary, _TOUCH_DEGREES)
    shared = {
        unit: shapely.intersection(face, along).area
        for unit, face in neighbours.items()
        if face.intersects(along)
    }
    best = max(shared, key=lambda unit: (shared[unit], str(unit)), default=None)
    return best if best is not None and shared[best] > 0.0 else None


REPLACE_AREA = Command("replace_area", ReplaceArea, apply_command)
