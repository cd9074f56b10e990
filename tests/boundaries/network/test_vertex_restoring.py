"""Vertices that other programs round are given back to the bit."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from boundaries.network.vertex_restoring import (
    LEAST_TOLERANCE,
    find_rounding,
    restore_vertices,
)

LON, LAT = st.floats(109.0, 117.0), st.floats(20.0, 26.0)


def build_ring(center: tuple[float, float], count: int) -> np.ndarray:
    angles = np.linspace(0, 2 * np.pi, count, endpoint=False)
    ring = np.column_stack([np.cos(angles), np.sin(angles)]) * 0.1 + np.asarray(center)
    return np.vstack([ring, ring[:1]])


@settings(max_examples=60, deadline=None)
@given(lon=LON, lat=LAT, count=st.integers(3, 40), decimals=st.integers(6, 12))
def test_a_rounded_polygon_is_the_known_one(
    lon: float, lat: float, count: int, decimals: int
) -> None:
    ring = build_ring((lon, lat), count)
    sent = shapely.Polygon(np.round(ring, decimals))
    restored = restore_vertices(sent, [ring], find_rounding(sent))
    assert (shapely.get_coordinates(restored) == ring).all()


@given(value=LON)
def test_one_lost_bit_is_given_back(value: float) -> None:
    line = np.array([[value, 23.0], [110.0, 23.5]])
    sent = shapely.LineString([[round(value * 1e17) / 1e17, 23.0], [110.0, 23.5]])
    restored = restore_vertices(sent, [line], LEAST_TOLERANCE)
    assert (shapely.get_coordinates(restored) == line).all()


def test_two_vertices_closer_than_the_rounding_are_not_confused() -> None:
    line = np.array([[113.0, 23.0], [113.1000001, 23.1], [113.1000003, 23.1], [113.2, 23.2]])
    for known in (line, line[::-1]):
        sent = shapely.LineString(np.round(line, 6))
        assert len(np.unique(shapely.get_coordinates(sent), axis=0)) == 3
        restored = restore_vertices(sent, [known], find_rounding(sent))
        assert (shapely.get_coordinates(restored) == line).all()


def test_a_vertex_that_was_moved_stays_moved() -> None:
    ring = build_ring((113.0, 23.0), 12)
    moved = ring.copy()
    moved[3] += 2e-6
    sent = shapely.Polygon(np.round(moved, 6))
    restored = shapely.get_coordinates(restore_vertices(sent, [ring], find_rounding(sent)))
    differs = (restored != ring).any(axis=1)
    assert differs.tolist() == [number == 3 for number in range(len(ring))]


@pytest.mark.parametrize(
    ("coordinates", "expected"),
    [
        ([[113.5, 23.1], [113.123456, 23.2]], 5.1e-7),
        ([[113.5, 23.1], [113.1234567, 23.2]], 5.1e-8),
        ([[113.123456789012, 23.1], [113.1, 23.2]], LEAST_TOLERANCE),
    ],
)
def test_the_rounding_shows_in_the_decimals(
    coordinates: list[list[float]], expected: float
) -> None:
    assert find_rounding(shapely.LineString(coordinates)) == pytest.approx(expected)


def test_nothing_known_changes_nothing() -> None:
    line = shapely.LineString([[113, 23], [114, 24]])
    assert restore_vertices(line, [], 1e-6) is line
