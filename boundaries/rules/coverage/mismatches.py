"""TOP-COV-03: neighbours have identical vertices along their common border."""

from collections.abc import Iterable, Iterator

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from boundaries.rules.coverage.evidence import Evidence
from boundaries.rules.coverage.facing import Facing, links, lone_vertices, middles
from boundaries.rules.coverage.gores import open_gaps
from boundaries.rules.finding import Finding
from boundaries.rules.groups import grouped
from boundaries.rules.registry import judges, severity

_PARALLEL = 0.2
"""Two pieces run along each other when they part by less than this share of their length."""
_TOGETHER = 3
"""So many units may meet at one flaw; a larger tangle is told for each pair of them."""
_SAME_COURSE_M = 1e-6

Pair = tuple[int, int]


@judges("TOP-COV-03")
def mismatches(evidence: Evidence) -> Iterator[Finding]:
    """Stretches on which two units run along each other within the tolerance, not identically."""
    near = stretches(evidence)
    for pairs in _places(evidence, near):
        yield _finding(evidence, near.only(pairs))
    yield from _slivers(evidence, near)


def stretches(evidence: Evidence) -> Facing:
    """The pieces that were meant to be one border.

    What bounds a hole or an overlap that is told anyway is no flaw of its own; nor is a vertex
    that is there only because such a hole or overlap ends in it.
    """
    pairs, limit, pieces = evidence.facing, evidence.tolerances.overlap_m, evidence.pieces
    identical = (pieces.start[pairs.a] == pieces.end[pairs.b]) & (
        pieces.end[pairs.a] == pieces.start[pairs.b]
    )
    close = (pairs.furthest <= limit) & (pairs.furthest <= _PARALLEL * pairs.length)
    near = pairs.only(close & ~identical)
    told = told_shapes(evidence)
    if not len(told) or not len(near.a):
        return near
    return near.only(~_within(evidence, near, told) & ~_explained(evidence, near, told))


def told_shapes(evidence: Evidence) -> NDArray[np.object_]:
    """The holes, overlaps and open gaps that are wider than the tolerance."""
    wide = [f for f, width in evidence.widths.items() if width > evidence.tolerances.overlap_m]
    return np.array(
        [*evidence.faces.shapes[wide], *(gap.shape for gap in open_gaps(evidence))], dtype=object
    )


def _within(evidence: Evidence, near: Facing, told: NDArray[np.object_]) -> NDArray[np.bool_]:
    """The pairs with such ground between them."""
    points = middles(evidence.pieces, evidence.metric, near)
    inside = np.zeros(len(near.a), bool)
    inside[STRtree(told).query(points, predicate="within")[0]] = True
    return inside


def _explained(evidence: Evidence, near: Facing, told: NDArray[np.object_]) -> NDArray[np.bool_]:
    """The pairs all of whose vertices without a counterpart lie at the rim of such ground."""
    at, vertex = lone_vertices(evidence.pieces, near)
    points = shapely.points(evidence.pieces.xy[vertex])
    reach = evidence.metric.units(evidence.tolerances.overlap_m)
    on_rim = np.zeros(len(vertex), bool)
    on_rim[STRtree(told).query(points, predicate="dwithin", distance=reach)[0]] = True
    left = np.zeros(len(near.a), bool)
    left[at[~on_rim]] = True
    return ~left


def _places(evidence: Evidence, near: Facing) -> Iterator[NDArray[np.bool_]]:
    """The pairs of pieces that make one flaw, as masks: connected, and of few units."""
    feature = evidence.pieces.feature
    for group in grouped(links(evidence.pieces, near, range(len(near.a)))):
        units = {int(feature[piece]) for k in group for piece in (near.a[k], near.b[k])}
        if len(units) <= _TOGETHER:
            yield _mask(group, len(near.a))
            continue
        of_pair: dict[Pair, list[int]] = {}
        for k in group:
            two = sorted((int(feature[near.a[k]]), int(feature[near.b[k]])))
            of_pair.setdefault((two[0], two[1]), []).append(k)
        for members in of_pair.values():
            for part in grouped(links(evidence.pieces, near, members)):
                yield _mask(part, len(near.a))


def _mask(members: Iterable[int], size: int) -> NDArray[np.bool_]:
    mask = np.zeros(size, bool)
    mask[list(members)] = True
    return mask


def _finding(evidence: Evidence, near: Facing) -> Finding:
    pieces = evidence.pieces
    both = np.unique(np.r_[near.a, near.b])
    features = tuple(sorted(set(pieces.feature[both].tolist())))
    first = both[pieces.feature[both] != features[-1]]
    apart = float(near.furthest.max())
    kind = "vertices" if apart <= _SAME_COURSE_M else "apart"
    names, names_en = (mark.join(evidence.names[f] for f in features) for mark in ("、", ", "))
    alone = len(np.unique(pieces.vertex[lone_vertices(pieces, near)[1]]))
    zh = "走向一致但顶点不同" if kind == "vertices" else f"相差最多 {apart:.9f} 米"
    en = "same course, other vertices" if kind == "vertices" else f"up to {apart:.9f} m apart"
    return Finding(
        "TOP-COV-03",
        kind,
        severity("TOP-COV-03"),
        features,
        shapely.line_merge(shapely.union_all(pieces.lines(first))),
        f"{names} 的公共界线不一致：{zh}，{alone} 个顶点没有对应点。",
        f"the common border of {names_en} is not identical: {en}; {alone} vertices without a"
        " counterpart",
        measured=apart,
        limit=0.0,
        unit="m",
    )


def _slivers(evidence: Evidence, near: Facing) -> Iterator[Finding]:
    """Holes and overlaps within the tolerance that lie at no stretch told above."""
    faces, limit = evidence.faces, evidence.tolerances.overlap_m
    thin = [f for f, width in evidence.widths.items() if 0 < width <= limit]
    if not thin:
        return
    told = STRtree(evidence.pieces.lines(np.unique(np.r_[near.a, near.b])))
    for face in thin:
        shape = faces.shapes[face]
        if len(told.query(shape, predicate="intersects")):
            continue
        features = evidence.bordering(shape)
        area = float(evidence.metric.area(np.array([shape]))[0])
        names, names_en = (mark.join(evidence.names[f] for f in features) for mark in ("、", ", "))
        width = evidence.widths[face]
        yield Finding(
            "TOP-COV-03",
            "sliver",
            severity("TOP-COV-03"),
            features,
            shape,
            f"{names} 的公共界线不一致：相差不超过 {width:.9f} 米，{area:.6f} 平方米。",
            f"the common border of {names_en} is not identical: within {width:.9f} m,"
            f" {area:.6f} m2",
            measured=width,
            limit=0.0,
            unit="m",
            area_m2=area,
        )
