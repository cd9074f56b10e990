"""Epochs: periods in which territories of different times do not overlap.

A network has each piece of land once. A former county and the two that succeeded it cannot be in
one network; they are in two, one after the other.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

import numpy as np
import shapely
from shapely import STRtree

from boundaries.network.leaf_faces import Region, iter_ancestor_codes
from boundaries.network.side_periods import collect_period_ends
from gazetteer.ledger.period import UNBOUNDED, Period
from gazetteer.ledger.versions import periods_overlap


def split_epochs(regions: Sequence[Region]) -> Iterator[tuple[Period, list[Region]]]:
    """Consecutive periods with the regions of each.

    There is only one as long as no two regions follow each other on the same land.
    """
    conflicts = _find_conflicts(regions)
    if not any(conflicts.values()):
        yield Period(), list(regions)
        return
    bounds = collect_period_ends([tenure for region in regions for tenure in region.tenures])
    days: list[date | None] = [None, *sorted(bounds), None]
    begun, members = UNBOUNDED, set[int]()
    for start, end in pairwise(days):
        span = Period(bounds[start] if start else UNBOUNDED, bounds[end] if end else UNBOUNDED)
        alive = {n for n, region in enumerate(regions) if _exists_in(region, span)}
        if any(conflicts[n] & members for n in alive):
            yield Period(begun, span.start), [regions[n] for n in sorted(members)]
            begun, members = span.start, set()
        members |= alive
    yield Period(begun, UNBOUNDED), [regions[n] for n in sorted(members)]


def _find_conflicts(regions: Sequence[Region]) -> Mapping[int, set[int]]:
    """Regions that share land but no day, and of which neither is part of the other."""
    shapes = np.array([region.shape for region in regions], dtype=object)
    conflicts: dict[int, set[int]] = {number: set() for number in range(len(regions))}
    for a, b in STRtree(shapes).query(shapes).T.tolist():
        one, other = regions[a], regions[b]
        if a >= b or _has_common_day(one, other) or _is_nested(one, other):
            continue
        if shapely.relate_pattern(shapes[a], shapes[b], "T********"):
            conflicts[a].add(b)
            conflicts[b].add(a)
    return conflicts


def _exists_in(region: Region, span: Period) -> bool:
    return any(periods_overlap(period, span) for _, period in region.tenures)


def _has_common_day(one: Region, other: Region) -> bool:
    return any(periods_overlap(a, b) for _, a in one.tenures for _, b in other.tenures)


def _is_nested(one: Region, other: Region) -> bool:
    return other.code in iter_ancestor_codes(
        one.code, one.parent_code
    ) or one.code in iter_ancestor_codes(other.code, other.parent_code)
