"""Systematic shifts of whole layers are detected, measured and named; other differences are not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.layers.coordinates import shift_to_bd09, shift_to_gcj02
from boundaries.layers.layer_reader import read_layer
from boundaries.layers.metres import local_scale
from boundaries.layers.polygon_layer import Layer, Remark
from boundaries.layers.position_checks import count_decimals, validate_positions
from tests.boundaries.layers.sample_files import geopackage

FIXTURE = Path(__file__).parents[3] / "fixtures" / "guangdong_boundaries.geojson.gz"
Move = Callable[[float, float], tuple[float, float]]


@pytest.fixture(scope="module")
def guangdong() -> Layer:
    return read_layer(FIXTURE)


def displaced(layer: Layer, move: Move) -> Layer:
    def each(points: np.ndarray) -> np.ndarray:
        return np.array([move(x, y) for x, y in points])

    return replace(layer, geometries=np.asarray(shapely.transform(layer.geometries, each)))


def redrawn(layer: Layer, metres: float, seed: int = 1) -> Layer:
    """Each unit with another error of its own, as another source has it."""
    random = np.random.default_rng(seed)
    shapes = []
    for shape in layer.geometries:
        east, north = local_scale(shape.centroid.y)
        x, y = random.normal(0, metres, 2) / (float(east), float(north))
        shapes.append(shapely.affinity.translate(shape, x, y))
    return replace(layer, geometries=np.array(shapes))


def of_rule(remarks: list[Remark], rule: str = "TOP-CRS-03") -> list[Remark]:
    return [remark for remark in remarks if remark.rule == rule]


@pytest.mark.parametrize(
    ("formula", "cause", "metres", "toward"),
    [
        (shift_to_gcj02, "GCJ-02", (500, 700), (112, 128)),
        (shift_to_bd09, "BD-09", (1100, 1350), (65, 82)),
    ],
)
@pytest.mark.parametrize("by_code", [True, False])
def test_the_shifts_of_map_providers_are_recognised(
    guangdong: Layer,
    formula: Move,
    cause: str,
    metres: tuple[int, int],
    toward: tuple[int, int],
    by_code: bool,
) -> None:
    layer = displaced(redrawn(guangdong, 300), formula)
    if not by_code:
        layer = replace(layer, codes=(None,) * len(layer))
    (remark,) = of_rule(validate_positions(layer, guangdong))
    assert remark.severity == "error" and f"与 {cause} 加偏一致" in remark.text("zh")
    assert f"which is the offset of {cause}" in remark.text("en")
    assert remark.measured is not None and metres[0] < remark.measured < metres[1]
    azimuth = remark.message.params["azimuth"]
    assert isinstance(azimuth, float) and toward[0] < azimuth < toward[1]
    assert f"azimuth {azimuth:.0f}°" in remark.text("en")


def test_the_same_layer_from_another_source_is_not_shifted(guangdong: Layer) -> None:
    assert of_rule(validate_positions(guangdong, guangdong)) == []
    for seed in range(5):
        assert of_rule(validate_positions(redrawn(guangdong, 300, seed), guangdong)) == []


def test_a_shift_that_no_formula_explains_is_measured_without_a_cause(guangdong: Layer) -> None:
    layer = displaced(guangdong, lambda x, y: (x - 0.0006, y + 0.0004))
    (remark,) = of_rule(validate_positions(layer, guangdong))
    assert remark.severity == "warning"
    assert remark.message.id == "finding.TOP-CRS-03.unexplained"
    assert remark.measured == pytest.approx(76, abs=3)


def test_another_central_meridian_is_detected(guangdong: Layer) -> None:
    layer = displaced(guangdong, lambda x, y: (x + 3, y))
    (remark,) = of_rule(validate_positions(layer, guangdong))
    assert remark.severity == "error"
    assert "central meridian" in remark.text("en") and "带号" in remark.text("zh")


def test_invented_units_with_real_codes_are_not_shifted(guangdong: Layer) -> None:
    codes = [code for code in guangdong.codes if code and not code.endswith("00")][:25]
    squares = [
        shapely.box(113 + i % 5 / 3, 23 + i // 5 / 3, 113 + (i % 5 + 1) / 3, 23 + (i // 5 + 1) / 3)
        for i in range(25)
    ]
    layer = replace(
        guangdong,
        geometries=np.array(squares),
        codes=tuple(codes),
        names=tuple(codes),
        attributes=({},) * 25,
    )
    assert of_rule(validate_positions(layer, guangdong)) == []


def test_few_other_shapes_or_no_reference_allow_no_conclusion(guangdong: Layer) -> None:
    layer = displaced(guangdong, shift_to_gcj02)
    few = replace(
        layer,
        geometries=shapely.buffer(layer.geometries[:4], -0.03),
        names=layer.names[:4],
        codes=layer.codes[:4],
        attributes=layer.attributes[:4],
    )
    assert of_rule(validate_positions(few, guangdong)) == []
    assert of_rule(validate_positions(layer)) == []


def test_units_that_are_invalid_or_missing_are_not_compared(guangdong: Layer) -> None:
    shapes = guangdong.geometries.copy()
    shapes[0] = None
    shapes[1] = shapely.Polygon([(113, 23), (114, 24), (114, 23), (113, 24)])
    assert of_rule(validate_positions(replace(guangdong, geometries=shapes), guangdong)) == []


def test_latitude_before_longitude_is_reported_once(guangdong: Layer) -> None:
    remarks = validate_positions(displaced(guangdong, lambda x, y: (y, x)), guangdong)
    (remark,) = of_rule(remarks, "TOP-CRS-02")
    assert remark.severity == "error"
    assert "Latitude comes before longitude" in remark.text("en")
    assert of_rule(remarks) == []


def test_strays_are_reported_by_feature_and_layers_outside_china_once(guangdong: Layer) -> None:
    shapes = guangdong.geometries.copy()
    shapes[3] = shapely.box(0, 0, 0.1, 0.1)
    (remark,) = of_rule(validate_positions(replace(guangdong, geometries=shapes)), "TOP-CRS-02")
    assert (remark.feature, remark.measured, remark.severity) == (3, 5, "error")
    away = validate_positions(displaced(guangdong, lambda x, y: (x - 100, y)))
    assert [(r.feature, r.severity) for r in of_rule(away, "TOP-CRS-02")] == [(None, "warning")]


def test_planar_and_empty_layers_have_no_remarks(guangdong: Layer) -> None:
    assert validate_positions(replace(guangdong, crs="planar"), guangdong) == []
    nothing = np.full(len(guangdong), None, dtype=object)
    assert validate_positions(replace(guangdong, geometries=nothing), guangdong) == []


@given(decimals=st.integers(0, 10), seed=st.integers(0, 1000))
@settings(deadline=None)
def test_rounded_decimals_are_counted(decimals: int, seed: int) -> None:
    points = np.random.default_rng(seed).uniform((73, 3), (136, 54), (50, 2))
    cut = np.round(points, decimals)
    assert count_decimals(cut) == (decimals if decimals <= 8 else None)
    assert count_decimals(points) is None


@given(decimals=st.integers(0, 8), tail=st.integers(9, 10))
@settings(deadline=None)
def test_a_tail_counts_as_decimals_but_rounding_noise_does_not(decimals: int, tail: int) -> None:
    cut = np.round(np.random.default_rng(7).uniform((73, 3), (136, 54), (50, 2)), decimals)
    assert count_decimals(cut + 10.0**-tail) is None
    assert count_decimals(cut * 3 / 3 + 1e-13) == decimals


def test_few_decimals_are_reported_in_metres(guangdong: Layer) -> None:
    (remark,) = of_rule(
        validate_positions(displaced(guangdong, lambda x, y: (round(x, 5), round(y, 5)))),
        "TOP-CRS-05",
    )
    assert (remark.measured, remark.limit, remark.unit) == (5, 8, "decimals")
    assert "only 5 decimal places, a resolution of 1.1 m" in remark.text("en")
    assert "5 位小数" in remark.text("zh") and "1.1 米" in remark.text("zh")


def select_units(layer: Layer, *codes: str) -> Layer:
    which = [layer.codes.index(code) for code in codes]
    return replace(
        layer,
        geometries=layer.geometries[which],
        codes=codes,
        names=codes,
        attributes=({},) * len(codes),
        remarks=(),
    )


@pytest.mark.parametrize("codes", [["440604"], ["440402", "440403", "440404"]])
@pytest.mark.parametrize(
    ("formula", "cause"), [(shift_to_gcj02, "GCJ-02"), (shift_to_bd09, "BD-09")]
)
def test_a_shift_of_few_units_shows_in_their_shapes(
    guangdong: Layer, codes: list[str], formula: Move, cause: str
) -> None:
    few = select_units(guangdong, *codes)
    (remark,) = of_rule(validate_positions(displaced(few, formula), guangdong))
    assert (remark.severity, remark.message.params["cause"]) == ("error", cause)
    assert of_rule(validate_positions(few, guangdong)) == []


@pytest.mark.parametrize(("decimals", "found"), [(0, 1), (2, 1), (3, 0), (6, 0)])
def test_projected_coordinates_that_are_cut_off(tmp_path: Path, decimals: int, found: int) -> None:
    ring = np.random.default_rng(1).random((40, 2)) * 1000 + (401_000.1234567, 2_536_000.7654321)
    hull = shapely.MultiPoint(np.round(ring, decimals)).convex_hull
    layer = read_layer(geopackage(tmp_path / "l.gpkg", [hull], crs="EPSG:4547"))
    remarks = of_rule(list(layer.remarks), "TOP-CRS-05")
    assert [r.measured for r in remarks] == [decimals] * found


def test_degrees_that_are_called_planar_are_told(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "l.gpkg", [shapely.box(113, 23, 114, 24)])
    assert "crs.planar_degrees" in {r.message.id for r in read_layer(path, planar=True).remarks}
