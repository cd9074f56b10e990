"""The coverage round new polygons on one day: what it was, what it becomes, and its network."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from boundaries.network.area_assembly import assemble_area, canonicalize_area
from boundaries.network.edge_versions import EdgeVersion
from boundaries.network.neighbour_faces import DrawnPolygons, is_same_border
from boundaries.network.network_builder import Network, build_network
from boundaries.network.segments import Floats, build_segments
from boundaries.network.side_periods import Tenures


@dataclass(frozen=True, slots=True)
class DrawnRegion:
    """A polygon for the ground of a unit, in lon, lat degrees of CGCS2000.

    ``chain`` is the unit and those above it. ``tenures`` are the units that had this ground, and
    when, as far as records tell; they count where the register knows no border of the unit yet.
    ``below`` are the units whose ground is inside and drawn by itself.
    """

    unit: UUID
    chain: tuple[UUID, ...]
    shape: BaseGeometry
    tenures: Tenures
    accuracy_m: float | None
    source: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class LocalFace:
    """A piece of ground of the new coverage, with where it comes from.

    ``base`` is the known unit that has the ground today, or the one that it is cut out of; None:
    nobody is known there. ``region`` is what was drawn; None: what remains of the base, or the
    base as it is.
    """

    shape: BaseGeometry
    base: UUID | None
    region: DrawnRegion | None


@dataclass(frozen=True)
class LocalCoverage:
    """The faces of the new coverage, and the network of their borders (sides are face numbers)."""

    faces: tuple[LocalFace, ...]
    net: Network
    redrawn: frozenset[UUID]
    """Known units that were drawn anew or cut."""


def assemble_known_faces(
    edges: Sequence[EdgeVersion], units: frozenset[UUID]
) -> dict[UUID, shapely.MultiPolygon]:
    """The ground of each unit, as the lowest known one, by the edges of a day.

    Raises:
        BrokenNetwork: the edges round a unit do not close.
    """
    lines: dict[UUID, list[Floats]] = {}
    for edge in edges:
        for side, line in ((edge.left, edge.line), (edge.right, edge.line[::-1])):
            if side is not None and side in units:
                lines.setdefault(side, []).append(line)
    return {unit: assemble_area(bounding) for unit, bounding in lines.items()}


def is_same_territory(one: BaseGeometry, other: BaseGeometry) -> bool:
    """Whether two polygons have the same rings, wherever these begin."""
    first, second = (canonicalize_area(as_multipolygon(shape)) for shape in (one, other))
    return bool(shapely.equals_exact(first, second, tolerance=0.0))


def as_multipolygon(shape: BaseGeometry) -> shapely.MultiPolygon:
    """A polygon or a multipolygon as a multipolygon."""
    return shapely.MultiPolygon(shapely.get_parts(shape).tolist())


def build_local_coverage(
    known: Mapping[UUID, shapely.MultiPolygon],
    regions: Sequence[DrawnRegion],
    missing: Mapping[UUID, int],
    nodes: Floats,
) -> LocalCoverage:
    """The coverage after the regions have taken their ground.

    A region takes the place of the known ground of its unit, or is cut out of that of a unit above
    it. What remains of that one is its own ground still: as many of the largest parts as units
    below it are missing, and every large one (:data:`LARGE_SHARE`). The others, and what is
    narrower than the accuracy of the border, are the same border, drawn differently.

    Args:
        known: The ground of the known units round about on the day.
        regions: What is drawn; none is inside another one.
        missing: How many units below each known unit are neither drawn nor known.
        nodes: Where edges are to be divided in any case: the known nodes (n, 2).

    Raises:
        NotACoverage: a polygon runs along the same segment twice.
    """
    faces = tuple(_iter_faces(known, regions, missing))
    shapes = np.array([None, *(face.shape for face in faces)], dtype=object)[1:]
    net = build_network(build_segments(shapes), nodes)
    redrawn = frozenset(
        face.base
        for face in faces
        if face.base is not None and (face.region or face.shape is not known[face.base])
    )
    return LocalCoverage(faces, net, redrawn)


def _iter_faces(
    known: Mapping[UUID, shapely.MultiPolygon],
    regions: Sequence[DrawnRegion],
    missing: Mapping[UUID, int],
) -> Iterator[LocalFace]:
    """The regions, the known units that they leave as they are, and what remains of others."""
    own = {region.unit for region in regions}
    cuts: dict[UUID, list[DrawnRegion]] = {}
    for region in regions:
        base = next((unit for unit in region.chain if unit in known), None)
        if base is not None and base != region.unit:
            cuts.setdefault(base, []).append(region)
        yield LocalFace(region.shape, base, region)
    accuracy = max((region.accuracy_m or 0.0 for region in regions), default=0.0)
    drawn = DrawnPolygons([region.shape for region in regions], accuracy)
    for unit, shape in known.items():
        if unit in cuts:
            remains = _iter_remains(shape, cuts[unit], missing[unit])
            yield from (LocalFace(rest, unit, None) for rest in remains)
        elif unit not in own:
            yield LocalFace(_follow_drawing(shape, drawn), unit, None)


def _follow_drawing(shape: shapely.MultiPolygon, drawn: DrawnPolygons) -> shapely.MultiPolygon:
    """The territory of a neighbour, without what the drawing has of it by the same border.

    Parts that the drawing does not meet stay as they are, and so does all where it takes more.
    """
    overlapping = drawn.list_overlapping(shape)
    width = drawn.accuracy_m / _METRES_PER_DEGREE
    if not len(overlapping) or not is_same_border(shape, overlapping, width):
        return shape
    parts: list[shapely.Polygon] = []
    for polygon in shape.geoms:
        if shapely.disjoint(polygon, overlapping).all():
            parts.append(polygon)
        else:
            parts += list_wide_parts(polygon, overlapping, drawn.accuracy_m) or _list_largest_rest(
                polygon, overlapping
            )
    return shapely.MultiPolygon(parts)


def _list_largest_rest(
    polygon: shapely.Polygon, covering: NDArray[np.object_]
) -> list[shapely.Polygon]:
    """What remains of a narrow polygon beside others, its largest part; all of it if nothing."""
    rest = max(list_wide_parts(polygon, covering, None), key=lambda part: part.area, default=None)
    return [polygon if rest is None else rest]


LARGE_SHARE = 0.02
"""A part of more than this share of a ground remains whoever is missing: it is no difference of
drawing. An assumption of this program."""

_METRES_PER_DEGREE = 111_000.0
_NEAR_DEGREES = 0.1


def _iter_remains(
    shape: shapely.MultiPolygon, cuts: Sequence[DrawnRegion], count: int
) -> Iterator[shapely.MultiPolygon]:
    """The largest parts that remain of a ground, as one face; nothing where only slivers are."""
    covering = np.array([region.shape for region in cuts], dtype=object)
    wide = list_wide_parts(shape, covering, max(region.accuracy_m or 0.0 for region in cuts))
    wide.sort(key=lambda part: -part.area)
    large = [part for part in wide[count:] if part.area > LARGE_SHARE * shape.area]
    if wide[:count] or large:
        yield shapely.MultiPolygon([*wide[:count], *large])


def list_wide_parts(
    shape: BaseGeometry, covering: NDArray[np.object_], accuracy_m: float | None
) -> list[shapely.Polygon]:
    """The parts of a ground beside others that are wider than the accuracy of their borders.

    Where its border meets that of the others between two vertices, it is led to the nearest vertex
    of theirs, so that both run along the same segments.
    """
    parts = shapely.get_parts(shapely.difference(shape, shapely.union_all(covering)))
    width = (accuracy_m or 0.0) / _METRES_PER_DEGREE
    wide = [
        part
        for part in parts[shapely.get_dimensions(parts) == 2]
        if not shapely.is_empty(shapely.buffer(part, -width))
    ]
    others = shapely.get_coordinates(covering)
    own = set(map(tuple, shapely.get_coordinates(shape).tolist()))
    snapped = (_snap_new_vertices(part, own, others) for part in wide)
    return [part for part in snapped if shapely.is_valid(part) and not shapely.is_empty(part)]


def _snap_new_vertices(
    part: shapely.Polygon, own: set[tuple[float, ...]], others: Floats
) -> shapely.Polygon:
    """A part whose vertices are all those of its own ground or of the others around it."""
    west, south, east, north = shapely.buffer(part, _NEAR_DEGREES).bounds
    inside = (others >= (west, south)).all(axis=1) & (others <= (east, north)).all(axis=1)
    near = others[inside]
    known = own | set(map(tuple, near.tolist()))

    def snap_vertices(xy: Floats) -> Floats:
        moved = xy.copy()
        for n, place in enumerate(xy.tolist()):
            if tuple(place) not in known and len(near):
                moved[n] = near[np.argmin(((near - place) ** 2).sum(axis=1))]
        return moved

    return shapely.remove_repeated_points(shapely.transform(part, snap_vertices))
