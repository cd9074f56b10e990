"""Folding of what people type."""

import pytest
from psycopg import Connection

from gazetteer.search.text.folding import fold_text, is_latin, to_ascii_key


@pytest.mark.parametrize(
    ("typed", "folded"),
    [("廣州", "广州"), (" 天河 ", "天河"), ("ＡＢ１２", "AB12"), ("臺灣", "台湾"), ("", "")],
)
def test_text_is_folded_to_simplified_characters_of_one_width(typed: str, folded: str) -> None:
    assert fold_text(typed) == folded


@pytest.mark.parametrize(
    ("typed", "key"),
    [("Tiānhé Qū", "tianhequ"), ("Lǜ", "lv"), ("Lü", "lv"), ("Xi'an", "xian"), ("天", "")],
)
def test_a_romanized_name_is_compared_by_its_letters(typed: str, key: str) -> None:
    assert to_ascii_key(typed) == key


def test_only_letters_of_one_script_are_latin() -> None:
    assert is_latin("Tiānhé Qū") and is_latin("g107")
    assert not is_latin("天he") and not is_latin("...") and not is_latin("")


@pytest.mark.parametrize("text", ["Tianhe Qu", "LÜ", "Lüshun", "Xi'an", "天河", "É1", "ﬁ"])
def test_the_program_and_the_database_make_the_same_key(conn: Connection, text: str) -> None:
    assert conn.execute("SELECT latin_key(%s)", (text,)).fetchone() == (to_ascii_key(text),)
