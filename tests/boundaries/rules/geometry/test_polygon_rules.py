"""What is told of one polygon: the reason in words, and every place."""

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.layers.polygon_layer import Remark
from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.layer_validation import validate_layer
from tests.boundaries.rules.generated_layers import around, layer_of

SQUARE = [(0, 0), (1000, 0), (1000, 1000), (0, 1000)]


def found(*shapes: BaseGeometry | None, planar: bool = True, **limits: float) -> list[Finding]:
    return list(validate_layer(layer_of(shapes, planar), Tolerances(**limits)).findings)


def test_every_crossing_is_told_at_its_place() -> None:
    ring = [(0, 0), (300, 200), (600, 0), (600, 200), (300, 0), (0, 200)]
    (finding,) = found(shapely.Polygon(ring))
    assert (finding.rule, finding.kind, finding.measured) == ("TOP-GEO-01", "crossing", 2)
    assert {p.coords[0] for p in finding.geometry.geoms} == {(150, 100), (450, 100)}
    assert "自相交" in finding.zh
    assert "crosses itself" in finding.en


def test_a_ring_that_touches_itself_is_told_at_the_vertex() -> None:
    ring = [(0, 0), (1000, 0), (500, 500), (1000, 1000), (0, 1000), (500, 500)]
    (finding,) = found(shapely.Polygon(ring))
    assert (finding.rule, finding.kind) == ("TOP-GEO-01", "touch")
    assert [p.coords[0] for p in finding.geometry.geoms] == [(500, 500)]


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (shapely.Polygon(SQUARE, [[(2000, 0), (2100, 0), (2100, 100)]]), "hole"),
        (
            shapely.Polygon(
                SQUARE, [[(100, 100), (900, 100), (500, 900)], [(400, 200), (600, 200), (500, 400)]]
            ),
            "hole",
        ),
        (
            shapely.MultiPolygon(
                [shapely.Polygon(SQUARE), shapely.Polygon([(300, 300), (600, 300), (600, 600)])]
            ),
            "nested",
        ),
    ],
)
def test_holes_and_parts_in_the_wrong_place(shape: BaseGeometry, kind: str) -> None:
    told = [f for f in found(shape) if f.rule == "TOP-GEO-01"]
    assert [f.kind for f in told] == [kind]
    assert np.isfinite(shapely.get_coordinates(told[0].geometry)).all()


def test_repeated_vertices_in_degrees_are_measured_in_metres() -> None:
    ring = [(x + 5e5, y + 2.5e6) for x, y in (*SQUARE[:2], (1000, 0.0005), *SQUARE[2:])]
    (finding,) = found(around(shapely.Polygon(ring)), planar=False)
    assert (finding.rule, finding.kind) == ("TOP-GEO-05", "near")
    assert finding.measured == pytest.approx(0.0005, rel=1e-3)


def test_the_same_vertex_twice() -> None:
    (finding,) = found(shapely.Polygon([*SQUARE[:2], SQUARE[1], *SQUARE[2:]]))
    assert (finding.rule, finding.kind, finding.measured) == ("TOP-GEO-05", "same", 0.0)


def test_tiny_parts_but_never_the_largest() -> None:
    def box(size: float, at: float = 0.0) -> BaseGeometry:
        return shapely.box(at, 0, at + size, size)

    assert found(box(5)) == []
    (finding,) = found(shapely.MultiPolygon([box(9), box(5, 100)]))
    assert (finding.rule, finding.kind) == ("TOP-GEO-07", "part")
    assert finding.area_m2 == pytest.approx(25)
    (finding,) = found(shapely.difference(box(1000), shapely.box(50, 50, 55, 55)))
    assert (finding.rule, finding.kind, finding.features) == ("TOP-GEO-07", "hole", (0,))
    filler = shapely.box(50, 50, 55, 55)
    assert found(shapely.difference(box(1000), filler), filler) == []


def test_two_parts_that_touch_along_a_line() -> None:
    shape = shapely.MultiPolygon([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])
    (finding,) = found(shape)
    assert (finding.rule, finding.measured) == ("TOP-GEO-04", 100)


def test_coarseness_is_judged_only_where_an_accuracy_is_stated() -> None:
    assert found(shapely.Polygon(SQUARE)) == []
    (finding,) = found(shapely.Polygon(SQUARE), accuracy_m=1)
    assert (finding.rule, finding.measured, finding.limit) == ("TOP-GEO-08", 1000, 100)
    assert found(shapely.Polygon(SQUARE), accuracy_m=20) == []


def test_remarks_of_the_reader_are_findings() -> None:
    remarks = (
        Remark("TOP-GEO-02", "error", "没有几何。", "has no geometry", 1),
        Remark("TOP-CRS-01", "warning", "没有写明坐标系。", "no system", place=(1.0, 2.0)),
    )
    layer = layer_of([shapely.Polygon(SQUARE), None], remarks=remarks)
    one, other = validate_layer(layer, Tolerances()).findings
    assert (one.rule, one.features, one.en) == ("TOP-GEO-02", (1,), "1 has no geometry")
    assert (other.rule, other.features, other.geometry.coords[0]) == ("TOP-CRS-01", (), (1, 2))
    assert all(len(finding.id) == 16 for finding in (one, other))
