"""Lexicons: tables of words that the naming rules look up, as files that an office may replace.

A file is UTF-8 with tabs between its cells: lines that start with ``#`` say where the words are
from and what they cover, a line names the columns, and each further line is an entry.
"""

import hashlib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gazetteer.messages import Message, message
from gazetteer.naming.proposal import LegalClass
from gazetteer.problems import InvalidValue

_FOLDER = Path(__file__).with_name("lexicons")
_SEPARATOR = "|"
"""Between several values in one cell."""

CellCheck = Callable[[str], Message | None]
"""What is wrong with the text of a cell; None where nothing is."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A lexicon as read from its file.

    ``rows`` leads from each term (the first column) to its values by column. ``source``,
    ``coverage`` and ``licence`` are in the words of the file. ``version`` is the beginning of the
    SHA-256 of the file.
    """

    id: str
    columns: tuple[str, ...]
    rows: Mapping[str, Mapping[str, str]]
    source: str
    coverage: str
    licence: str
    version: str

    @property
    def is_empty(self) -> bool:
        """Whether it has no entry, so that the rules that need it find nothing."""
        return not self.rows

    def list_values(self, term: str, column: str) -> tuple[str, ...]:
        """The values in a cell that may hold several; none where there is no such term."""
        row = self.rows.get(term)
        return tuple(filter(None, row[column].split(_SEPARATOR))) if row else ()


def parse_lexicon(id: str, text: str) -> Lexicon:
    """Read the text of a lexicon file.

    Raises:
        InvalidValue: there is no such lexicon, or a line is wrong; ``line`` and ``column`` (both
            from 1) tell which cell.
    """
    checks = _COLUMNS.get(id)
    if checks is None:
        raise InvalidValue(message("lexicon.unknown", lexicon=id[:40]), field="lexicon_id")
    remarks: dict[str, str] = {}
    rows: dict[str, Mapping[str, str]] = {}
    has_header = False
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        cells = _split_cells(line.removesuffix("\r"), number)
        if cells[0].startswith("#") and not has_header:
            name, _, words = cells[0].removeprefix("#").partition(":")
            remarks[name.strip()] = words.strip()
        elif cells == [""]:
            continue
        elif not has_header:
            _check_header(cells, tuple(checks), number)
            has_header = True
        else:
            row = _check_row(cells, checks, number)
            if cells[0] in rows:
                raise _build_fault(number, 1, message("lexicon.duplicate_term", term=cells[0]))
            rows[cells[0]] = row
    if not has_header:
        raise _build_fault(1, 1, message("lexicon.header_missing", columns=list(checks)))
    source, coverage, licence = _check_remarks(remarks)
    return Lexicon(id, tuple(checks), rows, source, coverage, licence, _hash_text(text))


