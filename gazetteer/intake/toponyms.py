"""Names with points: places that are no units, from collections that no authority approved.

So their names are ``alias``, never ``standard``: only a list or an act of an authority makes a
standard name (Order 753 art. 15). Nothing is known of when they began: their spans are open.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import opencc
import shapely

from gazetteer.intake import rows
from gazetteer.intake.batch import Batch, Made, Progress, file_name, no_progress
from gazetteer.intake.findings import Findings
from gazetteer.intake.ids import record_id
from gazetteer.intake.index import UnitIndex
from gazetteer.intake.rows import ToponymRow
from gazetteer.ledger.bounds import Period
from gazetteer.ledger.versions import Timeline, Version

LEVEL_OF = {
    "populated place": "natural_settlement",
    "locality": "natural_settlement",
    "neighbourhood": "natural_settlement",
    "bus stop": "poi",
    "LRT station": "poi",
    "campus": "poi",
}
"""The level of each kind of the source. Regions are units or groups of them, and left out."""


def toponyms(path: Path, known: UnitIndex, progress: Progress = no_progress) -> Batch:
    """Places with their names, spellings and points (lon, lat; WGS84 taken as CGCS2000).

    Raises:
        UnreadableFile: the file cannot be read as CSV with the columns it must have.
    """
    findings = Findings(file_name(path))
    table, read = rows.toponyms(path, findings)
    made: list[Timeline] = []
    for done, row in enumerate(read, 1):
        if row.kind in LEVEL_OF:
            made += _place(row, _within(row, known, findings))
        else:
            findings.add("unknown_kind", row.line, "kind", row.kind, row.key)
        progress(done, len(read), findings.file)
    return Batch(
        source=findings.file,
        parts=(Made(made),),
        rejections=tuple(findings.found),
        rows={findings.file: len(table.rows)},
        encodings={findings.file: table.encoding},
    )


def _within(row: ToponymRow, known: UnitIndex, findings: Findings) -> UUID | None:
    """The unit the place lies in, if it is in force still."""
    there = known.last(row.county_code) or known.last(f"{row.county_code[:2]}0000")
    if there is None or there.span.end.on is not None:
        findings.add("within_unknown", row.line, "county_code_pip", row.county_code, row.key)
        return None
    return there.unit_id


def _one(kind: str, key: tuple[str, ...], attributes: dict[str, Any]) -> Timeline:
    return Timeline(kind, record_id(kind, *key), (Version(Period(), attributes),))


def _place(row: ToponymRow, within: UUID | None) -> Iterator[Timeline]:
    place_id = record_id("place", row.key)
    level = LEVEL_OF[row.kind]
    yield _one(
        "place",
        (row.key,),
        {
            "legal_class": "facility" if level == "poi" else "other",
            "class_code": None,
            "level": level,
            "unit_id": None,
            "within": within,
            "location": shapely.Point(row.lon, row.lat).wkb_hex.lower(),
            "source": row.source,
        },
    )
    chinese = list(dict.fromkeys(n for n in (row.name_zh, *row.names_zh) if is_chinese(n)))
    latin = _distinct([n for n in (row.name, *row.others) if is_latin(n)])
    for text in chinese:
        yield _name(row, place_id, text, _script(text))
    if chinese and latin:
        yield _spelling(row, chinese[0], latin.pop(0))
    for text in latin if chinese else latin or [row.name]:
        yield _name(row, place_id, text, "und-Latn")


def _name(row: ToponymRow, place_id: UUID, text: str, language: str) -> Timeline:
    return _one(
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


def _spelling(row: ToponymRow, name: str, text: str) -> Timeline:
    """The first Latin name of a place of the mainland is its Pinyin, elsewhere the English one."""
    return _one(
        "spelling",
        (row.key, "alias", name, text),
        {
            "name_id": record_id("name", row.key, "alias", name),
            "text": text,
            "system": "pinyin" if row.country == "CN" else "english",
            "status": "proposed",
            "source": row.source,
        },
    )


def is_chinese(text: str) -> bool:
    """Whether a text has a Chinese character."""
    return any("CJK" in unicodedata.name(char, "") for char in text)


def is_latin(text: str) -> bool:
    """Whether all letters of a text are Latin, and there are some."""
    letters = [char for char in text if char.isalpha()]
    return bool(letters) and all("LATIN" in unicodedata.name(char, "") for char in letters)


def _distinct(names: list[str]) -> list[str]:
    """Names that differ by more than case and spaces."""
    kept: dict[str, str] = {}
    for name in names:
        kept.setdefault("".join(name.casefold().split()), name)
    return list(kept.values())


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _script(text: str) -> str:
    return "zh-Hans" if _simplifier().convert(text) == text else "zh-Hant"
