"""Known histories of real units: identity, days of effect, acts, successions."""

from datetime import date
from uuid import UUID

import pytest

from gazetteer.ingest.code_index import CodeAssignment, CodeIndex
from gazetteer.ledger.period import Precision
from gazetteer.ledger.versions import Timeline, Version

Links = dict[tuple[UUID, UUID], list[Version]]
Units = dict[UUID, Timeline]
Acts = dict[UUID, Version]


def on(index: CodeIndex, code: str, day: str) -> CodeAssignment:
    found = index.find_on_day(code, date.fromisoformat(day))
    assert found is not None, (code, day)
    return found


@pytest.fixture(scope="module")
def links(timelines: tuple[Timeline, ...]) -> Links:
    found: Links = {}
    for timeline in timelines:
        if timeline.kind == "succession":
            version = timeline.versions[0]
            key = (version.attributes["from_unit"], version.attributes["to_unit"])
            found.setdefault(key, []).append(version)
    return found


@pytest.fixture(scope="module")
def units(timelines: tuple[Timeline, ...]) -> Units:
    return {t.record_id: t for t in timelines if t.kind == "unit"}


@pytest.fixture(scope="module")
def acts(timelines: tuple[Timeline, ...]) -> Acts:
    return {t.record_id: t.versions[0] for t in timelines if t.kind == "act"}


def test_a_code_used_again_after_a_gap_is_another_unit(index: CodeIndex) -> None:
    suburb, jinping = on(index, "440511", "1990-01-01"), on(index, "440511", "2010-01-01")
    assert (suburb.name, jinping.name) == ("郊区", "金平区")
    assert suburb.unit_id != jinping.unit_id
    assert index.find_on_day("440511", date(1995, 1, 1)) is None


def test_a_county_made_a_city_is_a_new_unit_on_the_whole_territory(
    index: CodeIndex, links: Links
) -> None:
    county, city = on(index, "440724", "1990-01-01"), on(index, "440783", "2020-01-01")
    assert county.unit_id != city.unit_id
    (link,) = links[county.unit_id, city.unit_id]
    assert link.attributes["link_kind"] == "continues"
    assert (link.attributes["share_from"], link.attributes["share_to"]) == (1.0, 1.0)
    assert county.period.end.on == city.period.start.on == link.period.start.on == date(1993, 1, 5)


def test_two_units_merged_are_absorbed_with_unknown_shares(index: CodeIndex, links: Links) -> None:
    new = on(index, "440904", "2015-01-01")
    for code in ("440903", "440923"):
        (link,) = links[on(index, code, "2013-01-01").unit_id, new.unit_id]
        assert link.attributes["link_kind"] == "absorbed"
        assert link.attributes["share_from"] is None


@pytest.mark.parametrize("heir", ["440203", "440204", "440205", "440224"])
def test_a_split_county_passes_to_each_of_its_heirs(
    index: CodeIndex, links: Links, heir: str
) -> None:
    old, new = on(index, "440221", "2000-01-01"), on(index, heir, "2010-01-01")
    (link,) = [x for x in links[old.unit_id, new.unit_id] if x.period.start.on == date(2004, 5, 29)]
    assert link.attributes["link_kind"] == "part_of"


@pytest.mark.parametrize(("old", "new"), [("441283", "441204"), ("441421", "441403")])
def test_a_city_or_county_made_a_district_continues(
    index: CodeIndex, links: Links, old: str, new: str
) -> None:
    key = (on(index, old, "2012-01-01").unit_id, on(index, new, "2020-01-01").unit_id)
    assert [link.attributes["link_kind"] for link in links[key]] == ["continues"]


def test_a_unit_that_gives_parts_away_goes_on(index: CodeIndex, links: Links) -> None:
    baoan = on(index, "440306", "2020-01-01")
    assert baoan.unit_id == on(index, "440306", "1995-01-01").unit_id
    for code, day in (("440309", date(2016, 9, 14)), ("440311", date(2018, 2, 9))):
        (link,) = links[baoan.unit_id, on(index, code, "2020-01-01").unit_id]
        assert (link.attributes["link_kind"], link.period.start.on) == ("split_off", day)


def test_a_unit_absorbed_into_one_that_keeps_its_code(index: CodeIndex, links: Links) -> None:
    huangpu = on(index, "440112", "2020-01-01")
    assert huangpu.unit_id == on(index, "440112", "2000-01-01").unit_id
    (link,) = links[on(index, "440116", "2010-01-01").unit_id, huangpu.unit_id]
    assert link.attributes["link_kind"] == "absorbed"


def test_a_change_of_province_keeps_the_unit_and_changes_its_code(index: CodeIndex) -> None:
    before, after = on(index, "441000", "1988-01-01"), on(index, "460100", "1990-01-01")
    assert before.unit_id == after.unit_id
    assert before.period.end.on == after.period.start.on == date(1988, 4, 13)


