"""Which outlines close with each other and with the territories that stay."""

from uuid import UUID

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.outlines.outline_closing import (
    chain_segments,
    find_closed,
    list_segments,
    split_segments,
)

SEA_SIDE = 3
"""Three by three squares; beyond all of them is the sea."""


def number_unit(x: int, y: int) -> UUID:
    return UUID(int=10 * x + y + 1)


@pytest.fixture
def faces() -> dict[UUID, BaseGeometry | None]:
    return {
        number_unit(x, y): shapely.MultiPolygon([shapely.box(x, y, x + 1, y + 1)])
        for x in range(SEA_SIDE)
        for y in range(SEA_SIDE)
    }


def move_corner(
    face: BaseGeometry | None, at: tuple[float, float], to: tuple[float, float]
) -> BaseGeometry:
    assert face is not None

    def move(points: np.ndarray) -> np.ndarray:
        return np.where((points == at).all(axis=1)[:, None], to, points)

    return shapely.transform(face, move)


LEFT, RIGHT = number_unit(0, 1), number_unit(1, 1)
MIDDLE = [number_unit(x, y) for x in (0, 1) for y in (0, 1)]


def add_vertex(face: BaseGeometry | None, at: tuple[float, float]) -> BaseGeometry:
    """The square with a vertex more, on the side between LEFT and RIGHT."""
    assert face is not None
    (polygon,) = face.geoms  # type: ignore[attr-defined]
    points = shapely.get_coordinates(polygon)
    for number in range(len(points) - 1):
        if (points[number][0], points[number + 1][0]) == (1.0, 1.0):
            return shapely.MultiPolygon(
                [shapely.Polygon(np.insert(points, number + 1, at, axis=0))]
            )
    raise AssertionError(polygon)


def test_both_sides_of_a_border_close_and_one_does_not(
    faces: dict[UUID, BaseGeometry | None],
) -> None:
    bent = (1.1, 1.5)
    outlines = {unit: add_vertex(faces[unit], bent) for unit in (LEFT, RIGHT)}
    assert find_closed(outlines, faces) == {LEFT, RIGHT}
    assert find_closed({LEFT: outlines[LEFT]}, faces) == set()
    other = add_vertex(faces[RIGHT], (1.1000001, 1.5))
    assert find_closed({LEFT: outlines[LEFT], RIGHT: other}, faces) == set()


def test_a_junction_closes_with_all_who_meet_there(
    faces: dict[UUID, BaseGeometry | None],
) -> None:
    moved = {unit: move_corner(faces[unit], (1.0, 1.0), (1.1, 1.1)) for unit in MIDDLE}
    assert find_closed(moved, faces) == set(MIDDLE)
    assert find_closed({unit: moved[unit] for unit in MIDDLE[:3]}, faces) == set()


def test_what_does_not_close_does_not_hold_up_the_rest(
    faces: dict[UUID, BaseGeometry | None],
) -> None:
    outlines = {unit: add_vertex(faces[unit], (1.1, 1.5)) for unit in (LEFT, RIGHT)}
    far = number_unit(2, 0)
    alone = move_corner(faces[far], (2.0, 1.0), (2.1, 1.0))
    assert find_closed({**outlines, far: alone}, faces) == {LEFT, RIGHT}


def test_a_coast_runs_as_it_likes(faces: dict[UUID, BaseGeometry | None]) -> None:
    corner = number_unit(0, 0)
    assert find_closed({corner: move_corner(faces[corner], (0, 0), (-0.5, -0.2))}, faces) == {
        corner
    }
    into_neighbour = move_corner(faces[corner], (0, 0), (2.5, 0.5))
    assert find_closed({corner: into_neighbour}, faces) == set()


def test_a_hole_between_two_outlines_does_not_close(
    faces: dict[UUID, BaseGeometry | None],
) -> None:
    outlines = {
        LEFT: add_vertex(faces[LEFT], (0.9, 1.5)),
        RIGHT: add_vertex(faces[RIGHT], (1.1, 1.5)),
    }
    assert find_closed(outlines, faces) == set()


def test_a_unit_that_ends_closes_with_the_one_that_takes_its_place(
    faces: dict[UUID, BaseGeometry | None],
) -> None:
    union = shapely.MultiPolygon([shapely.union(faces[LEFT], faces[RIGHT]).normalize()])
    assert find_closed({LEFT: None, RIGHT: union}, faces) == {LEFT, RIGHT}
    assert find_closed({LEFT: None}, faces) == set()


def test_a_vertex_on_a_straight_border_is_one_of_both(
    faces: dict[UUID, BaseGeometry | None],
) -> None:
    assert find_closed({LEFT: add_vertex(faces[LEFT], (1.0, 1.5))}, faces) == {LEFT}


def test_segments_have_the_territory_on_their_left_and_chain_to_lines() -> None:
    ring = shapely.box(0, 0, 1, 1, ccw=False)
    segments = list_segments(ring)
    assert ((0.0, 0.0), (1.0, 0.0)) in segments
    chains = list(chain_segments(segments - {((1.0, 0.0), (1.0, 1.0))}))
    assert chains == [[(1.0, 1.0), (0.0, 1.0), (0.0, 0.0), (1.0, 0.0)]]
    divided = split_segments({((0.0, 0.0), (1.0, 0.0))}, [(0.75, 0.0), (0.25, 0.0), (0.5, 0.1)])
    assert divided == {
        ((0.0, 0.0), (0.25, 0.0)),
        ((0.25, 0.0), (0.75, 0.0)),
        ((0.75, 0.0), (1.0, 0.0)),
    }
