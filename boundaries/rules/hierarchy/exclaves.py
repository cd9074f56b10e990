"""TOP-HIE-08: parts of a unit that other units' ground separates from the rest of it."""

from collections.abc import Collection, Iterator

import numpy as np
import shapely

from boundaries.rules.coverage.evidence import Evidence
from boundaries.rules.finding import Finding
from boundaries.rules.registry import judges, severity


@judges("TOP-HIE-08")
def exclaves(evidence: Evidence, declared: Collection[int]) -> Iterator[Finding]:
    """Parts beside the largest one that border on other units all round.

    A part with some coast is an island, or lies at the rim of the layer: it is not told. Parts
    that touch in a point belong together. ``declared`` are features whose exclaves are declared.
    """
    shells, owner, largest = _shells(evidence)
    if not len(shells):
        return
    open_rings = np.zeros(int(shells.max()) + 1, bool)
    coast = evidence.pieces.ring[_coast(evidence)]
    open_rings[coast[coast < len(open_rings)]] = True
    for k in np.flatnonzero(~largest & ~open_rings[shells]).tolist():
        feature = int(owner[k])
        if feature not in declared and not _touches_rest(evidence, feature, int(shells[k])):
            yield _finding(evidence, feature, int(shells[k]))


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
    zh, en = (mark.join(evidence.names[f] for f in others) for mark in ("、", ", "))
    return Finding(
        "TOP-HIE-08",
        "exclave",
        severity("TOP-HIE-08"),
        tuple(sorted((feature, *others))),
        place,
        f"{name} 有一块飞地位于 {zh} 之中，没有申报：{area:.2f} 平方米。",
        f"{name} has an exclave among {en} that is not declared: {area:.2f} m2",
        area_m2=area,
    )
