"""The attributes of units beside names and hierarchy: flat arrays by the states of an index.

Enough to answer for a code from memory what
:func:`gazetteer.records.division_queries.load_division` loads from the database, and to filter by
class.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from gazetteer.search.index.index_source import IndexSource, NodeStateRow
from gazetteer.search.index.node_points import NodePoints, build_node_points

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


class _WordTable:
    """Words, each once, and their positions."""

    def __init__(self) -> None:
        self.positions: dict[str | None, int] = {}

    def encode_column(self, values: Iterable[str | None]) -> Sequence[int]:
        """The positions of the words; a word that is new gets the next one."""
        known = self.positions
        return array("h", (known.setdefault(value, len(known)) for value in values))


def build_unit_attributes(
    source: IndexSource, states: Sequence[NodeStateRow], node_numbers: Mapping[str, int]
) -> UnitAttributes:
    """The attributes of states that are in the order of the index."""
    words = _WordTable()

    def encode_nodes(parents: Iterable[str | None]) -> Sequence[int]:
        return array(
            "i", (NO_NODE if p is None else node_numbers.get(p, NODE_NOT_INDEXED) for p in parents)
        )

    classes = words.encode_column(s.legal_class for s in states)
    types = words.encode_column(s.unit_type for s in states)
    starts = words.encode_column(s.start_precision for s in states)
    ends = words.encode_column(s.end_precision for s in states)
    numbered_codes = sorted(
        (int(s.code), i)
        for i, s in enumerate(states)
        if s.code is not None and _is_numeric_code(s.code)
    )
    return UnitAttributes(
        words=list(words.positions),
        legal_classes=classes,
        unit_types=types,
        start_precisions=starts,
        end_precisions=ends,
        subordinations=encode_nodes(s.subordination for s in states),
        custodies=encode_nodes(s.custody for s in states),
        sorted_codes=array("q", (code for code, _ in numbered_codes)),
        sorted_states=array("i", (state for _, state in numbered_codes)),
        seats=build_node_points(source.seats, node_numbers),
        succession_json={
            node_numbers[unit]: links for unit, links in source.succession if unit in node_numbers
        },
        incomplete_nodes=frozenset(_find_incomplete_nodes(source, states, node_numbers)),
    )


def _find_incomplete_nodes(
    source: IndexSource, states: Sequence[NodeStateRow], node_numbers: Mapping[str, int]
) -> Iterator[int]:
    yield from (node_numbers[unit] for unit in source.nameless if unit in node_numbers)
    for before, after in pairwise(states):
        if before.node == after.node and before.place != after.place:
            yield node_numbers[after.node]


def _is_numeric_code(code: str) -> bool:
    return code.isascii() and code.isdigit() and len(code) <= _MAX_DIGITS
