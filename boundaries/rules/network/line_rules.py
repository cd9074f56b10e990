"""TOP-LIN-01 to -05 and -09, TOP-GEO-03: the lines between units, as the network makes them."""

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.network.boundary_lines import LINE_LEVELS, NESTED_UNITS, NO_LEVEL, BoundaryLine
from boundaries.network.segments import Ints
from boundaries.rules.common.connected_components import find_components
from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.common.measures import Metric
from boundaries.rules.network.network_context import NetworkContext
from boundaries.rules.rule_registry import get_severity, rule_check

LEVEL_ZH = dict(zip(LINE_LEVELS, ("省级", "地级", "县级", "乡级"), strict=True))
_METRIC = Metric()


@rule_check("TOP-GEO-03")
def find_self_crossings(context: NetworkContext) -> Iterator[Finding]:
    """Edges that meet themselves anywhere but at their ends."""
    for edge in np.flatnonzero(~shapely.is_simple(context.shapes)).tolist():
        units = context.find_adjacent_units(edge)
        zh, en = context.format_names(units)
        yield Finding(
            "TOP-GEO-03",
            "crossing",
            get_severity("TOP-GEO-03"),
            units,
            _find_self_meetings(context.shapes[edge]),
            f"{zh} 的界线与自身相交。",
            f"a line of {en} crosses itself",
        )


def _find_self_meetings(line: BaseGeometry) -> BaseGeometry:
    """Where a line meets itself: the ends of its pieces, once it is cut there."""
    parts = shapely.get_parts(shapely.union_all(line))
    ends = shapely.union_all(shapely.boundary(parts))
    meetings: BaseGeometry = shapely.difference(ends, shapely.boundary(line))
    return meetings


@rule_check("TOP-LIN-01")
def find_broken_lines(context: NetworkContext) -> Iterator[Finding]:
    """Lines that end in the middle of nowhere, branch, or consist of several paths."""
    yield from _find_dangling_edges(context)
    yield from _find_branches(context)
    unsound = context.unsound_nodes
    for line in context.borders.lines:
        paths = _find_paths(context, line)
        nodes = context.edge_nodes[list(line.edges)]
        if len(paths) > 1 and not np.isin(nodes, unsound).any():
            yield _build_paths_finding(context, line, paths)


def _find_dangling_edges(context: NetworkContext) -> Iterator[Finding]:
    net = context.borders.known.net
    for edge in np.flatnonzero((context.degree[context.edge_nodes] == 1).any(axis=1)).tolist():
        units = context.find_adjacent_units(edge)
        zh, en = context.format_names(units)
        free = [node for node in context.edge_nodes[edge].tolist() if context.degree[node] == 1]
        yield Finding(
            "TOP-LIN-01",
            "dangle",
            get_severity("TOP-LIN-01"),
            units,
            shapely.MultiPoint(net.nodes[free]),
            f"{zh} 的界线在此中断，没有与任何界线相接。",
            f"a line of {en} breaks off here and meets no other",
        )


def _find_branches(context: NetworkContext) -> Iterator[Finding]:
    """Nodes where more than two edges of one line meet, none of which runs along another."""
    borders = context.borders
    which = np.repeat(borders.edge_lines, 2)
    nodes = context.edge_nodes.reshape(-1)
    keys = np.column_stack([which, nodes])[(which >= 0) & ~np.isin(nodes, context.doubled_nodes)]
    line_nodes, count = np.unique(keys, axis=0, return_counts=True)
    for (line, node), degree in zip(
        line_nodes[count > 2].tolist(), count[count > 2].tolist(), strict=True
    ):
        units = context.number_units(borders.lines[line].units)
        zh, en = context.format_names(units)
        yield Finding(
            "TOP-LIN-01",
            "branch",
            get_severity("TOP-LIN-01"),
            units,
            shapely.Point(borders.known.net.nodes[node]),
            f"{zh} 的界线在此分叉：{degree} 段相会。",
            f"the line of {en} branches here: {degree} of its edges meet",
            measured=degree,
            limit=2,
            unit="edges",
        )


def _find_paths(context: NetworkContext, line: BoundaryLine) -> list[list[int]]:
    """The edges of a line, by what hangs together."""
    return find_components(
        (edge, node) for edge in line.edges for node in context.edge_nodes[edge].tolist()
    )


def _build_paths_finding(
    context: NetworkContext, line: BoundaryLine, paths: list[list[int]]
) -> Finding:
    """Two units that meet in several places, with a third one or the sea in between."""
    units = context.number_units(line.units)
    zh, en = context.format_names(units)
    lengths = sorted((context.measure_length(path) / 1000 for path in paths), reverse=True)
    length_texts = [f"{length:.3g}" for length in lengths]
    return Finding(
        "TOP-LIN-01",
        "several_paths",
        "warning",
        units,
        shapely.MultiPoint(np.vstack([context.find_path_ends(path) for path in paths])),
        f"{zh} 的{LEVEL_ZH[line.level]}界线由 {len(paths)} 段互不相连的路径组成，"
        f"分别长 {'、'.join(length_texts)} 千米。",
        f"the {line.level} line of {en} consists of {len(paths)} separate paths of"
        f" {', '.join(length_texts)} km",
        measured=len(paths),
        limit=1,
        unit="paths",
    )


