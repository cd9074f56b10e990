"""A unit ends only without units below it and without ground of its own."""

from uuid import UUID

import pytest

from boundaries.network.commands.merge_units import MERGE_UNITS
from gazetteer.ledger.drafts.known_records import RecordsInMemory
from gazetteer.ledger.versions import Version
from gazetteer.problems import Conflict, NotFound
from gazetteer.records.commands.abolish_unit import ABOLISH_UNIT
from gazetteer.records.commands.establish_unit import ESTABLISH_UNIT
from tests.boundaries.network.commands.four_squares import NORTHWEST, SOUTHWEST, build_squares
from tests.gazetteer.records.commands.small_register import (
    CITY,
    CONGHUA,
    SHIPAI,
    STEP_START,
    TIANHE,
    apply_command,
    build_register,
    find_last_bound,
    find_unit,
    identify,
    list_names,
    read_day,
    run_command,
)

KNOWN = build_register()


def test_a_unit_ends_with_code_place_names_and_spellings() -> None:
    played = run_command(KNOWN, ABOLISH_UNIT, {"unit": CONGHUA})
    assert sorted(kind for kind, _ in played.after) == [
        "code",
        "name",
        "name",
        "place",
        "spelling",
        "spelling",
        "unit",
    ]
    assert {versions[-1].period.end for versions in played.after.values()} == {STEP_START}
    assert {len(versions) for versions in played.after.values()} == {1}


def test_its_code_is_free_for_nobody_else_on_the_days_before() -> None:
    after = apply_command(KNOWN, ABOLISH_UNIT, {"unit": CONGHUA})
    assert find_unit(after, CONGHUA) is None
    assert STEP_START.on is not None
    assert find_unit(after, CONGHUA, STEP_START.on.replace(day=1, month=6)) == identify(
        "unit", CONGHUA
    )
    assert list_names(after, identify("place", CONGHUA)) == {}


@pytest.mark.parametrize("unit", [TIANHE, CITY])
def test_a_unit_with_units_below_it_stays(unit: str) -> None:
    with pytest.raises(Conflict) as caught:
        run_command(KNOWN, ABOLISH_UNIT, {"unit": unit})
    assert caught.value.field == "unit"


def test_a_unit_that_only_has_another_one_in_custody_stays() -> None:
    key = "unit", identify("unit", SHIPAI)
    (version,) = KNOWN.timelines[key]
    held = {**version.attributes, "custody_parent": identify("unit", CONGHUA)}
    known = RecordsInMemory({**KNOWN.timelines, key: (Version(version.period, held),)})
    with pytest.raises(Conflict):
        run_command(known, ABOLISH_UNIT, {"unit": CONGHUA})


def test_a_unit_to_which_another_one_belongs_stays_although_that_is_in_custody() -> None:
    key = "unit", identify("unit", SHIPAI)
    (version,) = KNOWN.timelines[key]
    held = {**version.attributes, "custody_parent": identify("unit", CONGHUA)}
    known = RecordsInMemory({**KNOWN.timelines, key: (Version(version.period, held),)})
    with pytest.raises(Conflict) as caught:
        run_command(known, ABOLISH_UNIT, {"unit": TIANHE})
    assert caught.value.field == "unit"


@pytest.mark.parametrize("unit", [SOUTHWEST, NORTHWEST])
def test_a_unit_with_ground_of_its_own_stays_on_either_side_of_a_border(unit: str) -> None:
    with pytest.raises(Conflict) as caught:
        run_command(build_squares(), ABOLISH_UNIT, {"unit": unit})
    assert caught.value.field == "unit"


def test_a_unit_that_is_not_known_is_not_found() -> None:
    with pytest.raises(NotFound) as caught:
        run_command(KNOWN, ABOLISH_UNIT, {"unit": "440199"})
    assert caught.value.field == "unit"


def test_below_a_unit_that_ended_first_nothing_is_in_the_way() -> None:
    without = apply_command(KNOWN, ABOLISH_UNIT, {"unit": SHIPAI})
    after = apply_command(without, ABOLISH_UNIT, {"unit": TIANHE})
    assert find_last_bound(after, "unit", identify("unit", TIANHE)) == STEP_START


def test_a_unit_of_the_same_day_never_was_and_nothing_passed_to_it() -> None:
    new = {"code": "440106003", "name": "猎德街道", "level": "township", "parent": TIANHE}
    begun = apply_command(KNOWN, ESTABLISH_UNIT, new)
    unit = find_unit(begun, "440106003")
    merged = apply_command(
        begun, MERGE_UNITS, {"unit": SHIPAI, "into": "440106003"}, step=UUID(int=2)
    )
    assert len(read_day(merged).select_records("succession", "to_unit", unit)) == 1
    after = apply_command(merged, ABOLISH_UNIT, {"unit": "440106003"}, step=UUID(int=3))
    assert read_day(after).select_records("succession", "to_unit", unit) == {}
    assert unit is not None
    assert after.load_versions(("unit", unit)) == ()
