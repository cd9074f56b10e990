"""Names by which people write units, and which no list of units has: ``customary_names.csv``.

Official and postal spellings in Latin letters; names of parts of a unit that are no units of the
register (the cities of Taiwan, the areas of Hong Kong); a unit above by another order than that of
the codes (伊犁州 over 塔城地区); abbreviations of one character. They mean the unit that has the
code now.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from gazetteer.search.index.index_source import NameRow, NodeKind, NodeStateRow

NAMES_FILE = Path(__file__).with_name("customary_names.csv")
LATIN, ABBREVIATION = "latin", "abbreviation"
"""Kinds that are no Chinese names of their own; the others are kinds of names in the index."""


class CustomaryName(NamedTuple):
    """A name, and what it is to the unit."""

    text: str
    kind: str


@cache
def read_customary_names() -> Mapping[str, tuple[CustomaryName, ...]]:
    """The names by the code of the unit."""
    by_code: dict[str, tuple[CustomaryName, ...]] = {}
    with NAMES_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = CustomaryName(row["text"], row["kind"])
            by_code[row["code"]] = (*by_code.get(row["code"], ()), name)
    return MappingProxyType(by_code)


@cache
def read_abbreviations() -> Mapping[str, tuple[str, ...]]:
    """The codes of the units for which a character stands: 宁 for 宁夏 and for 南京."""
    codes: dict[str, tuple[str, ...]] = {}
    for code, names in read_customary_names().items():
        for name in names:
            if name.kind == ABBREVIATION:
                codes[name.text] = (*codes.get(name.text, ()), code)
    return MappingProxyType(codes)


def iter_customary_rows(states: Iterable[NodeStateRow]) -> Iterator[NameRow]:
    """The Chinese names of the units among these states."""
    for node, name in _iter_names(states):
        if name.kind not in (LATIN, ABBREVIATION):
            yield NameRow(node, name.text, name.kind, None, None)


def iter_customary_spellings(states: Iterable[NodeStateRow]) -> Iterator[tuple[str, str]]:
    """The names in Latin letters of the units among these states: (node, name)."""
    for node, name in _iter_names(states):
        if name.kind == LATIN:
            yield node, name.text


def _iter_names(states: Iterable[NodeStateRow]) -> Iterator[tuple[str, CustomaryName]]:
    by_code = read_customary_names()
    for state in states:
        if state.kind is NodeKind.UNIT and state.code and state.end is None:
            for name in by_code.get(state.code, ()):
                yield state.node, name
