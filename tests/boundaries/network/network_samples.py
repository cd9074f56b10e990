"""Small coverages in plain coordinates, and the real counties of Guangdong."""

import gzip
import json
from functools import cache
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon, box

from boundaries.network.network_builder import OUTSIDE, Network
from boundaries.network.polygonize import label_half_edges

FIXTURES = Path(__file__).parents[3] / "fixtures"

LAKE = [(40, 40), (40, 60), (60, 60), (60, 40)]
WITH_HOLE = Polygon([(0, 0), (100, 0), (100, 100), (0, 100)], [LAKE])
FOUR = [box(x, y, x + 100, y + 100) for y in (0, 100) for x in (0, 100)]
"""Four squares round one point."""
HOLE_AT_SHELL = Polygon([(0, 0), (100, 0), (100, 100), (0, 100)], [[(0, 50), (20, 40), (20, 60)]])
IN_THE_HOLE = Polygon([(0, 50), (20, 40), (20, 60)])


def array(*shapes: shapely.Geometry) -> NDArray[np.object_]:
    return np.array(shapes, dtype=object)


def multi(shape: shapely.Geometry) -> shapely.Geometry:
    """In the form in which two areas are compared vertex for vertex."""
    return shapely.normalize(shapely.MultiPolygon(shapely.get_parts(shape).tolist()))


def lines(
    net: Network, labels: NDArray[np.int64] | None = None
) -> dict[tuple[int, int], list[int]]:
    """The edges between each two labels (smaller first), ascending; ``OUTSIDE`` comes first."""
    found: dict[tuple[int, int], list[int]] = {}
    for edge, sides in enumerate(label_half_edges(net, labels).reshape(-1, 2).tolist()):
        if sides != [OUTSIDE, OUTSIDE]:
            low, high = sorted(sides)
            found.setdefault((low, high), []).append(edge)
    return found


@cache
def features() -> tuple[tuple[dict[str, str], shapely.Geometry], ...]:
    """Properties and polygon of every real area of the fixture."""
    with gzip.open(FIXTURES / "guangdong_boundaries.geojson.gz") as file:
        read = json.load(file)["features"]
    return tuple(
        (feature["properties"], shapely.from_geojson(json.dumps(feature["geometry"])))
        for feature in read
    )


def counties() -> NDArray[np.object_]:
    return array(*(shape for properties, shape in features() if properties["level"] == "county"))
