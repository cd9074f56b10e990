"""Lexicon files are read as they are written, and refused with line and column."""

import pytest

from gazetteer.naming.lexicon_files import (
    LEXICON_IDS,
    Lexicon,
    decode_lexicon,
    parse_lexicon,
    read_shipped_lexicon,
    read_shipped_text,
)
from gazetteer.naming.proposal import LegalClass
from gazetteer.problems import InvalidValue

REMARKS = "# source: office\n# coverage: some\n# licence: none\n"
GENERICS = f"{REMARKS}term\tlegal_class\tkind\n"
PROVINCES = {
    *(
        "北京",
        "天津",
        "上海",
        "重庆",
        "河北",
        "山西",
        "辽宁",
        "吉林",
        "黑龙江",
        "江苏",
        "浙江",
        "安徽",
    ),
    *(
        "福建",
        "江西",
        "山东",
        "河南",
        "湖北",
        "湖南",
        "广东",
        "海南",
        "四川",
        "贵州",
        "云南",
        "陕西",
    ),
    *("甘肃", "青海", "台湾", "内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门"),
}


def refuse(id: str, text: str) -> tuple[int, int, str]:
    with pytest.raises(InvalidValue) as caught:
        parse_lexicon(id, text)
    assert caught.value.field == "content"
    return (
        caught.value.extras["line"],
        caught.value.extras["column"],
        caught.value.message.params["fault"].id,  # type: ignore[attr-defined]
    )


def test_a_lexicon_leads_from_terms_to_their_values() -> None:
    lexicon = parse_lexicon("generics", f"{GENERICS}路\troad\troad\n广场\troad|building\tsquare\n")
    assert lexicon.rows["路"] == {"term": "路", "legal_class": "road", "kind": "road"}
    assert lexicon.list_values("广场", "legal_class") == ("road", "building")
    assert lexicon.list_values("街", "legal_class") == ()
    assert (lexicon.source, lexicon.coverage, lexicon.licence) == ("office", "some", "none")
    assert not lexicon.is_empty


def test_the_version_follows_from_the_content() -> None:
    first, second = (parse_lexicon("generics", GENERICS + row) for row in ("", "路\troad\troad\n"))
    assert first.is_empty
    assert len(first.version) == 12
    assert first.version != second.version
    assert parse_lexicon("generics", GENERICS).version == first.version


def test_files_of_other_programs_are_read() -> None:
    header = GENERICS.replace("\n", "\r\n")
    text = f"\ufeff{header} =1+1 \troad\t\r\n\r\n#\troad\t\r\n"
    lexicon = parse_lexicon("generics", text)
    assert list(lexicon.rows) == ["=1+1", "#"]


@pytest.mark.parametrize(
    ("id", "text", "fault"),
    [
        ("generics", f"{GENERICS}路\troad\n", (5, 2, "lexicon.cell_count")),
        ("generics", f"{GENERICS}路\troad\tx\ty\n", (5, 3, "lexicon.cell_count")),
        ("generics", f"{GENERICS}路\tstreet\tx\n", (5, 2, "lexicon.unknown_value")),
        ("generics", f"{GENERICS}路\troad|\tx\n", (5, 2, "lexicon.unknown_value")),
        ("generics", f"{GENERICS}\troad\tx\n", (5, 1, "lexicon.empty_term")),
        ("generics", f"{GENERICS}路\troad\tx\n\n路\troad\ty\n", (7, 1, "lexicon.duplicate_term")),
        ("generics", f"{GENERICS}路\troad\tx\u202e\n", (5, 3, "lexicon.control_character")),
        ("generics", f"{GENERICS}路\ud800\troad\tx\n", (5, 1, "lexicon.control_character")),
        ("generics", f"{REMARKS}term\tclass\tkind\n", (4, 2, "lexicon.header_wrong")),
        ("generics", f"{REMARKS}term\tlegal_class\n", (4, 3, "lexicon.header_wrong")),
        ("generics", REMARKS, (1, 1, "lexicon.header_missing")),
        ("generics", "", (1, 1, "lexicon.header_missing")),
        ("generics", "# source: x\nterm\tlegal_class\tkind\n", (1, 1, "lexicon.remark_missing")),
        ("characters", f"{REMARKS}char\ttier\n一二\t1\n", (5, 1, "lexicon.not_one_character")),
        ("characters", f"{REMARKS}char\ttier\n一\t4\n", (5, 2, "lexicon.unknown_value")),
    ],
)
def test_a_wrong_file_is_refused(id: str, text: str, fault: tuple[int, int, str]) -> None:
    assert refuse(id, text) == fault


