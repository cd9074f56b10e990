"""Geometries as literals of both encodings, and the spatial relations as shapely has them."""

from collections.abc import Callable
from typing import Any

import shapely
from shapely.geometry import box, mapping, shape
from shapely.geometry.base import BaseGeometry

from tests.web.ogc.conformance.feature_requests import ExportedFeature
from tests.web.ogc.conformance.filter_samples import FilterSample, build_call, refer

Relation = Callable[[Any, Any], Any]

RELATIONS: dict[str, Relation] = {
    "s_intersects": shapely.intersects,
    "s_equals": shapely.equals,
    "s_disjoint": shapely.disjoint,
    "s_touches": shapely.touches,
    "s_within": shapely.within,
    "s_overlaps": shapely.overlaps,
    "s_crosses": shapely.crosses,
    "s_contains": shapely.contains,
}

POINT = shapely.Point(113.3, 23.1)
FAR_POINT = shapely.Point(7.02, 49.92)
BOX = (113.0, 23.0, 114.0, 24.0)
TRIANGLE = shapely.Polygon([(113, 22), (115, 22), (114, 24)])
RING = shapely.Polygon(
    [(112, 22), (115, 22), (115, 25), (112, 25)],
    [[(112.5, 22.5), (114.5, 22.5), (114.5, 24.5), (112.5, 24.5)]],
)
PATH = shapely.LineString([(113.0, 23.0), (113.4, 23.1), (114.0, 22.9)])
COLLECTION = shapely.GeometryCollection([POINT, shapely.Polygon([(116, 23), (117, 23), (117, 24)])])
LITERALS: dict[str, BaseGeometry] = {
    "Point": POINT,
    "LineString": PATH,
    "Polygon": TRIANGLE,
    "Polygon with a hole": RING,
    "MultiPoint": shapely.MultiPoint([POINT, FAR_POINT]),
    "MultiLineString": shapely.MultiLineString([PATH, [(116, 23), (116.5, 24)]]),
    "MultiPolygon": shapely.MultiPolygon([TRIANGLE, box(110, 20.5, 110.5, 21)]),
    "GeometryCollection": COLLECTION,
}


def write_literal(geometry: BaseGeometry) -> str:
    """A geometry in CQL2 text."""
    return shapely.to_wkt(geometry, rounding_precision=-1)


def write_tree(geometry: BaseGeometry) -> Any:
    """A geometry in CQL2 JSON."""
    return mapping(geometry)


def build_sample(
    relation: str, geometry: BaseGeometry, collection: str = "divisions"
) -> FilterSample:
    """The filter that the geometry of a feature has a relation to a literal."""

    def has_relation(feature: ExportedFeature) -> bool | None:
        if feature.geometry is None:
            return None
        return bool(RELATIONS[relation](feature.geometry, geometry))

    return FilterSample(
        f"{relation.upper()}(geometry, {write_literal(geometry)})",
        build_call(relation, refer("geometry"), write_tree(geometry)),
        has_relation,
        collection,
    )


def build_box_sample(numbers: tuple[float, ...], geometry: BaseGeometry) -> FilterSample:
    """The filter that features meet a box, whose numbers are written as they are given."""
    return FilterSample(
        f"S_INTERSECTS(geometry, BBOX({', '.join(map(str, numbers))}))",
        build_call("s_intersects", refer("geometry"), {"bbox": list(numbers)}),
        build_sample("s_intersects", geometry).predicate,
    )


POINTS_AND_BOXES = [
    build_sample("s_intersects", POINT),
    build_sample("s_intersects", FAR_POINT),
    build_box_sample(BOX, box(*BOX)),
    build_box_sample((113.0, 23.0, -10.0, 114.0, 24.0, 900.0), box(*BOX)),
    build_box_sample((114.5, 20.0, 110.0, 26.0), box(114.5, 20, 180, 26) | box(-180, 20, 110, 26)),
]
"""The third box has heights, the last spans the antimeridian."""
LITERAL_SAMPLES = [build_sample("s_intersects", geometry) for geometry in LITERALS.values()]


def build_relation_samples(places: list[ExportedFeature]) -> list[FilterSample]:
    """Each relation with a geometry to which some features have it and others have not."""
    place = next(one.geometry for one in places if isinstance(one.geometry, shapely.Point))
    inside = shapely.Point(113.3, 23.1)
    samples = {
        "s_intersects": (TRIANGLE, "divisions"),
        "s_disjoint": (TRIANGLE, "divisions"),
        "s_within": (RING.union(box(112, 22, 114.7, 25)), "divisions"),
        "s_overlaps": (TRIANGLE, "divisions"),
        "s_contains": (inside, "divisions"),
        "s_crosses": (TRIANGLE, "edges"),
        "s_equals": (place, "places"),
        "s_touches": (box(place.x, place.y, place.x + 1, place.y + 1), "places"),
    }
    return [build_sample(name, shape(mapping(geometry)), collection)
            for name, (geometry, collection) in samples.items()]  # fmt: skip
