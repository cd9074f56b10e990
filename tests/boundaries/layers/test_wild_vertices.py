"""One impossible vertex is reported of its feature; the rest of the layer is read."""

from pathlib import Path

import pytest
import shapely
from pyproj import Transformer

from boundaries.layers.layer_reader import read_layer
from tests.boundaries.layers.sample_files import geopackage

CELLS = [shapely.box(113 + i / 10, 23, 113.1 + i / 10, 23.1).segmentize(0.01) for i in range(4)]


@pytest.mark.parametrize("wild", [(-9999, -9999), (1e300, 1e300), (1130.5, 23.05), (113.05, 230.5)])
@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4547"])
def test_one_wild_vertex(tmp_path: Path, wild: tuple[float, float], crs: str) -> None:
    shapes = CELLS
    if crs == "EPSG:4547":
        to_metres = Transformer.from_crs("EPSG:4490", crs, always_xy=True).transform
        shapes = [shapely.transform(c, to_metres, interleaved=False) for c in CELLS]
        wild = (1e9, wild[1] * 1e6)
    ring = shapely.get_coordinates(shapes[1])
    ring[5] = wild
    layer = read_layer(
        geopackage(tmp_path / "l.gpkg", [shapes[0], shapely.Polygon(ring), *shapes[2:]], crs=crs)
    )
    assert [shape is None for shape in layer.geometries] == [False, True, False, False]
    (remark,) = (r for r in layer.remarks if r.message.id == "layer.wild_vertex")
    assert (remark.rule, remark.severity, remark.feature) == ("TOP-GEO-01", "error", 1)
    assert remark.message.params["number"] == 6
    assert remark.place is not None and 113 <= remark.place[0] <= 113.3
