"""The records of one day: found, changed, and what a command met."""

from datetime import date
from uuid import UUID

from gazetteer.ledger.drafts.day_records import DayRecords, Footprint
from gazetteer.ledger.drafts.known_records import RecordKey, RecordsInMemory
from gazetteer.records.commands.positions import encode_point
from tests.gazetteer.ledger.drafts.small_timelines import OTHER, UNIT, bound, version

THIRD: RecordKey = ("unit", UUID(int=3))
KNOWN = RecordsInMemory(
    {
        UNIT: (
            version(bound(None), bound(2000), name="甲", seat="a"),
            version(bound(2000), bound(2020), name="乙", seat="a"),
        ),
        OTHER: (version(bound(1990), name="乙", seat="b"),),
    }
)
JIA, YI = {"name": "甲", "seat": "a"}, {"name": "乙", "seat": "a"}


def on(year: int, month: int = 1, day: int = 1) -> DayRecords:
    return DayRecords(KNOWN, date(year, month, day))


def test_a_record_is_as_it_is_known_on_the_day() -> None:
    assert on(1999, 12, 31).find_record(*UNIT) == JIA
    assert on(2000).find_record(*UNIT) == YI
    assert on(2020).find_record(*UNIT) is None
    assert on(2000).find_record(*THIRD) is None


def test_records_are_selected_that_have_the_value_on_the_day() -> None:
    assert list(on(1995).select_records("unit", "name", "乙")) == [OTHER[1]]
    assert list(on(2005).select_records("unit", "name", "乙")) == [UNIT[1], OTHER[1]]
    assert on(2025).select_records("unit", "name", "甲") == {}


def test_what_a_command_puts_is_found_at_once() -> None:
    records = on(2005)
    records.put_record(*UNIT, {"name": "丙", "seat": "a"})
    records.put_record(*THIRD, {"name": "丙", "seat": "c"})
    records.put_record(*OTHER, None)
    assert records.find_record(*UNIT) == {"name": "丙", "seat": "a"}
    assert list(records.select_records("unit", "name", "丙")) == [UNIT[1], THIRD[1]]
    assert records.select_records("unit", "name", "乙") == {}
    assert records.find_version(UNIT) == KNOWN.timelines[UNIT][1]


def test_records_in_a_box_are_those_in_force_that_have_or_had_a_geometry_there() -> None:
    place: RecordKey = ("place", UUID(int=9))
    known = RecordsInMemory(
        {
            place: (
                version(bound(None), bound(2000), location=encode_point((113.5, 23.5))),
                version(bound(2000), location=encode_point((100.0, 30.0))),
            )
        }
    )
    box = (113.0, 23.0, 114.0, 24.0)
    records = DayRecords(known, date(2005, 1, 1))
    assert list(records.select_in_box("place", "location", box)) == [place[1]]
    records.put_record(*place, None)
    assert records.select_in_box("place", "location", box) == {}


def test_the_footprint_is_what_the_changed_fields_were() -> None:
    records = on(2005)
    records.put_record(*UNIT, {"name": "丙", "seat": "a"})
    records.put_record(*OTHER, None)
    records.put_record(*THIRD, {"name": "丁", "seat": None})
    assert records.observed_footprint == Footprint(
        {UNIT: {"name": "乙"}, OTHER: {"name": "乙", "seat": "b"}, THIRD: None}
    )


def test_what_was_put_back_leaves_no_footprint() -> None:
    records = on(2005)
    records.put_record(*UNIT, {"name": "丙", "seat": "a"})
    records.put_record(*UNIT, YI)
    assert records.observed_footprint == Footprint()
    assert records.list_changes() == {}


def test_a_record_that_changes_twice_is_as_it_was_before_the_first_time() -> None:
    records = on(2005)
    records.put_record(*UNIT, {"name": "丙", "seat": "a"})
    records.put_record(*UNIT, {"name": "丁", "seat": "a"})
    assert records.observed_footprint == Footprint({UNIT: {"name": "乙"}})
    assert records.list_changes() == {UNIT: {"name": "丁", "seat": "a"}}


def test_a_record_that_begins_and_ends_at_once_is_none() -> None:
    records = on(2005)
    records.put_record(*THIRD, {"name": "丁"})
    records.put_record(*THIRD, None)
    assert records.list_changes() == {}


def test_only_records_that_were_in_force_are_changed_ones() -> None:
    records = on(2005)
    records.put_record(*UNIT, None)
    records.put_record(*OTHER, {"name": "乙", "seat": "b"})
    records.put_record(*THIRD, {"name": "丁"})
    assert records.changed_keys == [UNIT]
    assert list(records.list_changes()) == [UNIT, THIRD]


def test_a_long_value_is_kept_by_its_digest() -> None:
    long = version(bound(None), geom="01" * 40, name="甲")
    records = DayRecords(RecordsInMemory({UNIT: (long,)}), date(2005, 1, 1))
    records.put_record(*UNIT, {"geom": "02" * 40, "name": None})
    met = records.observed_footprint.records[UNIT]
    assert met is not None
    assert met["name"] == "甲"
    assert len(met["geom"]) == 64
    assert met["geom"] != "01" * 32


def test_of_a_line_only_the_stretch_is_met() -> None:
    records = on(2005)
    records.note_stretch(UNIT, ["seat"], [(1.0, 2.0), (3.0, 4.0)])
    records.note_stretch(OTHER, ["seat"], [(0.0, 0.0), (1.0, 1.0)])
    records.put_record(*UNIT, {"name": "乙", "seat": "z"})
    records.put_record(*OTHER, {"name": "丙", "seat": "z"})
    assert records.observed_footprint == Footprint(
        {OTHER: {"name": "乙"}}, (((0.0, 0.0), (1.0, 1.0)), ((1.0, 2.0), (3.0, 4.0)))
    )


def test_footprints_do_not_depend_on_the_order_of_changes() -> None:
    one, other = on(2005), on(2005)
    for records, keys in ((one, (UNIT, OTHER)), (other, (OTHER, UNIT))):
        for key in keys:
            records.put_record(*key, None)
    assert one.observed_footprint == other.observed_footprint
    assert list(one.observed_footprint.records) == list(other.observed_footprint.records)


def test_a_day_is_void_on_which_none_of_the_records_is_in_force() -> None:
    assert not on(2020).is_void([UNIT, OTHER])
    assert on(2020).is_void([UNIT, THIRD])
    assert not on(2019).is_void([UNIT])


def test_every_record_that_was_asked_for_is_noted() -> None:
    records = on(1995)
    records.find_record(*UNIT)
    assert records.looked_at == {UNIT}
    records.select_records("unit", "name", "乙")
    assert records.looked_at == {UNIT, OTHER}
    records.find_record(*THIRD)
    assert records.looked_at == {UNIT, OTHER, THIRD}
