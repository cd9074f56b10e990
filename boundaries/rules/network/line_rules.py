"""TOP-LIN-01 to -05 and -09, TOP-GEO-03: the boundary lines between units."""

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.network.boundary_lines import NESTED_UNITS, NO_LEVEL, BoundaryLine
from boundaries.network.connected_components import find_components
from boundaries.network.segments import Ints
from boundaries.rules.common.measures import Metric
from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.network.network_context import NetworkContext
from gazetteer.messages import message
from gazetteer.rules.rule_registry import rule_check

_METRIC = Metric()


@rule_check("TOP-GEO-03")
def find_self_crossings(context: NetworkContext) -> Iterator[SpatialFinding]:
    """Edges that meet themselves anywhere other than at their ends."""
    for edge in np.flatnonzero(~shapely.is_simple(context.shapes)).tolist():
        units = context.find_adjacent_units(edge)
        yield build_finding(
            "TOP-GEO-03",
            "crossing",
            {"units": context.list_names(units)},
            features=units,
            geometry=_find_self_meetings(context.shapes[edge]),
        )


def _find_self_meetings(line: BaseGeometry) -> BaseGeometry:
    """Where a line meets itself: the ends of its parts, once it is cut at these points."""
    parts = shapely.get_parts(shapely.union_all(line))
    ends = shapely.union_all(shapely.boundary(parts))
    meetings: BaseGeometry = shapely.difference(ends, shapely.boundary(line))
    return meetings


@rule_check("TOP-LIN-01")
def find_broken_lines(context: NetworkContext) -> Iterator[SpatialFinding]:
    """Lines that end without meeting another, branch, or consist of several paths."""
    yield from _find_dangling_edges(context)
    yield from _find_branches(context)
    unsound = context.unsound_nodes
    for line in context.borders.lines:
        paths = _find_paths(context, line)
        nodes = context.edge_nodes[list(line.edges)]
        if len(paths) > 1 and not np.isin(nodes, unsound).any():
            yield _build_paths_finding(context, line, paths)


def _find_dangling_edges(context: NetworkContext) -> Iterator[SpatialFinding]:
    net = context.borders.known.net
    for edge in np.flatnonzero((context.degree[context.edge_nodes] == 1).any(axis=1)).tolist():
        units = context.find_adjacent_units(edge)
        free = [node for node in context.edge_nodes[edge].tolist() if context.degree[node] == 1]
        yield build_finding(
            "TOP-LIN-01",
            "dangle",
            {"units": context.list_names(units)},
            features=units,
            geometry=shapely.MultiPoint(net.nodes[free]),
        )


def _find_branches(context: NetworkContext) -> Iterator[SpatialFinding]:
    """Nodes where more than two edges of one line meet, none of which overlaps another."""
    borders = context.borders
    which = np.repeat(borders.edge_lines, 2)
    nodes = context.edge_nodes.reshape(-1)
    keys = np.column_stack([which, nodes])[(which >= 0) & ~np.isin(nodes, context.doubled_nodes)]
    line_nodes, count = np.unique(keys, axis=0, return_counts=True)
    for (line, node), degree in zip(
        line_nodes[count > 2].tolist(), count[count > 2].tolist(), strict=True
    ):
        units = context.number_units(borders.lines[line].units)
        yield build_finding(
            "TOP-LIN-01",
            "branch",
            {"units": context.list_names(units), "edges": degree},
            features=units,
            geometry=shapely.Point(borders.known.net.nodes[node]),
            measured=degree,
            limit=2,
            unit="edges",
        )


def _find_paths(context: NetworkContext, line: BoundaryLine) -> list[list[int]]:
    """The edges of a line, by connected path."""
    return find_components(
        (edge, node) for edge in line.edges for node in context.edge_nodes[edge].tolist()
    )


def _build_paths_finding(
    context: NetworkContext, line: BoundaryLine, paths: list[list[int]]
) -> SpatialFinding:
    """Two units that border on each other in several places, with others or the sea in between."""
    units = context.number_units(line.units)
    lengths = sorted((context.measure_length(path) / 1000 for path in paths), reverse=True)
    return build_finding(
        "TOP-LIN-01",
        "several_paths",
        {
            "units": context.list_names(units),
            "level": message(f"level.{line.level}"),
            "paths": len(paths),
            "lengths": [f"{length:.3g}" for length in lengths],
        },
        features=units,
        geometry=shapely.MultiPoint(np.vstack([context.find_path_ends(path) for path in paths])),
        severity="warning",
        measured=len(paths),
        limit=1,
        unit="paths",
    )


