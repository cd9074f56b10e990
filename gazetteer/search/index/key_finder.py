"""Finding the names of the register in a text, by an automaton that outlives small changes.

Building the automaton of the whole country takes seconds, and some 90 MiB that cannot be shared
with other processes. Where few keys have changed the one at hand goes on: what it finds is
renumbered, and a second, small automaton finds what is new.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation
from numpy.typing import NDArray

KeyHit = tuple[int, int, int]
"""A key, and where in the text it starts and ends."""

_END_AND_START = itemgetter(2, 1)
_MAX_ADDED = 5_000
"""New keys up to which an automaton goes on; more would slow every search down."""


@dataclass(frozen=True, slots=True)
class KeyFinder:
    """Finds keys; those of the automaton are known by ``serials``, in ascending order of text.

    ``next_serial``: no key of the automaton has this serial number or a higher one. Where the keys
    of the index are others ``keys_now`` has their numbers (-1: gone), ``added_keys`` those that
    ``added_automaton`` finds.
    """

    lineage: str
    automaton: AhoCorasick
    serials: NDArray[Any]
    next_serial: int
    keys_now: Sequence[int] | None = None
    added_keys: Sequence[int] = ()
    added_automaton: AhoCorasick | None = None

    def find_hits(self, text: str) -> list[KeyHit]:
        """Every key in the text, overlapping ones too, by their ends and then their starts."""
        hits = self.automaton.find_matches_as_indexes(text, overlapping=True)
        if self.keys_now is None:
            return hits
        keys_now = self.keys_now
        hits = [(now, hit[1], hit[2]) for hit in hits if (now := keys_now[hit[0]]) >= 0]
        if self.added_automaton is not None:
            added = self.added_automaton.find_matches_as_indexes(text, overlapping=True)
            if added:
                hits += [(self.added_keys[key], start, end) for key, start, end in added]
                hits.sort(key=_END_AND_START)
        return hits


def build_key_finder(
    keys: Sequence[str],
    serials: NDArray[Any],
    lineage: str,
    next_serial: int,
    earlier: KeyFinder | None = None,
) -> KeyFinder:
    """The finder of keys, each known by its serial number; an earlier one is used where it can."""
    if earlier is None or earlier.lineage != lineage:
        return KeyFinder(lineage, _build_automaton(keys), serials.copy(), next_serial)
    added = np.flatnonzero(serials >= earlier.next_serial)
    if len(added) > _MAX_ADDED:
        return KeyFinder(lineage, _build_automaton(keys), serials.copy(), next_serial)
    if len(serials) == len(earlier.serials) and np.array_equal(serials, earlier.serials):
        keys_now = None
    else:
        key_of_serial = np.full(next_serial, -1, np.intc)
        key_of_serial[serials] = np.arange(len(serials))
        keys_now = memoryview(key_of_serial[earlier.serials])
    added_keys = added.tolist()
    return KeyFinder(
        lineage,
        earlier.automaton,
        earlier.serials,
        earlier.next_serial,
        keys_now,
        added_keys,
        _build_automaton([keys[key] for key in added_keys]) if added_keys else None,
    )


def _build_automaton(keys: Iterable[str]) -> AhoCorasick:
    return AhoCorasick(keys, implementation=Implementation.ContiguousNFA)
