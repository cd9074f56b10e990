"""Findings on one polygon: the reason in words, and every place."""

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.layers.polygon_layer import Remark
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.layer_validation import validate_layer
from gazetteer.messages import message
from tests.boundaries.rules.generated_layers import make_layer, place_near_guangzhou
from tests.boundaries.rules.wording import assert_worded

SQUARE = [(0, 0), (1000, 0), (1000, 1000), (0, 1000)]


def validate(
    *shapes: BaseGeometry | None, planar: bool = True, **limits: float
) -> list[SpatialFinding]:
    return list(validate_layer(make_layer(shapes, planar), Tolerances(**limits)).findings)


def test_every_crossing_is_reported_at_its_place() -> None:
    ring = [(0, 0), (300, 200), (600, 0), (600, 200), (300, 0), (0, 200)]
    (finding,) = validate(shapely.Polygon(ring))
    assert (finding.rule, finding.kind, finding.measured) == ("TOP-GEO-01", "crossing", 2)
    assert {p.coords[0] for p in finding.geometry.geoms} == {(150, 100), (450, 100)}
    assert finding.message.params["n"] == 2
    assert "边界线自相交" in finding.text("zh")
    assert "crosses itself (2 places" in finding.text("en")
    assert_worded([finding])


def test_a_ring_that_touches_itself_is_reported_at_the_vertex() -> None:
    ring = [(0, 0), (1000, 0), (500, 500), (1000, 1000), (0, 1000), (500, 500)]
    (finding,) = validate(shapely.Polygon(ring))
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
    reported = [f for f in validate(shape) if f.rule == "TOP-GEO-01"]
    assert [f.kind for f in reported] == [kind]
    assert np.isfinite(shapely.get_coordinates(reported[0].geometry)).all()


def test_repeated_vertices_in_degrees_are_measured_in_metres() -> None:
    ring = [(x + 5e5, y + 2.5e6) for x, y in (*SQUARE[:2], (1000, 0.0005), *SQUARE[2:])]
    (finding,) = validate(place_near_guangzhou(shapely.Polygon(ring)), planar=False)
    assert (finding.rule, finding.kind) == ("TOP-GEO-05", "near")
    assert finding.measured == pytest.approx(0.0005, rel=1e-3)


def test_the_same_vertex_twice() -> None:
    (finding,) = validate(shapely.Polygon([*SQUARE[:2], SQUARE[1], *SQUARE[2:]]))
    assert (finding.rule, finding.kind, finding.measured) == ("TOP-GEO-05", "same", 0.0)


def test_tiny_parts_but_never_the_largest() -> None:
    def box(size: float, at: float = 0.0) -> BaseGeometry:
        return shapely.box(at, 0, at + size, size)

    assert validate(box(5)) == []
    (finding,) = validate(shapely.MultiPolygon([box(9), box(5, 100)]))
    assert (finding.rule, finding.kind) == ("TOP-GEO-07", "part")
    assert finding.area_m2 == pytest.approx(25)
    (finding,) = validate(shapely.difference(box(1000), shapely.box(50, 50, 55, 55)))
    assert (finding.rule, finding.kind, finding.features) == ("TOP-GEO-07", "hole", (0,))
    filler = shapely.box(50, 50, 55, 55)
    assert validate(shapely.difference(box(1000), filler), filler) == []


def test_two_parts_that_touch_along_a_line() -> None:
    shape = shapely.MultiPolygon([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])
    (finding,) = validate(shape)
    assert (finding.rule, finding.measured) == ("TOP-GEO-04", 100)


def test_coarseness_is_checked_only_where_an_accuracy_is_stated() -> None:
    assert validate(shapely.Polygon(SQUARE)) == []
    (finding,) = validate(shapely.Polygon(SQUARE), accuracy_m=1)
    assert (finding.rule, finding.measured, finding.limit) == ("TOP-GEO-08", 1000, 100)
    assert validate(shapely.Polygon(SQUARE), accuracy_m=20) == []


def test_remarks_of_the_reader_are_findings() -> None:
    remarks = (
        Remark("TOP-GEO-02", "error", message("layer.no_geometry"), 1),
        Remark("TOP-CRS-01", "warning", message("layer.not_geojson"), place=(1.0, 2.0)),
    )
    layer = make_layer([shapely.Polygon(SQUARE), None], remarks=remarks)
    one, other = validate_layer(layer, Tolerances()).findings
    assert (one.rule, one.features) == ("TOP-GEO-02", (1,))
    assert one.message == message("finding.on_feature", feature="1", remark=remarks[0].message)
    assert one.text("en") == f"1: {remarks[0].text('en')}"
    assert (other.rule, other.features, other.geometry.coords[0]) == ("TOP-CRS-01", (), (1, 2))
    assert other.message == remarks[1].message
    assert all(len(finding.id) == 16 for finding in (one, other))