def test_a_renamed_unit_keeps_its_identity_and_code(index: CodeIndex) -> None:
    assert on(index, "440111", "1986-01-01").name == "郊区"
    assert on(index, "440111", "1990-01-01").name == "白云区"
    units = {on(index, "440111", day).unit_id for day in ("1986-01-01", "1990-01-01")}
    assert len(units) == 1


def test_an_undated_prefecture_takes_the_day_of_its_members(index: CodeIndex) -> None:
    shantou = on(index, "442300", "1982-01-01")
    assert (shantou.period.end.on, shantou.period.end.precision) == (
        date(1983, 12, 22),
        Precision.INFERRED,
    )
    city = on(index, "440500", "1990-01-01")
    assert (city.period.start.on, city.period.start.precision) == (
        date(1983, 12, 22),
        Precision.INFERRED,
    )


def test_an_abolished_prefecture_passes_to_where_its_members_went(
    index: CodeIndex, links: Links
) -> None:
    shantou = on(index, "442300", "1982-01-01").unit_id
    heirs = {to for old, to in links if old == shantou}
    assert heirs == {on(index, code, "1985-01-01").unit_id for code in ("440500", "442500")}


def test_a_renamed_prefecture_takes_the_day_of_the_rows_of_its_members(index: CodeIndex) -> None:
    dayong, zhangjiajie = on(index, "430800", "1990-01-01"), on(index, "430800", "2000-01-01")
    assert (dayong.name, zhangjiajie.name) == ("大庸市", "张家界市")
    assert dayong.unit_id == zhangjiajie.unit_id
    assert zhangjiajie.period.start.on == date(1994, 4, 4)


@pytest.mark.parametrize(
    ("code", "day", "precision"),
    [
        ("440783", "1993-01-05", Precision.APPROVED),
        ("440804", "1984-01-01", Precision.YEAR),
        ("440100", "1981-01-01", Precision.FIRST_RECORD),
        ("440103", "1983-01-01", Precision.FIRST_RECORD),
        ("441000", "1987-01-01", Precision.YEAR),  # approved in May 1986
        ("810000", "1997-07-01", Precision.DAY),
    ],
)
def test_every_start_says_how_well_its_day_is_known(
    index: CodeIndex, code: str, day: str, precision: Precision
) -> None:
    first = index.by_code[code][0].period.start
    assert (first.on, first.precision) == (date.fromisoformat(day), precision)


def test_a_county_level_city_is_under_the_province_and_in_custody(
    index: CodeIndex, units: Units
) -> None:
    kaiping = units[on(index, "440783", "2020-01-01").unit_id].versions[-1].attributes
    assert kaiping["unit_type"] == "县级市"
    assert kaiping["subordination_parent"] == on(index, "440000", "2020-01-01").unit_id
    assert kaiping["custody_parent"] == on(index, "440700", "2020-01-01").unit_id


def test_a_city_of_an_autonomous_prefecture_is_under_the_prefecture(
    index: CodeIndex, units: Units
) -> None:
    jishou = units[on(index, "433101", "2020-01-01").unit_id].versions[-1].attributes
    assert jishou["subordination_parent"] == on(index, "433100", "2020-01-01").unit_id
    assert jishou["custody_parent"] is None


def test_units_directly_under_a_province_have_it_as_parent(index: CodeIndex, units: Units) -> None:
    jiyuan = units[on(index, "419001", "2020-01-01").unit_id].versions[-1].attributes
    assert jiyuan["subordination_parent"] == on(index, "410000", "2020-01-01").unit_id


def test_an_act_has_number_title_authority_and_approval(index: CodeIndex, acts: Acts) -> None:
    act_id = on(index, "440783", "2020-01-01").period.start.act
    assert act_id is not None
    act = acts[act_id].attributes
    assert act["approved_on"] == date(1993, 1, 5)
    assert act["authority"] in ("国务院", "民政部")
    assert act["title"].startswith(act["authority"])
    assert act["number"]
    assert act["effective_on"] is None


def test_one_document_is_one_act(index: CodeIndex) -> None:
    both = {on(index, code, "2016-01-01").period.start.act for code in ("440117", "440118")}
    assert len(both) == 1


def test_a_parent_handed_on_cuts_the_members_stage(index: CodeIndex, units: Units) -> None:
    xinfeng = units[on(index, "440233", "2000-01-01").unit_id].versions
    parents = [v.attributes["subordination_parent"] for v in xinfeng]
    assert parents == [
        on(index, "440100", "1985-01-01").unit_id,
        on(index, "440200", "2000-01-01").unit_id,
    ]
    assert xinfeng[1].period.start.on == date(1988, 1, 7)
