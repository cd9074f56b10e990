"""Curated readings of names and characters: those of the program, or the file of an office."""

import csv
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from gazetteer.messages import Message, message
from gazetteer.problems import InvalidValue
from gazetteer.settings import get_settings

SHIPPED_READINGS = Path(__file__).with_name("readings.csv")
_COLUMNS = ["text", "reading", "province", "source"]


class CuratedReading(NamedTuple):
    """A text with a syllable for each character; ``province`` (two digits) limits where it holds.

    An empty province is everywhere.
    """

    text: str
    syllables: tuple[str, ...]
    province: str
    source: str


def find_readings_file() -> Path:
    """The file of the office that the settings name, else the one that is shipped."""
    chosen = get_settings().readings_file
    return Path(chosen) if chosen else SHIPPED_READINGS


@cache
def read_readings(path: Path) -> Sequence[CuratedReading]:
    """The readings of a file.

    Raises:
        InvalidValue: it is no such table; ``line`` (from 1) tells which row.
        OSError: it cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return tuple(_iter_readings(csv.reader(file, strict=True), path))
    except UnicodeDecodeError:
        raise _build_problem(path, 1, message("readings.not_utf8")) from None


def _iter_readings(rows: Iterator[list[str]], path: Path) -> Iterator[CuratedReading]:
    if next(rows, None) != _COLUMNS:
        raise _build_problem(path, 1, message("readings.header", columns=_COLUMNS))
    for line, cells in enumerate(rows, start=2):
        if len(cells) != len(_COLUMNS):
            raise _build_problem(path, line, message("readings.cells", n=len(cells)))
        text, reading, province, source = cells
        syllables = tuple(reading.split())
        if not text or len(syllables) != len(text):
            raise _build_problem(path, line, message("readings.syllables", text=text))
        if province and not (len(province) == 2 and province.isdigit()):
            raise _build_problem(path, line, message("readings.province", value=province))
        yield CuratedReading(text, syllables, province, source)


def _build_problem(path: Path, line: int, fault: Message) -> InvalidValue:
    words = message("readings.at", file=path.name, line=line, fault=fault)
    return InvalidValue(words, field="readings_file", line=line)
