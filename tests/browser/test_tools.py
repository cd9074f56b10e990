"""The pages that geocode addresses and count lists of facilities."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import PHONE

ENGLISH: dict[str, Any] = {"locale": "en-GB"}
SMALL: dict[str, Any] = {"viewport": {**PHONE, "width": 375}}
WITHOUT_SCRIPT: dict[str, Any] = {"java_script_enabled": False}

ADDRESSES = """编号,地址
1,广东省广州市天河区五山街道五山路381号
2,萝岗区科学大道
3,朝阳区
4,没有这个地方
"""
FACILITIES = """机构名称,详细地址,经度,纬度
一站,广州市天河区五山路1号,,
二站,天河区员村,,
三站,,113.26,23.13
四站,不知何处,,
"""


def choose_file(page: Page, path: Path, content: bytes) -> None:
    """Choose a file, and wait for the mapping of its columns."""
    path.write_bytes(content)
    page.get_by_label(re.compile("选择文件|Choose a file")).set_input_files(path)
    expect(
        page.get_by_role("table", name=re.compile("设置字段对应关系|Map the columns"))
    ).to_be_visible()


def test_an_address_is_geocoded_while_it_is_typed_and_the_url_follows(page: Page) -> None:
    page.goto("/geocode")
    field = page.get_by_label("地址", exact=True)
    field.press_sequentially("朝阳区")
    answer = page.get_by_role("region", name="结果")
    expect(answer).to_contain_text("有歧义")
    answer.get_by_role("link", name="吉林省长春市朝阳区").click()
    expect(page.get_by_label("地址", exact=True)).to_have_value("吉林省朝阳区")
    expect(answer).to_contain_text("已匹配")
    expect(answer.get_by_role("link", name="朝阳区")).to_be_visible()
    page.reload()
    expect(answer).to_contain_text("220104")


def test_segments_deductions_and_derivation_are_in_words(page: Page) -> None:
    page.goto("/geocode?address=广东省萝岗区科学大道100号某某")
    answer = page.get_by_role("region", name="结果")
    expect(answer).to_contain_text("按前身名称匹配：萝岗区")
    expect(answer.locator(".piece--road span")).to_have_text("科学大道")
    expect(answer.locator(".piece--unmatched span")).to_have_text("某某")
    expect(answer).to_contain_text("部分内容未能识别")
    expect(answer.get_by_text("释读 ·").first).to_be_hidden()
    answer.get_by_text("解析过程").click()
    expect(answer.get_by_text("释读 ·").first).to_be_visible()


def test_a_change_of_the_date_keeps_the_address(page: Page) -> None:
    page.goto("/geocode?address=萝岗区")
    page.get_by_label("日期", exact=True).last.fill("2010-06-01")
    expect(page.get_by_role("region", name="结果")).to_contain_text("440116")
    expect(page.get_by_label("地址", exact=True)).to_have_value("萝岗区")


@pytest.mark.parametrize("page", [WITHOUT_SCRIPT], indirect=True)
def test_an_address_is_geocoded_without_a_script(page: Page) -> None:
    page.goto("/geocode")
    page.get_by_label("地址", exact=True).fill("天河区")
    page.get_by_role("button", name="解析").click()
    expect(page.get_by_role("region", name="结果")).to_contain_text("440106")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_file_of_addresses_comes_back_with_its_units(
    page: Page, tmp_path: Path, encoding: str
) -> None:
    page.goto("/geocode")
    choose_file(page, tmp_path / "a.csv", ADDRESSES.encode(encoding))
    expect(page.get_by_label("“地址”列的内容")).to_have_value("address")
    page.get_by_role("button", name="开始").click()
    table = page.get_by_role("table", name="结果")
    expect(table.get_by_role("row")).to_have_count(5)
    expect(table.get_by_role("row").nth(1)).to_contain_text("440106001")
    page.get_by_role("combobox", name="显示").select_option("ambiguous")
    expect(table.get_by_role("row")).to_have_count(2)
    expect(table).to_contain_text("北京市朝阳区")
    with page.expect_download() as saving:
        page.get_by_role("link", name="下载结果").click()
    text = Path(saving.value.path()).read_bytes().decode(encoding)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["编号"] for row in rows] == ["1", "2", "3", "4"]
    assert rows[1]["result_name"] == "黄埔区"


def test_a_file_that_is_no_list_is_refused_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    page.goto("/geocode")
    path = tmp_path / "image.csv"
    path.write_bytes(b"\x89PNG\0\0\xff\xfe")
    page.get_by_label("选择文件").set_input_files(path)
    expect(page.get_by_role("alert")).to_contain_text("无法读取列名")


@pytest.mark.parametrize("page", [ENGLISH], indirect=True)
def test_units_without_a_facility_are_listed_and_striped(page: Page, tmp_path: Path) -> None:
    page.goto("/coverage")
    choose_file(page, tmp_path / "f.csv", FACILITIES.encode())
    expect(page.get_by_label("Content of column 经度")).to_have_value("lon")
    page.get_by_label("Within").fill("440100")
    page.get_by_role("button", name="Start").click()
    units = page.get_by_role("region", name="units without a facility")
    expect(units.get_by_role("heading")).to_contain_text("3 facilities counted")
    expect(units).to_contain_text("番禺区")
    expect(units).not_to_contain_text("天河区")
    units.get_by_role("combobox", name="Show").select_option("")
    expect(units.get_by_role("row", name="天河区")).to_contain_text("2")
    rest = page.get_by_role("region", name="Facilities not counted")
    expect(rest.get_by_role("row", name="四站")).to_contain_text("Not found")
    with page.expect_download() as saving:
        units.get_by_role("button", name="Download results").click()
    assert "440106" in Path(saving.value.path()).read_text("utf-8")


@pytest.mark.parametrize("page", [SMALL], indirect=True)
def test_a_list_fits_a_small_screen_and_says_what_is_missing(page: Page, tmp_path: Path) -> None:
    page.goto("/coverage")
    choose_file(page, tmp_path / "f.csv", FACILITIES.encode())
    for column in ("详细地址", "经度"):
        page.get_by_label(f"“{column}”列的内容").select_option("")
    page.get_by_role("button", name="开始").click()
    expect(page.get_by_role("alert")).to_contain_text("请指定地址")
    page.get_by_label("“详细地址”列的内容").select_option("address")
    page.get_by_label("范围").fill("999999")
    page.get_by_role("button", name="开始").click()
    expect(page.get_by_role("alert")).to_contain_text("999999")
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["viewport"]["width"]
