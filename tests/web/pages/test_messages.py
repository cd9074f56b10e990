import re
from pathlib import Path
from string import Formatter

import pytest

import web.pages
from web.pages.messages import CATALOGUE, LANGS, UNIT_TYPES, text, unit_type
from web.pages.rendering import CLIENT_TEXTS, MENU

PAGES = Path(web.pages.__file__).parent
SOURCES = [*PAGES.glob("*.py"), *(PAGES / "templates").glob("*.html")]

LITERAL = re.compile(r"""\bt\(["']([\w.]+)["']\s*[,)]""")
IN_PYTHON = re.compile(r"""\btext\(\s*["']([\w.]+)["']""")
BUILT = re.compile(r"""\bt\(["'](\w+\.)["'] ~|d\.known\(["'](\w+)["']|text\(f["'](\w+\.)\{""")


def used_keys() -> set[str]:
    source = "\n".join(path.read_text("utf-8") for path in SOURCES)
    literal = set(LITERAL.findall(source)) | set(IN_PYTHON.findall(source))
    return literal | set(CLIENT_TEXTS.values()) | {key for _, key in MENU}


def built_prefixes() -> set[str]:
    source = "\n".join(path.read_text("utf-8") for path in SOURCES)
    return {next(filter(None, found)).rstrip(".") + "." for found in BUILT.findall(source)}


def test_every_text_that_a_page_asks_for_exists() -> None:
    assert used_keys() <= CATALOGUE.keys()


def test_no_text_stands_in_the_table_unused() -> None:
    prefixes = tuple(built_prefixes())
    unused = {k for k in CATALOGUE.keys() - used_keys() if not k.startswith(prefixes)}
    assert unused == set()


@pytest.mark.parametrize("key", CATALOGUE)
def test_both_languages_say_the_same_with_the_same_values(key: str) -> None:
    chinese, english = CATALOGUE[key]
    assert chinese.strip() and english.strip()
    assert _fields(chinese) == _fields(english)
    assert not re.search(r"[一-鿿]", english)


def _fields(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name}


def test_values_are_filled_in() -> None:
    assert [text("search.count", lang, n=3) for lang in LANGS] == ["3 条结果", "3 results"]


def test_an_unknown_key_is_a_mistake_and_not_an_empty_text() -> None:
    with pytest.raises(KeyError):
        text("no.such.text", "zh")


def test_unit_types_are_translated_and_unknown_ones_stay_as_they_are() -> None:
    assert unit_type("市辖区", "en") == UNIT_TYPES["市辖区"] == "district"
    assert unit_type("市辖区", "zh") == "市辖区"
    assert unit_type("特区", "en") == "特区"
    assert unit_type(None, "en") == ""