def decode_lexicon(content: bytes) -> str:
    """The text of a lexicon file.

    Raises:
        InvalidValue: it is not UTF-8; ``line`` and ``column`` tell which cell.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        column = before[before.rfind(b"\n") + 1 :].count(b"\t") + 1
        raise _build_fault(before.count(b"\n") + 1, column, message("lexicon.not_utf8")) from error


@cache
def read_shipped_lexicon(id: str) -> Lexicon:
    """The lexicon that is shipped.

    Raises:
        InvalidValue: there is no such lexicon.
    """
    return parse_lexicon(id, read_shipped_text(id))


def read_shipped_text(id: str) -> str:
    """The text of the lexicon file that is shipped.

    Raises:
        InvalidValue: there is no such lexicon.
    """
    if id not in _COLUMNS:
        raise InvalidValue(message("lexicon.unknown", lexicon=id[:40]), field="lexicon_id")
    return (_FOLDER / f"{id}.tsv").read_bytes().decode("utf-8")


def _hash_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _split_cells(line: str, number: int) -> list[str]:
    """The cells of a line, without outer spaces and composed as Unicode demands (NFC)."""
    cells = line.split("\t")
    for column, cell in enumerate(cells, start=1):
        unprintable = next((c for c in cell if unicodedata.category(c)[0] == "C"), None)
        if unprintable is not None:
            point = f"U+{ord(unprintable):04X}"
            raise _build_fault(number, column, message("lexicon.control_character", point=point))
    return [unicodedata.normalize("NFC", cell.strip()) for cell in cells]


def _check_header(cells: Sequence[str], columns: Sequence[str], number: int) -> None:
    if tuple(cells) != tuple(columns):
        differing = (i for i, column in enumerate(columns) if i >= len(cells) or cells[i] != column)
        at = next(differing, len(columns)) + 1
        raise _build_fault(number, at, message("lexicon.header_wrong", columns=list(columns)))


def _check_row(
    cells: Sequence[str], checks: Mapping[str, CellCheck], number: int
) -> Mapping[str, str]:
    if len(cells) != len(checks):
        words = message("lexicon.cell_count", expected=len(checks), found=len(cells))
        raise _build_fault(number, min(len(cells), len(checks)), words)
    if not cells[0]:
        raise _build_fault(number, 1, message("lexicon.empty_term"))
    for column, (cell, check) in enumerate(zip(cells, checks.values(), strict=True), start=1):
        if (wrong := check(cell)) is not None:
            raise _build_fault(number, column, wrong)
    return dict(zip(checks, cells, strict=True))


def _check_remarks(remarks: Mapping[str, str]) -> Iterator[str]:
    """Source, coverage and licence, in this order."""
    for name in ("source", "coverage", "licence"):
        if not remarks.get(name):
            raise _build_fault(1, 1, message("lexicon.remark_missing", name=name))
        yield remarks[name]


def _build_fault(line: int, column: int, words: Message) -> InvalidValue:
    text = message("lexicon.at", line=line, column=column, fault=words)
    return InvalidValue(text, field="content", line=line, column=column)


def _accept_text(cell: str) -> Message | None:  # noqa: ARG001  (a check takes the cell)
    return None


def _check_character(cell: str) -> Message | None:
    return None if len(cell) == 1 else message("lexicon.not_one_character", value=cell[:40])


def _one_of(*choices: str) -> CellCheck:
    """A check that a cell holds one of some values."""

    def check_choice(cell: str) -> Message | None:
        if cell in choices:
            return None
        return message("lexicon.unknown_value", value=cell[:40], choices=list(choices))

    return check_choice


def _some_of(*choices: str) -> CellCheck:
    """A check that a cell holds one or several of some values."""
    check_choice = _one_of(*choices)

    def check_choices(cell: str) -> Message | None:
        return next(filter(None, map(check_choice, cell.split(_SEPARATOR))), None)

    return check_choices


_COLUMNS: Mapping[str, Mapping[str, CellCheck]] = {
    "characters": {"char": _check_character, "tier": _one_of("1", "2", "3")},
    "dialect_characters": {
        "char": _check_character,
        "reading": _accept_text,
        "regions": _accept_text,
        "meaning": _accept_text,
    },
    "generics": {
        "term": _accept_text,
        "legal_class": _some_of(*LegalClass),
        "kind": _accept_text,
    },
    "leaders": {
        "name": _accept_text,
        "office": _accept_text,
        "ordinary_word": _one_of("yes", "no"),
    },
    "persons": {
        "name": _accept_text,
        "kind": _one_of("person", "alias", "character"),
        "note": _accept_text,
    },
    "foreign_names": {
        "name": _accept_text,
        "original": _accept_text,
        "kind": _one_of("country", "capital", "city", "region", "feature", "landmark", "person"),
    },
    "brands": {
        "name": _accept_text,
        "kind": _one_of("enterprise", "trademark"),
        "note": _accept_text,
    },
    "famous_natural": {
        "name": _accept_text,
        "type": _accept_text,
        "provinces": _accept_text,
    },
    "heritage": {
        "name": _accept_text,
        "kind": _one_of("world_heritage", "site"),
        "provinces": _accept_text,
    },
    "offensive": {"term": _accept_text, "reason": _accept_text},
    "grandiose": {"term": _accept_text, "kind": _one_of("big", "foreign", "odd")},
    "protected_names": {
        "name": _accept_text,
        "division_code": _accept_text,
        "list": _accept_text,
    },
}
"""The columns of each lexicon, with what their cells must be; the first holds the term."""

LEXICON_IDS = tuple(_COLUMNS)
"""Every lexicon."""
