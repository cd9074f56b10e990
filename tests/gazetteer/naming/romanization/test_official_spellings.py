"""The rules against the spellings that GB/T 2260 publishes: a measure, with the misses printed."""

import csv
from collections.abc import Iterator
from pathlib import Path

from gazetteer.ingest.fixture_manifest import iter_manifest_differences
from gazetteer.naming.romanization.place_spelling import romanize_place_name

SPELLINGS = Path(__file__).parents[4] / "fixtures" / "spellings"


def iter_comparisons(*, is_chinese: bool) -> Iterator[tuple[str, str, str | None]]:
    """Name, published spelling and that of the rules, of names in Chinese or in other languages."""
    with (SPELLINGS / "gbt2260_spellings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            spelled = romanize_place_name(
                row["name"], legal_class="division", level=row["level"], province=row["code"][:2]
            )
            if (spelled is None or spelled.language == "zh") is is_chinese:
                yield row["name"], row["romanized_name"], spelled.text if spelled else None


def test_the_files_are_those_of_the_manifest() -> None:
    assert list(iter_manifest_differences(SPELLINGS)) == []


def test_chinese_names_are_spelled_as_published() -> None:
    compared = list(iter_comparisons(is_chinese=True))
    misses = [found for found in compared if found[1] != found[2]]
    for name, published, by_rule in misses:
        print(f"{name}: published {published}, by the rules {by_rule}")
    right = 1 - len(misses) / len(compared)
    print(f"{len(compared)} names, {right:.2%} as published")
    assert len(compared) > 2200
    assert right >= 0.99


def test_given_spellings_are_those_published() -> None:
    """Names in Mongolian, Tibetan, Uyghur: no measure of the rules, but the table is used."""
    compared = list(iter_comparisons(is_chinese=False))
    misses = [found for found in compared if found[1] != found[2]]
    for name, published, by_rule in misses:
        print(f"{name}: published {published}, given {by_rule}")
    assert len(compared) > 190
    assert len(misses) <= 6
