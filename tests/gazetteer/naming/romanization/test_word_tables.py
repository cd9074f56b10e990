"""The tables of word division: each row is sound."""

import csv
from pathlib import Path

import pytest

from gazetteer.naming.romanization import word_tables
from gazetteer.naming.romanization.foreign_words import FOREIGN_FILE

FOLDER = Path(word_tables.__file__).parent
CLASSES = {
    "natural", "division", "village_seat", "park_reserve", "road", "building", "facility", "other",
}  # fmt: skip


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (word_tables.GENERICS_FILE, ("kind", "term")),
        (word_tables.WHOLE_WORDS_FILE, ("text",)),
        (word_tables.GIVEN_FILE, ("text", "province")),
        (FOREIGN_FILE, ("word",)),
    ],
)
def test_no_row_stands_twice(path: Path, key: tuple[str, ...]) -> None:
    keys = [tuple(row[column] for column in key) for row in read_rows(path)]
    assert sorted({one for one in keys if keys.count(one) > 1}) == []


def test_generic_terms_are_made_of_their_words_and_belong_to_legal_classes() -> None:
    for row in read_rows(word_tables.GENERICS_FILE):
        assert row["words"].replace(" ", "") in ("", row["term"]), row
        assert set(row["legal_classes"].split()) <= CLASSES, row
        assert len(row["reading"].split()) in (0, len(row["term"])), row
        assert row["kind"] == "generic" or len(row["term"]) == 1, row


def test_given_spellings_and_whole_words_have_a_source() -> None:
    for path in (word_tables.GIVEN_FILE, word_tables.WHOLE_WORDS_FILE):
        assert [row for row in read_rows(path) if not row["source"]] == []
