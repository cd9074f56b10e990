"""Lengths and areas agree with geodesics and with PostGIS."""

from typing import Any

import numpy as np
import psycopg
import pytest
import shapely
from pyproj import Geod
from shapely import box

from boundaries.layers.metres import geodesic_area, local_scale

GEOD = Geod(ellps="GRS80")  # the same flattening to 1e-9
SQUARE = box(113, 23, 113.01, 23.01)


@pytest.mark.parametrize("lat", [0.0, 18.2, 23.0, 53.5, -33.0, 89.0])
def test_a_degree_is_as_long_as_a_geodesic(lat: float) -> None:
    east, north = local_scale(lat)
    step = 1e-4
    *_, along = GEOD.inv(113.0, lat, 113.0 + step, lat)
    *_, up = GEOD.inv(113.0, lat - step / 2, 113.0, lat + step / 2)
    assert east * step == pytest.approx(along, rel=1e-7)
    assert north * step == pytest.approx(up, rel=1e-7)


def test_arrays_of_latitudes_have_scales_of_the_same_shape() -> None:
    east, north = local_scale([[0.0, 23.0], [45.0, 60.0]])
    assert east.shape == north.shape == (2, 2)
    assert (np.diff(east.ravel()) < 0).all() and (np.diff(north.ravel()) > 0).all()


def test_areas_agree_with_postgis(conn: psycopg.Connection[Any]) -> None:
    shapes = [
        SQUARE,
        SQUARE.difference(box(113.002, 23.002, 113.004, 23.008)),
        shapely.union_all([SQUARE, box(114, 24, 115, 25.5)]),
        shapely.GeometryCollection([SQUARE, shapely.Point(0, 0), shapely.MultiPolygon([SQUARE])]),
    ]
    row = conn.execute(
        "SELECT array_agg(ST_Area(ST_GeomFromWKB(g, 4490)::geography) ORDER BY n)"
        " FROM unnest(%s::bytea[]) WITH ORDINALITY AS t(g, n)",
        [[shapely.to_wkb(shape) for shape in shapes]],
    ).fetchone()
    assert row is not None
    assert geodesic_area(shapes) == pytest.approx(row[0], rel=1e-9)


def test_the_direction_of_a_ring_does_not_matter() -> None:
    shapes = [SQUARE, SQUARE.reverse(), shapely.MultiPolygon([SQUARE.reverse()])]
    assert len({round(area, 3) for area in geodesic_area(shapes)}) == 1


def test_what_has_no_rings_has_no_area() -> None:
    nothing = [None, shapely.Point(1, 1), shapely.Polygon(), shapely.LineString([(0, 0), (1, 1)])]
    assert geodesic_area(nothing).tolist() == [0.0, 0.0, 0.0, 0.0]
    assert geodesic_area([]).shape == (0,)
    assert geodesic_area(SQUARE).shape == ()
