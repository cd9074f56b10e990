"""Names with points: places that are no units, from collections that no authority approved.

Their names are ``alias``, never ``standard``: only a list or an act of an authority makes a
standard name (Order 753 art. 15). It is not known when they began: their periods are open.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import opencc
import shapely

from gazetteer.ingest import typed_rows
from gazetteer.ingest.code_index import CodeIndex
from gazetteer.ingest.load_findings import LoadFindingCollector
from gazetteer.ingest.source_ids import derive_record_id
from gazetteer.ingest.staged_batch import (
    MaterializedPart,
    StagedBatch,
    format_file_name,
    ignore_progress,
)
from gazetteer.ingest.typed_rows import ToponymRow
from gazetteer.ledger.period import Period
from gazetteer.ledger.versions import Timeline, Version
from gazetteer.progress import Progress

LEVEL_BY_KIND = {
    "populated place": "natural_settlement",
    "locality": "natural_settlement",
    "neighbourhood": "natural_settlement",
    "bus stop": "poi",
    "LRT station": "poi",
    "campus": "poi",
}
"""The level of each kind of the source. Regions are units or groups of them, and left out."""


def read_toponyms(
    path: Path, code_index: CodeIndex, progress: Progress = ignore_progress
) -> StagedBatch:
    """Places with names, spellings and points (lon, lat in degrees; WGS84 treated as CGCS2000).

    Raises:
        UnreadableFile: the file cannot be read as CSV with the columns it must have.
    """
    findings = LoadFindingCollector(format_file_name(path))
    table, toponym_rows = typed_rows.read_toponym_rows(path, findings)
    place_timelines: list[Timeline] = []
    for done, row in enumerate(toponym_rows, 1):
        if row.kind in LEVEL_BY_KIND:
            place_timelines += _iter_place_timelines(
                row, _find_containing_unit(row, code_index, findings)
            )
        else:
            findings.add_finding("unknown_kind", row.line, "kind", row.kind, id=row.key)
        progress(done, len(toponym_rows), findings.file)
    return StagedBatch(
        source=findings.file,
        parts=(MaterializedPart(place_timelines),),
        findings=tuple(findings.entries),
        row_counts={findings.file: len(table.rows)},
        encodings={findings.file: table.encoding},
    )


def _find_containing_unit(
    row: ToponymRow, code_index: CodeIndex, findings: LoadFindingCollector
) -> UUID | None:
    """The unit that contains the place, if it is still in force."""
    assignment = code_index.find_last(row.county_code) or code_index.find_last(
        f"{row.county_code[:2]}0000"
    )
    if assignment is None or assignment.period.end.on is not None:
        findings.add_finding(
            "within_unknown", row.line, "county_code_pip", row.county_code, id=row.key
        )
        return None
    return assignment.unit_id


def _build_timeline(kind: str, key: tuple[str, ...], attributes: dict[str, Any]) -> Timeline:
    return Timeline(kind, derive_record_id(kind, *key), (Version(Period(), attributes),))


def _iter_place_timelines(row: ToponymRow, containing_unit_id: UUID | None) -> Iterator[Timeline]:
    place_id = derive_record_id("place", row.key)
    level = LEVEL_BY_KIND[row.kind]
    yield _build_timeline(
        "place",
        (row.key,),
        {
            "legal_class": "facility" if level == "poi" else "other",
            "class_code": None,
            "level": level,
            "unit_id": None,
            "within": containing_unit_id,
            "location": shapely.Point(row.lon, row.lat).wkb_hex.lower(),
            "source": row.source,
        },
    )
    chinese = list(
        dict.fromkeys(n for n in (row.name_zh, *row.names_zh) if has_chinese_character(n))
    )
    latin = _select_distinct_names([n for n in (row.name, *row.alternate_names) if is_latin(n)])
    for text in chinese:
        yield _build_name_timeline(row, place_id, text, _detect_script(text))
    if chinese and latin:
        yield _build_spelling_timeline(row, chinese[0], latin.pop(0))
    for text in latin if chinese else latin or [row.name]:
        yield _build_name_timeline(row, place_id, text, "und-Latn")


def _build_name_timeline(row: ToponymRow, place_id: UUID, text: str, language: str) -> Timeline:
    return _build_timeline(
        "name",
        (row.key, "alias", text),
        {
            "place_id": place_id,
            "text": text,
            "name_kind": "alias",
            "language": language,
            "specific_part": None,
            "generic_part": None,
            "source": row.source,
        },
    )


def _build_spelling_timeline(row: ToponymRow, name: str, text: str) -> Timeline:
    """The first Latin name of a place of the mainland is its Pinyin, elsewhere the English one."""
    return _build_timeline(
        "spelling",
        (row.key, "alias", name, text),
        {
            "name_id": derive_record_id("name", row.key, "alias", name),
            "text": text,
            "system": "pinyin" if row.country == "CN" else "english",
            "status": "proposed",
            "source": row.source,
        },
    )


def has_chinese_character(text: str) -> bool:
    """Whether a text has a Chinese character."""
    return any("CJK" in unicodedata.name(char, "") for char in text)


def is_latin(text: str) -> bool:
    """Whether all letters of a text are Latin, and there are some."""
    letters = [char for char in text if char.isalpha()]
    return bool(letters) and all("LATIN" in unicodedata.name(char, "") for char in letters)


def _select_distinct_names(names: list[str]) -> list[str]:
    """Names that differ by more than case and spaces."""
    distinct: dict[str, str] = {}
    for name in names:
        distinct.setdefault("".join(name.casefold().split()), name)
    return list(distinct.values())


@cache
def _get_simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _detect_script(text: str) -> str:
    return "zh-Hans" if _get_simplifier().convert(text) == text else "zh-Hant"
