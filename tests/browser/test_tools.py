"""The pages that geocode addresses and count lists of facilities."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
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
    page.get_by_label("格式").select_option("csv")
    page.get_by_label("结果列", exact=True).select_option("full")
    page.get_by_label("结果列名").select_option("names")
    text = save_result(page, "a-result.csv").decode(encoding)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["编号"] for row in rows] == ["1", "2", "3", "4"]
    assert rows[1]["result_name"] == "黄埔区"


def save_result(page: Page, name: str) -> bytes:
    """The file that the page saves under a name."""
    with page.expect_download() as saving:
        page.get_by_role("button", name="下载结果").click()
    assert saving.value.suggested_filename == name
    return Path(saving.value.path()).read_bytes()


def read_sheet(content: bytes) -> list[tuple[Any, ...]]:
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return list(sheet.iter_rows(values_only=True))


def test_ambiguous_rows_are_decided_by_the_keyboard_and_a_reload_loses_nothing(
    page: Page, tmp_path: Path
) -> None:
    content = (ADDRESSES + "5,鼓楼区\n6,朝阳区\n").encode()
    page.goto("/geocode")
    choose_file(page, tmp_path / "a.csv", content)
    page.get_by_role("button", name="开始").click()
    form = page.get_by_role("region", name="逐条判定有歧义的地址")
    expect(form).to_contain_text("第 3, 6 行")
    expect(form).to_contain_text("已判定 0 / 2")
    form.get_by_role("radio").first.focus()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(form).to_contain_text("第 5 行")
    expect(form).to_contain_text("已判定 1 / 2")
    expect(form.get_by_role("radio").first).to_be_focused()
    page.reload()
    choose_file(page, tmp_path / "a.csv", content)
    page.get_by_role("button", name="开始").click()
    expect(form).to_contain_text("已判定 1 / 2")
    form.get_by_label("以上都不是").check()
    form.get_by_role("button", name="下一条未判定的").click()
    expect(form).to_contain_text("已全部判定")
    header, *rows = read_sheet(save_result(page, "a-result.xlsx"))
    results = [dict(zip(header, row, strict=True)) for row in rows]
    assert [row["结果判定"] for row in results] == [None, None, "人工", None, "人工", "人工"]
    assert [row["结果状态"] for row in results[2:]] == ["已匹配", "未找到", "未找到", "已匹配"]
    assert results[2]["结果代码"] == results[5]["结果代码"] == "110105"
    form.get_by_role("button", name="撤销选择").click()
    expect(form).to_contain_text("已判定 1 / 2")


def test_a_spreadsheet_without_a_known_heading_says_so_and_takes_a_name(
    page: Page, tmp_path: Path
) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (("甲", "乙"), ("007", "天河区五山路")):
        book.active.append(row)
    path = tmp_path / "a.xlsx"
    book.save(path)
    page.goto("/geocode")
    page.get_by_label("选择文件").set_input_files(path)
    page.get_by_role("button", name="开始").click()
    expect(page.get_by_role("alert").first).to_contain_text("甲、乙")
    page.get_by_label("地址列").fill("乙")
    page.get_by_role("button", name="开始").click()
    expect(page.get_by_role("table", name="结果")).to_contain_text("天河区五山路")
    assert read_sheet(save_result(page, "a-result.xlsx"))[1][:2] == ("007", "天河区五山路")


def test_pasted_codes_are_translated_and_saved(page: Page) -> None:
    page.goto("/codes")
    page.get_by_role("button", name="开始").click()
    expect(page.get_by_role("alert")).to_contain_text("请选择文件")
    page.get_by_label("代码，每行一个").fill("440724\n440511\n天河\n")
    page.get_by_label("代码的使用日期").fill("1990-01-01")
    page.get_by_role("button", name="开始").click()
    table = page.get_by_role("table", name="结果")
    expect(table.get_by_role("row").nth(1)).to_contain_text("440783")
    expect(table.get_by_role("row").nth(2)).to_contain_text("变为多个")
    expect(table.get_by_role("row").nth(3)).to_contain_text("代码有误")
    header, first, *_ = read_sheet(save_result(page, "list-result.xlsx"))
    assert header[:3] == ("代码", "结果状态", "结果代码")
    assert first[:3] == ("440724", "已匹配", "440783")


def test_a_file_of_codes_with_a_date_in_each_row_is_translated(page: Page, tmp_path: Path) -> None:
    page.goto("/codes")
    choose_file(page, tmp_path / "c.csv", "区划代码,日期\n440511,1990-01-01\n".encode())
    expect(page.get_by_label("“区划代码”列的内容")).to_have_value("code")
    expect(page.get_by_label("“日期”列的内容")).to_have_value("date")
    page.get_by_role("button", name="开始").click()
    expect(page.get_by_role("table", name="结果")).to_contain_text("变为多个")


@pytest.mark.parametrize("page", [WITHOUT_SCRIPT], indirect=True)
def test_without_a_script_pasted_codes_come_back_as_a_file(page: Page) -> None:
    page.goto("/codes")
    page.get_by_label("代码，每行一个").fill("440724")
    page.get_by_label("格式").select_option("csv")
    with page.expect_download() as saving:
        page.get_by_role("button", name="开始").click()
    assert "440724,已匹配" in Path(saving.value.path()).read_text("utf-8-sig")


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
