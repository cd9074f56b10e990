"""The territory of units as it was drawn; the neighbours follow.

What the drawing gains is taken from whoever has it. What it leaves goes to the neighbour along
whose border it lies, the longest one of several; to nobody where there is none, as at a coast.
"""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import shapely
from pydantic import Field
from shapely.geometry.base import BaseGeometry

from boundaries.network.commands.day_edges import list_edges_of_units
from boundaries.network.commands.drawn_polygons import DrawnPolygon, list_rings, read_polygons
from boundaries.network.commands.redivision import Holder, find_faces, redivide_territory
from boundaries.network.commands.successions import get_face
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.messages import message
from gazetteer.problems import Conflict, InvalidValue
from gazetteer.records.commands.command import (
    Command,
    CommandArguments,
    UnitReference,
    parse_unit_id,
)
from gazetteer.records.commands.unit_lookup import get_unit
from gazetteer.records.source_names import DRAWN_IN_DRAFT

_TOUCH_DEGREES = 1e-9
_LEAST_SQUARE_DEGREES = 1e-12
"""A hundredth of a square metre."""
_MOST_AREAS = 100

Source = Annotated[str, Field(min_length=1, max_length=300)]


class DrawnUnit(CommandArguments):
    """A unit and its territory as it is to be."""

    unit: UnitReference = Field(description="Unit: code on the day, or id")
    area: DrawnPolygon = Field(description="GeoJSON Polygon or MultiPolygon (CGCS2000)")


class ReplaceArea(DrawnUnit):
    """A unit and its territory as it is to be."""

    source: Source | None = Field(None, description="Where the drawing comes from")


class ReplaceAreas(CommandArguments):
    """Several units and their territories as they are to be, which may touch but not overlap."""

    areas: Annotated[tuple[DrawnUnit, ...], Field(min_length=1, max_length=_MOST_AREAS)] = Field(
        description="Units, each with its territory"
    )
    source: Source | None = Field(None, description="Where the drawing comes from")


Drawings = Mapping[UUID, shapely.MultiPolygon]


def play_one(records: DayRecords, arguments: ReplaceArea, ids: StepIds) -> None:
    """Lay the drawing of a unit over the edges round about, and give its pieces away."""
    own = parse_unit_id(arguments.unit)
    get_unit(records, own)
    get_face(records, find_faces(records, [own]), own)
    drawings = {own: read_polygons(arguments.area, "area")}
    _lay_drawings(records, drawings, arguments.source or DRAWN_IN_DRAFT, ids)


def play_several(records: DayRecords, arguments: ReplaceAreas, ids: StepIds) -> None:
    """Lay the drawings of units over the edges round about, even where these cross each other."""
    drawings: dict[UUID, shapely.MultiPolygon] = {}
    for number, drawn in enumerate(arguments.areas):
        unit = parse_unit_id(drawn.unit)
        get_unit(records, unit, f"areas.{number}.unit")
        if unit in drawings:
            raise InvalidValue(message("command.same_unit"), field=f"areas.{number}.unit")
        polygons = read_polygons(drawn.area, f"areas.{number}.area")
        if any(_have_common_area(polygons, other) for other in drawings.values()):
            raise InvalidValue(message("command.areas_overlap"), field=f"areas.{number}.area")
        drawings[unit] = polygons
    source = arguments.source or DRAWN_IN_DRAFT
    _lay_drawings(records, drawings, source, ids, cut_crossings=True)


def _have_common_area(one: BaseGeometry, other: BaseGeometry) -> bool:
    """Whether two drawings overlap by more than the rounding of crossings."""
    return bool(shapely.intersection(one, other).area > _LEAST_SQUARE_DEGREES)


def _lay_drawings(
    records: DayRecords,
    drawings: Drawings,
    source: str,
    ids: StepIds,
    *,
    cut_crossings: bool = False,
) -> None:
    units = _find_concerned(records, drawings)
    neighbours = {
        unit: shapely.make_valid(face)
        for unit, face in find_faces(records, units).items()
        if unit not in drawings
    }
    rings = [ring for polygons in drawings.values() for ring in list_rings(polygons)]
    for polygons in drawings.values():
        shapely.prepare(polygons)

    def assign_piece(piece: shapely.Polygon, holder: Holder) -> Holder:
        inside = shapely.point_on_surface(piece)
        drawn = next((unit for unit, area in drawings.items() if area.intersects(inside)), None)
        if drawn is not None:
            return drawn
        return _find_longest_neighbour(piece, neighbours) if holder in drawings else holder

    redivide_territory(
        records, ids, units, rings, assign_piece, source, cut_crossings=cut_crossings
    )
    after = find_faces(records, units)
    if any(unit not in after for unit in units):
        raise Conflict(message("command.nothing_remains"), field="area")


def _find_concerned(records: DayRecords, drawings: Drawings) -> list[UUID]:
    """The units, those beside them, and those whose border the drawings meet."""
    units = set(drawings)
    edges = {edge.edge: edge.attributes for edge in list_edges_of_units(records, sorted(units))}
    for polygons in drawings.values():
        edges |= records.select_in_box("edge", "geom", polygons.bounds)
    for attributes in edges.values():
        units.update(side for side in (attributes["left_unit"], attributes["right_unit"]) if side)
    return sorted(units)


def _find_longest_neighbour(
    piece: shapely.Polygon, neighbours: Mapping[UUID, BaseGeometry]
) -> Holder:
    along = shapely.buffer(piece.boundary, _TOUCH_DEGREES)
    shared = {
        unit: shapely.intersection(face, along).area
        for unit, face in neighbours.items()
        if face.intersects(along)
    }
    best = max(shared, key=lambda unit: (shared[unit], str(unit)), default=None)
    return best if best is not None and shared[best] > 0.0 else None


REPLACE_AREA = Command("replace_area", ReplaceArea, play_one)
REPLACE_AREAS = Command("replace_areas", ReplaceAreas, play_several)
