"""TOP-VER-01 to -03: areas through time, acts behind changes, the coverage on every day."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.network.areas import BrokenNetwork, areas
from boundaries.network.edges import NOBODY, Network
from boundaries.network.segments import Bools, Ints
from boundaries.network.store import NetworkHistory
from boundaries.rules.coverage.evidence import Evidence
from boundaries.rules.coverage.gaps import gaps
from boundaries.rules.coverage.overlaps import overlaps
from boundaries.rules.finding import Finding
from boundaries.rules.groups import grouped
from boundaries.rules.metric import Metric
from boundaries.rules.published.past import AreaLife, Life, Past
from boundaries.rules.registry import judges, severity
from boundaries.rules.tolerances import Tolerances


@judges("TOP-VER-01")
def lives_of_areas(past: Past) -> Iterator[Finding]:
    """Two areas of a unit on one day, and days of a unit between two areas without any."""
    for before, after in pairwise(past.areas):
        if before.unit != after.unit or not _begun(after.life, past.until):
            continue
        if before.life.meets(after.life):
            yield _of_areas(past, after, "two_areas", after.life.start, before.life.stop)
        elif _missing(past, before, after):
            yield _of_areas(past, after, "days_between", before.life.stop, after.life.start)


def _begun(life: Life, day: date) -> bool:
    return life.start is None or life.start <= day


def _missing(past: Past, before: AreaLife, after: AreaLife) -> bool:
    """Whether the unit was in force on the first day after the one or the last before the other."""
    if before.life.stop is None or before.life.stop == after.life.start:
        return False
    return past.state(before.unit, before.life.stop) is not None


def _of_areas(
    past: Past, area: AreaLife, kind: str, start: date | None, stop: date | None
) -> Finding:
    zh, en = past.called([area.unit])
    days_zh, days_en = f"{start or '…'} 至 {stop or '…'}", f"from {start or '…'} to {stop or '…'}"
    two = kind == "two_areas"
    return Finding(
        "TOP-VER-01",
        kind,
        severity("TOP-VER-01") if two else "warning",
        past.features([area.unit]),
        None,
        f"{zh} 在 {days_zh} {'有两个边界面' if two else '没有边界面，而前后都有'}。",
        f"{en} has {'two areas' if two else 'no area, and one before and after,'} {days_en}",
    )


@judges("TOP-VER-02")
def acts_behind_changes(past: Past) -> Iterator[Finding]:
    """Borders that came or went on a day in the time of the records, and no act is named."""
    network = past.network
    for day, edges in sorted(_unfounded(network, past.until).items()):
        vertices = ((k, place) for k in edges for place in map(tuple, network.net.vertices(k)))
        for run in grouped(vertices):  # a border divided anew has other nodes, and its vertices
            sides = np.unique(np.r_[network.net.left[run], network.net.right[run]])
            units = [network.faces[n] for n in sides.tolist() if n != NOBODY]
            zh, en = past.called(units)
            yield Finding(
                "TOP-VER-02",
                "no_act",
                severity("TOP-VER-02"),
                past.features(units),
                _drawn(network.net, run),
                f"{zh} 的界线于 {day} 变动，没有写明依据的文件。",
                f"the borders of {en} changed on {day} and no act is named",
            )


def _unfounded(network: NetworkHistory, until: date) -> Mapping[date, list[int]]:
    """The edges that begin or end on a day without an act."""
    found: dict[date, list[int]] = {}
    for which, days in ((0, network.start), (1, network.stop)):
        known = network.unfounded[:, which] & (days <= until.toordinal())
        for edge in np.flatnonzero(known).tolist():
            found.setdefault(date.fromordinal(int(days[edge])), []).append(edge)
    return found


def _drawn(net: Network, edges: list[int]) -> BaseGeometry:
    lines = shapely.MultiLineString([net.vertices(edge) for edge in edges])
    drawn: BaseGeometry = shapely.line_merge(lines)
    return drawn


@judges("TOP-VER-03")
def whole_every_day(past: Past) -> Iterator[Finding]:
    """Days of change from which on the lowest known units overlap or leave gaps.

    Of each day only the units are judged whose borders changed on it, with their neighbours.
    """
    network = past.network
    before, open_faces = network.on(date.min), set[int]()
    for day in network.days(until=past.until):
        now = network.on(day)
        changed: Bools = (now.left != before.left) | (now.right != before.right)
        before = now
        touched = np.r_[now.left[changed], now.right[changed]]
        labels = _near(now, np.unique(touched[touched != NOBODY]), len(network.faces))
        shapes, unclosed = _drawable(now, labels)
        if unclosed - open_faces:
            yield _open(past, day, now, changed, unclosed - open_faces)
        open_faces = open_faces - set(labels.tolist()) | unclosed
        yield from _broken(past, network, day, shapes)


def _drawable(net: Network, labels: Ints) -> tuple[Mapping[int, BaseGeometry], set[int]]:
    """The areas of faces, and the faces whose borders do not close."""
    try:
        return areas(net, labels), set()
    except BrokenNetwork:
        shapes: dict[int, BaseGeometry] = {}
        unclosed = set()
        for face in sorted(set(labels.tolist()) - {NOBODY}):
            try:
                shapes |= areas(net, np.where(labels == face, face, NOBODY))
            except BrokenNetwork:
                unclosed.add(face)
        return shapes, unclosed


def _near(net: Network, faces: Ints, size: int) -> Ints:
    """Labels of faces and their neighbours; NOBODY for all others."""
    labels = np.full(size, NOBODY)
    labels[faces] = faces
    beside = np.isin(net.left, faces) | np.isin(net.right, faces)
    around = np.r_[net.left[beside], net.right[beside]]
    around = around[around != NOBODY]
    labels[around] = around
    return labels


def _broken(
    past: Past, network: NetworkHistory, day: date, shapes: Mapping[int, BaseGeometry]
) -> Iterator[Finding]:
    units = [network.faces[face] for face in shapes]
    evidence = Evidence(
        np.array(list(shapes.values()), dtype=object),
        tuple(past.names[past.number[unit]] for unit in units),
        Metric(),
        Tolerances(),
    )
    for kind, rule in (("overlap", overlaps), ("gap", gaps)):
        for found in rule(evidence):
            yield Finding(
                "TOP-VER-03",
                kind,
                severity("TOP-VER-03"),
                past.features(units[feature] for feature in found.features),
                found.geometry,
                f"{day} 起：{found.zh}",
                f"from {day} on: {found.en}",
                found.measured,
                found.limit,
                found.unit,
                found.area_m2,
            )


def _open(past: Past, day: date, net: Network, changed: Bools, faces: set[int]) -> Finding:
    """From a day on the borders of some faces do not close; shown is what changed round them."""
    units = [past.network.faces[face] for face in faces]
    zh, en = past.called(units)
    own = np.isin(net.left, list(faces)) | np.isin(net.right, list(faces))
    edges = np.flatnonzero(own & changed if (own & changed).any() else own)
    return Finding(
        "TOP-VER-03",
        "open",
        severity("TOP-VER-03"),
        past.features(units),
        _drawn(net, edges.tolist()),
        f"{day} 起：{zh} 的界线没有围合。",
        f"from {day} on: the borders of {en} do not close",
    )
