"""The keys of names follow what is published, and nothing else is touched."""

from uuid import uuid4

import psycopg
import pytest

from gazetteer.ledger.versions import Statement
from gazetteer.naming.key_derivation import renew_name_keys
from gazetteer.naming.lexicon_files import read_shipped_text
from gazetteer.naming.lexicon_store import install_lexicon
from tests.gazetteer.ledger.registers import span
from tests.gazetteer.naming.named_units import (
    START,
    NamedTree,
    NamedUnit,
    found_tree,
    load_key_ids,
    load_keys,
    name_place,
    publish,
)


@pytest.fixture
def tree(conn: psycopg.Connection) -> NamedTree:
    return found_tree(conn)


def test_a_name_has_its_parts_its_sound_and_the_units_above(
    conn: psycopg.Connection, tree: NamedTree
) -> None:
    assert load_keys(conn, tree.wushan.place) == [
        {
            "text": "五山镇",
            "text_key": "五山镇",
            "specific_key": "五山",
            "generic": "镇",
            "pinyin": "wu shan zhen",
            "pinyin_toned": "wǔ shān zhèn",
            "province": tree.province.unit,
            "prefecture": tree.canton.unit,
            "county": tree.tianhe.unit,
            "township": tree.wushan.unit,
            "since": START,
            "till": None,
        }
    ]


def test_a_village_is_compared_without_the_words_for_its_committee(
    conn: psycopg.Connection, tree: NamedTree
) -> None:
    (key,) = load_keys(conn, tree.shipai.place)
    assert (key["text"], key["text_key"]) == ("石牌社区居民委员会", "石牌")
    assert (key["specific_key"], key["pinyin"]) == ("石牌", "shi pai")
    assert key["township"] == tree.wushan.unit


def test_a_city_without_districts_is_the_county_of_what_lies_in_it(
    conn: psycopg.Connection, tree: NamedTree
) -> None:
    town = NamedUnit("township", "440300001", tree.shenzhen.unit)
    publish(conn, *town.found("沙头角镇"))
    (key,) = load_keys(conn, town.place)
    assert key["county"] == key["prefecture"] == tree.shenzhen.unit


def test_variants_and_traditional_characters_are_compared_in_standard_ones(
    conn: psycopg.Connection, tree: NamedTree
) -> None:
    road, name = uuid4(), uuid4()
    placed = {"legal_class": "road", "level": "road", "within": tree.wushan.unit}
    publish(conn, Statement("place", road, span(), placed), name_place(road, name, "龍華路", START))
    (key,) = load_keys(conn, road)
    assert (key["text"], key["text_key"]) == ("龍華路", "龙华路")
    assert (key["specific_key"], key["generic"]) == ("龙华", "路")
    assert key["township"] == tree.wushan.unit


def test_a_renaming_gives_each_name_its_own_days(conn: psycopg.Connection, tree: NamedTree) -> None:
    publish(conn, tree.wushan.call("石牌镇", "2020-06-01"))
    keys = load_keys(conn, tree.wushan.place)
    assert [(key["text_key"], key["since"], key["till"]) for key in keys] == [
        ("五山镇", START, "2020-06-01"),
        ("石牌镇", "2020-06-01", None),
    ]


def test_a_name_that_ends_has_no_key_afterwards(conn: psycopg.Connection, tree: NamedTree) -> None:
    publish(conn, Statement("name", tree.wushan.name, span("2021-01-01"), None))
    (key,) = load_keys(conn, tree.wushan.place)
    assert (key["since"], key["till"]) == (START, "2021-01-01")


def test_only_standard_chinese_names_have_keys(conn: psycopg.Connection, tree: NamedTree) -> None:
    for language, kind in (("zh-Hans", "alias"), ("en", "standard")):
        facts = {
            "place_id": tree.wushan.place,
            "text": "Five Hills",
            "name_kind": kind,
            "language": language,
        }
        publish(conn, Statement("name", uuid4(), span(START), facts))
    assert [key["text"] for key in load_keys(conn, tree.wushan.place)] == ["五山镇"]


def test_a_unit_that_moves_takes_the_names_below_it_along_from_that_day(
    conn: psycopg.Connection, tree: NamedTree
) -> None:
    publish(conn, tree.tianhe.put_under(tree.shenzhen.unit, "2015-03-01"))
    for unit in (tree.tianhe, tree.wushan, tree.shipai):
        keys = load_keys(conn, unit.place)
        assert [(key["prefecture"], key["since"], key["till"]) for key in keys] == [
            (tree.canton.unit, START, "2015-03-01"),
            (tree.shenzhen.unit, "2015-03-01", None),
        ]
        assert {key["county"] for key in keys} == {tree.tianhe.unit}


def test_places_in_a_unit_that_moves_move_too(conn: psycopg.Connection, tree: NamedTree) -> None:
    road = uuid4()
    placed = {"legal_class": "road", "level": "road", "within": tree.shipai.unit}
    publish(
        conn, Statement("place", road, span(), placed), name_place(road, uuid4(), "石牌路", START)
    )
    other = NamedUnit("township", "440106002", tree.tianhe.unit)
    publish(conn, *other.found("员村镇"))
    publish(conn, tree.shipai.put_under(other.unit, "2018-01-01"))
    assert [(key["township"], key["since"]) for key in load_keys(conn, road)] == [
        (tree.wushan.unit, START),
        (other.unit, "2018-01-01"),
    ]


