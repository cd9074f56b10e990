"""Addresses that people reported as geocoded wrongly, each for a kind of mistake."""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from gazetteer.ingest.fixture_manifest import iter_manifest_differences
from gazetteer.search.geocoder.geocoding import GeocodeResult, GeocodeStatus, geocode
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.name_index import NameIndex
from tests.gazetteer.search.geocoder.geocoded_addresses import list_fault_kinds

ADDRESSES = Path("fixtures/addresses")


def iter_rows() -> Iterator[object]:
    with (ADDRESSES / "reported.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield pytest.param(row["address"], row["at"], row["expected"], id=row["address"])


GetDayIndex = Callable[[str], DayIndex]


@pytest.fixture(scope="module")
def get_day_index(index: NameIndex, day_index: DayIndex) -> GetDayIndex:
    """The index on a day of the past, or today where none is given."""
    return cache(lambda at: DayIndex(index, date.fromisoformat(at)) if at else day_index)


def is_as_expected(result: GeocodeResult, expected: str) -> bool:
    """Whether a result is what one of the alternatives, joined by ``or``, asks for."""
    return any(is_alternative(result, text) for text in expected.split(" or "))


def is_alternative(result: GeocodeResult, expected: str) -> bool:
    code = next(iter(re.findall(r"\d+", expected)), None)
    leaves = [match.leaf.code for match in result.matches]
    if code is None and expected != "matched with a contradiction fault":
        return result.status == expected
    if expected.startswith("ambiguous"):
        return result.status is GeocodeStatus.AMBIGUOUS and code in leaves
    if result.status is not GeocodeStatus.MATCHED:
        return False
    if code is None:
        return "contradiction" in list_fault_kinds(result.matches[0])
    chain = [unit.code for unit in result.matches[0].chain]
    return code in chain if expected.startswith("a place within") else leaves == [code]


@pytest.mark.parametrize(("address", "at", "expected"), list(iter_rows()))
def test_a_reported_address_is_read_as_expected(
    get_day_index: GetDayIndex, address: str, at: str, expected: str
) -> None:
    assert is_as_expected(geocode(get_day_index(at), address), expected)


def test_the_manifest_equals_the_reported_addresses() -> None:
    assert list(iter_manifest_differences(ADDRESSES)) == []
