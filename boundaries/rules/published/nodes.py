"""TOP-NOD-01 and -02: where lines end, and how many meet there."""

from collections.abc import Iterator

import numpy as np
import shapely

from boundaries.network.edges import NOBODY
from boundaries.network.segments import Ints
from boundaries.rules.finding import Finding
from boundaries.rules.metric import Metric
from boundaries.rules.published.picture import Picture
from boundaries.rules.registry import judges, severity

_METRIC = Metric()


@judges("TOP-NOD-01")
def tripoints(picture: Picture) -> Iterator[Finding]:
    """Points of more than three lines, and tripoints so near each other that they are one."""
    lines, shores = _ends(picture)
    many = np.flatnonzero((lines > 3) & (shores == 0))
    for node in np.setdiff1d(many, picture.doubled).tolist():
        if (
            len(picture.beside(*picture.edges_at(node))) > 2
        ):  # of two units TOP-LIN-01 tells that their line branches
            yield _of_many(picture, node, int(lines[node]))
    yield from _side_by_side(picture, (lines == 3) & (shores == 0))


def _ends(picture: Picture) -> tuple[Ints, Ints]:
    """How many lines and how many coasts or outer limits end at each node."""
    net = picture.borders.known.net
    one_sided = (net.left == NOBODY) | (net.right == NOBODY)
    counts = [
        np.bincount(picture.ends[which].reshape(-1), minlength=len(net.nodes)).astype(np.int64)
        for which in (~one_sided, one_sided)
    ]
    return counts[0], counts[1]


def _of_many(picture: Picture, node: int, lines: int) -> Finding:
    """More than three units in a point, or one that meets itself there."""
    units = picture.beside(*picture.edges_at(node))
    zh, en = picture.called(units)
    touching = len(units) < lines
    what_zh = "有单位在此只以一点与自身相接" if touching else f"{len(units)} 个单位相会于一点"
    what_en = "one meets itself in this point" if touching else f"{len(units)} units in a point"
    return Finding(
        "TOP-NOD-01",
        "touching" if touching else "many_units",
        "warning",
        units,
        shapely.Point(picture.borders.known.net.nodes[node]),
        f"{zh} 的 {lines} 条界线止于此：{what_zh}。",
        f"{lines} lines of {en} end here: {what_en}",
        measured=lines,
        limit=3,
        unit="lines",
    )


def _side_by_side(picture: Picture, tripoint: Ints) -> Iterator[Finding]:
    """Two tripoints with a line between them that is shorter than two borders may differ."""
    net, limit = picture.borders.known.net, picture.tolerances.overlap_m
    between = np.flatnonzero(tripoint[picture.ends].all(axis=1) & (net.start != net.end))
    short = between[shapely.length(picture.shapes[between]) <= 2 * _METRIC.units(limit)]
    for edge in short.tolist():
        metres = picture.length_m([edge])
        if metres > limit:
            continue
        one, other = (
            picture.beside(*picture.edges_at(node)) for node in picture.ends[edge].tolist()
        )
        units = tuple(sorted({*one, *other}))
        zh, en = picture.called(units)
        yield Finding(
            "TOP-NOD-01",
            "side_by_side",
            severity("TOP-NOD-01"),
            units,
            picture.shapes[edge],
            f"{zh} 的两个三交点相距只有 {metres:.3g} 米，应为同一点或另有其位。",
            f"two tripoints of {en} are only {metres:.3g} m apart: they are one, or lie elsewhere",
            measured=metres,
            limit=limit,
            unit="m",
        )


@judges("TOP-NOD-02")
def other_ends(picture: Picture) -> Iterator[Finding]:
    """Ends of lines at which something is missing, and ends that several lines share at a coast."""
    for node in picture.unsound_nodes.tolist():
        if picture.degree[node] > 1:
            yield _unfinished(picture, node)
    lines, shores = _ends(picture)
    unsound = np.r_[picture.unsound_nodes, picture.doubled]
    for node in np.setdiff1d(np.flatnonzero((lines > 1) & (shores > 0)), unsound).tolist():
        units = picture.beside(*picture.edges_at(node))
        zh, en = picture.called(units)
        yield Finding(
            "TOP-NOD-02",
            "shared_at_coast",
            "warning",
            units,
            shapely.Point(picture.borders.known.net.nodes[node]),
            f"{zh} 的 {lines[node]} 条界线止于岸线（或数据外缘）的同一点。",
            f"{lines[node]} lines of {en} end in one point of the coast (or outer limit)",
            measured=int(lines[node]),
            limit=1,
            unit="lines",
        )
    yield from _at_unknown(picture, lines)


def _unfinished(picture: Picture, node: int) -> Finding:
    """A node round which the units do not close: an edge is missing, or names another unit."""
    open_ = picture.odd[picture.odd[:, 0] == node, 1]
    units = tuple(n for n in open_.tolist() if n != NOBODY) or picture.beside(
        *picture.edges_at(node)
    )
    zh, en = picture.called(units)
    return Finding(
        "TOP-NOD-02",
        "unfinished",
        severity("TOP-NOD-02"),
        units,
        shapely.Point(picture.borders.known.net.nodes[node]),
        f"{zh} 的界线在此没有接续：缺一段界线，或某一侧的单位不对。",
        f"the borders of {en} do not go on here: a stretch is missing, or a side is another's",
    )


def _at_unknown(picture: Picture, lines: Ints) -> Iterator[Finding]:
    """Ends of lines at the border of a territory that the register does not know."""
    beyond = np.array([why == "unknown" for why in picture.borders.known.beyond], dtype=bool)
    there = np.unique(picture.ends[beyond])
    for node in there[lines[there] > 0].tolist():
        units = picture.beside(*picture.edges_at(node))
        zh, en = picture.called(units)
        yield Finding(
            "TOP-NOD-02",
            "unknown_beyond",
            "info",
            units,
            shapely.Point(picture.borders.known.net.nodes[node]),
            f"{zh} 的界线止于此；再往外的单位当时的范围不详。",
            f"the line of {en} ends here; the territory beyond is not known for that day",
        )
