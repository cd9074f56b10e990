"""Units by the code, or its first digits, that somebody types."""

from bisect import bisect_left
from collections.abc import Iterator
from math import inf

from gazetteer.records.written_codes import strip_filling
from gazetteer.search.autocomplete.prefix_search import PrefixHit, PrefixQuery
from gazetteer.search.autocomplete.ranking import MATCH_COSTS, MISSING_CHARACTER_COST
from gazetteer.search.index.candidates import NameRelation
from gazetteer.search.index.division_lookup import find_node_of_state

_LENGTHS = (6, 9, 12)
_MIN_DIGITS = 2
_MAX_STATES = 500


def is_code_beginning(text: str) -> bool:
    """Whether a text may be a code, or the beginning of one."""
    is_number = text.isascii() and text.isdigit()
    return is_number and _MIN_DIGITS <= len(text) <= _LENGTHS[-1] and text[0] != "0"


def find_by_code(query: PrefixQuery, text: str) -> Iterator[PrefixHit]:
    """The units whose codes begin with some digits; of codes of the past, what stands for them.

    4401 is 440100 first, and then what lies under it.
    """
    digits = strip_filling(text)
    whole = digits.ljust(_LENGTHS[0], "0") if len(digits) in (2, 4) else digits
    for state in _iter_states(query, digits):
        code = query.day_index.index.codes[state]
        if code is not None and code.startswith(digits):
            yield from _find_by_state(query, state, code, is_complete=code == whole)


def _iter_states(query: PrefixQuery, digits: str) -> Iterator[int]:
    """The states with such codes: of the shortest length first, and of no more than are needed."""
    attributes = query.day_index.index.attributes
    codes, count = attributes.sorted_codes, 0
    for length in _LENGTHS:
        if length < len(digits) or count >= query.most:
            continue
        scale = 10 ** (length - len(digits))
        low = bisect_left(codes, int(digits) * scale)
        high = min(bisect_left(codes, (int(digits) + 1) * scale, low), low + _MAX_STATES)
        count += high - low
        yield from (attributes.sorted_states[row] for row in range(low, high))


def _find_by_state(
    query: PrefixQuery, state: int, code: str, *, is_complete: bool
) -> Iterator[PrefixHit]:
    day_index, index = query.day_index, query.day_index.index
    named, since, until = find_node_of_state(index, state), index.starts[state], index.ends[state]
    is_former = not since <= day_index.day < until
    relation = NameRelation.FORMER_NAME if is_former else NameRelation.CURRENT_NAME
    for node in day_index.resolve_in_force(named):
        cost = query.costs.compute_cost(node) + (MATCH_COSTS["former"] if is_former else 0.0)
        cost += 0.0 if is_complete else MISSING_CHARACTER_COST * len(code)
        if cost < inf:
            current = day_index.states[node]
            yield PrefixHit(cost, node, current, code, "code", relation, is_complete, since, until)
