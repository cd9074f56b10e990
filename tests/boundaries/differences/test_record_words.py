"""What changed records say before and after, in words of both languages."""

from uuid import UUID

import pytest

from boundaries.differences.record_words import describe_record
from boundaries.differences.register_difference import ChangedRecord, ComparedUnit, UnitNames
from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.messages import LANGS, Lang, has_message

CITY, COUNTY, PLACE = (UUID(int=number) for number in (1, 2, 3))
NAMES = UnitNames(
    {CITY: ComparedUnit("440100", "广州市", "prefecture")},
    {CITY: ComparedUnit("440100", "新广州市", "prefecture")},
)
UNIT = {
    "level": "county",
    "unit_type": "市辖区",
    "subordination_parent": CITY,
    "custody_parent": None,
    "place_id": PLACE,
    "seat": "0101000000000000000040" + "5c40" + "0000000000003740",
    "remark": None,
}


@pytest.mark.parametrize("lang", LANGS)
def test_every_field_of_every_kind_has_words(lang: Lang) -> None:
    fields = {field.name for kind in REGISTER_KINDS.values() for field in kind.fields}
    assert {name for name in fields if not has_message(f"difference.field.{name}", lang)} == set()


def test_what_begins_is_described_by_what_matters() -> None:
    begun = ChangedRecord(("unit", COUNTY), None, UNIT)
    assert describe_record(begun, NAMES, "zh") == (
        "",
        "级别：县级；建制：市辖区；隶属：440100 新广州市；驻地：113.000000, 23.000000",
    )
    ended = ChangedRecord(("unit", COUNTY), UNIT, None)
    assert describe_record(ended, NAMES, "en") == (
        "level: County; type: district; subordinate to: 440100 广州市; seat: 113.000000, 23.000000",
        "",
    )


def test_of_what_changes_only_the_fields_that_differ_are_said() -> None:
    changed = ChangedRecord(
        ("unit", COUNTY), UNIT, {**UNIT, "unit_type": "县级市", "remark": "撤区设市"}
    )
    assert describe_record(changed, NAMES, "zh") == ("建制：市辖区", "建制：县级市；备注：撤区设市")


def test_a_unit_that_nobody_knows_is_named_by_its_id() -> None:
    stranger = UUID(int=9)
    changed = ChangedRecord(("unit", COUNTY), UNIT, {**UNIT, "custody_parent": stranger})
    assert describe_record(changed, NAMES, "zh") == ("", f"代管：{stranger}")


def test_shares_are_percentages_and_lines_the_number_of_their_vertices() -> None:
    link = {
        "from_unit": CITY,
        "to_unit": CITY,
        "link_kind": "split_off",
        "share_from": 0.125,
        "share_to": None,
    }
    before, after = describe_record(ChangedRecord(("succession", PLACE), None, link), NAMES, "en")
    assert before == "" and after.endswith("share of the former: 12.5%")
    line = "0102000000" + "02000000" + "00" * 32
    edge = {"left_unit": CITY, "right_unit": None, "beyond": "outside", "geom": line}
    longer = {**edge, "geom": "0102000000" + "03000000" + "00" * 48}
    assert describe_record(ChangedRecord(("edge", PLACE), edge, longer), NAMES, "en") == (
        "course: 2 vertices",
        "course: 3 vertices",
    )
