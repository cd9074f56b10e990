"""What becomes of known neighbours when a region is drawn beside them."""

from uuid import UUID

import numpy as np
import pytest
import shapely

from boundaries.network.local_coverage import DrawnRegion, LocalCoverage, build_local_coverage

DRAWN, NEIGHBOUR = UUID(int=1), UUID(int=2)
ACCURACY_M = 500.0
NO_NODES = np.empty((0, 2))


def square(west: float, east: float, south: float = 22.0, north: float = 22.2) -> shapely.Polygon:
    """A square with a vertex every 0.01 degrees along its sides."""
    return shapely.segmentize(shapely.box(west, south, east, north), 0.01)


def draw(region: shapely.Polygon, *known: shapely.Polygon) -> LocalCoverage:
    """A region drawn where a neighbour is known."""
    drawn = DrawnRegion(DRAWN, (DRAWN,), region, (), ACCURACY_M, "layer")
    return build_local_coverage({NEIGHBOUR: shapely.MultiPolygon(known)}, [drawn], {}, NO_NODES)


def face_of(coverage: LocalCoverage, unit: UUID) -> shapely.MultiPolygon:
    return next(face.shape for face in coverage.faces if face.base == unit)


@pytest.mark.parametrize("overlap", [0.0005, 0.003, 0.007])
def test_a_neighbour_follows_a_border_that_is_the_same(overlap: float) -> None:
    region = square(113.0, 113.2 + overlap)
    coverage = draw(region, square(113.2, 113.4))
    followed = face_of(coverage, NEIGHBOUR)
    assert shapely.intersection(followed, region).area == 0.0
    assert followed.area > 0.9 * (0.2 - overlap) * 0.2
    assert coverage.redrawn == {NEIGHBOUR}


def test_a_neighbour_of_whom_more_is_taken_stays() -> None:
    known = square(113.2, 113.4)
    coverage = draw(square(113.0, 113.25), known)
    assert face_of(coverage, NEIGHBOUR).geoms[0].equals_exact(known)
    assert coverage.redrawn == frozenset()


def test_a_neighbour_that_only_touches_stays_to_the_last_bit() -> None:
    known = square(113.2, 113.4)
    coverage = draw(square(113.0, 113.2), known)
    assert face_of(coverage, NEIGHBOUR).geoms[0].equals_exact(known)


def test_parts_of_a_neighbour_that_are_not_met_stay() -> None:
    island = square(113.6, 113.7, 22.05, 22.1)
    coverage = draw(square(113.0, 113.203), square(113.2, 113.4), island)
    assert any(part.equals_exact(island) for part in face_of(coverage, NEIGHBOUR).geoms)


def test_a_narrow_part_keeps_what_remains_of_it() -> None:
    """An islet of 800 m, half of which the drawing has: 500 m off is the same border."""
    islet = square(113.2, 113.208, 22.1, 22.107)
    coverage = draw(square(113.0, 113.204), islet)
    rest = face_of(coverage, NEIGHBOUR)
    assert 0.2 < rest.area / islet.area < 0.8