@rule_check("TOP-LIN-03")
def find_backward_edges(context: NetworkContext) -> Iterator[SpatialFinding]:
    """Edges that run neither from west to east nor from north to south."""
    net = context.borders.known.net
    east, north = (net.nodes[net.end] - net.nodes[net.start]).T
    for edge in np.flatnonzero((east <= 0) & (north >= 0) & (net.start != net.end)).tolist():
        units = context.find_adjacent_units(edge)
        yield build_finding(
            "TOP-LIN-03",
            "direction",
            {"units": context.list_names(units)},
            features=units,
            geometry=context.shapes[edge],
        )


@rule_check("TOP-LIN-04")
def find_edges_without_level(context: NetworkContext) -> Iterator[SpatialFinding]:
    """Edges that are the line of no level: they divide one unit, or units without a parent."""
    level = context.borders.edge_levels
    for edge in np.flatnonzero(level == NO_LEVEL).tolist():
        units = context.find_adjacent_units(edge)
        yield build_finding(
            "TOP-LIN-04",
            "no_level",
            {"units": context.list_names(units)},
            features=units,
            geometry=context.shapes[edge],
        )
    yield from _find_partial_limits(context, np.flatnonzero(level == NESTED_UNITS))


def _find_partial_limits(context: NetworkContext, edges: Ints) -> Iterator[SpatialFinding]:
    """The limit between loaded units and the rest of the unit that they lie in."""
    faces = context.borders.edge_sides[edges]
    height = context.level_rank[faces]
    upper = np.where(height[:, 0] < height[:, 1], faces[:, 0], faces[:, 1])
    for unit in np.unique(upper).tolist():
        mine = edges[upper == unit].tolist()
        metres = context.measure_length(mine)
        yield build_finding(
            "TOP-LIN-04",
            "known_in_parts",
            {"unit": context.names[unit], "length": metres / 1000},
            features=context.find_adjacent_units(*mine),
            geometry=shapely.line_merge(shapely.MultiLineString(context.shapes[mine].tolist())),
            severity="info",
            measured=metres,
            unit="m",
        )


@rule_check("TOP-LIN-05")
def find_overlapping_edges(context: NetworkContext) -> Iterator[SpatialFinding]:
    """Stretches that several edges share."""
    net = context.borders.known.net
    first, owner, vertex_pairs = context.shared_segments
    for group in find_components((k, key) for k, keys in enumerate(vertex_pairs) for key in keys):
        edges = np.unique(owner[group])
        units = context.find_adjacent_units(*edges.tolist())
        segment_lines = shapely.linestrings(
            np.stack([net.xy[first[group]], net.xy[first[group] + 1]], 1)
        )
        stretch = shapely.line_merge(shapely.union_all(segment_lines))
        yield build_finding(
            "TOP-LIN-05",
            "overlap",
            {"units": context.list_names(units), "edges": len(edges)},
            features=units,
            geometry=stretch,
            measured=_METRIC.measure_length(stretch),
            limit=0,
            unit="m",
        )


@rule_check("TOP-LIN-09")
def find_pseudo_nodes(context: NetworkContext) -> Iterator[SpatialFinding]:
    """Nodes where two edges with the same sides meet, and no other edge ever did."""
    borders = context.borders
    net, beyond = borders.known.net, borders.known.beyond
    two = np.flatnonzero(
        (context.degree == 2) & ~np.isin(np.arange(len(net.nodes)), context.ring_nodes)
    )
    for node in two.tolist():
        one, other = context.find_edges_at(node)
        if (
            context.find_adjacent_units(one) != context.find_adjacent_units(other)
            or beyond[one] != beyond[other]
        ):
            continue
        had_more_edges = context.count_edges_ever(node) > 2
        units = context.find_adjacent_units(one)
        yield build_finding(
            "TOP-LIN-09",
            "met_on_other_days" if had_more_edges else "pseudo",
            {"units": context.list_names(units)},
            features=units,
            geometry=shapely.Point(net.nodes[node]),
            severity="info" if had_more_edges else None,
        )
