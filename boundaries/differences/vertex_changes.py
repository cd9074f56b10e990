"""Which vertices of a line moved, came and went between two courses of it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from boundaries.areas.distance import measure_geodesic
from boundaries.layers.metres import local_scale

Point = tuple[float, float]
"""Longitude and latitude in degrees of CGCS2000."""

_MOST_PAIRS = 4_000_000
"""Longer stretches that have no vertex in common are redrawn: pairs would say nothing."""


class VertexChangeKind(StrEnum):
    """What happened to a vertex."""

    MOVED = "moved"
    INSERTED = "inserted"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class VertexChange:
    """A vertex before and after; ``distance_m`` is how far it moved on the ellipsoid."""

    kind: VertexChangeKind
    before: Point | None
    after: Point | None
    distance_m: float | None


def list_vertex_changes(before: Sequence[Point], after: Sequence[Point]) -> list[VertexChange]:
    """The vertices that differ between two courses of a line, in their order.

    Stretches of equal vertices are matched first, to the last bit. In between, the vertices of the
    shorter stretch are paired with those of the longer one in their order and with the least sum of
    distances; what is left over was inserted or deleted. A line that runs the other way is turned.
    """
    new = after
    if before[0] == after[-1] and before[-1] == after[0] and before[0] != before[-1]:
        new = after[::-1]
    changes: list[VertexChange] = []
    matcher = SequenceMatcher(a=before, b=new, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            changes += _compare_stretches(before[start:end], new[new_start:new_end])
    return changes


def _compare_stretches(old: Sequence[Point], new: Sequence[Point]) -> Iterator[VertexChange]:
    """The changes of a stretch that has no vertex in common with its former course."""
    pairs = dict(_pair_vertices(old, new))
    waiting = 0
    for number, vertex in enumerate(old):
        partner = pairs.get(number)
        if partner is None:
            yield VertexChange(VertexChangeKind.DELETED, vertex, None, None)
            continue
        yield from _insert_vertices(new[waiting:partner])
        waiting = partner + 1
        distance = measure_geodesic(*vertex, *new[partner])
        yield VertexChange(VertexChangeKind.MOVED, vertex, new[partner], distance)
    yield from _insert_vertices(new[waiting:])


def _insert_vertices(vertices: Sequence[Point]) -> Iterator[VertexChange]:
    for vertex in vertices:
        yield VertexChange(VertexChangeKind.INSERTED, None, vertex, None)


def _pair_vertices(old: Sequence[Point], new: Sequence[Point]) -> list[tuple[int, int]]:
    """Numbers of vertices that belong together, ascending on both sides."""
    if not old or not new or len(old) * len(new) > _MOST_PAIRS:
        return []
    if len(old) > len(new):
        return [(second, first) for first, second in _pair_vertices(new, old)]
    metres = np.array(local_scale(float(np.mean([lat for _, lat in old]))))
    short, long = (np.array(points) * metres for points in (old, new))
    return list(enumerate(_choose_partners(short, long)))


def _choose_partners(short: NDArray[np.float64], long: NDArray[np.float64]) -> list[int]:
    """For each point of the shorter run one of the longer, ascending, with the least distance."""
    sums = np.zeros(len(long) + 1)
    choices: list[NDArray[np.intp]] = []
    for point in short:
        costs = sums[:-1] + np.hypot(*(long - point).T)
        least = np.minimum.accumulate(costs)
        is_new = costs == least
        choices.append(np.maximum.accumulate(np.where(is_new, np.arange(len(long)), 0)))
        sums = np.concatenate(([np.inf], least))
    partners = []
    end = len(long) - 1
    for chosen in reversed(choices):
        partners.append(int(chosen[end]))
        end = partners[-1] - 1
    return partners[::-1]
