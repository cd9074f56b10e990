"""TOP-NOD-01 and -02: where lines end, and how many meet there."""

from collections.abc import Iterator

import numpy as np
import shapely

from boundaries.network.network_builder import OUTSIDE
from boundaries.network.segments import Ints
from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.common.measures import Metric
from boundaries.rules.network.network_context import NetworkContext
from boundaries.rules.rule_registry import get_severity, rule_check

_METRIC = Metric()


@rule_check("TOP-NOD-01")
def find_tripoint_flaws(context: NetworkContext) -> Iterator[Finding]:
    """Points of more than three lines, and tripoints so near each other that they are one."""
    lines, shores = _count_line_ends(context)
    many = np.flatnonzero((lines > 3) & (shores == 0))
    for node in np.setdiff1d(many, context.doubled_nodes).tolist():
        if (
            len(context.find_adjacent_units(*context.find_edges_at(node))) > 2
        ):  # of two units TOP-LIN-01 tells that their line branches
            yield _build_crowded_node_finding(context, node, int(lines[node]))
    yield from _find_close_tripoints(context, (lines == 3) & (shores == 0))


def _count_line_ends(context: NetworkContext) -> tuple[Ints, Ints]:
    """How many lines and how many coasts or outer limits end at each node."""
    net = context.borders.known.net
    one_sided = (net.left == OUTSIDE) | (net.right == OUTSIDE)
    counts = [
        np.bincount(context.edge_nodes[which].reshape(-1), minlength=len(net.nodes)).astype(
            np.int64
        )
        for which in (~one_sided, one_sided)
    ]
    return counts[0], counts[1]


def _build_crowded_node_finding(context: NetworkContext, node: int, lines: int) -> Finding:
    """More than three units in a point, or one that meets itself there."""
    units = context.find_adjacent_units(*context.find_edges_at(node))
    zh, en = context.format_names(units)
    touching = len(units) < lines
    what_zh = "有单位在此只以一点与自身相接" if touching else f"{len(units)} 个单位相会于一点"
    what_en = "one meets itself in this point" if touching else f"{len(units)} units in a point"
    return Finding(
        "TOP-NOD-01",
        "touching" if touching else "many_units",
        "warning",
        units,
        shapely.Point(context.borders.known.net.nodes[node]),
        f"{zh} 的 {lines} 条界线止于此：{what_zh}。",
        f"{lines} lines of {en} end here: {what_en}",
        measured=lines,
        limit=3,
        unit="lines",
    )


def _find_close_tripoints(context: NetworkContext, tripoint: Ints) -> Iterator[Finding]:
    """Two tripoints with a line between them that is shorter than two borders may differ."""
    net, limit = context.borders.known.net, context.tolerances.overlap_m
    between = np.flatnonzero(tripoint[context.edge_nodes].all(axis=1) & (net.start != net.end))
    short = between[shapely.length(context.shapes[between]) <= 2 * _METRIC.convert_to_units(limit)]
    for edge in short.tolist():
        metres = context.measure_length([edge])
        if metres > limit:
            continue
        one, other = (
            context.find_adjacent_units(*context.find_edges_at(node))
            for node in context.edge_nodes[edge].tolist()
        )
        units = tuple(sorted({*one, *other}))
        zh, en = context.format_names(units)
        yield Finding(
            "TOP-NOD-01",
            "side_by_side",
            get_severity("TOP-NOD-01"),
            units,
            context.shapes[edge],
            f"{zh} 的两个三交点相距只有 {metres:.3g} 米，应为同一点或另有其位。",
            f"two tripoints of {en} are only {metres:.3g} m apart: they are one, or lie elsewhere",
            measured=metres,
            limit=limit,
            unit="m",
        )


@rule_check("TOP-NOD-02")
def find_line_end_flaws(context: NetworkContext) -> Iterator[Finding]:
    """Ends of lines at which something is missing, and ends that several lines share at a coast."""
    for node in context.unsound_nodes.tolist():
        if context.degree[node] > 1:
            yield _build_unfinished_finding(context, node)
    lines, shores = _count_line_ends(context)
    unsound = np.r_[context.unsound_nodes, context.doubled_nodes]
    for node in np.setdiff1d(np.flatnonzero((lines > 1) & (shores > 0)), unsound).tolist():
        units = context.find_adjacent_units(*context.find_edges_at(node))
        zh, en = context.format_names(units)
        yield Finding(
            "TOP-NOD-02",
            "shared_at_coast",
            "warning",
            units,
            shapely.Point(context.borders.known.net.nodes[node]),
            f"{zh} 的 {lines[node]} 条界线止于岸线（或数据外缘）的同一点。",
            f"{lines[node]} lines of {en} end in one point of the coast (or outer limit)",
            measured=int(lines[node]),
            limit=1,
            unit="lines",
        )
    yield from _find_ends_at_unknown(context, lines)


def _build_unfinished_finding(context: NetworkContext, node: int) -> Finding:
    """A node round which the units do not close: an edge is missing, or names another unit."""
    open_ = context.unclosed_units[context.unclosed_units[:, 0] == node, 1]
    units = tuple(n for n in open_.tolist() if n != OUTSIDE) or context.find_adjacent_units(
        *context.find_edges_at(node)
    )
    zh, en = context.format_names(units)
    return Finding(
        "TOP-NOD-02",
        "unfinished",
        get_severity("TOP-NOD-02"),
        units,
        shapely.Point(context.borders.known.net.nodes[node]),
        f"{zh} 的界线在此没有接续：缺一段界线，或某一侧的单位不对。",
        f"the borders of {en} do not go on here: a stretch is missing, or a side is another's",
    )


def _find_ends_at_unknown(context: NetworkContext, lines: Ints) -> Iterator[Finding]:
    """Ends of lines at the border of a territory that the register does not know."""
    beyond = np.array([why == "unknown" for why in context.borders.known.beyond], dtype=bool)
    there = np.unique(context.edge_nodes[beyond])
    for node in there[lines[there] > 0].tolist():
        units = context.find_adjacent_units(*context.find_edges_at(node))
        zh, en = context.format_names(units)
        yield Finding(
            "TOP-NOD-02",
            "unknown_beyond",
            "info",
            units,
            shapely.Point(context.borders.known.net.nodes[node]),
            f"{zh} 的界线止于此；再往外的单位当时的范围不详。",
            f"the line of {en} ends here; the territory beyond is not known for that day",
        )
