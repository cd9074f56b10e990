"""Which column holds the units' own division codes: by its name and, above all, by its values.

Columns called *code* hold row numbers, postcodes, spellings, or the code of the city in every row;
and codes stand in columns whose names nobody foresaw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from boundaries.layers.column_names import (
    AMBIGUOUS_NAMES,
    is_likely_code_name,
    is_likely_parent_name,
    match_column_names,
)
from boundaries.layers.division_codes import count_division_codes, read_as_text

_MIN_VALID_SHARE = 0.9
_MIN_DISTINCT_SHARE = 0.5
"""The share of different values from which codes are those of the units themselves."""
_MIN_PRESENT_SHARE = 0.5
_MIN_UNNAMED = 3
"""With fewer features the values of a column without a name for codes prove nothing."""


@dataclass(frozen=True, slots=True)
class CodeColumn:
    """The column of codes; ``instead_of`` is one whose name is better and whose values are not.

    ``is_named`` is whether its name is one for codes.
    """

    name: str
    is_named: bool
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A column with how many features have a value in it, a division code, and different ones."""

    name: str
    is_named: bool
    rows: int
    present: int
    valid: int
    distinct: int

    @property
    def has_codes(self) -> bool:
        """Whether nearly all its values are division codes."""
        return bool(self.valid) and self.valid >= _MIN_VALID_SHARE * self.present

    @property
    def has_own_codes(self) -> bool:
        """Whether most features have a division code there, and most have their own."""
        return (
            self.has_codes
            and self.present >= _MIN_PRESENT_SHARE * self.rows
            and self.distinct >= _MIN_DISTINCT_SHARE * self.present
        )

    @property
    def is_convincing(self) -> bool:
        """Whether its values alone show that a column without a known name holds codes."""
        is_enough = self.rows >= _MIN_UNNAMED or is_likely_code_name(self.name)
        return self.has_own_codes and self.valid == self.present and is_enough


def find_code_column(
    columns: Sequence[str], attributes: Sequence[Mapping[str, Any]]
) -> CodeColumn | None:
    """The column of the units' own codes; None where there is none."""
    named = [(column, whole) for column, whole in match_column_names("code", list(columns))]
    candidates = [_examine_column(column, True, attributes) for column, _ in named]
    whole = {column for column, is_whole in named if is_whole}
    own = [one for one in candidates if one.has_own_codes]
    if own:
        most = max(one.distinct for one in own)
        best = next(one for one in own if one.distinct >= _MIN_VALID_SHARE * most)
        return _choose_column(best, candidates, whole)
    others = [
        _examine_column(column, False, attributes)
        for column in columns
        if column not in dict(named) and not is_likely_parent_name(column)
    ]
    convincing = [one for one in others if one.is_convincing]
    if convincing:
        return _choose_column(max(convincing, key=lambda one: one.distinct), candidates, whole)
    return _fall_back(candidates, whole)


def _choose_column(best: _Candidate, named: Sequence[_Candidate], whole: set[str]) -> CodeColumn:
    """A column, and the one that its name alone would have preferred, unless that is ambiguous."""
    first = next((one.name for one in named if one.name in whole and _is_specific(one.name)), None)
    return CodeColumn(best.name, best.is_named, first if first != best.name else None)


def _fall_back(named: Sequence[_Candidate], whole: set[str]) -> CodeColumn | None:
    """The best name, where no column holds codes that are different: of units that came apart."""
    for one in named:
        if one.has_codes or (one.name in whole and _is_specific(one.name)):
            return CodeColumn(one.name, True)
    return None


def _is_specific(column: str) -> bool:
    return column.strip().casefold() not in AMBIGUOUS_NAMES


def _examine_column(
    column: str, is_named: bool, attributes: Sequence[Mapping[str, Any]]
) -> _Candidate:
    texts = [read_as_text(row.get(column)) for row in attributes]
    return _Candidate(column, is_named, len(texts), *count_division_codes(texts))