@rule_check("TOP-LIN-03")
def find_backward_edges(context: NetworkContext) -> Iterator[Finding]:
    """Edges that run neither from west to east nor from north to south."""
    net = context.borders.known.net
    east, north = (net.nodes[net.end] - net.nodes[net.start]).T
    for edge in np.flatnonzero((east <= 0) & (north >= 0) & (net.start != net.end)).tolist():
        units = context.find_adjacent_units(edge)
        zh, en = context.format_names(units)
        yield Finding(
            "TOP-LIN-03",
            "direction",
            get_severity("TOP-LIN-03"),
            units,
            context.shapes[edge],
            f"{zh} 的界线自东向西或自南向北。",
            f"the line of {en} runs from east to west, or from south to north",
        )


@rule_check("TOP-LIN-04")
def find_edges_without_level(context: NetworkContext) -> Iterator[Finding]:
    """Edges that are the line of no level: what they divide is one unit, or has no parent."""
    level = context.borders.edge_levels
    for edge in np.flatnonzero(level == NO_LEVEL).tolist():
        units = context.find_adjacent_units(edge)
        zh, en = context.format_names(units)
        yield Finding(
            "TOP-LIN-04",
            "no_level",
            get_severity("TOP-LIN-04"),
            units,
            context.shapes[edge],
            f"{zh} 的界线没有级别：至少一侧的上级单位当时不存在。",
            f"the line of {en} has no level: a side has no parent in force",
        )
    yield from _find_partial_limits(context, np.flatnonzero(level == NESTED_UNITS))


def _find_partial_limits(context: NetworkContext, edges: Ints) -> Iterator[Finding]:
    """The limit between known units and the rest of the unit that they lie in."""
    faces = context.borders.edge_sides[edges]
    height = context.level_rank[faces]
    upper = np.where(height[:, 0] < height[:, 1], faces[:, 0], faces[:, 1])
    for unit in np.unique(upper).tolist():
        mine = edges[upper == unit].tolist()
        metres = context.measure_length(mine)
        units = context.find_adjacent_units(*mine)
        name = context.names[unit]
        yield Finding(
            "TOP-LIN-04",
            "known_in_parts",
            "info",
            units,
            shapely.line_merge(shapely.MultiLineString(context.shapes[mine].tolist())),
            f"{name} 只载入了部分下级单位；与其余部分之间的 {metres / 1000:.0f} 千米不是界线，"
            "级别不详。",
            f"only some units of {name} are loaded; the {metres / 1000:.0f} km between them and the"
            " rest are no line, and of no known level",
            measured=metres,
            unit="m",
        )


@rule_check("TOP-LIN-05")
def find_overlapping_edges(context: NetworkContext) -> Iterator[Finding]:
    """Stretches that several edges run along."""
    net = context.borders.known.net
    first, owner, vertex_pairs = context.shared_segments
    for group in find_components((k, key) for k, keys in enumerate(vertex_pairs) for key in keys):
        edges = np.unique(owner[group])
        units = context.find_adjacent_units(*edges.tolist())
        zh, en = context.format_names(units)
        segment_lines = shapely.linestrings(
            np.stack([net.xy[first[group]], net.xy[first[group] + 1]], 1)
        )
        stretch = shapely.line_merge(shapely.union_all(segment_lines))
        yield Finding(
            "TOP-LIN-05",
            "overlap",
            get_severity("TOP-LIN-05"),
            units,
            stretch,
            f"{zh} 的界线在此重叠：{len(edges)} 条边走同一段。",
            f"lines of {en} overlap here: {len(edges)} edges run along the same stretch",
            measured=_METRIC.measure_length(stretch),
            limit=0,
            unit="m",
        )


@rule_check("TOP-LIN-09")
def find_pseudo_nodes(context: NetworkContext) -> Iterator[Finding]:
    """Nodes where two edges with the same sides meet, and nothing else ever did."""
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
        zh, en = context.format_names(units)
        yield Finding(
            "TOP-LIN-09",
            "met_on_other_days" if had_more_edges else "pseudo",
            "info" if had_more_edges else get_severity("TOP-LIN-09"),
            units,
            shapely.Point(net.nodes[node]),
            f"{zh} 的界线在此有一个节点，{_PSEUDO_NODE_ZH[had_more_edges]}。",
            f"the line of {en} has a node here {_PSEUDO_NODE_EN[had_more_edges]}",
        )


_PSEUDO_NODE_ZH = {
    True: "现在只有两条边相接；在其他日期有别的界线止于此",
    False: "只有两条边相接，两侧单位相同",
}
_PSEUDO_NODE_EN = {
    True: "where only two edges meet today; on other days another line ended there",
    False: "where only two edges meet, with the same units on both sides",
}
