"""How far a score can be trusted: claims where nothing is named, and what is right by score.

A match is right if every unit that it names is; how deep it goes does not matter here. Its parent
is wrong if its province, prefecture or county is. The rows are those of the table, as many
addresses generated from the register, and ``empty_addresses.csv``: landmarks, roads, places abroad
and generic words, which name no unit. A landmark may be claimed for the unit in which it lies
(``within``).
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generated_addresses import generate_cases
from gazetteer.records.levels import LEVELS, UNIT_LEVELS, Level
from gazetteer.search.geocoder.geocoding import GeocodeResult, GeocodeStatus, geocode_many
from gazetteer.search.geocoder.matches import GeocodeMatch
from gazetteer.search.index.day_index import DayIndex

EMPTY_ADDRESSES = Path(__file__).with_name("empty_addresses.csv")
_GENERATED = 5000
_BANDS = ((0.9, "≥ 0.9"), (0.8, "0.8 to 0.9"), (0.6, "0.6 to 0.8"), (0.0, "< 0.6"))
_COUNTY = LEVELS.index(Level.COUNTY)

Names = tuple[str, ...]
"""Names from province to village, empty where there is none."""


@dataclass(frozen=True, slots=True)
class ScoredMatch:
    """A match with its score; whether all its units are right, and those down to the county."""

    score: float
    is_right: bool
    has_right_parent: bool


@dataclass(frozen=True, slots=True)
class EmptyClass:
    """A class of addresses that name no unit, and those for which one is claimed all the same."""

    name: str
    rows: int
    claimed: Sequence[tuple[str, GeocodeMatch]]


def score_named(
    day_index: DayIndex, addresses: Sequence[str], expected: Sequence[Names]
) -> Iterator[ScoredMatch]:
    """The matches of addresses whose units are known by their names."""
    results = geocode_many(day_index, addresses)
    for names, result in zip(expected, results, strict=True):
        if result.status is GeocodeStatus.MATCHED:
            yield _compare_names(result.matches[0], names)


def score_generated(day_index: DayIndex) -> list[ScoredMatch]:
    """The matches of generated addresses. One that fits several units may not be decided."""
    cases = generate_cases(day_index, _GENERATED)
    expected = []
    for chain in cases.values():
        by_level = {unit.level: unit.name for unit in chain}
        expected.append(tuple(by_level.get(n, "") for n in range(len(UNIT_LEVELS))))
    return list(score_named(day_index, list(cases), expected))


def _compare_names(match: GeocodeMatch, names: Names) -> ScoredMatch:
    wrong = [
        unit.level
        for unit in match.chain
        if unit.level < len(names) and names[unit.level] not in ("", unit.name)
    ]
    return ScoredMatch(match.score, not wrong, all(level > _COUNTY for level in wrong))


def geocode_empty_classes(day_index: DayIndex) -> list[EmptyClass]:
    """What is claimed in each class of addresses that name no unit."""
    with EMPTY_ADDRESSES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    results = dict(
        zip(
            [row["address"] for row in rows],
            geocode_many(day_index, [row["address"] for row in rows]),
            strict=True,
        )
    )
    classes = []
    for name in dict.fromkeys(row["class"] for row in rows):
        chosen = [row for row in rows if row["class"] == name]
        claimed = [
            (row["address"], results[row["address"]].matches[0])
            for row in chosen
            if _is_claimed(results[row["address"]], row["within"])
        ]
        classes.append(EmptyClass(name, len(chosen), claimed))
    return classes


def _is_claimed(result: GeocodeResult, within: str) -> bool:
    if result.status is not GeocodeStatus.MATCHED:
        return False
    return not within or within not in [unit.code for unit in result.matches[0].chain]


def iter_calibration_lines(
    matches: Sequence[ScoredMatch], classes: Sequence[EmptyClass]
) -> Iterator[str]:
    """Two tables: right matches by score, and claims where nothing is named."""
    claimed = [
        ScoredMatch(match.score, is_right=False, has_right_parent=False)
        for each in classes
        for _, match in each.claimed
    ]
    yield "| score | matches | right | wrong parent |"
    yield "|---|---|---|---|"
    yield from _iter_band_lines([*matches, *claimed])
    yield ""
    yield "| names no unit | rows | claimed |"
    yield "|---|---|---|"
    for each in classes:
        yield f"| {each.name} | {each.rows} | {len(each.claimed)} |"
    rows = sum(each.rows for each in classes)
    yield f"| all | {rows} | {len(claimed)} ({len(claimed) / rows:.1%}) |"


def _iter_band_lines(matches: Sequence[ScoredMatch]) -> Iterator[str]:
    upper = 2.0
    for lower, title in (*_BANDS, (0.0, "all")):
        band = [m for m in matches if lower <= m.score < upper or title == "all"]
        upper = lower
        if band:
            right = sum(m.is_right for m in band) / len(band)
            wrong = sum(not m.has_right_parent for m in band) / len(band)
            yield f"| {title} | {len(band)} | {right:.2%} | {wrong:.2%} |"
