"""A new unit begins with place, names, spellings and code; one that ends takes them along."""

from datetime import date
from uuid import UUID

import pytest

from gazetteer.ledger.drafts.known_records import RecordOverlay, RecordsInMemory
from gazetteer.ledger.drafts.step_play import StepDoesNotFit
from gazetteer.ledger.period import Period, PeriodEnd, Precision
from gazetteer.ledger.versions import Version
from gazetteer.problems import Conflict, InvalidValue, NotFound, Problem
from gazetteer.records.commands.establish_unit import ESTABLISH_UNIT
from gazetteer.records.commands.positions import encode_point
from tests.gazetteer.records.commands.small_register import (
    CITY,
    PROVINCE,
    SHIPAI,
    STEP_START,
    TIANHE,
    apply_command,
    build_register,
    build_unit,
    find_unit,
    identify,
    list_codes,
    list_names,
    read_day,
    run_command,
)

KNOWN = build_register()
NEW = {"code": "440118", "name": "增城区", "level": "county", "parent": CITY}


def establish(**values: object) -> dict[str, object]:
    return {**NEW, **values}


def test_a_unit_begins_with_all_that_belongs_to_it() -> None:
    after = apply_command(KNOWN, ESTABLISH_UNIT, establish(seat=(113.8, 23.3)))
    new = find_unit(after, "440118")
    assert new is not None
    unit = read_day(after).find_record("unit", new)
    assert unit is not None
    assert unit == {
        "level": "county",
        "unit_type": "市辖区",
        "subordination_parent": identify("unit", CITY),
        "custody_parent": None,
        "place_id": unit["place_id"],
        "seat": encode_point((113.8, 23.3)),
        "remark": None,
    }
    place = read_day(after).find_record("place", unit["place_id"])
    assert place is not None
    assert (place["legal_class"], place["level"], place["unit_id"]) == ("division", "county", new)
    assert list_codes(after, new) == ["440118"]
    assert list_names(after, unit["place_id"]) == {
        "short": ["增城 = Zengcheng"],
        "standard": ["增城区 = Zengcheng Qu"],
    }


def test_all_records_begin_with_the_act_and_nothing_else_changes() -> None:
    played = run_command(KNOWN, ESTABLISH_UNIT, NEW)
    assert sorted(kind for kind, _ in played.after) == [
        "code",
        "name",
        "name",
        "place",
        "spelling",
        "spelling",
        "unit",
    ]
    assert set(played.before.values()) == {()}
    assert {versions[0].period.start for versions in played.after.values()} == {STEP_START}
    assert {len(versions) for versions in played.after.values()} == {1}


def test_a_spelling_and_a_type_that_are_stated_are_kept() -> None:
    values = establish(romanized_name="Tsengshing", unit_type="特区")
    after = apply_command(KNOWN, ESTABLISH_UNIT, values)
    unit = read_day(after).find_record("unit", find_unit(after, "440118") or identify("", ""))
    assert unit is not None
    assert unit["unit_type"] == "特区"
    assert list_names(after, unit["place_id"])["standard"] == ["增城区 = Tsengshing"]


def test_a_unit_may_be_in_custody() -> None:
    values = establish(parent=PROVINCE, custody_parent=CITY)
    after = apply_command(KNOWN, ESTABLISH_UNIT, values)
    unit = read_day(after).find_record("unit", find_unit(after, "440118") or identify("", ""))
    assert unit is not None
    assert unit["subordination_parent"] == identify("unit", PROVINCE)
    assert unit["custody_parent"] == identify("unit", CITY)


def test_a_village_is_no_division() -> None:
    values = establish(code="440106002005", name="冼村社区居委会", level="village", parent=SHIPAI)
    after = apply_command(KNOWN, ESTABLISH_UNIT, values)
    village = find_unit(after, "440106002005")
    (place,) = read_day(after).select_records("place", "unit_id", village).values()
    assert place["legal_class"] == "village_seat"


@pytest.mark.parametrize(
    ("values", "problem", "field"),
    [
        (establish(code=TIANHE), Conflict, "code"),
        (establish(code="440106003"), InvalidValue, "code"),
        (establish(level="township", name="猎德街道", parent=TIANHE), InvalidValue, "code"),
        (establish(parent=TIANHE), InvalidValue, "parent"),
        (establish(parent=SHIPAI), InvalidValue, "parent"),
        (establish(custody_parent=TIANHE), InvalidValue, "custody_parent"),
        (establish(parent="440900"), NotFound, "parent"),
    ],
)
def test_what_cannot_be_established_is_refused_with_the_field(
    values: dict[str, object], problem: type[Problem], field: str
) -> None:
    with pytest.raises(problem) as caught:
        run_command(KNOWN, ESTABLISH_UNIT, values)
    assert caught.value.field == field


def test_a_code_that_only_another_system_uses_is_free() -> None:
    key = "code", identify("code", TIANHE)
    (version,) = KNOWN.timelines[key]
    other = Version(version.period, {**version.attributes, "code_system": "stats"})
    known = RecordsInMemory({**KNOWN.timelines, key: (other,)})
    after = apply_command(known, ESTABLISH_UNIT, establish(code=TIANHE))
    codes = read_day(after).select_records("code", "code", TIANHE).values()
    assert sorted(row["code_system"] for row in codes) == ["mca", "stats"]


def test_a_code_that_another_unit_carries_later_is_in_the_way_of_an_act() -> None:
    later = PeriodEnd(date(2030, 1, 1), UUID(int=77), Precision.DAY)
    coming = {
        key: (Version(Period(later), version.attributes),)
        for key, (version,) in build_unit("440118", "增城区", "county", CITY).items()
    }
    with pytest.raises(StepDoesNotFit) as caught:
        run_command(RecordsInMemory({**KNOWN.timelines, **coming}), ESTABLISH_UNIT, NEW)
    assert caught.value.bound == later


def test_a_step_creates_the_same_ids_over_another_register() -> None:
    played = run_command(KNOWN, ESTABLISH_UNIT, NEW)
    other = RecordOverlay(KNOWN, {("unit", identify("unit", SHIPAI)): ()})
    assert run_command(other, ESTABLISH_UNIT, NEW).after == played.after
