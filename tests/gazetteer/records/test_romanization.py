"""Spelling by the rules of 1984 (field notes 2.10), and the readings that are often got wrong."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gazetteer.problems import InvalidValue
from gazetteer.records.readings import SHIPPED_READINGS, read_readings
from gazetteer.records.romanization import (
    romanize_name,
    spell_syllables,
    spell_toned_syllables,
    strip_tone,
)

TOPONYMS = Path(__file__).parents[3] / "fixtures" / "toponyms_guangdong.csv"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("太行", "山"), "Taihang Shan"),  # RM-01
        (("江苏", "省"), "Jiangsu Sheng"),
        (("西辽", "河"), "Xiliao He"),  # RM-02
        (("周口店",), "Zhoukoudian"),  # RM-03
        (("景德镇", "市"), "Jingdezhen Shi"),  # RM-04
        (("左权", "县"), "Zuoquan Xian"),  # RM-05
        (("三门", "峡"), "Sanmen Xia"),  # RM-06
        (("西安", "市"), "Xi'an Shi"),  # RM-08
        (("南澳", "县"), "Nan'ao Xian"),
        (("天峨", "县"), "Tian'e Xian"),
        (("安", "县"), "An Xian"),  # no apostrophe at the start of a word
        (("番禺", "区"), "Panyu Qu"),
        (("麻涌", "镇"), "Machong Zhen"),
        (("东涌", "镇"), "Dongchong Zhen"),
        (("沙涌", "社区"), "Shachong Shequ"),
        (("新圩", "镇"), "Xinxu Zhen"),
        (("大埔", "县"), "Dabu Xian"),
        (("六都", "镇"), "Liudu Zhen"),
        (("道滘", "镇"), "Daojiao Zhen"),
        (("东莞", "市"), "Dongguan Shi"),
        (("乐昌", "市"), "Lechang Shi"),
        (("长安", "镇"), "Chang'an Zhen"),
        (("长沙", "街道"), "Changsha Jiedao"),
        (("塘厦", "镇"), "Tangxia Zhen"),
        (("佛冈", "县"), "Fogang Xian"),
        (("黄埔", "区"), "Huangpu Qu"),
        (("深圳", "市"), "Shenzhen Shi"),
        (("吕梁", "市"), "Lüliang Shi"),
        (("连南", "瑶族", "自治县"), "Liannan Yaozu Zizhixian"),
    ],
)
def test_names_are_spelled_by_the_rules(words: tuple[str, ...], expected: str) -> None:
    assert romanize_name(words, "44") == expected


def test_readings_of_one_province_do_not_hold_elsewhere() -> None:
    assert romanize_name(("涌泉", "街道"), "51") == "Yongquan Jiedao"
    assert romanize_name(("涌泉", "街道"), "44") == "Chongquan Jiedao"


@pytest.mark.parametrize("text", ["", "A区", "12", "三沙、"])
def test_nothing_is_proposed_for_what_has_no_reading(text: str) -> None:
    assert romanize_name((text,)) is None


def test_every_reading_has_a_syllable_for_each_character_and_a_source() -> None:
    with SHIPPED_READINGS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert len(row["reading"].split()) == len(row["text"]), row
            assert row["source"]


def test_every_reading_has_a_tone() -> None:
    with SHIPPED_READINGS.open(encoding="utf-8", newline="") as file:
        readings = [syllable for row in csv.DictReader(file) for syllable in row["reading"].split()]
    assert [syllable for syllable in readings if strip_tone(syllable) == syllable] == []


@pytest.mark.parametrize(
    ("text", "toned"),
    [
        ("麻涌", "má chōng"),
        ("吕梁", "lǚ liáng"),
        ("绿春", "lǜ chūn"),
        ("台州", "tāi zhōu"),
        ("石头", "shí tou"),
    ],
)
def test_tones_are_those_of_the_reading(text: str, toned: str) -> None:
    assert spell_toned_syllables(text, "44") == tuple(toned.split())


def test_spellings_with_and_without_tones_are_of_one_reading() -> None:
    with TOPONYMS.open(encoding="utf-8", newline="") as file:
        names = {row["name_zh"] for row in csv.DictReader(file)}
    for name in names:
        toned = spell_toned_syllables(name, "44")
        plain = tuple(map(strip_tone, toned)) if toned else toned
        assert spell_syllables(name, "44") == plain, name


def test_a_tone_mark_is_taken_off_but_not_the_dots() -> None:
    assert [*map(strip_tone, ("lǜ", "lü", "zhāng", "ér"))] == ["lü", "lü", "zhang", "er"]


def test_most_spellings_agree_with_an_independent_collection() -> None:
    """GeoNames spells 1 500 towns of Guangdong: its names are a check, not a model."""
    with TOPONYMS.open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["country"] == "CN" and r["name_zh"]]

    def key(text: str | None) -> str:
        folded = (text or "").casefold().replace("ü", "u")
        return "".join(char for char in folded if char.isalpha())

    alike = sum(key(romanize_name((r["name_zh"],), "44")) == key(r["name"]) for r in rows)
    assert len(rows) == 1530
    assert alike >= 1460


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("", 1),
        ("text,reading\n", 1),
        ("text,reading,province,source\n麻涌,má chōng,44,x\n大埔,dà,44,x\n", 3),
        ("text,reading,province,source\n麻涌,má chōng,广东,x\n", 2),
        ("text,reading,province,source\n麻涌,má chōng\n", 2),
    ],
)
def test_a_file_of_readings_that_is_none_is_refused_with_its_line(
    tmp_path: Path, content: str, line: int
) -> None:
    file = tmp_path / "readings.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidValue) as refused:
        read_readings(file)
    assert refused.value.extras["line"] == line


def test_an_office_may_bring_its_own_readings(tmp_path: Path) -> None:
    file = tmp_path / "readings.csv"
    file.write_text("text,reading,province,source\n大埔,dà pǔ,44,test\n", encoding="utf-8")
    environment = {**os.environ, "GAZETTEER_READINGS_FILE": str(file)}
    program = (
        "from gazetteer.records.romanization import spell_syllables as s; print(s('大埔', '44'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == "('da', 'pu')"
    assert spell_syllables("大埔", "44") == ("da", "bu")
