"""Records in memory, and an overlay of changed ones: asked by id, by a value and by a box."""

from uuid import UUID

import pytest

from gazetteer.ledger.drafts.known_records import (
    KnownRecords,
    RecordKey,
    RecordOverlay,
    RecordsInMemory,
)
from gazetteer.records.commands.positions import encode_point
from tests.gazetteer.ledger.drafts.small_timelines import OTHER, UNIT, bound, version

THIRD: RecordKey = ("unit", UUID(int=3))
PLACE: RecordKey = ("place", UUID(int=4))
JIA_THEN_YI = (version(bound(None), bound(2000), name="甲"), version(bound(2000), name="乙"))
JIA = (version(bound(None), name="甲"),)
BING = (version(bound(None), name="丙"),)

BASE = RecordsInMemory({UNIT: JIA_THEN_YI, OTHER: JIA})


def at(lon: float, lat: float) -> str:
    return encode_point((lon, lat))


def test_a_record_that_is_not_known_has_no_versions() -> None:
    assert RecordsInMemory().load_versions(UNIT) == ()
    assert BASE.load_versions(THIRD) == ()


def test_a_value_is_found_in_any_version() -> None:
    assert BASE.find_ids("unit", "name", "甲") == {UNIT[1], OTHER[1]}
    assert BASE.find_ids("unit", "name", "乙") == {UNIT[1]}
    assert BASE.find_ids("unit", "name", "丙") == set()


def test_a_value_is_found_among_records_of_the_kind_and_in_the_field_only() -> None:
    assert BASE.find_ids("place", "name", "甲") == set()
    assert BASE.find_ids("unit", "text", "甲") == set()


def test_an_overlay_has_the_changed_timeline_instead_of_the_known_one() -> None:
    overlay = RecordOverlay(BASE, {UNIT: BING, THIRD: JIA})
    assert overlay.load_versions(UNIT) == BING
    assert overlay.load_versions(OTHER) == JIA
    assert overlay.load_versions(THIRD) == JIA
    assert overlay.find_ids("unit", "name", "甲") == {OTHER[1], THIRD[1]}
    assert overlay.find_ids("unit", "name", "乙") == set()
    assert overlay.find_ids("unit", "name", "丙") == {UNIT[1]}


def test_a_record_that_an_overlay_takes_away_is_not_found() -> None:
    overlay = RecordOverlay(BASE, {UNIT: ()})
    assert overlay.load_versions(UNIT) == ()
    assert overlay.find_ids("unit", "name", "甲") == {OTHER[1]}


def test_overlays_lie_on_each_other() -> None:
    first = RecordOverlay(BASE, {UNIT: BING})
    assert RecordOverlay(first, {UNIT: JIA}).find_ids("unit", "name", "丙") == set()
    assert RecordOverlay(first, {OTHER: BING}).find_ids("unit", "name", "丙") == {UNIT[1], OTHER[1]}


def test_a_changed_record_of_another_kind_with_the_same_id_hides_nothing() -> None:
    overlay = RecordOverlay(BASE, {("place", UNIT[1]): BING})
    assert overlay.find_ids("unit", "name", "乙") == {UNIT[1]}
    assert overlay.find_ids("place", "name", "丙") == {UNIT[1]}


@pytest.mark.parametrize(
    ("box", "is_met"),
    [
        ((113.0, 23.0, 114.0, 24.0), True),
        ((113.5, 23.5, 113.5, 23.5), True),
        ((113.5, 23.5, 114.0, 24.0), True),
        ((113.6, 23.0, 114.0, 24.0), False),
        ((113.0, 23.6, 114.0, 24.0), False),
        ((113.0, 23.0, 113.4, 24.0), False),
        ((113.0, 23.0, 114.0, 23.4), False),
    ],
)
def test_a_geometry_is_found_whose_box_meets_another(
    box: tuple[float, float, float, float], is_met: bool
) -> None:
    known = RecordsInMemory({PLACE: (version(bound(None), location=at(113.5, 23.5)),)})
    assert known.find_ids_in_box("place", "location", box) == ({PLACE[1]} if is_met else set())


def test_records_without_a_geometry_are_in_no_box() -> None:
    known = RecordsInMemory({PLACE: (version(bound(None), location=None),)})
    assert known.find_ids_in_box("place", "location", (-180.0, -90.0, 180.0, 90.0)) == set()


def test_an_overlay_looks_for_geometries_as_they_are_changed() -> None:
    moved = version(bound(None), location=at(100.0, 30.0))
    base: KnownRecords = RecordsInMemory({PLACE: (version(bound(None), location=at(113.5, 23.5)),)})
    overlay = RecordOverlay(base, {PLACE: (moved,)})
    assert overlay.find_ids_in_box("place", "location", (113.0, 23.0, 114.0, 24.0)) == set()
    assert overlay.find_ids_in_box("place", "location", (99.0, 29.0, 101.0, 31.0)) == {PLACE[1]}
