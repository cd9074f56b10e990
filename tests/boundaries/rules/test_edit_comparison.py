"""A change of polygons brings and takes away findings near it, and says nothing of others."""

from uuid import UUID

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.rules.common.measures import Metric
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.edit_comparison import (
    EditWindow,
    FindingDifference,
    compare_findings,
    find_changed_polygons,
)
from boundaries.rules.edit_extent import find_changed_box, union_boxes
from boundaries.rules.incremental import validate_level
from tests.boundaries.rules.flaws import KINDS
from tests.boundaries.rules.generated_layers import make_grid, place_near_guangzhou

Shape = BaseGeometry | None

LIMITS = Tolerances()
WEST, EAST = shapely.box(113.0, 23.0, 113.01, 23.01), shapely.box(113.01, 23.0, 113.02, 23.01)
WIDER_WEST = shapely.box(113.0, 23.0, 113.011, 23.01)
NARROWER_WEST = shapely.box(113.0, 23.0, 113.009999, 23.01)
FAR_WEST, FAR_EAST = (
    shapely.box(113.5, 23.0, 113.511, 23.01),
    shapely.box(113.51, 23.0, 113.52, 23.01),
)


def compare(
    before: list[Shape], after: list[Shape], tolerances: Tolerances = LIMITS
) -> FindingDifference:
    boxes = [find_changed_box(one, other) for one, other in zip(before, after, strict=True)]
    changed = frozenset(k for k, box in enumerate(boxes) if box is not None)
    edit = EditWindow(
        np.array([*before, None], dtype=object)[:-1],
        np.array([*after, None], dtype=object)[:-1],
        tuple(map(str, range(len(before)))),
        changed,
        union_boxes([box for box in boxes if box is not None]),
    )
    return compare_findings(edit, tolerances)


def list_rules(difference: FindingDifference) -> tuple[set[str], set[str]]:
    return {f.rule for f in difference.added}, {f.rule for f in difference.removed}


def test_an_overlap_is_added_by_the_change_that_makes_it() -> None:
    difference = compare([WEST, EAST], [WIDER_WEST, EAST])
    (found,) = [finding for finding in difference.added if finding.rule == "TOP-COV-01"]
    assert found.features == (0, 1)
    assert found.geometry is not None
    assert shapely.equals_exact(
        found.geometry.envelope.normalize(),
        shapely.box(113.01, 23.0, 113.011, 23.01).normalize(),
        1e-9,
    )
    assert difference.removed == ()


def test_an_overlap_is_removed_by_the_change_that_mends_it() -> None:
    made = compare([WEST, EAST], [WIDER_WEST, EAST])
    mended = compare([WIDER_WEST, EAST], [WEST, EAST])
    assert mended.added == ()
    assert list_rules(mended)[1] == list_rules(made)[0]


def test_nothing_is_said_of_a_flaw_far_away() -> None:
    moved = shapely.box(112.99, 23.0, 113.01, 23.01)
    difference = compare([WEST, EAST, FAR_WEST, FAR_EAST], [moved, EAST, FAR_WEST, FAR_EAST])
    assert difference == FindingDifference()


def test_nothing_is_said_of_a_flaw_that_stays() -> None:
    raised = shapely.box(113.0, 22.99, 113.011, 23.01)
    difference = compare([WIDER_WEST, EAST], [raised, EAST])
    assert "TOP-COV-01" not in list_rules(difference)[0] | list_rules(difference)[1]


def test_a_gap_is_added_and_removed() -> None:
    added, removed = list_rules(compare([WEST, EAST], [NARROWER_WEST, EAST]))
    assert added
    assert removed == set()
    assert list_rules(compare([NARROWER_WEST, EAST], [WEST, EAST])) == (set(), added)


def test_a_polygon_that_comes_or_goes_is_judged_too() -> None:
    added, removed = list_rules(compare([None, EAST], [WIDER_WEST, EAST]))
    assert ("TOP-COV-01" in added, removed) == (True, set())
    added, removed = list_rules(compare([WIDER_WEST, EAST], [None, EAST]))
    assert (added, "TOP-COV-01" in removed) == (set(), True)


def test_a_polygon_that_crosses_itself_is_found_on_the_changed_one_only() -> None:
    bow = shapely.Polygon(
        [(113.0, 23.0), (113.01, 23.01), (113.01, 23.0), (113.0, 23.01), (113.0, 23.0)]
    )
    difference = compare([EAST, WEST], [EAST, bow])
    assert [(f.rule, f.features) for f in difference.added] == [("TOP-GEO-01", (1,))]


def test_every_flaw_is_added_with_the_change_that_makes_it_and_removed_with_its_undoing() -> None:
    limits = Tolerances(gap_width_m=30.0)
    grid, checked = make_grid(3, 3, 3, 7), 0
    for kind in KINDS:
        flawed: list[Shape] = [*map(place_near_guangzhou, kind(grid, 12.0).shapes)]
        sound: list[Shape] = [*map(place_near_guangzhou, grid.shapes())]
        if len(flawed) < len(sound):
            continue  # a layer of its own
        sound += [None] * (len(flawed) - len(sound))
        names = tuple(map(str, range(len(flawed))))
        shapes = np.array([*flawed, None], dtype=object)[:-1]
        whole = validate_level(shapes, names, Metric(), limits)
        made = compare(sound, flawed, limits)
        assert {(f.rule, f.features) for f in made.added} == {
            (f.rule, f.features) for f in whole.findings
        }, kind.__name__
        assert made.removed == ()
        undone = compare(flawed, sound, limits)
        assert undone.added == ()
        assert {(f.rule, f.features) for f in undone.removed} == {
            (f.rule, f.features) for f in made.added
        }
        checked += 1
    assert checked > 5


def test_polygons_differ_that_are_new_gone_or_not_the_same_to_the_last_bit() -> None:
    one, other, third, fourth = (UUID(int=number) for number in range(1, 5))
    nearly = shapely.box(113.0, 23.0, np.nextafter(113.01, 114.0), 23.01)
    before = {one: WEST, other: EAST, third: WEST}
    after = {one: shapely.from_wkb(shapely.to_wkb(WEST)), other: nearly, fourth: WEST}
    assert find_changed_polygons(before, after) == [other, third, fourth]
    assert find_changed_polygons(before, before) == []
