"""Each naming rule has a name that it lets pass and one that it does not, with the article."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from gazetteer.naming.law.profile_files import read_profiles, select_profiles
from gazetteer.naming.like_names import LikeNames, UnitsAbove
from gazetteer.naming.name_examination import load_rule_groups
from gazetteer.naming.naming_context import BuiltUpCover, NamingContext, Surroundings
from gazetteer.naming.naming_finding import LikeName, Likeness, Outcome
from gazetteer.naming.proposal import BuildingSize, RenamingCause, Ruling
from gazetteer.rules.rule_catalogue import read_catalogue
from gazetteer.rules.rule_registry import find_rule_check
from tests.gazetteer.naming.rules.contexts import LEXICONS, build_context, run_rule

NAMING_RULES = [rule for rule in read_catalogue().values() if rule.scope == "name"]
PROVINCE, CITY, COUNTY, TOWN = (uuid4() for _ in range(4))
HERE = UnitsAbove(PROVINCE, CITY, COUNTY, TOWN, ("广东省", "广州市", "天河区"), ("440000",))


def like(
    text: str, likeness: Likeness, legal_class: str, level: str, units: UnitsAbove = HERE
) -> LikeNames:
    name = LikeName(
        uuid4(), text, None, likeness, legal_class, level, None, None, units.names, None
    )
    return LikeNames(((name, units),))


def kinds(rule: str, context: NamingContext) -> list[str]:
    return [finding.kind for finding in run_rule(rule, context)]


def test_every_rule_is_checked_or_says_by_whom() -> None:
    load_rule_groups()
    for rule in NAMING_RULES:
        assert (find_rule_check(rule.id) is None) == rule.unchecked, rule.id


@pytest.mark.parametrize("rule", NAMING_RULES, ids=lambda rule: rule.id)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_rule_quotes_its_article(rule, lang) -> None:  # type: ignore[no-untyped-def]
    assert rule.certainty in ("certain", "probable", "inferred")
    for words in (
        rule.title,
        rule.explanation,
        rule.origin,
        rule.article_words,
        rule.name_example,
        rule.trap,
    ):
        assert words.text(lang).strip()


BY_THEMSELVES = [
    ("NR-001", "天河路", "路", "road"),
    ("NR-002", "和平路", "棺材巷", "road"),
    ("NR-003", "南湖花园", "世界中央大厦", "building"),
    ("NR-004", "龙华路", "龍华路", "road"),
    ("NR-004", "龙华路", "Ｒoyal苑", "building"),
    ("NR-004", "四号路", "龙华★路", "road"),
    ("NR-005", "清溪路", "犇牛路", "road"),
    ("NR-006", "和平路", "毛泽东路", "road"),
    ("NR-007", "建国路", "孙悟空大道", "road"),
    ("NR-008", "水岸花园", "纽约广场", "building"),
    ("NR-009", "长城路", "腾讯大道", "road"),
    ("NR-017", "荔湾街道", "长江镇", "division"),
    ("NR-027", "南湖花园", "南湖花园大厦", "building"),
]


@pytest.mark.parametrize(("rule", "good", "bad", "legal_class"), BY_THEMSELVES)
def test_a_name_passes_and_another_does_not(
    rule: str, good: str, bad: str, legal_class: str
) -> None:
    passed = run_rule(rule, build_context(good, legal_class))
    assert [f for f in passed if f.outcome is not Outcome.NOT_EXAMINED] == []
    found = run_rule(rule, build_context(bad, legal_class))
    assert found and all(f.outcome in (Outcome.DEPARTURE, Outcome.QUESTION) for f in found)
    for finding in found:
        assert finding.text("zh") != finding.text("en")


@pytest.mark.parametrize(
    ("rule", "name", "legal_class"),
    [("NR-007", "孙悟空大道", "road"), ("NR-009", "腾讯大道", "road")],
)
def test_a_question_is_lifted_or_answered_by_a_ruling(
    rule: str, name: str, legal_class: str
) -> None:
    [asked] = run_rule(rule, build_context(name, legal_class))
    assert asked.outcome is Outcome.QUESTION
    for linked, outcome, severity in (
        (False, Outcome.RULED, "info"),
        (True, Outcome.DEPARTURE, "error"),
    ):
        rulings = {rule: Ruling(rule, linked, "由审核员认定")}
        [ruled] = run_rule(rule, build_context(name, legal_class, rulings=rulings))
        assert (ruled.outcome, ruled.severity) == (outcome, severity)
        assert "由审核员认定" in ruled.text("zh")


def test_an_empty_lexicon_says_that_it_is_empty() -> None:
    empty = {**LEXICONS, "brands": LEXICONS["protected_names"]}
    [finding] = run_rule("NR-009", build_context("腾讯大道", lexicons=empty))
    assert (finding.outcome, finding.kind) == (Outcome.NOT_EXAMINED, "lexicon_empty")
    [finding] = run_rule(
        "NR-020", build_context("新名路", former_name="旧名路", cause=RenamingCause.CONSTRUCTION)
    )
    assert "protected_names" in finding.text("zh")


def test_dialect_characters_stay_where_a_name_is_in_force() -> None:
    assert kinds("NR-005", build_context("沙涌新街")) == ["dialect"]
    assert kinds("NR-005", build_context("沙涌新街", in_force=True)) == []
    assert kinds("NR-004", build_context("沙埗路", in_force=True)) == []


def test_digits_are_codes_or_characters() -> None:
    assert kinds("NR-004", build_context("1203高地", "natural")) == []
    assert kinds("NR-004", build_context("龙华2花园", "building")) == ["digit"]


UNIQUE = [
    ("NR-010", "白云区", "division", "county", "county"),
    ("NR-012", "太平镇", "division", "township", "township"),
    ("NR-013", "新村", "village_seat", "village", "village"),
]


@pytest.mark.parametrize(("rule", "name", "legal_class", "level", "other"), UNIQUE)
def test_the_same_name_within_the_scope_blocks(
    rule: str, name: str, legal_class: str, level: str, other: str
) -> None:
    known = like(name, Likeness.SAME, legal_class, other)
    context = build_context(name, legal_class, level, units=HERE, like=known)
    [finding] = run_rule(rule, context)
    assert (finding.kind, finding.severity, len(finding.names)) == ("duplicate", "error", 1)
    nothing = build_context(name, legal_class, level, units=HERE)
    assert run_rule(rule, nothing) == []


@pytest.mark.parametrize(("rule", "name", "legal_class", "level", "other"), UNIQUE)
def test_a_name_that_sounds_the_same_warns_and_other_tones_are_a_remark(
    rule: str, name: str, legal_class: str, level: str, other: str
) -> None:
    sound_rule = {"NR-010": "NR-011"}.get(rule, rule)
    for likeness, severity in (
        (Likeness.SAME_SOUND, "warning"),
        (Likeness.SIMILAR_SOUND, "info"),
    ):
        known = like("泰平镇" if level == "township" else name, likeness, legal_class, other)
        context = build_context(name, legal_class, level, units=HERE, like=known)
        assert [f.severity for f in run_rule(sound_rule, context)] == [severity]


def test_another_province_or_county_is_another_scope() -> None:
    elsewhere = UnitsAbove(uuid4(), uuid4(), uuid4(), uuid4())
    for rule, name, legal_class, level, other in UNIQUE[1:]:
        known = like(name, Likeness.SAME, legal_class, other, elsewhere)
        context = build_context(name, legal_class, level, units=HERE, like=known)
        assert run_rule(rule, context) == []


def test_a_subdistrict_is_no_town() -> None:
    known = like("太平街道", Likeness.SAME, "division", "township")
    assert run_rule("NR-012", build_context("太平街道", "division", units=HERE, like=known)) == []


@pytest.mark.parametrize(
    ("rule", "name", "legal_class"),
    [("NR-014", "中山路", "road"), ("NR-015", "锦绣花园", "building")],
)
def test_streets_and_buildings_are_compared_within_a_built_up_area(
    rule: str, name: str, legal_class: str
) -> None:
    ((other, _),) = like(name, Likeness.SAME, legal_class, legal_class).found
    for cover, expected in (
        (BuiltUpCover.NO_POSITION, ["no_position"]),
        (BuiltUpCover.NOT_LOADED, ["not_loaded"]),
        (BuiltUpCover.OUTSIDE, []),
        (BuiltUpCover.INSIDE, ["duplicate"]),
    ):
        in_area = (other,) if cover is BuiltUpCover.INSIDE else ()
        around = Surroundings(cover=cover, in_same_area=in_area)
        assert kinds(rule, build_context(name, legal_class, surroundings=around)) == expected
    unlocated = Surroundings(cover=BuiltUpCover.INSIDE, unlocated=(other,))
    assert kinds(rule, build_context(name, legal_class, surroundings=unlocated)) == ["unlocated"]


def test_rural_roads_are_compared_within_the_township() -> None:
    known = like("文明路", Likeness.SAME, "road", "road")
    context = build_context("文明路", units=HERE, like=known)
    assert kinds("NR-016", context) == ["duplicate"]
    inside = Surroundings(cover=BuiltUpCover.INSIDE)
    assert kinds("NR-016", build_context("文明路", like=known, surroundings=inside)) == []
    assert kinds("NR-016", build_context("文明路", like=known)) == ["unit_unknown"]


def test_facilities_are_named_after_their_place() -> None:
    around = Surroundings(names=frozenset({"麻涌", "东莞"}), is_known=True)
    assert kinds("NR-018", build_context("麻涌大桥", "facility", surroundings=around)) == []
    assert kinds("NR-018", build_context("东莞南站", "facility", surroundings=around)) == []
    assert kinds("NR-018", build_context("幸福大桥", "facility", surroundings=around)) == [
        "other_place"
    ]
    assert kinds("NR-018", build_context("幸福大桥", "facility")) == ["unit_unknown"]


def test_renaming_needs_a_cause_and_protected_names_measures() -> None:
    assert kinds("NR-019", build_context("新港路", former_name="旧港路")) == ["no_cause"]
    caused = build_context("新港路", former_name="旧港路", cause=RenamingCause.CONSTRUCTION)
    assert kinds("NR-019", caused) == []
    protected = {**LEXICONS, "protected_names": LEXICONS["leaders"]}
    name = next(iter(LEXICONS["leaders"].rows))
    context = build_context("新港路", former_name=name, lexicons=protected)
    assert kinds("NR-020", context) == ["no_measures"]
    kept = build_context(
        "新港路", former_name=name, lexicons=protected, has_protection_measures=True
    )
    assert kinds("NR-020", kept) == []


def test_a_place_that_has_a_name_already_is_reported() -> None:
    around = Surroundings(at_same_place=("北帝巷",))
    assert kinds("NR-023", build_context("北帝街", surroundings=around)) == ["named_already"]
    assert kinds("NR-023", build_context("北帝街", in_force=True, surroundings=around)) == []
    assert kinds("NR-023", build_context("北帝街")) == []


SPELLINGS = [
    ("麻涌镇", "division", "Mayong Zhen", ["NR-028", "RM-09"]),
    ("南京路", "road", "Nanjing Road", ["NR-028", "RM-10"]),
    ("西安路", "road", "Xian Lu", ["NR-028", "RM-08"]),
    ("太行山", "natural", "Taihangshan", ["NR-028", "RM-01"]),
    ("五一广场", "building", "51 Guangchang", ["NR-028", "RM-06"]),
    ("二马路", "road", "Er Malu", ["NR-028", "RM-07"]),
    ("麻涌镇", "division", "Machong Zhen", []),
]


@pytest.mark.parametrize(("name", "legal_class", "given", "rules"), SPELLINGS)
def test_another_spelling_names_the_rule_that_it_departs_from(
    name: str, legal_class: str, given: str, rules: list[str]
) -> None:
    context = build_context(name, legal_class, romanized=given)
    assert context.spelling is not None
    found = [
        rule.id
        for rule in NAMING_RULES
        if rule.id.startswith("RM-") or rule.id == "NR-028"
        if run_rule(rule.id, context)
    ]
    assert found == rules


PROFILES = {profile.id: profile for profile in read_profiles()}


def test_specific_parts_are_not_repeated_within_a_class_of_a_city() -> None:
    known = like("云山路", Likeness.SAME_SPECIFIC, "road", "road")
    assert kinds("NR-024", build_context("云山街", units=HERE, like=known)) == ["repeated"]
    assert kinds("NR-024", build_context("云海街", units=HERE)) == []
    elsewhere = UnitsAbove(PROVINCE, uuid4(), uuid4(), uuid4())
    known = like("云山路", Likeness.SAME_SPECIFIC, "road", "road", elsewhere)
    assert kinds("NR-024", build_context("云山街", units=HERE, like=known)) == []


def test_derived_names_follow_the_main_place() -> None:
    follows = build_context("猎德大桥", "facility", main_place_name="猎德")
    assert kinds("NR-025", follows) == []
    differs = build_context("列德大桥", "facility", main_place_name="猎德")
    assert kinds("NR-025", differs) == ["other_name"]
    assert kinds("NR-025", build_context("猎德大桥", "facility")) == ["main_place_unknown"]


def test_long_names_are_a_remark() -> None:
    profiles = (PROFILES["default"],)
    long = build_context("碧水蓝天云山诗意花园", "building", profiles=profiles)
    [finding] = run_rule("NR-026", long)
    assert (finding.severity, finding.text("zh")) == ("info", "共 10 字，超过 8 字不便使用")
    assert run_rule("NR-026", build_context("云山花园", "building", profiles=profiles)) == []


@pytest.mark.parametrize(
    ("name", "size", "expected"),
    [
        ("云山大厦", {"floors": 25}, []),
        ("云山大厦", {"floors": 5, "floor_area_m2": 3000}, ["other_size"]),
        ("云山大厦", {"floors": 16, "floor_area_m2": 12_000}, ["size_unknown"]),  # of which city?
        ("云山大厦", {"floors": 16, "floor_area_m2": 12_000, "city_size": "other"}, []),
        ("云山大厦", {}, ["size_unknown"]),
        ("云山花园", {"site_m2": 25_000, "green_percent": 40}, []),
        ("云山花园", {"site_m2": 25_000, "green_percent": 20}, ["other_size"]),
        ("云山阁", {"site_m2": 500, "floor_area_m2": 900}, ["other_size"]),
    ],
)
def test_generic_terms_of_buildings_go_by_size(
    name: str, size: dict[str, Any], expected: list[str]
) -> None:
    profiles = (PROFILES["guangdong_buildings"],)
    context = build_context(name, "building", profiles=profiles, size=BuildingSize(**size))
    assert kinds("NR-030", context) == expected


def test_local_law_holds_in_its_unit_only() -> None:
    for codes, rules in (
        (("440106", "440100", "440000"), {"NR-024", "NR-025", "NR-026", "NR-027", "NR-030"}),
        (("440305", "440300", "440000"), {"NR-026", "NR-027", "NR-030"}),
        (("110105", "110000"), {"NR-026"}),
    ):
        selected = select_profiles(read_profiles(), codes, date(2026, 11, 30))
        assert {rule for profile in selected for rule in profile.rules} == rules
