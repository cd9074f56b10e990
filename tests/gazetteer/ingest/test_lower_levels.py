"""Townships and villages: parents, types, the past by the list of changes."""

from datetime import date
from uuid import UUID

import pytest

from gazetteer.ingest import CodeIndex, StagedBatch
from gazetteer.ledger.period import Precision
from gazetteer.ledger.versions import Timeline

Units = dict[UUID, Timeline]
TODAY = date(2024, 1, 1)


@pytest.fixture(scope="module")
def units(timelines: tuple[Timeline, ...]) -> Units:
    return {t.record_id: t for t in timelines if t.kind == "unit"}


@pytest.fixture(scope="module")
def villages(timelines: tuple[Timeline, ...]) -> dict[str, UUID]:
    return {
        t.versions[0].attributes["code"]: t.versions[0].attributes["unit_id"]
        for t in timelines
        if t.kind == "code" and len(t.versions[0].attributes["code"]) == 12
    }


@pytest.mark.parametrize("city", ["441900", "442000"])
def test_a_city_without_counties_has_townships_as_children(
    index: CodeIndex, units: Units, city: str
) -> None:
    parent = index.find_on_day(city, TODAY)
    assert parent is not None
    levels = {
        timeline.versions[-1].attributes["level"]
        for timeline in units.values()
        if timeline.versions[-1].attributes["subordination_parent"] == parent.unit_id
        and timeline.versions[-1].period.contains_day(TODAY)
    }
    assert levels == {"township"}


def test_every_village_of_the_list_is_there(
    villages: dict[str, UUID], shipped: StagedBatch
) -> None:
    assert len(villages) == 26842
    assert shipped.row_counts["guangdong_divisions.csv.gz"] == 28743


def test_a_village_begins_with_the_list(units: Units, villages: dict[str, UUID]) -> None:
    (version,) = units[villages["440103001101"]].versions
    assert (version.period.start.on, version.period.start.precision) == (
        date(2023, 6, 30),
        Precision.FIRST_RECORD,
    )
    assert version.attributes["unit_type"] in ("居民委员会", "村民委员会")


def test_a_township_without_a_change_is_carried_back_to_the_first_list(index: CodeIndex) -> None:
    machong = index.find_on_day("441900119", TODAY) or index.find_on_day("441900120", TODAY)
    assert machong is not None
    assert (machong.period.start.on, machong.period.start.precision) == (
        date(2014, 1, 1),
        Precision.FIRST_RECORD,
    )


def test_a_township_is_never_older_than_its_county(index: CodeIndex) -> None:
    for code, periods in index.by_code.items():
        if code.startswith("440309") and len(code) == 9:
            assert periods[0].period.start.on == date(2016, 9, 14)
            assert periods[0].period.start.precision is Precision.INFERRED


def test_a_converted_town_ends_and_its_subdistrict_begins_in_the_year(
    index: CodeIndex, timelines: tuple[Timeline, ...]
) -> None:
    old, new = index.find_last("442000102"), None
    for code, periods in index.by_code.items():
        if code.startswith("442000") and periods[-1].name == "民众街道":
            new = index.find_last(code)
    assert old is not None
    assert new is not None
    assert old.name == "民众镇"
    assert old.period.end.on == new.period.start.on == date(2021, 1, 1)
    assert new.period.start.precision is Precision.YEAR
    links = [
        t.versions[0].attributes["link_kind"]
        for t in timelines
        if t.kind == "succession" and t.versions[0].attributes["from_unit"] == old.unit_id
    ]
    assert links == ["continues"]


def test_a_township_moved_to_another_county_is_found_under_its_new_code(index: CodeIndex) -> None:
    yangjiao = [p[-1] for p in index.by_code.values() if p[-1].name == "羊角镇"]
    (only,) = [c for c in yangjiao if c.code.startswith("4409")]
    assert only.code.startswith("440902")
    assert only.period.start.on == date(2017, 1, 1)


def test_codes_of_the_statistics_office_and_of_civil_affairs_are_distinguished(
    timelines: tuple[Timeline, ...],
) -> None:
    systems = {
        (len(v.attributes["code"]), v.attributes["code_system"])
        for t in timelines
        if t.kind == "code"
        for v in t.versions
    }
    assert systems == {(6, "mca"), (9, "mca"), (9, "stats"), (12, "stats")}


def test_hong_kong_has_its_districts_and_macao_none(index: CodeIndex) -> None:
    hongkong = [code for code in index.by_code if code.startswith("81") and code != "810000"]
    assert len(hongkong) == 18
    assert [code for code in index.by_code if code.startswith("82")] == ["820000"]
