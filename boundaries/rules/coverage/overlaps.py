"""TOP-COV-01: units of one level do not overlap."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.rules.coverage.evidence import Evidence
from boundaries.rules.finding import Finding
from boundaries.rules.registry import judges, severity

_SAME = 1e-9
"""Areas that differ by less than this part of them are the same."""
_WORDS = {
    "duplicate": ("{a} 与 {b} 是同一块地", "{a} and {b} are the same ground"),
    "contained": ("{a} 整个位于 {b} 之内", "{a} lies wholly inside {b}"),
    "overlap": ("{a} 与 {b} 重叠", "{a} and {b} overlap"),
}


@judges("TOP-COV-01")
def overlaps(evidence: Evidence) -> Iterator[Finding]:
    """Ground that two units claim, wider than the tolerance; one finding for each place."""
    for a, b in overlapping(evidence):
        parts = _parts(evidence, a, b)
        widths = evidence.metric.widths(parts, least=evidence.tolerances.overlap_m)
        for part, width in zip(parts, widths.tolist(), strict=True):
            if width > evidence.tolerances.overlap_m:
                yield _finding(evidence, a, b, part, width)


def overlapping(evidence: Evidence) -> list[tuple[int, int]]:
    """All pairs of features that share ground, however little.

    Each overlap reaches the border of a face that is covered twice; the pairs further inside
    are neighbours of those at its rim, so walking on from neighbour to neighbour finds them all.
    """
    faces = evidence.faces
    waiting = {
        pair for face in faces.overlaps.tolist() for pair in combinations(faces.covering(face), 2)
    }
    seen = set(waiting)
    found = []
    while waiting:
        a, b = waiting.pop()
        if not _share_ground(evidence, a, b):
            continue
        found.append((a, b))
        around = {(n, b) for n in evidence.neighbours(a)} | {(a, n) for n in evidence.neighbours(b)}
        new = {(min(p), max(p)) for p in around if p[0] != p[1]} - seen
        waiting |= new
        seen |= new
    return sorted(found)


def _share_ground(evidence: Evidence, a: int, b: int) -> bool:
    return bool(shapely.relate_pattern(evidence.valid[a], evidence.valid[b], "T********"))


def _parts(evidence: Evidence, a: int, b: int) -> NDArray[np.object_]:
    """The pieces of ground that both cover."""
    common = shapely.get_parts(shapely.intersection(evidence.valid[a], evidence.valid[b]))
    parts: NDArray[np.object_] = common[shapely.get_dimensions(common) == 2]
    return parts


def _kind(evidence: Evidence, a: int, b: int, part: shapely.Polygon) -> str:
    area = part.area
    inside = [area >= evidence.size(f) * (1 - _SAME) for f in (a, b)]
    return "duplicate" if all(inside) else "contained" if any(inside) else "overlap"


def _finding(evidence: Evidence, a: int, b: int, part: shapely.Polygon, width: float) -> Finding:
    kind = _kind(evidence, a, b, part)
    area = float(evidence.metric.area(np.array([part]))[0])
    if kind == "contained" and evidence.size(a) > evidence.size(b):
        a, b = b, a
    zh, en = (text.format(a=evidence.names[a], b=evidence.names[b]) for text in _WORDS[kind])
    return Finding(
        "TOP-COV-01",
        kind,
        severity("TOP-COV-01"),
        (min(a, b), max(a, b)),
        part,
        f"{zh}：{area:.2f} 平方米，最宽处 {width:.3f} 米。",
        f"{en}: {area:.2f} m2, {width:.3f} m across the widest place",
        measured=width,
        limit=evidence.tolerances.overlap_m,
        unit="m",
        area_m2=area,
    )
