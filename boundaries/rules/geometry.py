"""The rules TOP-GEO: is each polygon by itself what a polygon should be?

Valid, though others sometimes doubt it: a hole that another unit fills, a hole that touches the
outer ring in one point.
"""

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.rules.coverage.evidence import Evidence
from boundaries.rules.coverage.gaps import open_holes
from boundaries.rules.crossings import Flaw, flaws
from boundaries.rules.finding import Finding
from boundaries.rules.metric import Floats
from boundaries.rules.registry import judges, severity
from boundaries.rules.turns import Ints, length_m, spikes, turns

_COARSE = 100.0
"""A vertex each centimetre of the map whose 0.1 mm are the stated accuracy."""


def _finding(
    rule: str,
    kind: str,
    feature: int,
    place: BaseGeometry | None,
    zh: str,
    en: str,
    measured: float | None = None,
    limit: float | None = None,
    unit: str | None = None,
) -> Finding:
    grave = severity(rule)
    return Finding(rule, kind, grave, (feature,), place, zh, en, measured, limit, unit)


@judges("TOP-GEO-01")
def validity(evidence: Evidence) -> Iterator[Finding]:
    """Polygons that are none, with the reason and the exact places (OGC 06-103r4)."""
    for feature in evidence.invalid.tolist():
        for flaw in flaws(evidence.pieces, feature, evidence.shapes[feature]):
            yield _invalid(evidence.names[feature], feature, flaw)


def _invalid(name: str, feature: int, flaw: Flaw) -> Finding:
    x, y = flaw.place.geoms[0].x, flaw.place.geoms[0].y
    places = len(flaw.place.geoms)
    more_zh, more_en = (f"，共 {places} 处", f", {places} places") if places > 1 else ("", "")
    return _finding(
        "TOP-GEO-01",
        flaw.kind,
        feature,
        flaw.place,
        f"{name} 不是有效的面：{flaw.zh}（{x:.9g}，{y:.9g}{more_zh}）。",
        f"{name} is no valid polygon: {flaw.en} (at {x:.9g}, {y:.9g}{more_en})",
        measured=places,
        limit=0,
        unit="places",
    )


@judges("TOP-GEO-04")
def kickbacks(evidence: Evidence) -> Iterator[Finding]:
    """Stretches along which a polygon runs twice, there and back."""
    pieces = evidence.pieces
    folded = pieces.pairing.folded
    for feature in np.unique(pieces.feature[folded]).tolist():
        lines = pieces.lines(folded[pieces.feature[folded] == feature])
        merged = shapely.line_merge(shapely.union_all(lines))
        for line in shapely.get_parts(merged):
            length, name = evidence.metric.length(line), evidence.names[feature]
            yield _finding(
                "TOP-GEO-04",
                "kickback",
                feature,
                line,
                f"{name} 的边界在 {length:.3f} 米长的一段上往返重叠。",
                f"the ring of {name} runs there and back along {length:.3f} m",
                measured=length,
                limit=0.0,
                unit="m",
            )


@judges("TOP-GEO-05")
def repeated(evidence: Evidence) -> Iterator[Finding]:
    """Vertices that follow each other within less than a millimetre, or in one place."""
    pieces, limit = evidence.pieces, evidence.tolerances.vertex_m
    length = length_m(pieces, evidence.metric)
    short = np.flatnonzero(length < limit)
    for feature in np.unique(pieces.feature[short]).tolist():
        mine = short[pieces.feature[short] == feature]
        least, name = float(length[mine].min()), evidence.names[feature]
        yield _finding(
            "TOP-GEO-05",
            "same" if least == 0 else "near",
            feature,
            shapely.multipoints(pieces.xy[pieces.first[mine]]),
            f"{name} 有 {len(mine)} 对相邻顶点相距不足 {limit} 米，最近 {least:.9f} 米。",
            f"{len(mine)} pairs of successive vertices of {name} are less than {limit} m apart, the"
            f" nearest {least:.9f} m",
            measured=least,
            limit=limit,
            unit="m",
        )


