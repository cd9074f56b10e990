"""Everything whose name begins with a text: by Han characters, pinyin, initials, Latin names."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import NamedTuple

import numpy as np

from gazetteer.search.autocomplete.filters import RankingCosts
from gazetteer.search.autocomplete.generic_spellings import (
    ALL_GENERIC_INITIALS,
    ALL_GENERIC_SPELLINGS,
    GENERIC_INITIALS,
    GENERIC_SPELLINGS,
    NO_GENERICS,
)
from gazetteer.search.autocomplete.ranking import (
    COUNTY_LEVEL,
    MATCH_COSTS,
    MAX_MISSING_CHARACTERS,
    MISSING_CHARACTER_COST,
    PREFIX_ONLY_COST,
    PREFIX_ONLY_COST_BELOW_COUNTY,
    STEM_COST,
    compute_missing_costs,
    compute_prefix_costs,
)
from gazetteer.search.index.candidates import Candidate, NameRelation
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.prefix_index import PrefixIndex, extract_lengths
from gazetteer.search.text.name_forms import NameForm


class PrefixHit(NamedTuple):
    """A node, and why: the name or spelling that matched, with its period (ordinals).

    ``matched_by`` is a key of :data:`gazetteer.search.autocomplete.ranking.MATCH_COSTS`. ``state``
    is the state in which the node is shown: that of the day, or the nearest if it has none then.
    An empty ``matched_name`` means the register's own spelling of the name that is shown.
    ``relation``: what the name is to the node; of what was found by a code, what the code is to it.
    ``is_complete``: the full name was typed, and not only its beginning.
    """

    cost: float
    node: int
    state: int
    matched_name: str
    matched_by: str
    relation: NameRelation
    is_complete: bool
    since: int
    until: int


class PrefixQuery(NamedTuple):
    """Where to search, and the number of rows of names to be examined at most."""

    day_index: DayIndex
    costs: RankingCosts
    most: int


_CURRENT = NameRelation.CURRENT_NAME
_MAX_MEANINGS_OF_NAME = 1024
"""Meanings of one name that are examined where nothing chooses among them."""
_NAMES_PER_NODE = 2
"""Most nodes have two texts or more that begin alike: 市桥, 市桥街, 市桥街道."""


def find_by_name(query: PrefixQuery, text: str) -> Iterator[PrefixHit]:
    """By a name in Han characters."""
    index = query.day_index.index
    prefix_index = PrefixIndex(
        index.keys, index.meaning_offsets, index.meaning_node, (), index.key_rank, ()
    )
    wide_query = query._replace(most=_NAMES_PER_NODE * query.most)
    for key, rows in _select_likely_rows(wide_query, prefix_index, text, [text]):
        missing = len(index.keys[key]) - len(text)
        nodes = {index.meaning_node[row] for row in rows}
        yield from find_by_key(query, key, missing, is_complete=not missing, nodes=nodes)


def _select_likely_rows(
    query: PrefixQuery, prefix_index: PrefixIndex, text: str, complete_texts: Collection[str]
) -> Iterator[tuple[int, Sequence[int]]]:
    """The texts that begin with a text, each with its rows, of very many those that cost least.

    ``complete_texts`` are full names, at no extra cost for a beginning.
    """
    low, high = prefix_index.texts.find_prefix_range(text)
    if prefix_index.row_offsets[high] - prefix_index.row_offsets[low] <= query.most:
        for key in range(low, high):
            yield key, prefix_index.get_rows(key)
        return
    row_at = np.asarray(prefix_index.row_offsets[low : high + 1])
    first, last = int(row_at[0]), int(row_at[-1])
    nodes = np.asarray(prefix_index.nodes[first:last])
    costs = query.costs.compute_costs(nodes)
    keys = np.repeat(np.arange(low, high), np.diff(row_at))
    costs = costs + compute_missing_costs(extract_lengths(prefix_index.rank[keys]) - len(text))
    prefix_costs = compute_prefix_costs(query.costs.node_arrays.levels[nodes])
    for complete_text in complete_texts:
        position = prefix_index.texts.find_position(complete_text)
        if position is not None:
            prefix_costs[
                prefix_index.row_offsets[position] - first : prefix_index.row_offsets[position + 1]
                - first
            ] = 0.0
    costs += prefix_costs
    rows = np.arange(first, last)
    rows = rows[np.argpartition(costs, query.most)[: query.most]]
    rows = rows[costs[rows - first] < np.inf]
    rows_by_key: dict[int, list[int]] = {}
    for row, key in zip(rows.tolist(), keys[rows - first].tolist(), strict=True):
        rows_by_key.setdefault(key, []).append(row)
    yield from rows_by_key.items()


def find_by_key(
    query: PrefixQuery,
    key: int | None,
    missing: int,
    *,
    is_complete: bool,
    matched_by: str | None = None,
    nodes: AbstractSet[int] | None = None,
) -> Iterator[PrefixHit]:
    """What one name means on the day.

    Args:
        query: where to search.
        key: the key of the name; None for a name that is no key.
        missing: characters that were not typed.
        is_complete: whether the full name was typed, and not only its beginning.
        matched_by: how it was found, if not by this name itself.
        nodes: only what the name means as a name of these; None for anything.
    """
    if key is None:
        return
    day_index = query.day_index
    candidates = [
        candidate
        for candidate in day_index.find_candidates(key, _select_meanings(day_index, key, nodes))
        if candidate.relation is not NameRelation.FORMER_PARENT
        and (nodes is None or candidate.named_node in nodes)
    ]
    name = day_index.index.keys[key]
    for candidate in candidates:
        hit = _build_candidate_hit(query, name, candidate, missing, is_complete, matched_by)
        if hit.cost < np.inf:
            yield hit
    if matched_by is None and nodes is not None:
        other_nodes = nodes - {candidate.named_node for candidate in candidates}
        yield from _find_at_other_times(query, key, missing, is_complete, other_nodes)


def _build_candidate_hit(
    query: PrefixQuery,
    name: str,
    candidate: Candidate,
    missing: int,
    is_complete: bool,
    matched_by: str | None,
) -> PrefixHit:
    """A candidate with its cost, infinite for what the filters exclude."""
    cost = query.costs.compute_cost(candidate.node)
    is_former_name = candidate.relation is not _CURRENT
    match_kind = matched_by or ("former" if is_former_name else candidate.form.label)
    cost += MATCH_COSTS[match_kind] + (
        MATCH_COSTS["former"] if is_former_name and matched_by else 0.0
    )
    if candidate.form is NameForm.STEM:
        cost += STEM_COST
    cost += 0.0 if is_complete else _compute_prefix_cost(query.costs, candidate.node, missing)
    return PrefixHit(
        cost,
        candidate.node,
        query.day_index.states[candidate.node],
        name,
        match_kind,
        candidate.relation,
        is_complete,
        candidate.since,
        candidate.until,
    )


def _select_meanings(
    day_index: DayIndex, key: int, nodes: AbstractSet[int] | None
) -> Iterable[int]:
    """The meanings of a key that name certain nodes, or the first of all."""
    index = day_index.index
    first, last = index.meaning_offsets[key], index.meaning_offsets[key + 1]
    if nodes is None or last - first <= len(nodes):
        return range(first, min(last, first + _MAX_MEANINGS_OF_NAME))
    meaning_nodes = index.meaning_node
    starts = [bisect_left(meaning_nodes, node, first, last) for node in sorted(nodes)]
    ends = [bisect_right(meaning_nodes, node, first, last) for node in sorted(nodes)]
    return chain.from_iterable(map(range, starts, ends))


def _compute_prefix_cost(costs: RankingCosts, node: int, missing: int) -> float:
    base_cost = (
        PREFIX_ONLY_COST
        if costs.node_arrays.levels[node] <= COUNTY_LEVEL
        else PREFIX_ONLY_COST_BELOW_COUNTY
    )
    return base_cost + MISSING_CHARACTER_COST * min(missing, MAX_MISSING_CHARACTERS)


def _find_at_other_times(
    query: PrefixQuery, key: int, missing: int, is_complete: bool, nodes: Collection[int]
) -> Iterator[PrefixHit]:
    """What bears the name later, or bore it and ended without a successor."""
    day_index, index = query.day_index, query.day_index.index
    rows = range(index.meaning_offsets[key], index.meaning_offsets[key + 1]) if nodes else ()
    for row in rows:
        node = index.meaning_node[row]
        is_later = index.meaning_start[row] > day_index.day
        current_state = day_index.states[node]
        if node not in nodes or (
            not is_later and (current_state >= 0 or node in index.linked_units)
        ):
            continue
        cost = query.costs.compute_cost(node)
        if cost == np.inf:
            continue
        matched_by = "later" if is_later else "ended"
        relation = NameRelation.LATER_NAME if is_later else NameRelation.FORMER_NAME
        other_state = index.state_offsets[node] if is_later else index.state_offsets[node + 1] - 1
        cost += MATCH_COSTS[matched_by] + (
            0.0 if is_complete else _compute_prefix_cost(query.costs, node, missing)
        )
        since, until = index.meaning_start[row], index.meaning_end[row]
        state = current_state if current_state >= 0 else other_state
        yield PrefixHit(
            cost, node, state, index.keys[key], matched_by, relation, is_complete, since, until
        )


def find_by_pinyin(query: PrefixQuery, latin: str) -> Iterator[PrefixHit]:
    """By full pinyin, or its beginning."""
    pinyin = query.day_index.index.pinyin
    return _find_in_spellings(
        query, pinyin, latin, "pinyin", GENERIC_SPELLINGS, ALL_GENERIC_SPELLINGS
    )


def find_by_spelling(query: PrefixQuery, latin: str) -> Iterator[PrefixHit]:
    """By pinyin, by initials, and by other names in Latin letters."""
    index = query.day_index.index
    yield from find_by_pinyin(query, latin)
    yield from _find_in_spellings(
        query, index.initials, latin, "initials", GENERIC_INITIALS, ALL_GENERIC_INITIALS
    )
    yield from _find_in_spellings(query, index.latin, latin, "latin", NO_GENERICS, {""})


def _find_in_spellings(
    query: PrefixQuery,
    prefix_index: PrefixIndex,
    latin: str,
    matched_by: str,
    generics: Sequence[Collection[str]],
    any_generic: Collection[str],
) -> Iterator[PrefixHit]:
    day_index, index, costs = query.day_index, query.day_index.index, query.costs
    names, states = index.names, day_index.states
    for position, rows in _select_likely_rows(
        query, prefix_index, latin, [latin + g for g in any_generic]
    ):
        rest = prefix_index.texts[position][len(latin) :]
        for row in rows:
            node, state = prefix_index.nodes[row], prefix_index.states[row]
            is_complete = rest in generics[index.levels[state]]
            current_state = states[node]
            if current_state != state and (
                current_state < 0 or names[current_state] != names[state]
            ):
                key = index.find_key(names[state])
                yield from find_by_key(
                    query,
                    key,
                    len(rest),
                    is_complete=is_complete,
                    matched_by=matched_by,
                    nodes={node},
                )
                continue
            cost = costs.compute_cost(node) + MATCH_COSTS[matched_by]
            if cost < np.inf:
                cost += 0.0 if is_complete else _compute_prefix_cost(costs, node, len(rest))
                name = prefix_index.display_texts[row] if prefix_index.display_texts else ""
                period = index.starts[current_state], index.ends[current_state]
                yield PrefixHit(
                    cost, node, current_state, name, matched_by, _CURRENT, is_complete, *period
                )
