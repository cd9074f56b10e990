"""The faces of the network: the lowest known units, each piece of land once.

Where the townships of a county are known they are the faces; where only some counties of a
prefecture are known, the rest of the prefecture is a face too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.network.side_periods import Tenures, overlay_tenures


@dataclass(frozen=True, slots=True)
class Region:
    """The territory of a unit: its code on the reference day, and the units that had it.

    ``shape`` is a Polygon or MultiPolygon in lon, lat degrees of CGCS2000.
    """

    code: str
    parent_code: str | None
    shape: BaseGeometry
    tenures: Tenures
    accuracy_m: float | None
    source: str


def derive_leaf_faces(regions: Sequence[Region]) -> list[Region]:
    """Regions without others inside, and the remainders of those that have some.

    A region lies in the nearest known region above it by code. On days on which the unit of a face
    is not known, it belongs to the region around it, if that is known.
    """
    by_code = {region.code: region for region in regions}
    enclosing = {region.code: _find_enclosing_region(region, by_code) for region in regions}
    regions_inside: dict[str, list[Region]] = {}
    for region in regions:
        parent = enclosing[region.code]
        if parent is not None:
            regions_inside.setdefault(parent.code, []).append(region)
    leaf_regions = [region for region in regions if region.code not in regions_inside]
    for code, children in regions_inside.items():
        leaf_regions += _derive_remainder(by_code[code], children)
    return [replace(face, tenures=_derive_tenures(face, enclosing)) for face in leaf_regions]


def _find_enclosing_region(region: Region, by_code: Mapping[str, Region]) -> Region | None:
    codes = (
        code for code in iter_ancestor_codes(region.code, region.parent_code) if code != region.code
    )
    return next((by_code[code] for code in codes if code in by_code), None)


def _derive_tenures(face: Region, enclosing: Mapping[str, Region | None]) -> Tenures:
    """The units that had a face, or the region around it."""
    tenures, parent = face.tenures, enclosing[face.code]
    while parent is not None:
        tenures, parent = overlay_tenures(tenures, parent.tenures), enclosing[parent.code]
    return tenures


def iter_ancestor_codes(code: str, parent_code: str | None = None) -> Iterator[str]:
    """The codes above a code, the nearest first; a stated parent precedes all."""
    if parent_code:
        yield parent_code
    if len(code) > 6:
        yield from (code[:length] for length in (9, 6) if length < len(code))
    county = code[:6]
    yield from (
        ancestor for ancestor in (county[:4] + "00", county[:2] + "0000") if ancestor != county
    )


def _derive_remainder(region: Region, children: Sequence[Region]) -> Iterator[Region]:
    """The remainder of a region without its children; nothing if they cover it."""
    covered = shapely.union_all(np.array([child.shape for child in children], dtype=object))
    remainder = shapely.get_parts(shapely.difference(region.shape, covered))
    polygons = remainder[shapely.get_dimensions(remainder) == 2]
    if len(polygons):
        yield Region(
            region.code,
            region.parent_code,
            shapely.MultiPolygon(polygons.tolist()),
            region.tenures,
            region.accuracy_m,
            region.source,
        )
