"""Which known edge a newly drawn one is: identity by looking, not by a hash of the shape.

An edge that has vertices in common with a known one, segment by segment, is that one; else the
known one between the same two units that lies nearest. An edge that is neither is new.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import shapely

from boundaries.network.segments import Floats, Ints, assign_vertex_ids

Sides = tuple[UUID | None, UUID | None]


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A line between two nodes with the units on its left and right at the time of drawing."""

    line: Floats
    sides: Sides


@dataclass(frozen=True, slots=True)
class EdgeMatch:
    """A drawn stretch is a known one; ``is_reversed``: it runs the other way."""

    drawn: int
    known: int
    is_reversed: bool


MAX_DISTANCE_SHARE = 0.5
"""How far a stretch may lie from the known one, as a share of the longer extent of both."""


def match_stretches(drawn: Sequence[Stretch], known: Sequence[Stretch]) -> list[EdgeMatch]:
    """The known stretch of each drawn one that has one; each known one is matched once at most."""
    matches: list[EdgeMatch] = []
    free_drawn, free_known = set(range(len(drawn))), set(range(len(known)))
    for candidates in (_iter_shared(drawn, known), _iter_near(drawn, known)):
        for match in candidates:
            if match.drawn in free_drawn and match.known in free_known:
                free_drawn.remove(match.drawn)
                free_known.remove(match.known)
                matches.append(match)
    return matches


def _iter_shared(drawn: Sequence[Stretch], known: Sequence[Stretch]) -> Iterator[EdgeMatch]:
    """Pairs with common segments, those with the most first."""
    if not drawn or not known:
        return
    stretches = [*drawn, *known]
    keys, forward, owner = _index_segments(stretches)
    is_known = owner >= len(drawn)
    order = np.argsort(keys[is_known], kind="stable")
    known_keys = keys[is_known][order]
    at = np.searchsorted(known_keys, keys[~is_known])
    at[at == len(known_keys)] = 0
    hit = np.flatnonzero(known_keys[at] == keys[~is_known]) if len(known_keys) else at[:0]
    partner = np.flatnonzero(is_known)[order][at[hit]]
    mine = np.flatnonzero(~is_known)[hit]
    counts: dict[tuple[int, int], int] = {}
    turned: dict[tuple[int, int], bool] = {}
    for one, other in zip(mine.tolist(), partner.tolist(), strict=True):
        pair = int(owner[one]), int(owner[other]) - len(drawn)
        counts[pair] = counts.get(pair, 0) + 1
        turned[pair] = bool(forward[one] != forward[other])
    for pair in sorted(counts, key=lambda pair: (-counts[pair], pair)):
        yield EdgeMatch(*pair, turned[pair])


def _index_segments(stretches: Sequence[Stretch]) -> tuple[Ints, Ints, Ints]:
    """Of each segment: a key, whether it runs from the lower vertex id, and its stretch."""
    xy = np.vstack([stretch.line for stretch in stretches])
    sizes = np.array([len(stretch.line) for stretch in stretches])
    vertex = assign_vertex_ids(xy)
    first = np.delete(np.arange(len(xy)), np.cumsum(sizes) - 1)
    start, end = vertex[first], vertex[first + 1]
    keys = np.minimum(start, end) * (len(xy) + 1) + np.maximum(start, end)
    owner = np.repeat(np.arange(len(sizes)), sizes - 1)
    return keys, (start < end).astype(np.int64), owner


def _iter_near(drawn: Sequence[Stretch], known: Sequence[Stretch]) -> Iterator[EdgeMatch]:
    """Pairs between the same units, the nearest first."""
    by_units: dict[frozenset[UUID | None], list[int]] = {}
    for number, stretch in enumerate(known):
        by_units.setdefault(frozenset(stretch.sides), []).append(number)
    pairs: list[tuple[float, int, int]] = []
    for number, stretch in enumerate(drawn):
        candidates = by_units.get(frozenset(stretch.sides), [])
        pairs += (
            (distance, number, other)
            for other, distance in _measure_distances(stretch, known, candidates).items()
        )
    for _, number, other in sorted(pairs):
        yield EdgeMatch(number, other, _is_reversed(drawn[number], known[other]))


def _measure_distances(
    stretch: Stretch, known: Sequence[Stretch], candidates: Sequence[int]
) -> Mapping[int, float]:
    """The distances, in degrees, to those candidates that are near enough to be the same."""
    own = shapely.LineString(stretch.line)
    extent = _measure_extent(stretch.line)
    found = {}
    for other in candidates:
        limit = MAX_DISTANCE_SHARE * max(extent, _measure_extent(known[other].line))
        line = shapely.LineString(known[other].line)
        if own.distance(line) <= limit:
            distance = shapely.hausdorff_distance(own, line)
            if distance <= limit:
                found[other] = float(distance)
    return found


def _measure_extent(line: Floats) -> float:
    return float(np.hypot(*(line.max(axis=0) - line.min(axis=0)).tolist()))


def _is_reversed(drawn: Stretch, known: Stretch) -> bool:
    """Whether a stretch runs against a known one: by its sides, else by its ends."""
    if drawn.sides != known.sides:
        return drawn.sides == known.sides[::-1]
    along = np.abs(drawn.line[[0, -1]] - known.line[[0, -1]]).sum()
    against = np.abs(drawn.line[[0, -1]] - known.line[[-1, 0]]).sum()
    return bool(against < along)
