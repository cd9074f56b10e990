"""Names against the units that they lie in."""

from uuid import uuid4

import pytest
from shapely import box

from boundaries.network.network_store import NetworkUnit, UnitArea
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.network.place_rules import LocatedPlace, find_places_outside_unit
from tests.boundaries.rules.network.register_samples import get_unit_id, make_units
from tests.boundaries.rules.wording import assert_worded

UNITS = {
    **make_units(["440101", "440102"]),
    get_unit_id("440101001"): NetworkUnit("township", "440101001", "镇", get_unit_id("440101")),
}
AREAS = {
    get_unit_id("440101"): UnitArea(box(113, 23, 113.1, 23.1), 5.0),
    get_unit_id("440102"): UnitArea(box(113.1, 23, 113.2, 23.1), 5.0),
    get_unit_id("440100"): UnitArea(box(113, 23, 113.2, 23.1), 5.0),
}


def check_place(
    lon: float, within: str | None, level: str = "natural_settlement"
) -> list[SpatialFinding]:
    place = LocatedPlace(
        uuid4(), "石牌", level, get_unit_id(within) if within else None, lon, 23.05
    )
    findings = list(find_places_outside_unit([place], UNITS, AREAS, Tolerances()))
    assert_worded(findings)
    return findings


@pytest.mark.parametrize("within", ["440101", "440100", "440101001"])
def test_a_place_in_its_unit_or_one_above_has_no_finding(within: str) -> None:
    assert check_place(113.05, within) == []


@pytest.mark.parametrize("within", ["440101", "440101001"])
def test_a_place_elsewhere_is_reported_with_the_distance_and_the_true_unit(within: str) -> None:
    (found,) = check_place(113.12, within)
    assert (found.kind, found.severity, found.limit) == ("elsewhere", "warning", 10.0)
    assert found.measured == pytest.approx(2047, rel=0.01)
    named = {list(AREAS)[n] for n in found.features}
    assert named == {get_unit_id("440101"), get_unit_id("440102")}
    assert "石牌" in found.text("zh") and "440102" in found.text("en")


def test_a_place_as_near_to_the_border_as_that_is_uncertain_is_not_reported() -> None:
    assert check_place(113.1 + 9 / 102_300, "440101") == []
    assert len(check_place(113.1 + 11 / 102_300, "440101")) == 1


def test_a_place_in_no_known_unit_says_so() -> None:
    (found,) = check_place(113.3, "440102")
    assert found.message.id == "finding.TOP-ATT-03.in_no_unit"
    assert "no known unit" in found.text("en") and len(found.features) == 1


def test_the_point_of_a_natural_feature_only_stands_for_it() -> None:
    (found,) = check_place(113.12, "440101", "natural_feature")
    assert (found.kind, found.severity) == ("natural_feature", "info")


def test_a_place_without_a_recorded_unit_is_reported_the_lowest_one() -> None:
    (found,) = check_place(113.05, None)
    assert (found.kind, found.severity) == ("not_recorded", "info")
    assert [list(AREAS)[n] for n in found.features] == [get_unit_id("440101")]
    assert check_place(113.3, None) == []


def test_nothing_is_reported_of_nothing() -> None:
    assert list(find_places_outside_unit([], UNITS, AREAS, Tolerances())) == []
    assert (
        list(
            find_places_outside_unit(
                [LocatedPlace(uuid4(), None, "poi", None, 113.05, 23.05)], {}, {}, Tolerances()
            )
        )
        == []
    )
