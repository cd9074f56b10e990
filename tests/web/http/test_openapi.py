"""The description of the API in every language: nothing untranslated, nothing left over."""

import json
import re

import pytest
from flask.testing import FlaskClient

from gazetteer.messages import LANGS
from gazetteer.messages.catalogue import load_catalogue
from web.api import APIS
from web.http.description_texts import iter_descriptions
from web.http.openapi import SOURCE_LANG, ApiDescription
from web.ogc import OGC_APIS

_HAN = re.compile(r"[\u4e00-\u9fff]")
_CODE_SPAN = re.compile(r"`[^`]+`")
TRANSLATED = [lang for lang in LANGS if lang != SOURCE_LANG]


@pytest.fixture(scope="module")
def description() -> ApiDescription:
    return ApiDescription(
        [endpoint for api in (*APIS, *OGC_APIS) for endpoint in api.endpoints], "1"
    )


@pytest.mark.parametrize("lang", TRANSLATED)
def test_every_text_has_words_in_every_language(description: ApiDescription, lang: str) -> None:
    texts = set(description.iter_texts())
    known = load_catalogue(lang).templates
    assert {text for text in texts if text and f"api:{text}" not in known} == set()


@pytest.mark.parametrize("lang", TRANSLATED)
def test_no_translation_is_left_of_a_text_that_is_gone(
    description: ApiDescription, lang: str
) -> None:
    texts = {f"api:{text}" for text in description.iter_texts()}
    assert {id_ for id_ in load_catalogue(lang).templates if id_.startswith("api:")} <= texts


def test_the_chinese_description_is_chinese_and_names_the_same_things(
    description: ApiDescription,
) -> None:
    source = list(iter_descriptions(description.in_language(SOURCE_LANG)))
    translated = list(iter_descriptions(description.in_language("zh")))
    for english, chinese in zip(source, translated, strict=True):
        assert not english or _HAN.search(chinese), english
        assert sorted(set(_CODE_SPAN.findall(english))) == sorted(
            set(_CODE_SPAN.findall(chinese))
        ), english


def test_only_descriptions_differ_between_languages(description: ApiDescription) -> None:
    def without_words(lang: str) -> str:
        text = json.dumps(description.in_language(lang), ensure_ascii=False)
        return re.sub(r'"(summary|description|title)": "(\\.|[^"\\])*"', "", text)

    assert without_words("zh") == without_words(SOURCE_LANG)


def test_programs_that_name_no_language_get_english(client: FlaskClient) -> None:
    plain = client.get("/openapi.json").get_json()
    chinese = client.get("/openapi.json", headers={"Accept-Language": "zh-CN"}).get_json()
    assert plain["info"]["title"] == "Register of Places and Boundaries"
    assert chinese["info"]["title"] == "区划地名登记册"
