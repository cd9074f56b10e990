"""A small map of a repair: the borders before and after it, where it moves them furthest."""

from collections.abc import Mapping
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.drafts.draft_reading import build_unit_area, list_edges_in_box
from boundaries.drafts.open_draft import OpenDraft
from boundaries.rules.common.measures import Metric
from boundaries.rules.vertex_displacements import VertexMove, find_vertex_moves
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.records.commands.unit_lookup import find_unit_id
from web.pages.map_sketch import Box, SketchView, find_bounds, widen_box

_LEAST_DEGREES = 2e-8
"""A margin of some millimetres: what is to be seen is often no larger."""
_MARGIN = 1.25
_METRES_PER_DEGREE = 111_000.0
_LEAST_SHARE = 0.02
"""Of the height of a picture: what moves less cannot be seen in it."""
_NOT_SEEN = 0.002
"""Of the height of a picture: lines that are nearer than a pixel are drawn once."""


@dataclass(frozen=True)
class ProposalMap:
    """Paths of SVG in a box of ``width`` by ``height`` pixels that is ``width_m`` metres wide.

    ``territory`` passes from one unit to another, or to or from nobody; ``former`` are the borders
    that the repair moves, ``borders`` those after it. ``shows_all``: not only the place where they
    move furthest.
    """

    width: float
    height: float
    width_m: float
    territory: tuple[str, ...]
    former: tuple[str, ...]
    borders: tuple[str, ...]
    shows_all: bool


def draw_proposal_map(opened: OpenDraft, areas: Mapping[str, BaseGeometry]) -> ProposalMap | None:
    """The map of a repair over a draft; None where no vertex differs.

    Args:
        opened: the draft.
        areas: the new territories by code, in lon, lat degrees of CGCS2000.
    """
    records = DayRecords(opened.drafted_records, opened.draft.first_day)
    units = {find_unit_id(records, code, "unit"): area for code, area in areas.items()}
    before = {
        unit: build_unit_area(records.known, unit, records.day) or shapely.MultiPolygon()
        for unit in units
    }
    moves = [
        move
        for number, (unit, area) in enumerate(units.items())
        for move in find_vertex_moves(number, before[unit], area, Metric(False))
    ]
    if not moves:
        return None
    box, shows_all = _choose_box(moves)
    view = SketchView(box)
    others = [
        shapely.LineString(edge.line)
        for edge in list_edges_in_box(records.known, box, records.day)
        if units.keys().isdisjoint({edge.attributes[side] for side in ("left_unit", "right_unit")})
    ]
    old, new = ([shapely.boundary(one) for one in state.values()] for state in (before, units))
    return ProposalMap(
        view.picture_width,
        view.picture_height,
        view.width_m,
        tuple(_draw_territory(view, before[unit], area) for unit, area in units.items()),
        tuple(_select_former(view, old, new)),
        tuple(filter(None, map(view.draw_line, [*others, *new]))),
        shows_all,
    )


def _choose_box(moves: list[VertexMove]) -> tuple[Box, bool]:
    """A box round all vertices that move; round the one that moves furthest, if it moves little."""
    furthest = max(moves, key=lambda move: move.distance_m)
    reach = furthest.distance_m / _METRES_PER_DEGREE
    every = _surround_moves(moves, reach)
    if reach >= _LEAST_SHARE * (every[3] - every[1]):
        return every, True
    return _surround_moves([furthest], reach), False


def _surround_moves(moves: list[VertexMove], reach: float) -> Box:
    """A box round vertices that the former border passes at some degrees, with that border."""
    points = [shapely.Point(end) for move in moves for end in (move.old, move.new) if end]
    return widen_box(find_bounds(points), max(_LEAST_DEGREES, _MARGIN * reach))


def _select_former(view: SketchView, old: list[BaseGeometry], new: list[BaseGeometry]) -> list[str]:
    """The paths of old borders as far as they can be told from the new ones."""
    near = (view.box[3] - view.box[1]) * _NOT_SEEN
    drawn = shapely.union_all([shapely.clip_by_rect(line, *view.box) for line in new])
    lines = (shapely.clip_by_rect(line, *view.box) for line in old)
    differing = (shapely.difference(line, shapely.buffer(drawn, near)) for line in lines)
    return [path for path in map(view.draw_line, differing) if path]


def _draw_territory(view: SketchView, before: BaseGeometry, after: BaseGeometry) -> str:
    """What one unit wins or loses within the frame."""
    frame = shapely.box(*view.box)
    was, is_now = shapely.intersection(before, frame), shapely.intersection(after, frame)
    return view.draw_polygons(shapely.symmetric_difference(was, is_now))
