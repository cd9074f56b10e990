"""Names, their spellings, and places that are no units."""

from uuid import UUID

import pytest
from pydantic import ValidationError

from gazetteer.ledger.drafts.known_records import KnownRecords, RecordsInMemory
from gazetteer.ledger.period import Period
from gazetteer.ledger.versions import Version
from gazetteer.problems import Conflict, NotFound, Problem
from gazetteer.records.commands.alternative_names import ADD_NAME, END_NAME
from gazetteer.records.commands.command import Command
from gazetteer.records.commands.places import (
    CREATE_PLACE,
    MOVE_PLACE,
    RENAME_PLACE,
    RETIRE_PLACE,
)
from gazetteer.records.commands.positions import encode_point
from gazetteer.records.commands.set_spelling import SET_SPELLING
from tests.gazetteer.records.commands.small_register import (
    SINCE,
    TIANHE,
    apply_command,
    build_register,
    identify,
    list_names,
    read_day,
    run_command,
)

KNOWN = build_register()
PLACE = identify("place", TIANHE)
STANDARD, SHORT = identify("name", f"{TIANHE}/standard"), identify("name", f"{TIANHE}/short")
MOUNTAIN = {
    "name": "白云山",
    "specific_part": "白云",
    "generic_part": "山",
    "legal_class": "natural",
    "class_code": "21110",
    "level": "natural_feature",
    "within": TIANHE,
    "at": (113.3, 23.18),
}
UNKNOWN = str(UUID(int=7))


def create(**changes: object) -> tuple[KnownRecords, UUID]:
    after = apply_command(KNOWN, CREATE_PLACE, {**MOUNTAIN, **changes})
    (place,) = read_day(after).select_records("place", "within", identify("unit", TIANHE))
    return after, place


def test_a_name_is_added_with_its_spelling() -> None:
    arguments = {"place_id": str(PLACE), "text": "天河新城", "name_kind": "alias"}
    after = apply_command(KNOWN, ADD_NAME, arguments)
    assert list_names(after, PLACE)["alias"] == ["天河新城 = Tianhexincheng"]
    assert list_names(after, PLACE)["standard"] == ["天河区 = 天河区 in pinyin"]


def test_a_name_ends_with_its_spelling() -> None:
    after = apply_command(KNOWN, END_NAME, {"name_id": str(SHORT)})
    assert list_names(after, PLACE) == {"standard": ["天河区 = 天河区 in pinyin"]}
    spellings = read_day(after).select_records("spelling", "name_id", SHORT)
    assert spellings == {}


def test_a_spelling_replaces_the_pinyin_only() -> None:
    english = {"name_id": STANDARD, "text": "Tianhe District", "system": "english"}
    version = Version(Period(SINCE), {**english, "status": "approved", "source": None})
    key = "spelling", identify("spelling", "english")
    known = RecordsInMemory({**KNOWN.timelines, key: (version,)})
    arguments = {"name_id": str(STANDARD), "romanized_name": "Tianhe Qu", "status": "approved"}
    after = apply_command(known, SET_SPELLING, arguments)
    spellings = read_day(after).select_records("spelling", "name_id", STANDARD).values()
    assert sorted((row["system"], row["text"], row["status"]) for row in spellings) == [
        ("english", "Tianhe District", "approved"),
        ("pinyin", "Tianhe Qu", "approved"),
    ]


def test_a_spelling_without_an_act_is_a_proposal() -> None:
    arguments = {"name_id": str(STANDARD), "romanized_name": "Tianhe Qu"}
    after = apply_command(KNOWN, SET_SPELLING, arguments)
    (row,) = read_day(after).select_records("spelling", "name_id", STANDARD).values()
    assert (row["status"], row["source"]) == ("proposed", None)


def test_a_place_begins_with_its_name() -> None:
    after, place_id = create()
    assert read_day(after).find_record("place", place_id) == {
        "legal_class": "natural",
        "class_code": "21110",
        "level": "natural_feature",
        "unit_id": None,
        "within": identify("unit", TIANHE),
        "location": encode_point((113.3, 23.18)),
        "source": None,
    }
    assert list_names(after, place_id) == {"standard": ["白云山 = Baiyun Shan"]}
    (name,) = read_day(after).select_records("name", "place_id", place_id).values()
    assert (name["specific_part"], name["generic_part"]) == ("白云", "山")


