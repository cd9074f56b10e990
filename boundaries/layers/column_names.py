"""The names by which columns are recognised, also where a Shapefile has cut them to 10 bytes."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

_DATA = tomllib.loads(Path(__file__).with_name("column_names.toml").read_text("utf-8"))

COLUMN_NAMES: Mapping[str, tuple[str, ...]] = {
    field: tuple(_DATA[field]) for field in ("code", "name", "level", "parent_code")
}
"""The names of the columns of each field, best first."""

AMBIGUOUS_NAMES = frozenset(_DATA["ambiguous"])
"""Names of columns of many kinds: they hold codes only if their values look like codes."""

_NUMBER_SUFFIX = re.compile(r"(?<=.)_?\d{1,2}$")
_MAX_NAME_BYTES = 10
_LATIN_MIN = 9
"""Of a Latin name at least so many letters are left where it was cut to 10 bytes."""


def match_column_names(field: str, columns: list[str]) -> list[tuple[str, bool]]:
    """The columns that the name of a field recognises, best first; True where the name is whole.

    Names that a writer has cut, or numbered because two were cut alike, are not whole: what they
    were is seen in their values only.
    """
    by_name = {column.strip().casefold(): column for column in reversed(columns)}
    whole = [by_name[name] for name in COLUMN_NAMES[field] if name in by_name]
    cut = [column for column in columns if column not in whole and _is_cut(field, column)]
    return [*((column, True) for column in whole), *((column, False) for column in cut)]


def _is_cut(field: str, column: str) -> bool:
    bare = column.strip().casefold().strip("\ufffd")
    stem = _NUMBER_SUFFIX.sub("", bare).strip("\ufffd")
    for name in COLUMN_NAMES[field]:
        if stem == name and bare != name:
            return True
        is_too_long = len(name.encode()) > _MAX_NAME_BYTES
        if is_too_long and name.startswith(stem) and _is_long_enough(stem):
            return True
    return False


def _is_long_enough(stem: str) -> bool:
    return len(stem) >= (_LATIN_MIN if stem.isascii() else 2)


def is_likely_code_name(column: str) -> bool:
    """Whether a name contains a word for a code, and none for that of a parent."""
    name = column.casefold()
    return any(word in name for word in _DATA["code_words"]) and not is_likely_parent_name(column)


def is_likely_parent_name(column: str) -> bool:
    """Whether a name contains a word for a parent: its codes are not the units' own."""
    name = column.strip().casefold()
    return any(name.startswith(word) for word in _DATA["parent_beginnings"])
