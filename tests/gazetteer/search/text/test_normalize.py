"""Normalisation of what people write, with every offset preserved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazetteer.search.text.normalize import normalize_name, normalize_text, trace_normalization


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("廣東省廣州市", "广东省广州市"),
        ("１２号Ａ座", "12号A座"),
        ("五山路十二号", "五山路12号"),
        ("一百零五号", "105号"),
        ("二〇三室", "203室"),
        ("十栋二单元", "10栋2单元"),
        ("12号之一", "12号之1"),
        ("六一路111号", "六一路111号"),  # a numeral in a name counts nothing
        ("天河区\u200b五山\ufeff街道", "天河区五山街道"),
        ("天河区\u00a0五山", "天河区 五山"),
        ("天河区,,五山 。 路", "天河区 五山 路"),
        ("天 河 区", "天河区"),
        ("A—1－2", "A-1-2"),
        ("广东/广州-天河", "广东 广州 天河"),
        ("3/4号", "3/4号"),
        ("富康邨", "富康村"),
    ],
)
def test_a_text_comes_out_in_one_form(text: str, expected: str) -> None:
    assert normalize_text(text).value == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("人民路（天河区）12号", "人民路 天河区 12号"),
        ("天河区（原东圃镇）珠村（城中村）", "天河区 珠村"),
        ("兰山区（临沂市）", "兰山区 临沂市"),
        ("普宁市（县级市）", "普宁市"),
        ("昌荣镇【康琴网吧】 (昌荣镇附近)", "昌荣镇 康琴网吧"),
        ("地址：深圳市盐田区 收件人：  电话：", "深圳市盐田区"),
        ("所在地区: 湖南省 详细地址: 金牛路5号", "湖南省 金牛路5号"),
        ("中国山东青岛", "山东青岛"),
        ("收件人张三 13800138000 天河区", "收件人张三 天河区"),
        ("车板镇. 邮编：713200", "车板镇"),
        ("乐从镇 0757-12345678", "乐从镇"),
    ],
)
def test_notes_and_noise_are_no_part_of_an_address(text: str, expected: str) -> None:
    assert normalize_text(text).value.strip() == expected


def test_each_step_that_changes_something_is_traced_by_its_name() -> None:
    assert [name for name, _ in trace_normalization("廣州市１２号")] == [
        "compatibility",
        "simplify",
    ]
    assert trace_normalization("广州市") == []


def test_a_name_passes_the_same_steps_as_a_text() -> None:
    assert normalize_name("富康邨") == normalize_text("富康村").value
    assert normalize_name("一号村") == normalize_text("一号村").value


def test_the_input_behind_a_stretch_is_found_again() -> None:
    text = "（注）廣州市,五山路一百零五号"
    done = normalize_text(text)
    at = done.value.index("105号")
    start, end = done.find_source_span(at, at + 4)
    assert text[start:end] in text
    assert text[start] == "一"
    assert text[end - 1] == "号"


@given(st.text(max_size=80))
def test_offsets_never_leave_the_input_nor_go_back(text: str) -> None:
    done = normalize_text(text)
    offsets = [done.find_source_offset(i) for i in range(len(done.value) + 1)]
    assert offsets == sorted(offsets)
    assert all(0 <= offset <= len(text) for offset in offsets)


def test_a_long_text_is_done_in_one_pass_a_step() -> None:
    assert len(normalize_text("廣" * 10_000).value) == 10_000
    assert len(normalize_text("(" * 10_000).value) == 1
