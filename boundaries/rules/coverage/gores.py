"""TOP-COV-04: no narrow gaps that are open to the outside: gores, inlets, channels.

The union of a layer has no hole there, so a search for holes does not find them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from boundaries.rules.coverage.evidence import Evidence
from boundaries.rules.coverage.facing import Facing, middles, strips
from boundaries.rules.finding import Finding
from boundaries.rules.registry import judges, severity


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
    shapes = shapely.make_valid(strips(evidence.pieces, evidence.metric, pairs))
    parts = shapely.get_parts(shapely.union_all(shapes))
    found = []
    for part in parts[shapely.get_dimensions(parts) == 2]:
        members = pairs.only(shapely.intersects(shapes, part))
        width = float(members.furthest.max(initial=0.0))
        depth = evidence.metric.length(part) / 2
        limits = evidence.tolerances
        if width >= limits.gap_width_m * (1 - 1e-9):  # it goes on, wider: an acute corner
            continue
        if width > limits.overlap_m and depth >= limits.gore_depth * width:
            both = np.r_[members.a, members.b]
            features = tuple(sorted(set(evidence.pieces.feature[both].tolist())))
            found.append(OpenGap(part, features, width, depth))
    return found


def _outside(evidence: Evidence) -> Facing:
    """The pairs with nobody's ground between them that no hole of the layer encloses."""
    pairs = evidence.facing
    apart = pairs.only(
        (pairs.gap.min(axis=1, initial=0.0) >= -1e-9)
        & (pairs.gap.max(axis=1, initial=0.0) <= evidence.tolerances.gap_width_m + 1e-9)
        & (pairs.furthest > 0)
    )
    if not len(apart.a):
        return apart
    points = middles(evidence.pieces, evidence.metric, apart)
    taken = np.zeros(len(points), bool)
    taken[evidence.tree.query(points, predicate="intersects")[0]] = True
    holes = evidence.faces.shapes[evidence.faces.holes]
    taken[STRtree(holes).query(points, predicate="intersects")[0]] = True
    return apart.only(~taken)
