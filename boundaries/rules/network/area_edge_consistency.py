"""TOP-COV-05, TOP-HIE-06, TOP-LIN-02: areas and edges say the same, piece by piece."""

from collections.abc import Iterator
from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.layers.metres import geodesic_length
from boundaries.network.boundary_lines import LINE_LEVELS
from boundaries.network.network_builder import OUTSIDE
from boundaries.network.segments import Bools, Ints, assign_vertex_ids, build_segments
from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.network.network_context import NetworkContext
from boundaries.rules.rule_registry import get_severity, rule_check


@rule_check("TOP-LIN-02")
def find_wrong_sides(context: NetworkContext) -> Iterator[Finding]:
    """Edges on whose left or right not the unit lies that is recorded there."""
    net = context.borders.known.net
    for edge in context.wrong_side_edges.tolist():
        swapped = context.has_units_on_sides(edge, int(net.right[edge]), int(net.left[edge]))
        lowest = len(context.borders.known.faces)
        actual = {
            unit for there in context.units_on_sides[-1][edge] for unit in there if unit < lowest
        }
        zh, en = context.format_names(context.find_adjacent_units(edge))
        there_zh, there_en = context.format_names(actual) if actual else ("—", "none")
        what_zh = "左右颠倒" if swapped else f"两侧的单位不对：实为 {there_zh}"
        what_en = "left and right are swapped" if swapped else f"beside it lie in fact {there_en}"
        yield Finding(
            "TOP-LIN-02",
            "turned" if swapped else "other_unit",
            get_severity("TOP-LIN-02"),
            tuple(sorted({*context.find_adjacent_units(edge), *actual})),
            context.shapes[edge],
            f"{zh} 的界线{what_zh}。",
            f"a line of {en}: {what_en}",
        )


@rule_check("TOP-COV-05")
def find_area_edge_differences(context: NetworkContext) -> Iterator[Finding]:
    """Lowest known units whose border is not, to the last bit, that of their edges."""
    net, lowest = context.borders.known.net, set(context.borders.known.faces)
    yield from _find_border_departures(
        context, "TOP-COV-05", [u for u in context.areas if u in lowest]
    )
    for face, unit in enumerate(context.borders.known.faces):
        if unit in context.areas:
            continue
        mine = np.flatnonzero((net.left == face) | (net.right == face))
        name = context.names[face]
        yield Finding(
            "TOP-COV-05",
            "no_area",
            get_severity("TOP-COV-05"),
            (face,),
            shapely.line_merge(shapely.MultiLineString(context.shapes[mine].tolist())),
            f"{name} 有 {len(mine)} 条边，而没有有效的边界面。",
            f"{name} has {len(mine)} edges and no area in force",
        )


@rule_check("TOP-HIE-06")
def find_upper_border_differences(context: NetworkContext) -> Iterator[Finding]:
    """Units above others whose border is not made of the edges of those.

    A stretch at which already the lowest unit differs is told there.
    """
    lowest = set(context.borders.known.faces)
    upper = [unit for unit in context.areas if unit not in lowest]
    yield from _find_border_departures(context, "TOP-HIE-06", upper)


def _find_border_departures(
    context: NetworkContext, rule: str, units: list[UUID]
) -> Iterator[Finding]:
    for unit, bounded, stretch in _iter_departures(context, units):
        name = context.names[context.number[unit]]
        metres = float(geodesic_length([stretch])[0])
        zh = "与界线不一致" if bounded else "没有围合它的界线"
        en = "is not what its edges bound" if bounded else "has no edges"
        yield Finding(
            rule,
            "differs" if bounded else "no_edges",
            get_severity(rule),
            context.number_units([unit]),
            stretch,
            f"{name} 的边界{zh}：{metres:.1f} 米。",
            f"the border of {name} {en}: {metres:.1f} m",
            measured=metres,
            limit=0,
            unit="m",
        )


def _iter_departures(
    context: NetworkContext, selected: list[UUID]
) -> Iterator[tuple[UUID, bool, BaseGeometry]]:
    """Units with the pieces that only their area or only their edges have.

    Told with each is whether the unit has edges at all. Pieces of edges with a wrong side are
    passed over, and those that a lower unit has alone.
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
    piece = ends[:, 0] * (len(xy) + 1) + ends[:, 1]
    of_area = np.arange(len(first)) < len(drawn.first)
    alone = _mask_one_sided(unit, piece, of_area) & (ends[:, 0] != ends[:, 1])
    known = np.isin(piece, piece[~of_area][np.isin(edges, context.wrong_side_edges)])
    faces, selected_set = set(context.borders.known.faces), set(selected)
    lowest = np.array([one in faces for one in units], dtype=bool)[unit]
    is_reported = lowest | ~np.isin(piece, piece[alone & lowest])
    alone &= (
        ~known & is_reported & np.array([one in selected_set for one in units], dtype=bool)[unit]
    )
    with_edges = set(np.unique(owner).tolist())
    for number in np.unique(unit[alone]).tolist():
        mine = first[alone & (unit == number)]
        lines = shapely.linestrings(np.stack([xy[mine], xy[mine + 1]], axis=1))
        yield units[number], number in with_edges, shapely.line_merge(shapely.union_all(lines))


def _mask_one_sided(unit: Ints, piece: Ints, of_area: Bools) -> Bools:
    """Rows whose unit has the piece in its area only, or in its edges only."""
    order = np.lexsort((piece, unit))
    new = np.r_[True, (np.diff(unit[order]) != 0) | (np.diff(piece[order]) != 0)][: len(unit)]
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
    """The straight pieces of edges that bound units, once for each unit that they bound.

    Of each: where its first vertex stands, the position of the unit, and its edge.
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
