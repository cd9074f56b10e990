"""The attributes of units beside names and hierarchy: flat arrays by the states of an index.

Enough to answer for a code from memory what
:func:`gazetteer.records.division_queries.load_division` loads from the database, and to filter by
class.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gazetteer.search.index.node_points import NodePoints

NO_NODE, NODE_NOT_INDEXED = -1, -2
"""No such node; or one that the index does not hold, because it never had a name."""
_MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class UnitAttributes:
    """One row for each state of the index; columns of words hold positions in ``words``.

    ``sorted_codes`` leads from a code, as a number, to its states. ``succession_json`` holds, as
    JSON text, the succession links of the nodes that have any. ``incomplete_nodes`` are those of
    which the index does not know all: they had no name at some time, or have changed their place
    record. ``summary_cache`` remembers the summaries of units above others.
    """

    words: Sequence[str | None]
    legal_classes: Sequence[int]
    unit_types: Sequence[int]
    start_precisions: Sequence[int]
    end_precisions: Sequence[int]
    subordinations: Sequence[int]
    custodies: Sequence[int]
    sorted_codes: Sequence[int]
    sorted_states: Sequence[int]
    seats: NodePoints
    succession_json: Mapping[int, str]
    incomplete_nodes: frozenset[int]
    summary_cache: dict[int, dict[str, Any]] = field(default_factory=dict)

    def iter_states_by_code(self, code: str) -> Iterator[int]:
        """The states whose code is the same number; ``code`` is of digits."""
        number = int(code)
        row = bisect_left(self.sorted_codes, number)
        while row < len(self.sorted_codes) and self.sorted_codes[row] == number:
            yield self.sorted_states[row]
            row += 1


def encode_words(words: dict[str | None, int], values: Iterable[str | None]) -> list[int]:
    """The positions of words; one that is new is added to ``words`` with the next position."""
    return [words.setdefault(value, len(words)) for value in values]


def parse_code_number(code: str | None) -> int | None:
    """A code as the number by which it is found; None if it is none."""
    is_number = code is not None and code.isascii() and code.isdigit()
    return int(code) if code and is_number and len(code) <= _MAX_DIGITS else None
