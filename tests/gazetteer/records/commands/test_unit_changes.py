"""Units that stay the same unit: another name, code, parent or seat."""

from datetime import date

import pytest

from gazetteer.ledger.drafts.known_records import RecordsInMemory
from gazetteer.ledger.drafts.step_play import EffectiveDays
from gazetteer.ledger.versions import Version
from gazetteer.problems import Conflict, InvalidValue, NotFound, Problem
from gazetteer.records.commands.change_parent import CHANGE_PARENT
from gazetteer.records.commands.command import Command
from gazetteer.records.commands.move_seat import MOVE_SEAT
from gazetteer.records.commands.positions import encode_point
from gazetteer.records.commands.recode_unit import RECODE_UNIT
from gazetteer.records.commands.rename_unit import RENAME_UNIT
from tests.gazetteer.records.commands.small_register import (
    CITY,
    CONGHUA,
    DAY,
    PROVINCE,
    SHIPAI,
    SINCE,
    STEP_START,
    TIANHE,
    apply_command,
    build_register,
    build_unit,
    find_unit,
    get_attributes,
    identify,
    list_codes,
    list_names,
    run_command,
)

KNOWN = RecordsInMemory(
    {**build_register().timelines, **build_unit("440200", "韶关市", "prefecture", PROVINCE)}
)
UNIT, PLACE = identify("unit", CONGHUA), identify("place", CONGHUA)
TAKEN = identify("step", "taken")
RENAME = {"unit": CONGHUA, "name": "流溪县"}


def test_a_new_name_replaces_the_standard_and_the_short_one_with_their_spellings() -> None:
    after = apply_command(KNOWN, RENAME_UNIT, RENAME)
    assert list_names(after, PLACE) == {
        "short": ["流溪 = Liuxi"],
        "standard": ["流溪县 = Liuxi Xian"],
    }
    assert STEP_START.on is not None
    assert list_names(after, PLACE, SINCE.on or DAY) == {
        "short": ["从化 = 从化 in pinyin"],
        "standard": ["从化县 = 从化县 in pinyin"],
    }


def test_a_unit_with_a_new_name_keeps_its_code_and_stays_the_same_unit() -> None:
    played = run_command(KNOWN, RENAME_UNIT, RENAME)
    assert {kind for kind, _ in played.after} == {"name", "spelling"}
    assert list_codes(apply_command(KNOWN, RENAME_UNIT, RENAME), UNIT) == [CONGHUA]


def test_an_alias_outlives_a_new_name() -> None:
    alias = Version(
        KNOWN.timelines["place", PLACE][0].period,
        {
            "place_id": PLACE,
            "text": "荔枝之乡",
            "name_kind": "alias",
            "language": "zh-Hans",
            "specific_part": None,
            "generic_part": None,
            "source": None,
        },
    )
    known = RecordsInMemory({**KNOWN.timelines, ("name", identify("name", "alias")): (alias,)})
    assert list_names(apply_command(known, RENAME_UNIT, RENAME), PLACE)["alias"] == ["荔枝之乡"]


def test_a_spelling_that_is_stated_is_that_of_the_new_name() -> None:
    after = apply_command(KNOWN, RENAME_UNIT, {**RENAME, "romanized_name": "Lauhkai Xian"})
    assert list_names(after, PLACE)["standard"] == ["流溪县 = Lauhkai Xian"]


def test_a_correction_of_a_name_holds_for_its_whole_life() -> None:
    days = EffectiveDays(date(2026, 1, 1))
    after = apply_command(KNOWN, RENAME_UNIT, RENAME, days)
    assert list_names(after, PLACE, SINCE.on or DAY)["standard"] == ["流溪县 = Liuxi Xian"]


def test_a_new_code_replaces_the_old_one() -> None:
    played = run_command(KNOWN, RECODE_UNIT, {"unit": CONGHUA, "code": "440117"})
    assert [kind for kind, _ in played.after] == ["code", "code"]
    after = apply_command(KNOWN, RECODE_UNIT, {"unit": CONGHUA, "code": "440117"})
    assert list_codes(after, UNIT) == ["440117"]
    assert find_unit(after, CONGHUA) is None
    assert find_unit(after, CONGHUA, SINCE.on or DAY) == UNIT


