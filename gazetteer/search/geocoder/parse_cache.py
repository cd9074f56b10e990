"""The parse states to which the names of plain addresses led, for all addresses that begin alike.

A trie with one state for each name that followed another: the fast path
(:mod:`gazetteer.search.geocoder.fast_path`) takes the next address with the same beginning from
there.
"""

from collections.abc import Sequence, Set
from typing import Any

from msgspec import field

from gazetteer.search.geocoder.interpretations import Interpretation
from gazetteer.search.geocoder.name_context import KeyHit
from gazetteer.search.index.day_index import DayIndex, UnitRef
from gazetteer.search.text.structs import MutableStruct

_MEMO_KEY = "parse trie"
_MAX_STATES = 50_000


class ParseState(MutableStruct):
    """What the names on the way down have led to; the same for every text that begins with them.

    ``interpretation`` is by the names so far, down to ``node``; the last of them ends at
    ``names_end``. ``unnamed_units`` are the units of its chain that have no name in the text.
    ``overlapping_hits`` are the other names in the last step, or that reach into it;
    ``inner_ends`` the ends of those that begin within a step.

    ``is_unambiguous``: none of these may be meant instead. ``is_doubtful``: one that reaches behind
    the last step may, unless another step begins there. ``needs_next_name``: it is right only if
    another step follows.

    ``blocking_chars`` are the characters before which this step may not be taken;
    ``context_dependent``: it depends on more than these, so that it is not cached.
    ``next_states`` are the states that follow by the next name, by its key alone where it begins
    at ``names_end``. ``partial_match`` caches what becomes of the interpretation.
    """

    interpretation: Interpretation
    node: int
    names_end: int
    unnamed_units: tuple[UnitRef, ...] = ()
    overlapping_hits: Sequence[KeyHit] = ()
    inner_ends: tuple[int, ...] = ()
    is_unambiguous: bool = True
    is_doubtful: bool = False
    blocking_chars: Set[str] = frozenset()
    context_dependent: bool = False
    needs_next_name: bool = False
    next_states: "dict[int | KeyHit, ParseState]" = field(default_factory=dict)
    partial_match: Any = None


class ParseTrie:
    """The parse states so far, from the beginning of a text on; in bounded memory.

    States of units with nothing under them are many and seldom met again: they are dropped first,
    so that the way to them stays.
    """

    def __init__(self) -> None:
        self.root = ParseState(Interpretation((), (), (), (), 0, False, 0), -1, 0)
        self.inner_count = 0
        self.leaf_parents: list[ParseState] = []

    def add_state(
        self, day_index: DayIndex, parse_state: ParseState, key: int | KeyHit, following: ParseState
    ) -> None:
        """Remember the state to which the next name leads."""
        parse_state.next_states[key] = following
        if _is_leaf(day_index, following):
            self.leaf_parents.append(parse_state)
            if len(self.leaf_parents) > _MAX_STATES:
                self._drop_leaves(day_index)
        else:
            self.inner_count += 1

    def _drop_leaves(self, day_index: DayIndex) -> None:
        leaf_parents, self.leaf_parents = self.leaf_parents, []
        for parse_state in leaf_parents:
            parse_state.next_states = {
                key: following
                for key, following in parse_state.next_states.items()
                if not _is_leaf(day_index, following)
            }


def _is_leaf(day_index: DayIndex, parse_state: ParseState) -> bool:
    return parse_state.node >= 0 and not day_index.standard_names.has_children[parse_state.node]


def get_parse_trie(day_index: DayIndex) -> ParseTrie:
    """The parse states of texts on the day of the index."""
    trie: ParseTrie | None = day_index.memo.get(_MEMO_KEY)
    if trie is None or trie.inner_count > _MAX_STATES:
        trie = ParseTrie()
        day_index.remember(_MEMO_KEY, trie)
    return trie
