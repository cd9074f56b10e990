"""TOP-COV-04: no narrow gaps that are open to the outside: gores, inlets, channels.

The union of a layer has no hole there, so a search for holes does not find them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from boundaries.rules.coverage.evidence import Evidence
from boundaries.rules.coverage.facing import Facing, beside, links, middles, strips
from boundaries.rules.finding import Finding
from boundaries.rules.groups import grouped
from boundaries.rules.registry import judges, severity

_BEYOND = 1e-3
"""How far beyond the end of a stretch one looks, in asked widths."""


@dataclass(frozen=True, slots=True)
class OpenGap:
    """Nobody's ground between features that reaches the outside; metres."""

    shape: BaseGeometry
    features: tuple[int, ...]
    width_m: float
    depth_m: float


@judges("TOP-COV-04")
def gores(evidence: Evidence) -> Iterator[Finding]:
    """Open gaps between two units, up to the asked width, and far deeper than wide."""
    for gap in open_gaps(evidence):
        area = float(evidence.metric.area(np.array([gap.shape]))[0])
        names, names_en = (
            mark.join(evidence.names[f] for f in gap.features) for mark in ("、", ", ")
        )
        yield Finding(
            "TOP-COV-04",
            "open",
            severity("TOP-COV-04"),
            gap.features,
            gap.shape,
            f"{names} 之间有向外敞开的狭缝：宽不超过 {gap.width_m:.3f} 米，"
            f"深约 {gap.depth_m:.1f} 米，{area:.2f} 平方米。",
            f"a narrow gap between {names_en} is open to the outside: up to {gap.width_m:.3f} m"
            f" wide, about {gap.depth_m:.1f} m deep, {area:.2f} m2",
            measured=gap.width_m,
            limit=evidence.tolerances.overlap_m,
            unit="m",
            area_m2=area,
        )


def open_gaps(evidence: Evidence) -> list[OpenGap]:
    """The open gaps that count: wider than the tolerance and deep enough."""
    pairs = _outside(evidence)
    if not len(pairs.a):
        return []
    limits, pieces = evidence.tolerances, evidence.pieces
    shapes = shapely.make_valid(strips(pieces, evidence.metric, pairs))
    found = []
    for group in grouped(links(pieces, pairs, range(len(pairs.a)))):
        members = pairs.only(np.isin(np.arange(len(pairs.a)), group))
        if members.furthest.max() <= limits.overlap_m:
            continue  # the border is not identical
        features = np.unique(pieces.feature[np.r_[members.a, members.b]])
        ground = _ground(evidence, shapes[group], features)
        if _goes_on(evidence, members, ground):
            continue  # the two borders part: an acute corner
        width = float(evidence.metric.widths(np.array([ground], dtype=object))[0])
        depth = evidence.metric.length(ground) / 2
        if width > limits.overlap_m and depth >= limits.gore_depth * width:
            found.append(OpenGap(ground, tuple(features.tolist()), width, depth))
    return found


def _goes_on(evidence: Evidence, pairs: Facing, ground: BaseGeometry) -> bool:
    """Whether somewhere it becomes wider than the asked width and does not end there.

    Round a bend, the pieces before and after it also come to face each other further apart; what
    lies beyond that is ground of the same gap.
    """
    asked = evidence.tolerances.gap_width_m
    for end, way in ((0, -1), (1, 1)):
        cut = pairs.only(pairs.gap[:, end] >= asked * (1 - 1e-9))
        along = cut.along[:, end] + way * asked * _BEYOND
        aside = np.full(len(along), asked / 2)
        beyond = beside(evidence.pieces, evidence.metric, cut.a, along, aside)
        if not shapely.intersects_xy(ground, *beyond.T).all():
            return True
    return False


def _ground(
    evidence: Evidence, shapes: NDArray[np.object_], features: NDArray[np.int64]
) -> BaseGeometry:
    """Strips between two borders as one shape, with the wedges between them at bends."""
    strip = shapely.union_all(shapes)
    if shapely.get_num_geometries(strip) == 1:
        return strip
    size = evidence.metric.units(evidence.tolerances.gap_width_m)
    closed = shapely.buffer(shapely.buffer(strip, size), -size)
    near = shapely.intersection(evidence.valid[features], shapely.box(*shapely.bounds(closed)))
    parts = shapely.get_parts(shapely.difference(closed, shapely.union_all(near)))
    return shapely.union_all([strip, *parts[shapely.intersects(parts, strip)]])


def _outside(evidence: Evidence) -> Facing:
    """The pairs with nobody's ground between them that no hole of the layer encloses."""
    pairs = evidence.facing
    apart = pairs.only(
        (pairs.gap.min(axis=1, initial=0.0) >= -1e-9)
        & (pairs.gap.max(axis=1, initial=0.0) <= evidence.tolerances.gap_width_m + 1e-9)
        & (pairs.furthest > 0)
        & (np.abs(pairs.gap[:, 1] - pairs.gap[:, 0]) <= pairs.length)  # not across, as at a mouth
    )
    if not len(apart.a):
        return apart
    points = middles(evidence.pieces, evidence.metric, apart)
    taken = np.zeros(len(points), bool)
    taken[evidence.tree.query(points, predicate="intersects")[0]] = True
    holes = evidence.faces.shapes[evidence.faces.holes]
    taken[STRtree(holes).query(points, predicate="intersects")[0]] = True
    return apart.only(~taken)
