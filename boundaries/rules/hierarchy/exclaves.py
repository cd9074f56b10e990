"""TOP-HIE-08: parts of a unit that other units' ground separates from the rest of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely import STRtree

from boundaries.rules.coverage.evidence import Evidence
from boundaries.rules.finding import Finding
from boundaries.rules.registry import judges, severity

_SAME = 0.99
"""The share of ground that two drawings of one exclave have in common, at least."""


@judges("TOP-HIE-08")
def exclaves(evidence: Evidence) -> Iterator[Finding]:
    """Parts beside the largest one that border on other units all round, declared or not.

    A part with some coast is an island, or lies at the rim of the layer: it is not told. Parts
    that touch in a point belong together.
    """
    shells, owner, largest = _shells(evidence)
    if not len(shells):
        return
    open_rings = np.zeros(int(shells.max()) + 1, bool)
    coast = evidence.pieces.ring[_coast(evidence)]
    open_rings[coast[coast < len(open_rings)]] = True
    for k in np.flatnonzero(~largest & ~open_rings[shells]).tolist():
        feature = int(owner[k])
        if not _touches_rest(evidence, feature, int(shells[k])):
            yield _finding(evidence, feature, int(shells[k]))


def undeclared(
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
            same = any(_alike(finding, lower[k]) for k in _over(finding, tree))
            if not same and finding.features[0] not in declared:
                yield replace(finding, features=tuple(sorted(finding.features)))


def _over(finding: Finding, tree: STRtree) -> list[int]:
    inside = shapely.point_on_surface(finding.geometry)
    found: list[int] = tree.query(inside, predicate="intersects").tolist()
    return found


def _alike(one: Finding, other: Finding) -> bool:
    """Whether places that overlap have the same size, as two drawings of one ground have."""
    small, large = sorted((one.area_m2 or 0.0, other.area_m2 or 0.0))
    return small >= _SAME * large


def _shells(evidence: Evidence) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of features with several parts: the outer rings, whose they are, which is the largest."""
    parts, owner = shapely.get_parts(evidence.shapes, return_index=True)
    rings = 1 + shapely.get_num_interior_rings(parts)
    shells = np.r_[0, np.cumsum(rings)[:-1]][: len(parts)]
    area, most = shapely.area(parts), np.zeros(len(evidence.shapes))
    np.maximum.at(most, owner, area)
    several = np.bincount(owner, minlength=len(evidence.shapes))[owner] > 1
    return shells[several], owner[several], (area == most[owner])[several]


def _coast(evidence: Evidence) -> np.ndarray:
    """Loose pieces that no other unit runs along within the tolerance."""
    facing, limit = evidence.facing, evidence.tolerances.overlap_m
    near = facing.only(facing.furthest <= limit)
    return np.setdiff1d(evidence.pieces.pairing.loose, np.r_[near.a, near.b])


def _touches_rest(evidence: Evidence, feature: int, ring: int) -> bool:
    pieces = evidence.pieces
    own = pieces.feature == feature
    mine = own & (pieces.ring == ring)
    return bool(np.isin(pieces.start[mine], pieces.start[own & ~mine]).any())


def _finding(evidence: Evidence, feature: int, ring: int) -> Finding:
    pieces = evidence.pieces
    mine = np.flatnonzero((pieces.feature == feature) & (pieces.ring == ring))
    partner = pieces.pairing.partner[mine]
    others = sorted(set(pieces.feature[partner[partner >= 0]].tolist()))
    place = shapely.Polygon(pieces.xy[np.r_[pieces.first[mine], pieces.first[mine[-1]] + 1]])
    area = float(evidence.metric.area(np.array([place], dtype=object))[0])
    name = evidence.names[feature]
    x, y = shapely.get_coordinates(shapely.point_on_surface(place))[0].tolist()
    digits = 1 if evidence.metric.planar else 5
    at = f"{x:.{digits}f}, {y:.{digits}f}"
    zh, en = (mark.join(evidence.names[f] for f in others) for mark in ("、", ", "))
    return Finding(
        "TOP-HIE-08",
        "exclave",
        severity("TOP-HIE-08"),
        (feature, *others),  # whose it is comes first
        place,
        f"{name} 有一块飞地位于 {zh} 之中（{at}），没有申报：{area:.2f} 平方米。",
        f"{name} has an exclave among {en} (at {at}) that is not declared: {area:.2f} m2",
        area_m2=area,
    )
