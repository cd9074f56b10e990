"""TOP-COV-05, TOP-HIE-06, TOP-LIN-02: areas and edges agree, segment by segment."""

from collections.abc import Iterator
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.layers.metres import geodesic_length
from boundaries.network.boundary_lines import LINE_LEVELS
from boundaries.network.network_builder import OUTSIDE
from boundaries.network.segments import Bools, Ints, assign_vertex_ids, build_segments
from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.network.network_context import NetworkContext
from gazetteer.rules.rule_registry import rule_check


@rule_check("TOP-LIN-02")
def find_wrong_sides(context: NetworkContext) -> Iterator[SpatialFinding]:
    """Edges whose recorded left or right unit does not lie on that side."""
    net = context.borders.known.net
    for edge in context.wrong_side_edges.tolist():
        swapped = context.has_units_on_sides(edge, int(net.right[edge]), int(net.left[edge]))
        lowest = len(context.borders.known.faces)
        actual = {
            unit for there in context.units_on_sides[-1][edge] for unit in there if unit < lowest
        }
        recorded = context.find_adjacent_units(edge)
        yield build_finding(
            "TOP-LIN-02",
            "turned" if swapped else "other_unit",
            {"units": context.list_names(recorded), "actual": context.list_names(actual)},
            features=tuple(sorted({*recorded, *actual})),
            geometry=context.shapes[edge],
            wording=None if swapped or actual else "no_unit",
        )


@rule_check("TOP-COV-05")
def find_area_edge_differences(context: NetworkContext) -> Iterator[SpatialFinding]:
    """Lowest known units whose boundary is not, to the last bit, that of their edges."""
    net, lowest = context.borders.known.net, set(context.borders.known.faces)
    yield from _find_border_departures(
        context, "TOP-COV-05", [u for u in context.areas if u in lowest]
    )
    for face, unit in enumerate(context.borders.known.faces):
        if unit in context.areas:
            continue
        mine = np.flatnonzero((net.left == face) | (net.right == face))
        yield build_finding(
            "TOP-COV-05",
            "no_area",
            {"unit": context.names[face], "n": len(mine)},
            features=(face,),
            geometry=shapely.line_merge(shapely.MultiLineString(context.shapes[mine].tolist())),
        )


@rule_check("TOP-HIE-06")
def find_upper_border_differences(context: NetworkContext) -> Iterator[SpatialFinding]:
    """Upper units whose boundary is not made of the edges of the lower ones.

    A stretch where the lowest unit already differs is reported as TOP-COV-05.
    """
    lowest = set(context.borders.known.faces)
    upper = [unit for unit in context.areas if unit not in lowest]
    yield from _find_border_departures(context, "TOP-HIE-06", upper)


def _find_border_departures(
    context: NetworkContext, rule: str, units: list[UUID]
) -> Iterator[SpatialFinding]:
    for unit, bounded, stretch in _iter_departures(context, units):
        metres = float(geodesic_length([stretch])[0])
        yield build_finding(
            rule,
            "differs" if bounded else "no_edges",
            {"unit": context.names[context.number[unit]], "length": metres},
            features=context.number_units([unit]),
            geometry=stretch,
            measured=metres,
            limit=0,
            unit="m",
        )


def _iter_departures(
    context: NetworkContext, selected: list[UUID]
) -> Iterator[tuple[UUID, bool, BaseGeometry]]:
    """Units with the segments that only their area or only their edges have.

    Each comes with whether the unit has edges at all. Segments of edges with a wrong side are
    skipped, and those that only a lower unit has.
    """
    units = list(context.areas)
    net = context.borders.known.net
    drawn = build_segments(np.array([None, *context.areas.values()], dtype=object)[1:])
    xy = np.vstack([net.xy, drawn.xy])
    at, owner, edges = _collect_bounding_segments(context, units)
    first = np.r_[len(net.xy) + drawn.first, at]
    unit = np.r_[drawn.feature, owner]
    vertex = assign_vertex_ids(xy)
    ends = np.sort(np.column_stack([vertex[first], vertex[first + 1]]), axis=1)
    segment = ends[:, 0] * (len(xy) + 1) + ends[:, 1]
    of_area = np.arange(len(first)) < len(drawn.first)
    alone = _mask_one_sided(unit, segment, of_area) & (ends[:, 0] != ends[:, 1])
    known = np.isin(segment, segment[~of_area][np.isin(edges, context.wrong_side_edges)])
    faces, selected_set = set(context.borders.known.faces), set(selected)
    lowest = np.array([one in faces for one in units], dtype=bool)[unit]
    is_reported = lowest | ~np.isin(segment, segment[alone & lowest])
    alone &= (
        ~known & is_reported & np.array([one in selected_set for one in units], dtype=bool)[unit]
    )
    with_edges = set(np.unique(owner).tolist())
    for number in np.unique(unit[alone]).tolist():
        mine = first[alone & (unit == number)]
        lines = shapely.linestrings(np.stack([xy[mine], xy[mine + 1]], axis=1))
        yield units[number], number in with_edges, shapely.line_merge(shapely.union_all(lines))


def _mask_one_sided(unit: Ints, segment: Ints, of_area: Bools) -> Bools:
    """Rows whose unit has the segment in its area only, or in its edges only."""
    order = np.lexsort((segment, unit))
    new = np.r_[True, (np.diff(unit[order]) != 0) | (np.diff(segment[order]) != 0)][: len(unit)]
    group = np.empty(len(unit), np.int64)
    group[order] = np.cumsum(new) - 1
    size = int(group.max(initial=-1)) + 1
    by_area, by_edge = np.zeros(size, bool), np.zeros(size, bool)
    by_area[group[of_area]] = True
    by_edge[group[~of_area]] = True
    one_sided: Bools = (by_area != by_edge)[group]
    return one_sided


def _collect_bounding_segments(
    context: NetworkContext, units: list[UUID]
) -> tuple[Ints, Ints, Ints]:
    """The segments of edges that bound units, once for each unit that they bound.

    Returned are the position of the first vertex in ``xy``, the position of the unit in ``units``,
    and the edge of each.
    """
    borders, net = context.borders, context.borders.known.net
    first = np.delete(np.arange(len(net.xy)), net.vertex_offsets[1:] - 1)
    edge = np.repeat(np.arange(len(net)), np.diff(net.vertex_offsets) - 1)
    position = {context.number[unit]: k for k, unit in enumerate(units)}
    rows = []
    for level in LINE_LEVELS:
        units_at_level = borders.map_faces_to_level(level)
        mine = [
            position.get(n, OUTSIDE)
            if n != OUTSIDE and borders.known.units[borders.units[n]].level == level
            else OUTSIDE
            for n in units_at_level.tolist()
        ]
        own, bounds = (
            np.array(mine, dtype=np.int64),
            units_at_level[net.left] != units_at_level[net.right],
        )
        for side in (net.left, net.right):
            owner = np.where(bounds, own[side], OUTSIDE)[edge]
            rows += [np.stack([first, owner, edge])[:, owner != OUTSIDE]]
    at, owner, of = np.concatenate(rows, axis=1).astype(np.int64)
    return at, owner, of
