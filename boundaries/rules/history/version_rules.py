"""TOP-VER-01 to -03: areas over time, acts behind changes, the coverage on every day."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.network.area_assembly import BrokenNetwork
from boundaries.network.connected_components import find_components
from boundaries.network.network_builder import OUTSIDE, Network
from boundaries.network.network_store import NetworkHistory
from boundaries.network.polygonize import derive_areas
from boundaries.network.segments import Bools, Ints
from boundaries.rules.common.measures import Metric
from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.coverage.coverage_context import CoverageContext
from boundaries.rules.coverage.gaps import find_gaps
from boundaries.rules.coverage.overlaps import find_overlaps
from boundaries.rules.history.first_knowledge import is_first_knowledge
from boundaries.rules.history.history_context import AreaTenure, HistoryContext
from gazetteer.rules.rule_registry import rule_check


@rule_check("TOP-VER-01")
def find_area_period_flaws(history: HistoryContext) -> Iterator[SpatialFinding]:
    """Two areas of a unit on one day, and days without an area between two areas of a unit."""
    for before, after in pairwise(history.areas):
        if before.unit != after.unit or not history.covers_change(after.period.start):
            continue
        if before.period.overlaps_period(after.period):
            yield _build_area_period_finding(
                history, after, "two_areas", after.period.start, before.period.stop
            )
        elif _is_missing_between(history, before, after):
            yield _build_area_period_finding(
                history, after, "days_between", before.period.stop, after.period.start
            )


def _is_missing_between(history: HistoryContext, before: AreaTenure, after: AreaTenure) -> bool:
    """Whether there are days between two areas of a unit, on the first of which it was in force."""
    if before.period.stop is None or before.period.stop == after.period.start:
        return False
    return history.find_state(before.unit, before.period.stop) is not None


def _build_area_period_finding(
    history: HistoryContext, area: AreaTenure, kind: str, start: date | None, stop: date | None
) -> SpatialFinding:
    return build_finding(
        "TOP-VER-01",
        kind,
        {
            "unit": history.list_names([area.unit]),
            "start": start or "…",
            "stop": stop or "…",
        },
        features=history.number_units([area.unit]),
        severity="warning" if kind == "days_between" else None,
    )


@rule_check("TOP-VER-02")
def find_changes_without_act(history: HistoryContext) -> Iterator[SpatialFinding]:
    """Boundaries that begin or end on a recorded day without a cited act.

    Not those of ground that becomes known on the day: nothing changed hands.
    """
    network = history.network
    for day, edges in sorted(_find_unfounded_edges(history).items()):
        # A boundary that is divided differently has other nodes, but the same vertices.
        vertices = ((k, place) for k in edges for place in map(tuple, network.net.get_vertices(k)))
        for group in find_components(vertices):
            if is_first_knowledge(network, day, group):
                continue
            sides = np.unique(np.r_[network.net.left[group], network.net.right[group]])
            units = [network.faces[n] for n in sides.tolist() if n != OUTSIDE]
            yield build_finding(
                "TOP-VER-02",
                "no_act",
                {"units": history.list_names(units), "day": day},
                features=history.number_units(units),
                geometry=_merge_edge_lines(network.net, group),
            )


def _find_unfounded_edges(history: HistoryContext) -> Mapping[date, list[int]]:
    """The edges that begin or end on a day without an act."""
    network, edges_by_day = history.network, dict[date, list[int]]()
    since, until = history.since.toordinal(), history.until.toordinal()
    for which, days in ((0, network.start), (1, network.stop)):
        checked = (since < days) & (days <= until)
        for edge in np.flatnonzero(network.without_act[:, which] & checked).tolist():
            edges_by_day.setdefault(date.fromordinal(int(days[edge])), []).append(edge)
    return edges_by_day


def _merge_edge_lines(net: Network, edges: list[int]) -> BaseGeometry:
    lines = shapely.MultiLineString([net.get_vertices(edge) for edge in edges])
    drawn: BaseGeometry = shapely.line_merge(lines)
    return drawn


@rule_check("TOP-VER-03")
def find_daily_coverage_flaws(history: HistoryContext) -> Iterator[SpatialFinding]:
    """Days of change from which on the lowest known units overlap or leave gaps.

    On each day only the units whose boundaries changed, and their neighbours, are checked.
    """
    network = history.network
    before, open_faces = network.build_network_on(history.since), set[int]()
    for day in network.list_change_days(history.since, history.until):
        now = network.build_network_on(day)
        changed: Bools = (now.left != before.left) | (now.right != before.right)
        before = now
        touched = np.r_[now.left[changed], now.right[changed]]
        labels = _label_neighbourhood(
            now, np.unique(touched[touched != OUTSIDE]), len(network.faces)
        )
        shapes, unclosed = _polygonize_closed(now, labels)
        if unclosed - open_faces:
            yield _build_open_border_finding(history, day, now, changed, unclosed - open_faces)
        open_faces = open_faces - set(labels.tolist()) | unclosed
        yield from _find_coverage_flaws(history, network, day, shapes)


def _polygonize_closed(net: Network, labels: Ints) -> tuple[Mapping[int, BaseGeometry], set[int]]:
    """The areas of faces, and the faces whose boundaries do not close."""
    try:
        return derive_areas(net, labels), set()
    except BrokenNetwork:
        shapes: dict[int, BaseGeometry] = {}
        unclosed = set()
        for face in sorted(set(labels.tolist()) - {OUTSIDE}):
            try:
                shapes |= derive_areas(net, np.where(labels == face, face, OUTSIDE))
            except BrokenNetwork:
                unclosed.add(face)
        return shapes, unclosed


def _label_neighbourhood(net: Network, faces: Ints, size: int) -> Ints:
    """Labels of faces and their neighbours; ``OUTSIDE`` for all others."""
    labels = np.full(size, OUTSIDE)
    labels[faces] = faces
    is_touching = np.isin(net.left, faces) | np.isin(net.right, faces)
    around = np.r_[net.left[is_touching], net.right[is_touching]]
    around = around[around != OUTSIDE]
    labels[around] = around
    return labels


def _find_coverage_flaws(
    history: HistoryContext, network: NetworkHistory, day: date, shapes: Mapping[int, BaseGeometry]
) -> Iterator[SpatialFinding]:
    units = [network.faces[face] for face in shapes]
    context = CoverageContext(
        np.array(list(shapes.values()), dtype=object),
        tuple(history.names[history.number[unit]] for unit in units),
        Metric(),
        Tolerances(),
    )
    for kind, rule in (("overlap", find_overlaps), ("gap", find_gaps)):
        for finding in rule(context):
            yield build_finding(
                "TOP-VER-03",
                kind,
                {"day": day, "flaw": finding.message},
                features=history.number_units(units[feature] for feature in finding.features),
                geometry=finding.geometry,
                measured=finding.measured,
                limit=finding.limit,
                unit=finding.unit,
                area_m2=finding.area_m2,
            )


def _build_open_border_finding(
    history: HistoryContext, day: date, net: Network, changed: Bools, faces: set[int]
) -> SpatialFinding:
    """Faces whose boundaries do not close from a day on, shown by the edges that changed there."""
    units = [history.network.faces[face] for face in faces]
    own = np.isin(net.left, list(faces)) | np.isin(net.right, list(faces))
    edges = np.flatnonzero(own & changed if (own & changed).any() else own)
    return build_finding(
        "TOP-VER-03",
        "open",
        {"day": day, "units": history.list_names(units)},
        features=history.number_units(units),
        geometry=_merge_edge_lines(net, edges.tolist()),
    )