def test_a_code_that_was_given_up_on_the_day_is_free() -> None:
    after = apply_command(KNOWN, RECODE_UNIT, {"unit": CONGHUA, "code": "440117"})
    again = apply_command(after, RECODE_UNIT, {"unit": TIANHE, "code": CONGHUA}, step=TAKEN)
    assert find_unit(again, CONGHUA) == identify("unit", TIANHE)


def test_a_unit_comes_under_another_one_with_a_new_code() -> None:
    arguments = {"unit": CONGHUA, "parent": "440200", "code": "440233"}
    after = apply_command(KNOWN, CHANGE_PARENT, arguments)
    unit = get_attributes(after, "unit", CONGHUA)
    assert unit["subordination_parent"] == identify("unit", "440200")
    assert unit["custody_parent"] is None
    assert list_codes(after, UNIT) == ["440233"]
    assert get_attributes(after, "unit", CONGHUA, SINCE.on or DAY)[
        "subordination_parent"
    ] == identify("unit", CITY)


def test_without_a_new_code_the_old_one_stays() -> None:
    after = apply_command(KNOWN, CHANGE_PARENT, {"unit": CONGHUA, "parent": "440200"})
    assert list_codes(after, UNIT) == [CONGHUA]


def test_custody_is_stated_anew_with_the_parent() -> None:
    arguments = {"unit": CONGHUA, "parent": PROVINCE, "custody_parent": "440200"}
    held = apply_command(KNOWN, CHANGE_PARENT, arguments)
    assert get_attributes(held, "unit", CONGHUA)["custody_parent"] == identify("unit", "440200")
    freed = apply_command(held, CHANGE_PARENT, {"unit": CONGHUA, "parent": CITY})
    assert get_attributes(freed, "unit", CONGHUA)["custody_parent"] is None


def test_a_seat_moves_and_nothing_else() -> None:
    played = run_command(KNOWN, MOVE_SEAT, {"unit": TIANHE, "to": (113.36, 23.12)})
    assert list(played.after) == [("unit", identify("unit", TIANHE))]
    before, after = played.after["unit", identify("unit", TIANHE)]
    assert after.period.start == STEP_START
    assert after.attributes == {**before.attributes, "seat": encode_point((113.36, 23.12))}


@pytest.mark.parametrize(
    ("command", "arguments", "problem", "field"),
    [
        (RENAME_UNIT, {"unit": CONGHUA, "name": "从化县"}, InvalidValue, "name"),
        (RENAME_UNIT, {"unit": "440199", "name": "从化县"}, NotFound, "unit"),
        (RECODE_UNIT, {"unit": CONGHUA, "code": CONGHUA}, InvalidValue, "code"),
        (RECODE_UNIT, {"unit": CONGHUA, "code": TIANHE}, Conflict, "code"),
        (RECODE_UNIT, {"unit": CONGHUA, "code": "440117001"}, InvalidValue, "code"),
        (RECODE_UNIT, {"unit": SHIPAI, "code": "440117"}, InvalidValue, "code"),
        (CHANGE_PARENT, {"unit": CONGHUA, "parent": TIANHE}, InvalidValue, "parent"),
        (CHANGE_PARENT, {"unit": CONGHUA, "parent": CONGHUA}, InvalidValue, "parent"),
        (
            CHANGE_PARENT,
            {"unit": CONGHUA, "parent": CITY, "custody_parent": SHIPAI},
            InvalidValue,
            "custody_parent",
        ),
        (CHANGE_PARENT, {"unit": CONGHUA, "parent": "440200", "code": TIANHE}, Conflict, "code"),
        (MOVE_SEAT, {"unit": "440199", "to": (113.0, 23.0)}, NotFound, "unit"),
    ],
)
def test_what_cannot_be_changed_is_refused_with_the_field(
    command: Command, arguments: dict[str, object], problem: type[Problem], field: str
) -> None:
    with pytest.raises(problem) as caught:
        run_command(KNOWN, command, arguments)
    assert caught.value.field == field
