import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from pyproj.transformer import TransformerGroup

from boundaries.layers.coordinates import (
    Crs,
    convert_position,
    parse_crs,
    shift_to_bd09,
    shift_to_gcj02,
)
from gazetteer.problems import InvalidValue

EARTH = Geod(ellps="WGS84")
LONS, LATS = st.floats(74, 134), st.floats(18.5, 53)


def offset(shift: object, lon: float, lat: float) -> tuple[float, float]:
    """Metres and azimuth (0 to 360) from the truth to where a provider shows it."""
    assert callable(shift)
    azimuth, _, metres = EARTH.inv(lon, lat, *shift(lon, lat))
    return metres, azimuth % 360


@pytest.mark.parametrize(
    ("lon", "lat", "metres"),
    [
        (113.264, 23.129, 621),
        (113.577, 22.271, 619),
        (114.058, 22.543, 606),
        (116.682, 23.354, 543),
    ],
)
def test_gcj02_shifts_guangdong_as_measured_to_the_east_southeast(
    lon: float, lat: float, metres: float
) -> None:
    distance, azimuth = offset(shift_to_gcj02, lon, lat)
    assert distance == pytest.approx(metres, abs=6)
    assert 116 <= azimuth <= 124


def test_bd09_is_about_twice_as_far_off() -> None:
    assert offset(shift_to_bd09, 113.264, 23.129)[0] == pytest.approx(1268, abs=10)


@given(LONS, LATS)
def test_a_shifted_point_comes_back_to_where_it_was(lon: float, lat: float) -> None:
    for crs, shift in ((Crs.GCJ02, shift_to_gcj02), (Crs.BD09, shift_to_bd09)):
        back = convert_position(*shift(lon, lat), crs)
        assert EARTH.inv(lon, lat, back.lon, back.lat)[2] < 0.001
        assert back.accuracy_m is not None


def test_abroad_nothing_is_shifted() -> None:
    assert convert_position(2.35, 48.86, Crs.GCJ02).lon == 2.35


@given(
    st.sampled_from([(Crs.GK_111, 111), (Crs.GK_114, 114), (Crs.GK_117, 117)]),
    st.floats(-3, 3),
    LATS,
)
def test_gauss_krueger_takes_easting_and_northing(
    zone: tuple[Crs, int], beside: float, lat: float
) -> None:
    crs, meridian = zone
    forward = Transformer.from_crs("EPSG:4490", f"EPSG:{crs}", always_xy=True)
    back = convert_position(*forward.transform(meridian + beside, lat), crs)
    assert (back.lon, back.lat) == pytest.approx((meridian + beside, lat), abs=1e-9)
    assert back.accuracy_m is None


def test_northing_before_easting_is_reported_as_swapped() -> None:
    with pytest.raises(InvalidValue) as refusal:
        convert_position(2_560_000, 436_000, Crs.GK_114)
    assert refusal.value.extras["looks_swapped"] is True
    assert "填反" in refusal.value.text("zh")


def test_an_easting_with_its_zone_number_is_refused() -> None:
    with pytest.raises(InvalidValue, match="zone number 38"):
        convert_position(38_436_000, 2_560_000, Crs.GK_114)


@pytest.mark.parametrize(
    ("lon", "lat", "field", "swapped"),
    [
        (23.1, 113.3, "lat", True),
        (181, 23, "lon", False),
        (113, 91, "lat", False),
        (113, -91, "lat", False),
        (math.nan, 23, "lon", False),
        (113, math.inf, "lat", False),
    ],
)
def test_impossible_positions_name_the_field(
    lon: float, lat: float, field: str, swapped: bool
) -> None:
    with pytest.raises(InvalidValue) as refusal:
        convert_position(lon, lat)
    assert refusal.value.field == field
    assert refusal.value.extras["looks_swapped"] is swapped


@pytest.mark.parametrize(
    ("text", "crs"),
    [
        ("4490", Crs.CGCS2000),
        ("EPSG:4490", Crs.CGCS2000),
        ("CGCS2000", Crs.CGCS2000),
        ("wgs84", Crs.WGS84),
        ("GCJ-02", Crs.GCJ02),
        ("bd09", Crs.BD09),
        ("epsg:4547", Crs.GK_114),
    ],
)
def test_systems_go_by_several_names(text: str, crs: Crs) -> None:
    assert parse_crs(text) is crs


@pytest.mark.parametrize("text", ["xian80", "4610", "EPSG:4214", "beijing54", "2436", "4555"])
def test_the_older_datums_are_refused_with_the_reason(text: str) -> None:
    with pytest.raises(InvalidValue, match="not public") as refusal:
        parse_crs(text)
    assert refusal.value.field == "crs"
    assert "转换参数不公开" in refusal.value.text("zh")


@pytest.mark.parametrize("code", [4610, 4214])
def test_general_software_indeed_has_nothing_but_a_ballpark(code: int) -> None:
    group = TransformerGroup(f"EPSG:{code}", "EPSG:4490", always_xy=True)
    assert {transformer.accuracy for transformer in group.transformers} == {-1}


def test_the_refusal_of_an_unknown_system_lists_the_known_ones() -> None:
    with pytest.raises(InvalidValue, match="4490"):
        parse_crs("27700")
