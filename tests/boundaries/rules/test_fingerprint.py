"""The fingerprint of a place changes with the boundaries there, and with no others."""

import json

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, affinity

from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.fingerprint import BorderLookup, compute_fingerprint
from gazetteer.messages import Message, message, read_message

UNITS = ("west", "east")
PLACE = shapely.Point(113.0, 23.05)
RING = [(112.9, 23.0), (113.0, 23.0), (113.0, 23.04), (113.0, 23.06), (113.0, 23.1), (112.9, 23.1)]
EAST = Polygon([(113.0, 23.0), (113.1, 23.0), (113.1, 23.1), (113.0, 23.1)])


def make_finding(place: shapely.Geometry | None, measured: float | None = 1.0) -> SpatialFinding:
    words = message("finding.TOP-COV-03.apart")
    return SpatialFinding(
        "TOP-COV-03", "apart", "error", words, measured, features=(0, 1), geometry=place
    )


def fingerprint_of(
    west: Polygon, place: shapely.Geometry | None = PLACE, measured: float | None = 1.0
) -> str:
    return compute_fingerprint(
        make_finding(place, measured), UNITS, BorderLookup({"west": west, "east": EAST})
    )


@given(st.integers(0, 5), st.booleans())
def test_it_does_not_depend_on_how_a_ring_is_written(start: int, turned: bool) -> None:
    ring = RING[start:] + RING[:start]
    assert fingerprint_of(Polygon(ring[::-1] if turned else ring)) == fingerprint_of(Polygon(RING))


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
    assert (fingerprint_of(Polygon(ring)) != fingerprint_of(Polygon(RING))) == (changed and here)


def test_the_last_bit_of_a_border_counts_and_that_of_a_computed_place_does_not() -> None:
    ring = list(RING)
    ring[2] = (113.0, float(np.nextafter(23.04, 24)))
    assert fingerprint_of(Polygon(ring)) != fingerprint_of(Polygon(RING))
    near = shapely.Point(113.0, float(np.nextafter(23.05, 24)))
    assert fingerprint_of(Polygon(RING), near) == fingerprint_of(Polygon(RING))
    assert fingerprint_of(Polygon(RING), shapely.Point(113.0, 23.0500001)) != fingerprint_of(
        Polygon(RING)
    )


def test_whose_border_it_is_counts() -> None:
    shapes = {"west": Polygon(RING), "east": EAST}
    turned = {"west": EAST, "east": Polygon(RING)}
    one, other = (
        compute_fingerprint(make_finding(PLACE), UNITS, BorderLookup(each))
        for each in (shapes, turned)
    )
    assert one != other


@pytest.mark.parametrize("place", [PLACE, None])
def test_what_was_measured_counts(place: shapely.Geometry | None) -> None:
    assert fingerprint_of(EAST, place, 1.0) == fingerprint_of(EAST, place, 1.0 + 1e-9)
    assert len({fingerprint_of(EAST, place, measured) for measured in (None, 1.0, 1.001)}) == 3


def test_a_finding_without_a_place_is_known_by_its_message() -> None:
    def compute(words: Message) -> str:
        finding = SpatialFinding("TOP-VER-05", "issued_again", "error", words, features=(0,))
        return compute_fingerprint(finding, UNITS, BorderLookup({"west": EAST}))

    def say(**params: object) -> Message:
        return message("finding.TOP-VER-05.issued_again", code="440106", **params)

    assert compute(say(since="1990-01-01")) == compute(say(since="1990-01-01"))
    assert compute(say(since="1990-01-01")) != compute(say(since="2005-01-01"))
    stored = read_message(json.loads(json.dumps(say(earlier=["west"]).as_json())))
    assert compute(stored) == compute(say(earlier=["west"]))
    assert compute(say(since="1990-01-01")) == "cf930529b45750d7c605cd7ca734fb36"


def test_a_place_without_borders_is_known_by_itself() -> None:
    """A seat far outside of its unit, a unit whose area is not known."""
    far = affinity.translate(PLACE, xoff=-1)
    assert fingerprint_of(EAST, far) == fingerprint_of(Polygon(RING), far)
    assert fingerprint_of(EAST, far) != fingerprint_of(EAST, affinity.translate(far, xoff=1e-6))
    nobody: BorderLookup[str] = BorderLookup({})
    assert compute_fingerprint(make_finding(PLACE), UNITS, nobody) == compute_fingerprint(
        make_finding(PLACE), UNITS, nobody
    )


def test_holes_are_borders_too() -> None:
    hole = [(112.95, 23.04), (112.96, 23.04), (112.96, 23.06), (112.95, 23.06)]
    inside = shapely.Point(112.95, 23.05)
    assert fingerprint_of(Polygon(RING, [hole]), inside) != fingerprint_of(Polygon(RING), inside)
