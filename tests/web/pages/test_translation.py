"""Words for templates and scripts come from the message catalogues."""

import re
from pathlib import Path

import pytest

import boundaries
from gazetteer.messages import has_message
from web.pages.translation import build_translator, find_script_text, list_script_texts

COUNT_OF_ONE = {"zh": "1 条结果", "en": "1 result"}
COUNT_OF_THREE = {"zh": "3 条结果", "en": "3 results"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_templates_fill_values_in_the_plural_form_of_the_language(lang: str) -> None:
    t = build_translator(lang)
    assert t("search.count", n=1) == COUNT_OF_ONE[lang]
    assert t("search.count", n=3) == COUNT_OF_THREE[lang]


def test_an_unknown_id_is_a_mistake_and_not_an_empty_text() -> None:
    with pytest.raises(KeyError):
        build_translator("zh")("no.such.text")


def test_scripts_get_the_placeholders_and_every_plural_form() -> None:
    assert find_script_text("tool.done", "en") == ["{n} row processed", "{n} rows processed"]
    assert find_script_text("tool.done", "zh") == "已处理 {n} 行"
    assert find_script_text("tool.failed", "en") == "Processing failed: {detail}"


def test_scripts_get_all_texts_of_a_prefix_and_no_others() -> None:
    texts = list_script_texts("en", "severity.", "status.")
    assert texts["severity.error"] == "Error"
    assert {id_.partition(".")[0] for id_ in texts} == {"severity", "status"}


def test_placeholders_of_scripts_have_no_format_of_python() -> None:
    """Scripts replace ``{name}`` only."""
    prefixes = ("tool.", "status.", "fault.", "validate.", "findings_view.", "life.", "measure.")
    for lang in ("zh", "en"):
        for id_, text in list_script_texts(lang, *prefixes, "tolerance.", "separator.").items():
            assert not re.search(r"\{\w+[^\w}]", str(text)), id_


def test_every_unit_of_a_finding_has_words() -> None:
    sources = Path(boundaries.__file__).parent.rglob("*.py")
    units = {unit for path in sources for unit in re.findall(r'\bunit="(\w+)"', path.read_text())}
    assert {"m", "m2", "deg", "paths"} <= units
    assert {unit for unit in units if not has_message(f"measure.{unit}")} == set()
