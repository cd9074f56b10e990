"""Territory that changes hands: the edges round it cut, given new sides, and joined again.

The edges of the units concerned and the lines drawn over them bound *pieces*. Whoever has a piece
afterwards is on that side of all its edges; an edge between two pieces of one unit is none. What
is left of an edge keeps its identity.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import shapely

from boundaries.network.area_assembly import assemble_area_unchecked
from boundaries.network.commands.day_edges import DayEdge, list_edges_of_units
from boundaries.network.commands.edge_joining import SidedLine, write_edges
from boundaries.network.commands.line_cutting import LinePart, Place, cut_lines, get_place
from boundaries.network.segments import Floats
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds

Holder = UUID | None
AssignPiece = Callable[[shapely.Polygon, Holder], Holder]
"""Who has a piece afterwards, by the piece and who has it now (None: nobody is known)."""


def find_faces(records: DayRecords, units: Sequence[UUID]) -> dict[UUID, shapely.MultiPolygon]:
    """The territory of each unit that has edges of its own on the day."""
    return _assemble_faces(list_edges_of_units(records, units), units)


def _assemble_faces(
    edges: Sequence[DayEdge], units: Sequence[UUID]
) -> dict[UUID, shapely.MultiPolygon]:
    lines: dict[UUID, list[Floats]] = {}
    for edge in edges:
        left, right = edge.attributes["left_unit"], edge.attributes["right_unit"]
        for side, line in ((left, edge.line), (right, edge.line[::-1])):
            if side in units:
                lines.setdefault(side, []).append(line)
    return {unit: assemble_area_unchecked(bounding) for unit, bounding in lines.items()}


def redivide_territory(
    records: DayRecords,
    ids: StepIds,
    units: Sequence[UUID],
    drawn: Sequence[Floats],
    assign_piece: AssignPiece,
    source: str,
    *,
    cut_crossings: bool = False,
) -> None:
    """Give pieces of the territory of units, and of what is beyond, to other units.

    Args:
        records: the records of the day.
        ids: gives new edges and nodes their ids.
        units: the units whose territory is divided; that of all others stays.
        drawn: lines (n, 2) that divide it, in lon, lat degrees of CGCS2000.
        assign_piece: says who has a piece afterwards.
        source: where the drawn lines come from.
        cut_crossings: edges that cross each other bound pieces as well: of territory that two units
            have, or none.
    """
    edges = list_edges_of_units(records, units)
    parts = cut_lines(edges, drawn, cut_crossings=cut_crossings)
    division = _Division(units, edges, parts)
    write_edges(records, ids, edges, division.list_lines(assign_piece, source), source)


@dataclass
class _Division:
    """The pieces that cut lines bound."""

    units: Sequence[UUID]
    edges: Sequence[DayEdge]
    parts: Sequence[LinePart]
    pieces: list[shapely.Polygon] = field(init=False)
    piece_left_of: dict[tuple[Place, Place], int] = field(init=False)

    def __post_init__(self) -> None:
        lines = [shapely.LineString(part.line) for part in self.parts]
        found = shapely.get_parts(shapely.polygonize(lines))
        self.pieces = found.tolist()
        starts = {get_place(part.line, at) for part in self.parts for at in (0, -1)}
        self.piece_left_of = {}
        for number, piece in enumerate(self.pieces):
            for ring in _iter_directed_rings(piece):
                for k, place in enumerate(map(tuple, ring[:-1].tolist())):
                    if place in starts:
                        self.piece_left_of[place, get_place(ring, k + 1)] = number

    def list_lines(self, assign_piece: AssignPiece, source: str) -> list[SidedLine]:
        """The parts that bound something, with the units that they are between."""
        faces = _assemble_faces(self.edges, self.units)
        before = [_find_holder(piece, faces) for piece in self.pieces]
        after = [
            assign_piece(piece, holder) for piece, holder in zip(self.pieces, before, strict=True)
        ]
        sided = []
        for part in self.parts:
            left = self._find_side(part, after, before, is_left=True)
            right = self._find_side(part, after, before, is_left=False)
            if left != right:
                sided.append(_build_line(part, left, right, source))
        return sided

    def _find_side(
        self,
        part: LinePart,
        after: Sequence[Holder],
        before: Sequence[Holder],
        *,
        is_left: bool,
    ) -> Holder:
        """Who is on a side of a part; units whose territory is not divided stay there."""
        line = part.line if is_left else part.line[::-1]
        number = self.piece_left_of.get((get_place(line, 0), get_place(line, 1)))
        known: Holder = None
        if part.edge is not None:
            known = part.edge.attributes["left_unit" if is_left else "right_unit"]
        if number is None or (known is not None and known not in self.units):
            return known
        if before[number] is None and after[number] is None:
            return known
        return after[number]


def _build_line(part: LinePart, left: Holder, right: Holder, source: str) -> SidedLine:
    if part.edge is None:
        return SidedLine(part.line, left, right, None, source, None)
    known = part.edge.attributes
    return SidedLine(part.line, left, right, part.edge, known["source"], known["accuracy_m"])


def _iter_directed_rings(piece: shapely.Polygon) -> list[Floats]:
    """The rings of a polygon, each with the polygon on its left."""
    rings = []
    for number, ring in enumerate((piece.exterior, *piece.interiors)):
        xy = shapely.get_coordinates(ring)
        rings.append(xy if shapely.is_ccw(ring) == (number == 0) else xy[::-1])
    return rings


def _find_holder(piece: shapely.Polygon, faces: dict[UUID, shapely.MultiPolygon]) -> Holder:
    inside = shapely.point_on_surface(piece)
    return next((unit for unit, face in faces.items() if face.intersects(inside)), None)