def test_a_place_gets_another_name() -> None:
    known, place_id = create()
    arguments = {"place_id": str(place_id), "name": "摩星岭", "romanized_name": "Moxing Ling"}
    after = apply_command(known, RENAME_PLACE, arguments, step=UUID(int=2))
    assert list_names(after, place_id) == {"standard": ["摩星岭 = Moxing Ling"]}


def test_a_name_is_spelled_by_the_rules_of_its_class() -> None:
    after, place_id = create(
        name="经五路", specific_part="经五", generic_part="路", legal_class="road", level="road"
    )
    assert list_names(after, place_id) == {"standard": ["经五路 = Jing 5 Lu"]}


def test_a_further_name_of_a_place_outlives_another_standard_name() -> None:
    known, place_id = create()
    alias = {"place_id": str(place_id), "text": "云山", "name_kind": "alias"}
    known = apply_command(known, ADD_NAME, alias, step=UUID(int=3))
    arguments = {"place_id": str(place_id), "name": "摩星岭"}
    after = apply_command(known, RENAME_PLACE, arguments, step=UUID(int=2))
    assert list_names(after, place_id)["alias"] == ["云山 = Yunshan"]


def test_a_place_moves() -> None:
    known, place_id = create()
    arguments = {"place_id": str(place_id), "to": (113.31, 23.19)}
    after = apply_command(known, MOVE_PLACE, arguments, step=UUID(int=2))
    place = read_day(after).find_record("place", place_id)
    before = read_day(known).find_record("place", place_id)
    assert place is not None
    assert before is not None
    assert place == {**before, "location": encode_point((113.31, 23.19))}


def test_a_place_is_retired_with_its_names() -> None:
    known, place_id = create()
    after = apply_command(known, RETIRE_PLACE, {"place_id": str(place_id)}, step=UUID(int=2))
    assert read_day(after).find_record("place", place_id) is None
    assert list_names(after, place_id) == {}


@pytest.mark.parametrize(
    ("command", "arguments", "problem", "field"),
    [
        (
            ADD_NAME,
            {"place_id": UNKNOWN, "text": "天河", "name_kind": "alias"},
            NotFound,
            "place_id",
        ),
        (
            ADD_NAME,
            {"place_id": str(PLACE), "text": "天河", "name_kind": "alias"},
            Conflict,
            "text",
        ),
        (END_NAME, {"name_id": UNKNOWN}, NotFound, "name_id"),
        (END_NAME, {"name_id": str(STANDARD)}, Conflict, "name_id"),
        (SET_SPELLING, {"name_id": UNKNOWN, "romanized_name": "Tianhe"}, NotFound, "name_id"),
        (CREATE_PLACE, {**MOUNTAIN, "within": "440199"}, NotFound, "within"),
        (RENAME_PLACE, {"place_id": UNKNOWN, "name": "山"}, NotFound, "place_id"),
        (RENAME_PLACE, {"place_id": str(PLACE), "name": "山"}, Conflict, "place_id"),
        (MOVE_PLACE, {"place_id": UNKNOWN, "to": (113.0, 23.0)}, NotFound, "place_id"),
        (MOVE_PLACE, {"place_id": str(PLACE), "to": (113.0, 23.0)}, Conflict, "place_id"),
        (RETIRE_PLACE, {"place_id": UNKNOWN}, NotFound, "place_id"),
        (RETIRE_PLACE, {"place_id": str(PLACE)}, Conflict, "place_id"),
    ],
)
def test_what_cannot_be_named_is_refused_with_the_field(
    command: Command, arguments: dict[str, object], problem: type[Problem], field: str
) -> None:
    with pytest.raises(problem) as caught:
        run_command(KNOWN, command, arguments)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (CREATE_PLACE, {**MOUNTAIN, "legal_class": "division"}),
        (CREATE_PLACE, {**MOUNTAIN, "level": "county"}),
        (CREATE_PLACE, {**MOUNTAIN, "class_code": "2111"}),
        (CREATE_PLACE, {**MOUNTAIN, "name": " 白云山"}),
        (CREATE_PLACE, {**MOUNTAIN, "name": ""}),
        (ADD_NAME, {"place_id": str(PLACE), "text": "天河", "name_kind": "standard"}),
        (SET_SPELLING, {"name_id": str(STANDARD), "romanized_name": "T", "status": "official"}),
    ],
)
def test_values_that_no_record_has_are_no_arguments(
    command: Command, arguments: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        command.arguments.model_validate(arguments)
