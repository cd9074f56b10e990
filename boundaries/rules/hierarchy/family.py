"""Units and their parent: TOP-HIE-02, TOP-HIE-03, and TOP-COV-02 within a parent.

Each piece of a ring, walked with its polygon on the left, raises by one what lies to its left. Add
the pieces of the units and take away those of the parent: where nothing is left, as many units lie
on each point as parents do, which is one or none. Only what is left needs to be looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from boundaries.network.segments import Segments, segments
from boundaries.rules.coverage.evidence import mended
from boundaries.rules.coverage.faces import faces_between
from boundaries.rules.finding import Finding
from boundaries.rules.groups import grouped
from boundaries.rules.metric import Metric
from boundaries.rules.registry import judges, severity
from boundaries.rules.tolerances import Tolerances

Shapes = NDArray[np.object_]
Ints = NDArray[np.int64]

_NUMBERS_M = 1e-6


@dataclass(frozen=True, slots=True)
class Ground:
    """Ground on which a parent and its units differ; ``units`` cover it, none if empty."""

    shape: BaseGeometry
    units: tuple[int, ...]
    width_m: float
    area_m2: float


@dataclass(frozen=True, slots=True)
class Family:
    """Where the units of one parent differ from it.

    ``parent`` and ``units`` are numbers of features. ``uncovered`` is the parent's ground without
    a unit, ``outside`` the units' ground beyond the parent, ``thin`` either of them within what
    counts as one line; ``lines`` are pieces of borders that are on one level only, with the
    feature each belongs to in ``owner`` and the places where it ends in ``ends`` (K, 2).
    """

    parent: int
    units: tuple[int, ...]
    uncovered: tuple[Ground, ...]
    outside: tuple[Ground, ...]
    thin: tuple[Ground, ...]
    lines: Shapes
    owner: Ints
    ends: Ints


def families(
    shapes: Shapes, parent_of: dict[int, int], metric: Metric, tolerances: Tolerances
) -> Iterator[Family]:
    """The families whose units do not tile their parent to the last bit.

    ``parent_of`` gives the parent's feature of each unit of one level.
    """
    units = np.array(sorted(parent_of), dtype=np.int64)
    parents = np.array(sorted(set(parent_of.values())), dtype=np.int64)
    everyone = np.r_[units, parents]
    family = np.r_[np.array([parent_of[int(u)] for u in units], np.int64), parents]
    pieces = segments(shapes[everyone])
    left = _left(pieces, family, len(units))
    of_left = family[pieces.feature[left]]
    for parent in np.unique(of_left).tolist():
        which = left[of_left == parent]
        members = units[family[: len(units)] == parent]
        owner = everyone[pieces.feature[which]]
        ends = np.column_stack([pieces.start[which], pieces.end[which]])
        lines = pieces.lines(which)
        grounds = _grounds(shapes, members, parent, pieces.runs(which), metric)
        wide = [g for g in grounds if g.width_m > tolerances.line_m]
        yield Family(
            parent,
            tuple(members.tolist()),
            tuple(g for g in wide if not g.units),
            tuple(g for g in wide if g.units),
            tuple(g for g in grounds if g.width_m <= tolerances.line_m),
            lines,
            owner,
            ends,
        )


def _left(pieces: Segments, family: Ints, units: int) -> Ints:
    """The pieces that units and parent do not have in common."""
    start, end = pieces.start, pieces.end
    low, high = np.minimum(start, end), np.maximum(start, end)
    weight = np.where(start < end, 1, -1) * np.where(pieces.feature < units, 1, -1)
    weight[low == high] = 0
    whose = family[pieces.feature]
    order = np.lexsort((high, low, whose))
    keys = np.column_stack([whose, low, high])[order]
    begin = np.flatnonzero(np.r_[True, (np.diff(keys, axis=0) != 0).any(axis=1)][: len(keys)])
    if not len(begin):
        return np.empty(0, np.int64)
    total = np.add.reduceat(weight[order], begin)
    group = np.repeat(np.arange(len(begin)), np.diff(np.r_[begin, len(keys)]))
    return np.sort(order[(total[group] != 0)])


def _grounds(
    shapes: Shapes, members: Ints, parent: int, lines: Shapes, metric: Metric
) -> list[Ground]:
    """The faces that only the parent covers, or only units do."""
    valid = mended(shapes[np.r_[members, parent]])
    cut = faces_between(lines, STRtree(valid))
    own = len(members)
    odd = []
    for face in range(len(cut.shapes)):
        covering = cut.covering(face)
        inside = own in covering
        units = tuple(int(members[c]) for c in covering if c != own)
        if cut.count[face] > 0 and inside != bool(units):
            odd.append((cut.shapes[face], units))
    those = np.array([shape for shape, _ in odd], dtype=object)
    widths, areas = metric.widths(those, least=_NUMBERS_M), metric.area(those)
    return [
        Ground(shape, units, float(width), float(area))
        for (shape, units), width, area in zip(odd, widths, areas, strict=True)
    ]


@judges("TOP-HIE-02")
def outside(family: Family, names: tuple[str, ...], tolerances: Tolerances) -> Iterator[Finding]:
    """Units' ground beyond their parent."""
    for ground in family.outside:
        zh, en = (mark.join(names[u] for u in ground.units) for mark in ("、", ", "))
        yield _ground(
            "TOP-HIE-02",
            "outside",
            family,
            ground,
            tolerances,
            f"{zh} 超出上级 {names[family.parent]}",
            f"{en} reaches beyond its parent {names[family.parent]}",
        )


