"""The faces of the network: the lowest known unit everywhere, each piece of ground once.

Where a county's townships are known they are the faces; where only a part of a prefecture's
counties is, the rest of the prefecture is one too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.network.periods import Lives, layered


@dataclass(frozen=True, slots=True)
class Region:
    """The territory of a unit: its code on the day that the data show, and who had it when.

    ``shape`` is a Polygon or MultiPolygon in lon, lat degrees of CGCS2000.
    """

    code: str
    parent_code: str | None
    shape: BaseGeometry
    lives: Lives
    accuracy_m: float | None
    source: str


def faces(regions: Sequence[Region]) -> list[Region]:
    """Regions without others inside, and what is left of those that have some.

    A region lies in the nearest region above it by code that is there at all. On days on which
    nothing is known of a face, it belongs to the region around it, if that is known.
    """
    by_code = {region.code: region for region in regions}
    around = {region.code: _around(region, by_code) for region in regions}
    inside: dict[str, list[Region]] = {}
    for region in regions:
        parent = around[region.code]
        if parent is not None:
            inside.setdefault(parent.code, []).append(region)
    found = [region for region in regions if region.code not in inside]
    for code, children in inside.items():
        found += _rest(by_code[code], children)
    return [replace(face, lives=_lives(face, around)) for face in found]


def _around(region: Region, by_code: Mapping[str, Region]) -> Region | None:
    codes = (code for code in above(region.code, region.parent_code) if code != region.code)
    return next((by_code[code] for code in codes if code in by_code), None)


def _lives(face: Region, around: Mapping[str, Region | None]) -> Lives:
    """Who had a face, or the ground around it."""
    lives, parent = face.lives, around[face.code]
    while parent is not None:
        lives, parent = layered(lives, parent.lives), around[parent.code]
    return lives


def above(code: str, parent_code: str | None = None) -> Iterator[str]:
    """The codes above a code, the nearest first; a stated parent comes before all."""
    if parent_code:
        yield parent_code
    if len(code) > 6:
        yield from (code[:length] for length in (9, 6) if length < len(code))
    county = code[:6]
    yield from (above for above in (county[:4] + "00", county[:2] + "0000") if above != county)


def _rest(region: Region, children: Sequence[Region]) -> Iterator[Region]:
    """What the children leave of a region; nothing, if they tile it."""
    taken = shapely.union_all(np.array([child.shape for child in children], dtype=object))
    rest = shapely.get_parts(shapely.difference(region.shape, taken))
    polygons = rest[shapely.get_dimensions(rest) == 2]
    if len(polygons):
        yield Region(
            region.code,
            region.parent_code,
            shapely.MultiPolygon(polygons.tolist()),
            region.lives,
            region.accuracy_m,
            region.source,
        )
