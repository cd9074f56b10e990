"""Boundaries that begin because ground becomes known, and not because it changes hands.

The polygon of a unit is known from the last change of its territory on. On that day its borders
with units known before begin anew, with another side; those units keep every vertex, and nobody
who is known gives or takes anything.
"""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from boundaries.network.network_builder import OUTSIDE
from boundaries.network.network_store import NetworkHistory

Vertex = tuple[float, float]


class _Sides(NamedTuple):
    """The faces on both sides of a straight piece of boundary, drawn from its smaller vertex."""

    left: int
    right: int


def is_first_knowledge(network: NetworkHistory, day: date, edges: list[int]) -> bool:
    """Whether edges that begin or end on a day show no more than units becoming known.

    Args:
        network: every edge of all days.
        day: the day of change.
        edges: connected edges that begin or end on the day.
    """
    ended = dict(_iter_pieces(network, [e for e in edges if network.stop[e] == day.toordinal()]))
    begun = dict(_iter_pieces(network, [e for e in edges if network.start[e] == day.toordinal()]))
    if not ended.keys() <= begun.keys():
        return False
    changed = [
        (before, after)
        for piece, sides in begun.items()
        for before, after in zip(ended.get(piece, (OUTSIDE, OUTSIDE)), sides, strict=True)
        if before != after
    ]
    return bool(changed) and all(_is_becoming_known(network, day, *pair) for pair in changed)


def _iter_pieces(
    network: NetworkHistory, edges: list[int]
) -> Iterator[tuple[tuple[Vertex, Vertex], _Sides]]:
    net = network.net
    for edge in edges:
        vertices = [(x, y) for x, y in net.get_vertices(edge).tolist()]
        sides = _Sides(int(net.left[edge]), int(net.right[edge]))
        for one, other in pairwise(vertices):
            if one < other:
                yield (one, other), sides
            else:
                yield (other, one), _Sides(sides.right, sides.left)


def _is_becoming_known(network: NetworkHistory, day: date, before: int, after: int) -> bool:
    """Whether a side passes from nobody, or from a unit above, to one that is first known."""
    if after == OUTSIDE:
        return False
    unit = network.faces[after]
    starts, _ = network.days_as_face[unit]
    is_new = int(starts.min()) == day.toordinal()
    return is_new and (before == OUTSIDE or _is_above(network, network.faces[before], unit))


def _is_above(network: NetworkHistory, upper: UUID, unit: UUID) -> bool:
    passed: set[UUID] = set()
    at: UUID | None = unit
    while at is not None and at in network.units and at not in passed:
        passed.add(at)
        at = network.units[at].parent_id
        if at == upper:
            return True
    return False
