"""TOP-HIE-08: parts of a unit that other units' ground separates from the rest of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely import STRtree

from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.coverage.coverage_context import CoverageContext
from boundaries.rules.rule_registry import get_severity, rule_check

_SAME_AREA_SHARE = 0.99
"""The share of ground that two drawings of one exclave have in common, at least."""


@rule_check("TOP-HIE-08")
def find_exclaves(context: CoverageContext) -> Iterator[Finding]:
    """Parts beside the largest one that border on other units all round, declared or not.

    A part with some coast is an island, or lies at the rim of the layer: it is not told. Parts
    that touch in a point belong together.
    """
    shells, owner, largest = _find_shells(context)
    if not len(shells):
        return
    open_rings = np.zeros(int(shells.max()) + 1, bool)
    coast = context.segments.ring[_find_coast_segments(context)]
    open_rings[coast[coast < len(open_rings)]] = True
    for k in np.flatnonzero(~largest & ~open_rings[shells]).tolist():
        feature = int(owner[k])
        if not _is_touching_rest(context, feature, int(shells[k])):
            yield _build_exclave_finding(context, feature, int(shells[k]))


def select_undeclared(
    of_levels: Sequence[Sequence[Finding]], declared: Collection[int]
) -> Iterator[Finding]:
    """The exclaves of all levels, the highest level first, each told once and at its lowest level.

    The exclave of a county is one of its prefecture and its province on the same ground: whose it
    is, and whether it is declared, is said by the county. ``declared`` are the features that
    declare their exclaves; an exclave is named by its unit, its neighbours and its own place.
    """
    for number, findings in enumerate(of_levels):
        lower = [finding for below in of_levels[number + 1 :] for finding in below]
        tree = STRtree(np.array([finding.geometry for finding in lower], dtype=object))
        for finding in findings:
            is_repeated = any(
                _has_same_area(finding, lower[k]) for k in _find_intersecting(finding, tree)
            )
            if not is_repeated and finding.features[0] not in declared:
                yield replace(finding, features=tuple(sorted(finding.features)))


def _find_intersecting(finding: Finding, tree: STRtree) -> list[int]:
    inside = shapely.point_on_surface(finding.geometry)
    hits: list[int] = tree.query(inside, predicate="intersects").tolist()
    return hits


def _has_same_area(one: Finding, other: Finding) -> bool:
    """Whether places that overlap have the same size, as two drawings of one ground have."""
    small, large = sorted((one.area_m2 or 0.0, other.area_m2 or 0.0))
    return small >= _SAME_AREA_SHARE * large


def _find_shells(context: CoverageContext) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of features with several parts: the outer rings, whose they are, which is the largest."""
    parts, owner = shapely.get_parts(context.shapes, return_index=True)
    rings = 1 + shapely.get_num_interior_rings(parts)
    shells = np.r_[0, np.cumsum(rings)[:-1]][: len(parts)]
    area, most = shapely.area(parts), np.zeros(len(context.shapes))
    np.maximum.at(most, owner, area)
    several = np.bincount(owner, minlength=len(context.shapes))[owner] > 1
    return shells[several], owner[several], (area == most[owner])[several]


def _find_coast_segments(context: CoverageContext) -> np.ndarray:
    """Loose pieces that no other unit runs along within the tolerance."""
    facing, limit = context.parallel_segments, context.tolerances.overlap_m
    near = facing.select_pairs(facing.max_distance <= limit)
    return np.setdiff1d(context.segments.matching.unmatched, np.r_[near.a, near.b])


def _is_touching_rest(context: CoverageContext, feature: int, ring: int) -> bool:
    segments = context.segments
    own = segments.feature == feature
    mine = own & (segments.ring == ring)
    return bool(np.isin(segments.start_vertex[mine], segments.start_vertex[own & ~mine]).any())


def _build_exclave_finding(context: CoverageContext, feature: int, ring: int) -> Finding:
    segments = context.segments
    mine = np.flatnonzero((segments.feature == feature) & (segments.ring == ring))
    partner = segments.matching.partner[mine]
    others = sorted(set(segments.feature[partner[partner >= 0]].tolist()))
    place = shapely.Polygon(segments.xy[np.r_[segments.first[mine], segments.first[mine[-1]] + 1]])
    area = float(context.metric.measure_areas(np.array([place], dtype=object))[0])
    name = context.names[feature]
    x, y = shapely.get_coordinates(shapely.point_on_surface(place))[0].tolist()
    digits = 1 if context.metric.planar else 5
    at = f"{x:.{digits}f}, {y:.{digits}f}"
    zh, en = (separator.join(context.names[f] for f in others) for separator in ("、", ", "))
    return Finding(
        "TOP-HIE-08",
        "exclave",
        get_severity("TOP-HIE-08"),
        (feature, *others),  # whose it is comes first
        place,
        f"{name} 有一块飞地位于 {zh} 之中（{at}），没有申报：{area:.2f} 平方米。",
        f"{name} has an exclave among {en} (at {at}) that is not declared: {area:.2f} m2",
        area_m2=area,
    )