def uncovered(family: Family, names: tuple[str, ...], tolerances: Tolerances) -> Iterator[Finding]:
    """TOP-COV-02: the parent's ground that none of its units covers, however wide."""
    for ground in family.uncovered:
        yield _ground(
            "TOP-COV-02",
            "parent",
            family,
            ground,
            tolerances,
            f"{names[family.parent]} 之内有地块不属于任何下级单位",
            f"ground of {names[family.parent]} belongs to none of its units",
        )


def _ground(
    rule: str,
    kind: str,
    family: Family,
    ground: Ground,
    tolerances: Tolerances,
    zh: str,
    en: str,
) -> Finding:
    return Finding(
        rule,
        kind,
        severity(rule),
        tuple(sorted((*ground.units, family.parent))),
        ground.shape,
        f"{zh}：{ground.area_m2:.2f} 平方米，最宽处 {ground.width_m:.3f} 米。",
        f"{en}: {ground.area_m2:.2f} m2, {ground.width_m:.3f} m across the widest place",
        measured=ground.width_m,
        limit=tolerances.line_m,
        unit="m",
        area_m2=ground.area_m2,
    )


@judges("TOP-HIE-03")
def untiled(family: Family, names: tuple[str, ...], metric: Metric) -> Iterator[Finding]:
    """Stretches where the border of the units and that of the parent are nearly the same."""
    alone = np.flatnonzero(~_explained(family))
    thin = STRtree([ground.shape for ground in family.thin])
    links = [(k, int(end)) for k in alone.tolist() for end in family.ends[k]]
    touching = [
        (k, -1 - int(t)) for k in alone.tolist() for t in thin.query(family.lines[k], "intersects")
    ]
    for group in grouped([*links, *touching]):
        place = shapely.line_merge(shapely.union_all(family.lines[group]))
        at = thin.query(place, predicate="intersects").tolist()
        apart = max((family.thin[t].width_m for t in at), default=0.0)
        area = sum(family.thin[t].area_m2 for t in at)
        features = tuple(sorted({family.parent, *family.owner[group].tolist()}))
        length, parent = metric.length(place), names[family.parent]
        zh = f"相差最多 {apart:.6f} 米" if apart else "走向一致但顶点不同"
        en = f"up to {apart:.6f} m apart" if apart else "same course, other vertices"
        yield Finding(
            "TOP-HIE-03",
            "apart" if apart else "vertices",
            severity("TOP-HIE-03"),
            features,
            place,
            f"{parent} 的界线与其下级的外界不一致：{zh}，长 {length:.1f} 米。",
            f"the border of {parent} is not that of its units: {en}, for {length:.1f} m",
            measured=apart,
            limit=0.0,
            unit="m",
            area_m2=area or None,
        )


def _explained(family: Family) -> NDArray[np.bool_]:
    """The pieces that bound ground which is told anyway, or end at it."""
    explained = np.zeros(len(family.lines), bool)
    wide = [ground.shape for ground in (*family.uncovered, *family.outside)]
    if wide:
        explained[STRtree(wide).query(family.lines, predicate="dwithin", distance=1e-9)[0]] = True
    return explained