def test_the_refusal_names_the_cell() -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_lexicon("generics", f"{GENERICS}路\troad\n")
    assert caught.value.text("en") == "Line 5, column 2: 3 columns are expected, 2 found."


def test_broken_utf_8_is_refused() -> None:
    with pytest.raises(InvalidValue) as caught:
        decode_lexicon("# 源\n路\troad\t".encode() + b"\xff\n")
    assert (caught.value.extras["line"], caught.value.extras["column"]) == (2, 3)
    assert decode_lexicon("路".encode()) == "路"


@pytest.mark.parametrize("read", [lambda id: parse_lexicon(id, ""), read_shipped_lexicon])
def test_an_unknown_lexicon_is_refused(read) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidValue, match="no lexicon"):
        read("../secrets")


@pytest.mark.parametrize("id", LEXICON_IDS)
def test_shipped_lexicons_say_what_they_are(id: str) -> None:
    lexicon = read_shipped_lexicon(id)
    assert isinstance(lexicon, Lexicon)
    assert lexicon.source and lexicon.coverage and lexicon.licence
    assert lexicon.is_empty == lexicon.coverage.startswith("empty")
    assert read_shipped_lexicon(id) is lexicon
    assert parse_lexicon(id, read_shipped_text(id)) == lexicon


def test_the_table_of_characters_is_complete() -> None:
    rows = read_shipped_lexicon("characters").rows
    tiers = [row["tier"] for row in rows.values()]
    assert [tiers.count(tier) for tier in "123"] == [3500, 3000, 1605]
    assert rows["一"]["tier"] == rows["矗"]["tier"] == "1"
    assert rows["滘"]["tier"] == "3"
    assert "氹" not in rows and "廣" not in rows


@pytest.mark.parametrize(
    ("id", "at_least"),
    [
        ("generics", 700),
        ("dialect_characters", 100),
        ("leaders", 150),
        ("persons", 500),
        ("foreign_names", 900),
        ("brands", 350),
        ("famous_natural", 400),
        ("heritage", 200),
        ("offensive", 50),
        ("grandiose", 150),
    ],
)
def test_shipped_lexicons_have_something_to_look_up(id: str, at_least: int) -> None:
    assert len(read_shipped_lexicon(id).rows) >= at_least


def test_every_class_has_generic_terms() -> None:
    generics = read_shipped_lexicon("generics")
    classes = {c for term in generics.rows for c in generics.list_values(term, "legal_class")}
    assert classes == set(LegalClass)
    assert generics.list_values("广场", "legal_class") == ("building", "other")
    assert all(generics.list_values(term, "legal_class") == ("road",) for term in ("大道", "巷"))


def test_protected_names_ship_empty() -> None:
    protected = read_shipped_lexicon("protected_names")
    assert protected.is_empty
    assert protected.coverage == "empty: fill in"


def test_dialect_characters_of_guangdong_are_there() -> None:
    assert set("涌滘埗塱氹圳磡垌圩埔") <= set(read_shipped_lexicon("dialect_characters").rows)


@pytest.mark.parametrize("id", ["famous_natural", "heritage"])
def test_entities_lie_in_provinces(id: str) -> None:
    lexicon = read_shipped_lexicon(id)
    found = {p for term in lexicon.rows for p in lexicon.list_values(term, "provinces")}
    assert found <= PROVINCES


def test_no_place_in_china_is_a_foreign_name() -> None:
    foreign = set(read_shipped_lexicon("foreign_names").rows)
    domestic = {*PROVINCES, *read_shipped_lexicon("famous_natural").rows, "中国", "长岛"}
    assert foreign & domestic == set()
