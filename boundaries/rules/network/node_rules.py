"""TOP-NOD-01 and -02: where boundary lines end, and how many meet there."""

from collections.abc import Iterator

import numpy as np
import shapely

from boundaries.network.network_builder import OUTSIDE
from boundaries.network.segments import Ints
from boundaries.rules.common.measures import Metric
from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.network.network_context import NetworkContext
from gazetteer.rules.rule_registry import rule_check

_METRIC = Metric()


@rule_check("TOP-NOD-01")
def find_tripoint_flaws(context: NetworkContext) -> Iterator[SpatialFinding]:
    """Points where more than three lines end, and tripoints too close to each other."""
    lines, shores = _count_line_ends(context)
    many = np.flatnonzero((lines > 3) & (shores == 0))
    for node in np.setdiff1d(many, context.doubled_nodes).tolist():
        # Between two units only, this is a branch of their line: TOP-LIN-01.
        if len(context.find_adjacent_units(*context.find_edges_at(node))) > 2:
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


def _build_crowded_node_finding(context: NetworkContext, node: int, lines: int) -> SpatialFinding:
    """More than three units in one point, or a unit that touches itself there."""
    units = context.find_adjacent_units(*context.find_edges_at(node))
    return build_finding(
        "TOP-NOD-01",
        "touching" if len(units) < lines else "many_units",
        {"units": context.list_names(units), "lines": lines, "count": len(units)},
        features=units,
        geometry=shapely.Point(context.borders.known.net.nodes[node]),
        severity="warning",
        measured=lines,
        limit=3,
        unit="lines",
    )


def _find_close_tripoints(context: NetworkContext, tripoint: Ints) -> Iterator[SpatialFinding]:
    """Two tripoints with a line between them that is not longer than the tolerance."""
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
        yield build_finding(
            "TOP-NOD-01",
            "side_by_side",
            {"units": context.list_names(units), "distance": metres},
            features=units,
            geometry=context.shapes[edge],
            measured=metres,
            limit=limit,
            unit="m",
        )


@rule_check("TOP-NOD-02")
def find_line_end_flaws(context: NetworkContext) -> Iterator[SpatialFinding]:
    """Ends of lines that are incomplete, and ends that several lines share at a coast."""
    for node in context.unsound_nodes.tolist():
        if context.degree[node] > 1:
            yield _build_unfinished_finding(context, node)
    lines, shores = _count_line_ends(context)
    unsound = np.r_[context.unsound_nodes, context.doubled_nodes]
    for node in np.setdiff1d(np.flatnonzero((lines > 1) & (shores > 0)), unsound).tolist():
        units = context.find_adjacent_units(*context.find_edges_at(node))
        yield build_finding(
            "TOP-NOD-02",
            "shared_at_coast",
            {"units": context.list_names(units), "lines": int(lines[node])},
            features=units,
            geometry=shapely.Point(context.borders.known.net.nodes[node]),
            severity="warning",
            measured=int(lines[node]),
            limit=1,
            unit="lines",
        )
    yield from _find_ends_at_unknown(context, lines)


def _build_unfinished_finding(context: NetworkContext, node: int) -> SpatialFinding:
    """A node round which units do not close: an edge is missing, or has a wrong side."""
    open_ = context.unclosed_units[context.unclosed_units[:, 0] == node, 1]
    units = tuple(n for n in open_.tolist() if n != OUTSIDE) or context.find_adjacent_units(
        *context.find_edges_at(node)
    )
    return build_finding(
        "TOP-NOD-02",
        "unfinished",
        {"units": context.list_names(units)},
        features=units,
        geometry=shapely.Point(context.borders.known.net.nodes[node]),
    )


def _find_ends_at_unknown(context: NetworkContext, lines: Ints) -> Iterator[SpatialFinding]:
    """Ends of lines at a territory that is not known for the day."""
    beyond = np.array([why == "unknown" for why in context.borders.known.beyond], dtype=bool)
    there = np.unique(context.edge_nodes[beyond])
    for node in there[lines[there] > 0].tolist():
        units = context.find_adjacent_units(*context.find_edges_at(node))
        yield build_finding(
            "TOP-NOD-02",
            "unknown_beyond",
            {"units": context.list_names(units)},
            features=units,
            geometry=shapely.Point(context.borders.known.net.nodes[node]),
            severity="info",
        )
