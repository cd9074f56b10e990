"""The records of a redrawing: the whole timelines of its edges, and of the nodes at their ends."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import shapely

from boundaries.network.area_timelines import merge_versions
from boundaries.network.edge_changes import Place, get_place
from boundaries.network.edge_versions import EdgeVersion, join_sources
from boundaries.network.known_edges import KnownEdges
from boundaries.network.period_bounds import BoundSources, index_bounds
from boundaries.network.redraw import Redrawing
from boundaries.network.redraw_days import Days
from gazetteer.ledger.period import Period
from gazetteer.ledger.versions import Timeline, Version, sort_versions

EdgeHistories = dict[UUID, list[EdgeVersion]]


def apply_redrawing(known: KnownEdges, redrawing: Redrawing) -> KnownEdges:
    """All that is known after a redrawing, with the nodes as they were."""
    changed: EdgeHistories = {}
    for edge, days in redrawing.days.items():
        bounds = redrawing.bounds[edge]
        outside = [
            part
            for version in known.edges.get(edge, ())
            for part in _iter_outside(version, days, bounds)
        ]
        versions = [*outside, *redrawing.versions.get(edge, ())]
        changed[edge] = sorted(versions, key=lambda version: version.first_day)
    return KnownEdges(known.units, {**known.edges, **changed}, known.nodes)


def _iter_outside(
    version: EdgeVersion, days: Sequence[Days], bounds: BoundSources
) -> Iterator[EdgeVersion]:
    """The parts of a version on all other days."""
    start = version.first_day
    for first, last in [*sorted(days), (date.max, date.max)]:
        end = min(first, version.last_day)
        if start < end:
            yield replace(version, period=_cut_period(version.period, (start, end), bounds))
        start = max(start, last)


def _cut_period(period: Period, days: Days, bounds: BoundSources) -> Period:
    """A part of a period; the ends that stay keep what is known of them."""
    cut = bounds.build_period(days)
    start = period.start if (period.start.on or date.min) == days[0] else cut.start
    end = period.end if (period.end.on or date.max) == days[1] else cut.end
    return Period(start, end)


def build_timelines(before: KnownEdges, after: KnownEdges) -> list[Timeline]:
    """The nodes and edges of which something else is known after a redrawing; nodes first."""
    changed = [edge for edge in after.edges if after.edges[edge] is not before.edges.get(edge)]
    edges = [
        Timeline(
            "edge",
            edge,
            merge_versions(sort_versions(v.to_version() for v in after.edges[edge])),
        )
        for edge in changed
    ]
    nodes = {
        node
        for edge in changed
        for version in (*before.edges.get(edge, ()), *after.edges[edge])
        for node in (version.start_node, version.end_node)
    }
    return [*_iter_node_timelines(nodes, after), *edges]


def _iter_node_timelines(nodes: Iterable[UUID], known: KnownEdges) -> Iterator[Timeline]:
    for node in sorted(nodes):
        edges = known.edges_at_node.get(node, frozenset())
        versions = [v for edge in sorted(edges) for v in known.edges[edge]]
        ends = [(v, get_place(v.line, at)) for v in versions for at in _list_ends(v, node)]
        yield Timeline("node", node, _build_node_versions(ends, known.nodes.get(node, ())))


def _list_ends(version: EdgeVersion, node: UUID) -> list[int]:
    """Which ends of an edge are at a node: positions in its line."""
    ends = ((version.start_node, 0), (version.end_node, -1))
    return [position for end, position in ends if end == node]


def _build_node_versions(
    ends: Sequence[tuple[EdgeVersion, Place]], before: Sequence[Version]
) -> tuple[Version, ...]:
    """A node exists as long as any of its edges ends there, from the first to the last day.

    Raises:
        ValueError: edges say on one day that the node is in two places.
    """
    if not ends:
        return ()
    bounds = BoundSources(
        (
            index_bounds((v.period for v in before), with_bare=True),
            index_bounds(v.period for v, _ in ends),
        )
    )
    source = before[0].attributes["source"] if before else join_sources([v.source for v, _ in ends])
    runs: list[tuple[Days, Place]] = []
    for version, place in sorted(ends, key=lambda end: (end[0].first_day, end[0].last_day)):
        days = version.first_day, version.last_day
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0][0], max(runs[-1][0][1], days[1])), place
        elif runs and days[0] < runs[-1][0][1]:
            raise ValueError(f"a node in two places on {days[0]}")
        else:
            runs.append((days, place))
    return tuple(
        Version(bounds.build_period(days), {"location": _encode_place(place), "source": source})
        for days, place in runs
    )


def _encode_place(place: Place) -> str:
    return str(shapely.to_wkb(shapely.Point(place), hex=True, byte_order=1)).lower()
