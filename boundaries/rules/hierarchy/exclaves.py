"""TOP-HIE-08: parts of a unit that other units separate from the rest of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely import STRtree

from boundaries.rules.common.spatial_finding import SpatialFinding, build_finding
from boundaries.rules.coverage.coverage_context import CoverageContext
from gazetteer.rules.rule_registry import rule_check

_SAME_AREA_SHARE = 0.99
"""Two exclaves at one place are the same from this ratio of their areas on."""


@rule_check("TOP-HIE-08")
def find_exclaves(context: CoverageContext) -> Iterator[SpatialFinding]:
    """Parts other than the largest that border on other units all round, declared or not.

    A part with some coast is an island, or lies at the rim of the layer: it is no exclave. Parts
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
    of_levels: Sequence[Sequence[SpatialFinding]], declared: Collection[int]
) -> Iterator[SpatialFinding]:
    """The undeclared exclaves of all levels, each once and at its lowest level.

    The exclave of a county is also one of its prefecture and of its province: whose it is, and
    whether it is declared, is decided by the county.

    Args:
        of_levels: the exclaves of each level, the highest level first.
        declared: the features that declare their exclaves.
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


def _find_intersecting(finding: SpatialFinding, tree: STRtree) -> list[int]:
    inside = shapely.point_on_surface(finding.geometry)
    hits: list[int] = tree.query(inside, predicate="intersects").tolist()
    return hits


def _has_same_area(one: SpatialFinding, other: SpatialFinding) -> bool:
    """Whether exclaves that overlap have the same size, as one exclave has on two levels."""
    small, large = sorted((one.area_m2 or 0.0, other.area_m2 or 0.0))
    return small >= _SAME_AREA_SHARE * large


def _find_shells(context: CoverageContext) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of features with several parts: the outer rings, their features, and which is the largest."""
    parts, owner = shapely.get_parts(context.shapes, return_index=True)
    rings = 1 + shapely.get_num_interior_rings(parts)
    shells = np.r_[0, np.cumsum(rings)[:-1]][: len(parts)]
    area, most = shapely.area(parts), np.zeros(len(context.shapes))
    np.maximum.at(most, owner, area)
    several = np.bincount(owner, minlength=len(context.shapes))[owner] > 1
    return shells[several], owner[several], (area == most[owner])[several]


def _find_coast_segments(context: CoverageContext) -> np.ndarray:
    """Unmatched segments that no other unit runs along within the tolerance."""
    facing, limit = context.parallel_segments, context.tolerances.overlap_m
    near = facing.select_pairs(facing.max_distance <= limit)
    return np.setdiff1d(context.segments.matching.unmatched, np.r_[near.a, near.b])


def _is_touching_rest(context: CoverageContext, feature: int, ring: int) -> bool:
    segments = context.segments
    own = _find_run(segments.feature, feature)
    vertices, is_mine = segments.start_vertex[own], segments.ring[own] == ring
    return bool(np.isin(vertices[is_mine], vertices[~is_mine]).any())


def _find_run(ascending: np.ndarray, value: int) -> slice:
    """Where a value stands in an ascending array: segments come feature by feature, ring by ring.

    A layer of a country has millions of them, and hundreds of exclaves.
    """
    first, last = np.searchsorted(ascending, [value, value + 1]).tolist()
    return slice(first, last)


def _build_exclave_finding(context: CoverageContext, feature: int, ring: int) -> SpatialFinding:
    segments = context.segments
    run = _find_run(segments.ring, ring)
    mine = np.arange(run.start, run.stop)
    partner = segments.matching.partner[mine]
    others = sorted(set(segments.feature[partner[partner >= 0]].tolist()))
    place = shapely.Polygon(segments.xy[np.r_[segments.first[mine], segments.first[mine[-1]] + 1]])
    area = float(context.metric.measure_areas(np.array([place], dtype=object))[0])
    x, y = shapely.get_coordinates(shapely.point_on_surface(place))[0].tolist()
    digits = 1 if context.metric.planar else 5
    return build_finding(
        "TOP-HIE-08",
        "exclave",
        {
            "feature": context.names[feature],
            "neighbours": context.list_names(others),
            "position": f"{x:.{digits}f}, {y:.{digits}f}",
            "area": area,
        },
        features=(feature, *others),  # its own unit comes first
        geometry=place,
        area_m2=area,
    )
