"""GeoJSON among the arguments of commands."""

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from boundaries.network.commands.drawn_polygons import (
    DrawnLine,
    DrawnPolygon,
    MultiPolygon,
    Polygon,
    list_rings,
    read_line,
    read_polygons,
)
from gazetteer.problems import InvalidValue

Place = tuple[float, float]
ADAPTER: TypeAdapter[Polygon | MultiPolygon] = TypeAdapter(DrawnPolygon)


def ring(west: float, south: float, size: float) -> list[Place]:
    east, north = west + size, south + size
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def polygon(*rings: list[Place]) -> Polygon | MultiPolygon:
    return ADAPTER.validate_python({"type": "Polygon", "coordinates": rings})


def multipolygon(*polygons: list[list[Place]]) -> Polygon | MultiPolygon:
    return ADAPTER.validate_python({"type": "MultiPolygon", "coordinates": polygons})


def test_a_polygon_with_a_hole_is_read() -> None:
    shape = read_polygons(polygon(ring(0, 0, 4), ring(1, 1, 1)), "area")
    assert shape.area == 15
    assert [len(xy) for xy in list_rings(shape)] == [5, 5]


def test_several_polygons_are_read_as_one_shape() -> None:
    shape = read_polygons(multipolygon([ring(0, 0, 1)], [ring(2, 2, 1)]), "area")
    assert (shape.area, len(shape.geoms)) == (2, 2)


def test_a_line_is_read() -> None:
    line = DrawnLine(type="LineString", coordinates=((0, 1), (2, 3)))
    assert np.array_equal(read_line(line, "line"), [[0, 1], [2, 3]])


@pytest.mark.parametrize(
    "drawn",
    [
        polygon([(0, 0), (1, 0), (1, 1), (0, 1)]),
        polygon([(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)]),
        polygon(ring(0, 0, 1), ring(2, 2, 1)),
        polygon(ring(0, 0, 4), [(1, 1), (2, 1), (2, 2), (1, 2)]),
        polygon([(0, 0), (1, 0), (2, 0), (0, 0)]),
        multipolygon([ring(0, 0, 2)], [ring(1, 1, 2)]),
    ],
)
def test_what_bounds_no_area_is_refused_with_the_field(drawn: Polygon | MultiPolygon) -> None:
    with pytest.raises(InvalidValue) as caught:
        read_polygons(drawn, "area")
    assert caught.value.field == "area"


@pytest.mark.parametrize(
    "value",
    [
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[]]},
        {"type": "Polygon", "coordinates": [ring(0, 0, 1)[:3]]},
        {"type": "Polygon", "coordinates": [[(*place, 5.0) for place in ring(0, 0, 1)]]},
        {"type": "Polygon", "coordinates": [ring(179, 0, 2)]},
        {"type": "MultiPolygon", "coordinates": []},
        {"type": "MultiPolygon", "coordinates": [ring(0, 0, 1)]},
        {"type": "Point", "coordinates": (0, 0)},
        {"coordinates": [ring(0, 0, 1)]},
        {"type": "Polygon", "coordinates": [ring(0, 0, 1)], "crs": "EPSG:4490"},
    ],
)
def test_what_is_no_geojson_polygon_is_no_argument(value: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_python(value)
