"""Units below one that gives way come under the other one."""

from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordOverlay, RecordsInMemory
from gazetteer.ledger.drafts.step_play import StepIds, play_step
from gazetteer.ledger.versions import Version
from gazetteer.records.commands.units_below import move_units_below
from tests.gazetteer.records.commands.small_register import (
    BY_ACT,
    CITY,
    CONGHUA,
    PROVINCE,
    SHIPAI,
    STEP,
    TIANHE,
    build_register,
    build_unit,
    find_unit,
    get_attributes,
    identify,
    list_codes,
    read_day,
)

KNOWN = RecordsInMemory(
    {
        **build_register().timelines,
        **build_unit("440106002001", "华师社区居委会", "village", SHIPAI),
        **build_unit("440300", "深圳市", "prefecture", PROVINCE),
    }
)


def move(known: RecordsInMemory, old: str, new: str) -> KnownRecords:
    def play(records: DayRecords, ids: StepIds) -> None:
        move_units_below(records, ids, identify("unit", old), identify("unit", new))

    return RecordOverlay(known, play_step(known, play, STEP, BY_ACT).after)


def test_the_units_of_a_prefecture_get_its_four_digits_at_every_depth() -> None:
    after = move(KNOWN, CITY, "440300")
    for code, begun in (("440306", TIANHE), ("440322", CONGHUA), ("440306002", SHIPAI)):
        assert find_unit(after, code) == identify("unit", begun)
        assert list_codes(after, identify("unit", begun)) == [code]
    for begun in (TIANHE, CONGHUA):
        parent = get_attributes(after, "unit", begun)["subordination_parent"]
        assert parent == identify("unit", "440300")
    assert get_attributes(after, "unit", SHIPAI)["subordination_parent"] == identify("unit", TIANHE)


def test_a_village_keeps_the_code_of_the_bureau_of_statistics() -> None:
    after = move(KNOWN, CITY, "440300")
    assert list_codes(after, identify("unit", "440106002001")) == ["440106002001"]


def test_a_code_that_was_issued_once_is_not_issued_again() -> None:
    known = RecordsInMemory(
        {**KNOWN.timelines, **build_unit("440306", "宝安区", "county", "440300")}
    )
    after = move(known, CITY, "440300")
    assert list_codes(after, identify("unit", TIANHE)) == [TIANHE]
    assert find_unit(after, "440306") == identify("unit", "440306")
    assert list_codes(after, identify("unit", CONGHUA)) == ["440322"]


def test_a_unit_in_custody_stays_where_it_belongs() -> None:
    key = "unit", identify("unit", CONGHUA)
    (version,) = KNOWN.timelines[key]
    held = {
        **version.attributes,
        "subordination_parent": identify("unit", PROVINCE),
        "custody_parent": identify("unit", CITY),
    }
    known = RecordsInMemory({**KNOWN.timelines, key: (Version(version.period, held),)})
    unit = get_attributes(move(known, CITY, "440300"), "unit", CONGHUA)
    assert unit["subordination_parent"] == identify("unit", PROVINCE)
    assert unit["custody_parent"] == identify("unit", "440300")


def test_a_unit_that_others_have_in_custody_belongs_to_the_new_unit_too() -> None:
    key = "unit", identify("unit", CONGHUA)
    (version,) = KNOWN.timelines[key]
    held = {**version.attributes, "custody_parent": identify("unit", "440300")}
    known = RecordsInMemory(
        {
            **KNOWN.timelines,
            **build_unit("441500", "汕尾市", "prefecture", PROVINCE),
            key: (Version(version.period, held),),
        }
    )
    unit = get_attributes(move(known, CITY, "441500"), "unit", CONGHUA)
    assert unit["subordination_parent"] == identify("unit", "441500")
    assert unit["custody_parent"] == identify("unit", "440300")


def test_places_within_the_old_unit_lie_in_the_new_one() -> None:
    key = "place", identify("place", "mountain")
    (version,) = KNOWN.timelines["place", identify("place", TIANHE)]
    place = {**version.attributes, "unit_id": None, "within": identify("unit", TIANHE)}
    known = RecordsInMemory({**KNOWN.timelines, key: (Version(version.period, place),)})
    found = read_day(move(known, TIANHE, CONGHUA)).find_record(*key)
    assert found is not None
    assert found["within"] == identify("unit", CONGHUA)