@judges("TOP-GEO-06")
def pointed(evidence: Evidence) -> Iterator[Finding]:
    """Vertices at which a ring turns back on itself."""
    limits, pieces = evidence.tolerances, evidence.pieces
    found = spikes(
        pieces, turns(pieces), evidence.metric, limits.spike_deg, max(limits.spike_leg_m, 1e-9)
    )
    for tip, degrees in zip(found.tip.tolist(), found.degrees.tolist(), strict=True):
        feature = int(pieces.feature[tip])
        name, place = evidence.names[feature], shapely.Point(pieces.xy[pieces.first[tip] + 1])
        yield _finding(
            "TOP-GEO-06",
            "spike",
            feature,
            place,
            f"{name} 的边界在此形成 {degrees:.6f}° 的尖刺。",
            f"the ring of {name} makes a spike of {degrees:.6f}° here",
            measured=degrees,
            limit=limits.spike_deg,
            unit="deg",
        )


@judges("TOP-GEO-07")
def tiny_parts(evidence: Evidence) -> Iterator[Finding]:
    """Parts below the least area beside a larger one of the same unit."""
    limit = evidence.tolerances.part_m2
    parts, owner = _small_parts(evidence, limit)
    for part, feature, area in zip(parts, owner, evidence.metric.area(parts), strict=True):
        if area < limit:
            yield _tiny(evidence, "part", (int(feature),), part, float(area))


def tiny_holes(evidence: Evidence) -> Iterator[Finding]:
    """TOP-GEO-07 too: open holes below the least area."""
    for hole in open_holes(evidence):
        if hole.area_m2 < evidence.tolerances.part_m2:
            yield _tiny(evidence, "hole", hole.features, hole.shape, hole.area_m2)


def _small_parts(evidence: Evidence, limit: float) -> tuple[np.ndarray, Ints]:
    """Parts that may be below the limit, and whose they are; the largest of a feature is not."""
    several = np.flatnonzero(shapely.get_num_geometries(evidence.shapes) > 1)
    parts, index = shapely.get_parts(evidence.shapes[several], return_index=True)
    area: Floats = np.asarray(shapely.area(parts))
    largest = np.zeros(len(several))
    np.maximum.at(largest, index, area)
    _, ymin, _, ymax = shapely.bounds(parts).reshape(-1, 4).T
    rough = area * np.prod(evidence.metric.scale((ymin + ymax) / 2), axis=1)
    small = (area < largest[index]) & (rough < 1.1 * limit)
    return parts[small], several[index[small]]


def _tiny(
    evidence: Evidence, kind: str, features: tuple[int, ...], place: BaseGeometry, area: float
) -> Finding:
    limit = evidence.tolerances.part_m2
    zh, en = ("部分", "part") if kind == "part" else ("洞", "hole")
    names, names_en = (mark.join(evidence.names[f] for f in features) for mark in ("、", ", "))
    return Finding(
        "TOP-GEO-07",
        kind,
        severity("TOP-GEO-07"),
        features,
        place,
        f"{names} 有一个仅 {area:.2f} 平方米的{zh}（下限 {limit:g}）。",
        f"{names_en} has a {en} of {area:.2f} m2 only (the least is {limit:g})",
        measured=area,
        limit=limit,
        unit="m2",
        area_m2=area,
    )


@judges("TOP-GEO-08")
def coarse(evidence: Evidence) -> Iterator[Finding]:
    """Borders drawn far coarser than the stated accuracy promises; silent where none is stated."""
    accuracy = evidence.tolerances.accuracy_m
    length = length_m(evidence.pieces, evidence.metric)
    if not accuracy or not len(length):
        return
    middle, limit = float(np.median(length)), _COARSE * accuracy
    if middle > limit:
        yield Finding(
            "TOP-GEO-08",
            "coarse",
            severity("TOP-GEO-08"),
            (),
            None,
            f"顶点间距的中位数为 {middle:.0f} 米，与所称精度 {accuracy:g} 米不相称（似经简化）。",
            f"half of all vertices are more than {middle:.0f} m apart, which does not go with the"
            f" stated accuracy of {accuracy:g} m: simplified?",
            measured=middle,
            limit=limit,
            unit="m",
        )


OF_ONE = (validity, kickbacks, repeated, pointed, tiny_parts)
"""The rules that look at each polygon by itself."""
