"""Explanations in the languages of the catalogues, on the bundled register."""

import pytest

from gazetteer.messages import LANGS, has_message
from gazetteer.search.geocoder.explanation import explain_address
from gazetteer.search.geocoder.faults import FaultKind
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.text.normalize import NORMALIZATION_STEPS


def explain_in(day_index: DayIndex, address: str, lang: str) -> list[str]:
    return [line.text(lang) for line in explain_address(day_index, address)]


def test_every_step_and_every_kind_of_fault_has_words() -> None:
    for step in NORMALIZATION_STEPS:
        assert has_message(f"geocode.explain.step.{step.__name__}")
    for kind in FaultKind:
        assert has_message(kind.message.id)


@pytest.mark.parametrize(
    "address",
    [
        "收货地址：廣東省（原粤）广州市天河区五山路３８１號之一A栋2单元3层301室",
        "深圳市天河区五山街道",
        "广州市南山区对面",
        "东莞市麻冲镇哎呀呀",
        "朝阳区",
        "新村",
        "萝岗区",
        "宝安区龙华街道",
        "五山街道,天河区,广州市",
        "广州市" * 200,
        "我喜欢猫",
        "",
    ],
)
def test_any_explanation_can_be_worded_in_every_language(day_index: DayIndex, address: str) -> None:
    messages = explain_address(day_index, address)
    assert messages
    for lang in LANGS:
        assert all(line.text(lang) for line in messages)


def test_an_explanation_gives_steps_interpretations_faults_and_components(
    day_index: DayIndex,
) -> None:
    lines = explain_in(day_index, "廣州天河五山路1号哎呀呀", "en")
    assert lines[:2] == [
        "Text · traditional characters simplified: 广州天河五山路1号哎呀呀",
        "Interpretation · 广东省广州市天河区: supported by 广州, 天河; weight 40",
    ]
    assert lines[lines.index("Result · Matched") + 1 :] == [
        "Candidate · 广东省广州市天河区 (440106, County), score 0.91",
        "    −0.02 Level not given in the address (Province): 广东省",
        "    −0.01 Short form of the name (Prefecture): 广州 → 广州市",
        "    −0.01 Short form of the name (County): 天河 → 天河区",
        "    −0.05 Part of the text was not recognised: 哎呀呀",
        "    Further address components: road 五山路, house number 1号",
        "    Unrecognised: 哎呀呀",
    ]


def test_contradictions_and_skipped_units_are_explained(day_index: DayIndex) -> None:
    text = "\n".join(explain_in(day_index, "深圳市天河区五山街道", "zh"))
    assert "释读 · 广东省深圳市：依据 深圳市，权重 0；与 天河区 矛盾\n" in text
    assert "与 深圳市 矛盾；前文另有所指单位，不采用" in text
    assert "−0.30 与地址的其余部分矛盾（县级）：天河区 → 广东省广州市天河区、" in text


def test_an_ambiguous_result_names_the_deciding_level(day_index: DayIndex) -> None:
    lines = explain_in(day_index, "朝阳区", "zh")
    assert any(line.startswith("结果 · 有歧义：") and "写明省级即可判定" in line for line in lines)
