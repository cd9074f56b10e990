"""What is told of a unit beside its names and its place: flat arrays by the states of an index.

Enough to answer for a code from memory as :func:`gazetteer.records.reads.division` does from the
database, and to filter by class.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from gazetteer.search.points import Points, points
from gazetteer.search.source import Source, StateRow

NONE, NOT_HERE = -1, -2
"""No such node; or one that the index does not hold, because it never had a name."""
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Particulars:
    """One row for each state of the index; words are kept once and told by their position.

    ``sorted_codes`` leads from a code, as a number, to its states. ``kin`` holds, as JSON text,
    the succession links of the nodes that have any. ``unsure`` are nodes of which the index does
    not know all: those with a time without a name, or that have changed their place record.
    ``briefs`` remembers how the states of units are told that have units below them.
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
    seats: Points
    kin: Mapping[int, str]
    unsure: frozenset[int]
    briefs: dict[int, dict[str, Any]] = field(default_factory=dict)

    def numbered(self, code: str) -> Iterator[int]:
        """The states whose code is the same number; ``code`` is of digits."""
        number = int(code)
        row = bisect_left(self.sorted_codes, number)
        while row < len(self.sorted_codes) and self.sorted_codes[row] == number:
            yield self.sorted_states[row]
            row += 1


class _Words:
    """Each word once."""

    def __init__(self) -> None:
        self.positions: dict[str | None, int] = {}

    def column(self, values: Iterable[str | None]) -> Sequence[int]:
        """The positions of the words."""
        known = self.positions
        return array("h", (known.setdefault(value, len(known)) for value in values))


def particulars(
    source: Source, states: Sequence[StateRow], number: Mapping[str, int]
) -> Particulars:
    """The particulars of states that are in the order of the index."""
    words = _Words()

    def nodes(parents: Iterable[str | None]) -> Sequence[int]:
        return array("i", (NONE if p is None else number.get(p, NOT_HERE) for p in parents))

    classes = words.column(s.legal_class for s in states)
    types = words.column(s.unit_type for s in states)
    starts = words.column(s.start_precision for s in states)
    ends = words.column(s.end_precision for s in states)
    coded = sorted(
        (int(s.code), i) for i, s in enumerate(states) if s.code is not None and _counts(s.code)
    )
    return Particulars(
        words=list(words.positions),
        legal_classes=classes,
        unit_types=types,
        start_precisions=starts,
        end_precisions=ends,
        subordinations=nodes(s.subordination for s in states),
        custodies=nodes(s.custody for s in states),
        sorted_codes=array("q", (code for code, _ in coded)),
        sorted_states=array("i", (state for _, state in coded)),
        seats=points(source.seats, number),
        kin={number[unit]: links for unit, links in source.kin if unit in number},
        unsure=frozenset(_unsure(source, states, number)),
    )


def _unsure(source: Source, states: Sequence[StateRow], number: Mapping[str, int]) -> Iterator[int]:
    yield from (number[unit] for unit in source.nameless if unit in number)
    for before, after in pairwise(states):
        if before.node == after.node and before.place != after.place:
            yield number[after.node]


def _counts(code: str) -> bool:
    return code.isascii() and code.isdigit() and len(code) <= _MOST_DIGITS
