"""The ground at a place is the same until it changes there, whatever changes elsewhere."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, affinity

from boundaries.rules.common.layer_finding import Finding
from boundaries.rules.fingerprint import BorderLookup, compute_fingerprint

UNITS = ("west", "east")
PLACE = shapely.Point(113.0, 23.05)
RING = [(112.9, 23.0), (113.0, 23.0), (113.0, 23.04), (113.0, 23.06), (113.0, 23.1), (112.9, 23.1)]
EAST = Polygon([(113.0, 23.0), (113.1, 23.0), (113.1, 23.1), (113.0, 23.1)])


def at(place: shapely.Geometry | None, measured: float | None = 1.0) -> Finding:
    return Finding("TOP-COV-03", "apart", "error", (0, 1), place, "", "", measured)


def like(
    west: Polygon, place: shapely.Geometry | None = PLACE, measured: float | None = 1.0
) -> str:
    return compute_fingerprint(
        at(place, measured), UNITS, BorderLookup({"west": west, "east": EAST})
    )


@given(st.integers(0, 5), st.booleans())
def test_it_does_not_depend_on_how_a_ring_is_written(start: int, turned: bool) -> None:
    ring = RING[start:] + RING[:start]
    assert like(Polygon(ring[::-1] if turned else ring)) == like(Polygon(RING))


@given(
    st.integers(0, len(RING) - 1),
    st.floats(-0.01, 0.01).filter(lambda x: abs(x) > 1e-12),
    st.floats(-0.01, 0.01),
)
def test_it_changes_just_when_a_border_by_the_place_changes(
    which: int, dx: float, dy: float
) -> None:
    ring = list(RING)
    ring[which] = (RING[which][0] + dx, RING[which][1] + dy)
    changed = ring != RING
    here = which in (2, 3)  # the ends of the segment on which the place lies
    assert (like(Polygon(ring)) != like(Polygon(RING))) == (changed and here)


def test_the_last_bit_of_a_border_counts_and_that_of_a_computed_place_does_not() -> None:
    ring = list(RING)
    ring[2] = (113.0, float(np.nextafter(23.04, 24)))
    assert like(Polygon(ring)) != like(Polygon(RING))
    near = shapely.Point(113.0, float(np.nextafter(23.05, 24)))
    assert like(Polygon(RING), near) == like(Polygon(RING))
    assert like(Polygon(RING), shapely.Point(113.0, 23.0500001)) != like(Polygon(RING))


def test_whose_border_it_is_counts() -> None:
    shapes = {"west": Polygon(RING), "east": EAST}
    turned = {"west": EAST, "east": Polygon(RING)}
    one, other = (
        compute_fingerprint(at(PLACE), UNITS, BorderLookup(each)) for each in (shapes, turned)
    )
    assert one != other


@pytest.mark.parametrize("place", [PLACE, None])
def test_what_was_measured_counts(place: shapely.Geometry | None) -> None:
    assert like(EAST, place, 1.0) == like(EAST, place, 1.0 + 1e-9)
    assert len({like(EAST, place, measured) for measured in (None, 1.0, 1.001)}) == 3


def test_what_has_no_place_is_known_by_its_words() -> None:
    def told(words: str) -> str:
        finding = Finding("TOP-VER-05", "again", "error", (0,), None, words, words)
        return compute_fingerprint(finding, UNITS, BorderLookup({"west": EAST}))

    assert told("440106 was used again in 1990") == told("440106 was used again in 1990")
    assert told("440106 was used again in 1990") != told("440106 was used again in 2005")


def test_a_place_without_borders_is_known_by_itself() -> None:
    """A seat far outside of its unit, a unit whose area is not known."""
    far = affinity.translate(PLACE, xoff=-1)
    assert like(EAST, far) == like(Polygon(RING), far)
    assert like(EAST, far) != like(EAST, affinity.translate(far, xoff=1e-6))
    nobody: BorderLookup[str] = BorderLookup({})
    assert compute_fingerprint(at(PLACE), UNITS, nobody) == compute_fingerprint(
        at(PLACE), UNITS, nobody
    )


def test_holes_are_borders_too() -> None:
    hole = [(112.95, 23.04), (112.96, 23.04), (112.96, 23.06), (112.95, 23.06)]
    inside = shapely.Point(112.95, 23.05)
    assert like(Polygon(RING, [hole]), inside) != like(Polygon(RING), inside)