def test_days_before_a_unit_was_under_any_other_have_no_scope(
    conn: psycopg.Connection, tree: NamedTree
) -> None:
    spring = uuid4()
    placed = {"legal_class": "natural", "level": "natural_feature", "within": tree.wushan.unit}
    publish(
        conn,
        Statement("place", spring, span(), placed),
        name_place(spring, uuid4(), "龙眼洞", None),
    )
    assert [(key["province"], key["since"]) for key in load_keys(conn, spring)] == [
        (None, None),
        (tree.province.unit, START),
    ]


@pytest.mark.parametrize(
    ("spelling", "toned", "plain"),
    [("Tianhe Qu", "tiān hé qū", "tian he qu"), ("Tianhe Ou", None, "tianheou")],
)
def test_an_approved_spelling_goes_before_the_reading(
    conn: psycopg.Connection, tree: NamedTree, spelling: str, toned: str | None, plain: str
) -> None:
    publish(conn, tree.tianhe.spell(spelling, "approved"))
    (key,) = load_keys(conn, tree.tianhe.place)
    assert (key["pinyin"], key["pinyin_toned"]) == (plain, toned)


def test_an_approved_spelling_is_read_in_the_syllables_of_its_characters(
    conn: psycopg.Connection, tree: NamedTree
) -> None:
    town = NamedUnit("township", "440106003", tree.tianhe.unit)
    publish(conn, *town.found("长兴镇"))
    (usual,) = load_keys(conn, town.place)
    assert usual["pinyin"] == "chang xing zhen"
    publish(conn, town.spell("Zhangxing Zhen", "approved"))
    (key,) = load_keys(conn, town.place)
    assert (key["pinyin"], key["pinyin_toned"]) == ("zhang xing zhen", "zhǎng xīng zhèn")


def test_the_approved_spelling_of_a_village_has_committee_words_that_its_key_has_not(
    conn: psycopg.Connection, tree: NamedTree
) -> None:
    publish(conn, tree.shipai.spell("Shipai Shequ Jumin Weiyuanhui", "approved"))
    (key,) = load_keys(conn, tree.shipai.place)
    assert (key["pinyin"], key["pinyin_toned"]) == ("shi pai", "shí pái")


def test_a_proposed_spelling_changes_nothing(conn: psycopg.Connection, tree: NamedTree) -> None:
    publish(conn, tree.tianhe.spell("Tianhe Ou", "proposed"))
    (key,) = load_keys(conn, tree.tianhe.place)
    assert key["pinyin_toned"] == "tiān hé qū"


def test_a_renaming_of_a_unit_touches_no_name_below_it(
    conn: psycopg.Connection, tree: NamedTree
) -> None:
    before = load_key_ids(conn)
    publish(conn, tree.tianhe.call("天河新区", "2020-06-01"))
    after = load_key_ids(conn)
    changed = {place for place in after if after[place] != before.get(place)}
    assert changed == {tree.tianhe.place}


def test_a_code_touches_no_name(conn: psycopg.Connection, tree: NamedTree) -> None:
    before = load_key_ids(conn)
    coded = {"unit_id": tree.tianhe.unit, "code": "440199", "code_system": "mca"}
    publish(conn, Statement("code", tree.tianhe.coding, span("2020-06-01"), coded))
    assert load_key_ids(conn) == before


def test_keys_are_renewed_once_an_office_has_replaced_the_generic_terms(
    conn: psycopg.Connection, tree: NamedTree
) -> None:
    road = uuid4()
    placed = {"legal_class": "road", "level": "road", "within": tree.wushan.unit}
    publish(
        conn, Statement("place", road, span(), placed), name_place(road, uuid4(), "石牌绿廊", START)
    )
    assert load_keys(conn, road)[0]["generic"] is None
    assert not renew_name_keys(conn)
    header, *_ = [line for line in _read_generics() if not line.startswith("#")]
    cells = dict.fromkeys(header.split("\t"), "") | {"term": "绿廊", "legal_class": "road"}
    install_lexicon(
        conn, "generics", "\n".join([*_read_generics(), "\t".join(cells.values())]), "a"
    )
    assert renew_name_keys(conn)
    (key,) = load_keys(conn, road)
    assert (key["specific_key"], key["generic"]) == ("石牌", "绿廊")
    assert not renew_name_keys(conn)


def test_renewed_keys_are_those_of_the_publications(
    conn: psycopg.Connection, tree: NamedTree
) -> None:
    publish(conn, tree.tianhe.put_under(tree.shenzhen.unit, "2015-03-01"))
    publish(conn, tree.wushan.call("石牌镇", "2020-06-01"))
    places = [unit.place for unit in vars(tree).values()]
    followed = [load_keys(conn, place) for place in places]
    conn.execute("UPDATE name_key_state SET version = 'of an older program'")
    assert renew_name_keys(conn)
    assert [load_keys(conn, place) for place in places] == followed


def _read_generics() -> list[str]:
    return read_shipped_text("generics").rstrip("\n").split("\n")
