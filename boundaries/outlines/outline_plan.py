"""The commands by which borders follow outlines that close. Pure.

Borders keep their identity wherever that is possible: nodes move, edges are reshaped between two
vertices that stay. Only where units exchange whole stretches are their territories laid anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry import mapping

from boundaries.network.commands.day_edges import (
    DayEdge,
    find_changed_run,
    list_edges_of_units,
)
from boundaries.network.segments import Floats
from boundaries.outlines.outline import Outline
from boundaries.outlines.outline_closing import Place, chain_segments, list_segments
from gazetteer.ledger.drafts.day_records import DayRecords

PlannedCommand = tuple[str, dict[str, Any]]
"""The name of a command, and its arguments."""
Territories = Mapping[UUID, shapely.MultiPolygon]


def plan_merger(
    outline: Outline, face: shapely.MultiPolygon, closed: Territories
) -> PlannedCommand | None:
    """The merger of a unit that gives up its territory into the one that takes it."""
    inside = shapely.point_on_surface(face)
    into = next((unit for unit, area in closed.items() if area.intersects(inside)), None)
    if into is None:
        return None
    return "merge_units", {"unit": str(outline.unit_id), "into": str(into)}


def plan_split(outline: Outline, faces: Territories, closed: Territories) -> PlannedCommand | None:
    """The split by which a new unit gets its territory; None if no one line cuts it off."""
    assert outline.area is not None
    inside = shapely.point_on_surface(outline.area)
    old = next((unit for unit, face in faces.items() if face.intersects(inside)), None)
    if old is None or old not in closed:
        return None
    beside = {(end, start) for start, end in list_segments(closed[old])}
    chains = list(chain_segments(list_segments(outline.area) & beside))
    if len(chains) != 1:
        return None
    return "split_unit", {
        "unit": str(old),
        "line": {"type": "LineString", "coordinates": chains[0]},
        "at": [inside.x, inside.y],
        "new": {**_describe_new_unit(outline), "unit_id": str(outline.unit_id)},
    }


def _describe_new_unit(outline: Outline) -> dict[str, Any]:
    """What a new unit begins with; its level is that of the unit that it is split off from."""
    return {name: value for name, value in (outline.new_unit or {}).items() if name != "level"}


def plan_border_changes(records: DayRecords, closed: Territories) -> Iterator[PlannedCommand]:
    """The nodes that move and the edges that run otherwise, as far as outlines show it."""
    edges = list_edges_of_units(records, sorted(closed))
    moved: dict[UUID, Place] = {}
    vertices = {unit: _list_vertices(area) for unit, area in closed.items()}
    old = {place for edge in edges for place in map(tuple, edge.line.tolist())}
    for node, place, units in _iter_nodes(edges):
        own = [vertices[unit] for unit in units if unit in vertices]
        if len(own) == len(units) and not any(place in found for found in own):
            added = set.intersection(*own) - old
            if len(added) == 1:
                moved[node] = added.pop()
                yield "move_node", {"node": str(node), "to": list(moved[node])}
    rings = {unit: _list_rings(area) for unit, area in closed.items()}
    for edge in edges:
        line = _move_ends(edge, moved)
        path = _find_path(line, edge, rings)
        if path is not None:
            yield from plan_reshape(edge, line, path)


def plan_replacement(closed: Territories) -> PlannedCommand:
    """The territories of units, laid over the borders as they are."""
    areas = [{"unit": str(unit), "area": mapping(area)} for unit, area in closed.items()]
    return "replace_areas", {"areas": areas}


def _list_vertices(area: shapely.MultiPolygon) -> set[Place]:
    return set(map(tuple, shapely.get_coordinates(area).tolist()))


@dataclass(frozen=True)
class _Ring:
    """A ring with the territory on its left, and where each of its places is."""

    places: Sequence[Place]
    positions: Mapping[Place, int]


def _list_rings(area: shapely.MultiPolygon) -> list[_Ring]:
    rings = []
    for polygon in area.geoms:
        for number, ring in enumerate((polygon.exterior, *polygon.interiors)):
            places = list(map(tuple, shapely.get_coordinates(ring)[:-1].tolist()))
            if shapely.is_ccw(ring) != (number == 0):
                places.reverse()
            rings.append(_Ring(places, {place: at for at, place in enumerate(places)}))
    return rings


def _iter_nodes(edges: Sequence[DayEdge]) -> Iterator[tuple[UUID, Place, set[UUID]]]:
    """The nodes of edges, where they are, and the units that meet there."""
    places: dict[UUID, Place] = {}
    units: dict[UUID, set[UUID]] = {}
    for edge in edges:
        for end, at in (("start_node", 0), ("end_node", -1)):
            node = edge.attributes[end]
            x, y = edge.line[at].tolist()
            places[node] = x, y
            sides = (edge.attributes["left_unit"], edge.attributes["right_unit"])
            units.setdefault(node, set()).update(side for side in sides if side)
    for node in sorted(places):
        yield node, places[node], units[node]


def _move_ends(edge: DayEdge, moved: Mapping[UUID, Place]) -> Floats:
    line = edge.line.copy()
    for end, at in (("start_node", 0), ("end_node", -1)):
        place = moved.get(edge.attributes[end])
        if place is not None:
            line[at] = place
    return line


def _find_path(
    line: Floats, edge: DayEdge, rings: Mapping[UUID, Sequence[_Ring]]
) -> list[Place] | None:
    """How an edge runs between its ends in the outline of a unit beside it."""
    start, end = (tuple(line[at].tolist()) for at in (0, -1))
    for side, is_left in (("left_unit", True), ("right_unit", False)):
        for ring in rings.get(edge.attributes[side], ()):
            if start in ring.positions and end in ring.positions:
                first, last = (start, end) if is_left else (end, start)
                path = _walk_ring(ring, first, last)
                return path if is_left else path[::-1]
    return None


def _walk_ring(ring: _Ring, first: Place, last: Place) -> list[Place]:
    at, until = ring.positions[first], ring.positions[last]
    if until <= at:
        until += len(ring.places)
    return [ring.places[k % len(ring.places)] for k in range(at, until + 1)]


def plan_reshape(edge: DayEdge, line: Floats, path: Sequence[Place]) -> Iterator[PlannedCommand]:
    """The command by which an edge that runs along a line takes another path between its ends."""
    after = np.asarray(path, dtype=float)
    run = find_changed_run(line, after)
    if run is None:
        return
    head, tail = max(run[0], 1), max(run[1], 1)
    first, last = line[head - 1].tolist(), line[len(line) - tail].tolist()
    if head - 1 >= len(line) - tail and head + tail > len(line):
        head, tail = 1, 1
        first, last = line[0].tolist(), line[-1].tolist()
    yield (
        "reshape_edge",
        {
            "edge": str(edge.edge),
            "at": first,
            "until": last,
            "through": after[head : len(after) - tail].tolist(),
        },
    )
