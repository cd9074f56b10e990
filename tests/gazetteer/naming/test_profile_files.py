"""Local law is read as dated profiles, and those in force in a unit are selected."""

from datetime import date

import pytest

from gazetteer.naming.law.profile_files import (
    BuildingThreshold,
    MeasureLimit,
    parse_profiles,
    read_profiles,
    select_profiles,
)
from gazetteer.problems import InvalidValue
from gazetteer.rules.rule_catalogue import read_catalogue

TIANHE, SHENZHEN, HUNAN = ["440106", "440100", "440000"], ["440300", "440000"], ["430000"]
TODAY = date(2026, 1, 1)


def select_ids(codes: list[str], on: date = TODAY) -> list[str]:
    return [profile.id for profile in select_profiles(read_profiles(), codes, on)]


def find_threshold(term: str, city_size: str | None = None) -> BuildingThreshold:
    (profile,) = (p for p in read_profiles() if p.id == "guangdong_buildings")
    (threshold,) = (t for t in profile.thresholds if term in t.terms and t.city_size == city_size)
    return threshold


def test_the_most_local_profile_comes_first() -> None:
    assert select_ids(TIANHE) == ["guangzhou", "guangdong", "guangdong_buildings", "default"]
    assert select_ids(SHENZHEN) == ["guangdong", "guangdong_buildings", "default"]
    assert select_ids(HUNAN) == select_ids([]) == ["default"]


def test_a_profile_holds_from_its_first_day() -> None:
    assert "guangzhou" not in select_ids(TIANHE, date(2021, 12, 31))
    assert "guangzhou" in select_ids(TIANHE, date(2022, 1, 1))


def test_a_profile_holds_until_the_day_before_its_end() -> None:
    (profile,) = parse_profiles(
        '[[profile]]\nid = "x"\nrules = []\nsource = "s"\ncertainty = "certain"\nto = 2020-01-01\n'
    )
    assert profile.is_in_force(date(1900, 1, 1))
    assert profile.is_in_force(date(2019, 12, 31))
    assert not profile.is_in_force(date(2020, 1, 1))


def test_the_catalogue_and_the_profiles_agree() -> None:
    by_rule = {rule: profile.id for profile in read_profiles() for rule in profile.rules}
    catalogue = {rule.id: rule.profile for rule in read_catalogue().values() if rule.profile}
    assert by_rule == catalogue


def test_guangzhou_forbids_foreign_letters_and_eight_characters_are_the_default() -> None:
    profiles = {profile.id: profile for profile in read_profiles()}
    assert profiles["guangzhou"].forbids_foreign_letters
    assert profiles["default"].max_characters == 8
    assert profiles["guangdong_buildings"].remarks == (
        "status after 2022 unverified; item 9 (城) and what follows were not readable"
    )


def test_thresholds_are_those_of_the_provisions() -> None:
    assert find_threshold("大厦", "big").any_of["floors"].at_least == 20
    assert find_threshold("大厦", "other").any_of["floor_area_m2"].at_least == 10_000
    assert find_threshold("花园").all_of["green_percent"].at_least == 35
    assert find_threshold("苑").any_of["site_m2"] == MeasureLimit(10_000, 20_000)
    assert find_threshold("山庄").conditions == ("gardens_exceed_footprint", "hillside")


def test_a_limit_includes_its_lower_end_only() -> None:
    limit = MeasureLimit(10_000, 20_000)
    assert [limit.includes_value(value) for value in (9_999, 10_000, 19_999, 20_000)] == [
        False,
        True,
        True,
        False,
    ]
    assert MeasureLimit().includes_value(0)


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("[[profile", "TOML|Expected|expected"),
        ('[[profile]]\nid = "x"\n', "rules"),
        (
            '[[profile]]\nid = "x"\nrules = []\nsource = ""\ncertainty = "sure"\n',
            "certainty",
        ),
        (
            '[[profile]]\nid = "x"\nrules = []\nsource = ""\ncertainty = "certain"\nunit = "44"\n',
            "unit",
        ),
        (
            '[[profile]]\nid = "x"\nrules = []\nsource = ""\ncertainty = "certain"\nuntil = 1\n',
            "until",
        ),
    ],
)
def test_a_wrong_file_is_refused(text: str, detail: str) -> None:
    with pytest.raises(InvalidValue, match=detail):
        parse_profiles(text)
