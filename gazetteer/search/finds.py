"""Everything whose name begins with a text: by Han characters, pinyin, initials, Latin names."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import NamedTuple

import numpy as np

from gazetteer.records.levels import LEVELS
from gazetteer.search.claims import Via
from gazetteer.search.filters import Weights
from gazetteer.search.prefixes import Prefixes, lengths
from gazetteer.search.ranking import (
    BEGINNING,
    BEGINNING_BELOW,
    BY,
    COUNTY,
    MOST_CHARACTERS,
    PER_CHARACTER,
    of_beginnings,
    of_missing,
)
from gazetteer.search.view import View


class Find(NamedTuple):
    """A node, and why: the name or spelling that matched, with its period (ordinals).

    ``by`` is a key of :data:`gazetteer.search.ranking.BY`. ``state`` is what the node is shown
    as: that of the day, or the nearest if it has none then. Without ``matched`` it is by the
    register's own spelling of what is shown.
    """

    cost: float
    node: int
    state: int
    matched: str
    by: str
    former: bool
    whole: bool
    since: int
    until: int


class Search(NamedTuple):
    """Where something is looked for, and how many rows of names are looked at."""

    view: View
    weights: Weights
    most: int


_GENERICS: Mapping[str, Sequence[str]] = {
    "province": ("sheng", "shi", "zizhiqu", "tebiexingzhengqu"),
    "prefecture": ("shi", "diqu", "zizhizhou", "meng"),
    "county": ("qu", "xian", "shi", "zizhixian", "qi", "zizhiqi", "linqu", "tequ"),
    "township": ("zhen", "xiang", "jiedao", "minzuxiang"),
    "village": ("cun", "cunminweiyuanhui", "juminweiyuanhui", "shequ", "shequjuminweiyuanhui"),
}
"""Readings of generic parts: whoever types a name in pinyin leaves them out."""
_READINGS = [frozenset(("", *_GENERICS.get(level, ()))) for level in LEVELS]
_INITIALS = [frozenset(word[:1] for word in words) for words in _READINGS]
_NOTHING = [frozenset(("",)) for _ in LEVELS]
_ALL_READINGS = frozenset().union(*_READINGS)
_ALL_INITIALS = frozenset().union(*_INITIALS)


_MOST_OF_ONE = 1024
"""Meanings of one name that are looked at where nothing tells which matter."""
_NAMES_OF_ONE = 2
"""Most nodes have two texts or more that begin alike: 市桥, 市桥街, 市桥街道."""


def named(search: Search, text: str) -> Iterator[Find]:
    """By a name in Han characters."""
    index = search.view.index
    texts = Prefixes(index.keys, index.meaning_at, index.meaning_node, (), index.key_rank, ())
    wide = search._replace(most=_NAMES_OF_ONE * search.most)
    for key, rows in _likely(wide, texts, text, [text]):
        missing = len(index.keys[key]) - len(text)
        nodes = {index.meaning_node[row] for row in rows}
        yield from meant(search, key, missing, whole=not missing, nodes=nodes)


def _likely(
    search: Search, texts: Prefixes, text: str, wholes: Collection[str]
) -> Iterator[tuple[int, Sequence[int]]]:
    """Texts that begin so, with the rows that cost least; ``wholes`` are not mere beginnings."""
    low, high = texts.texts.stretch(text)
    if texts.row_at[high] - texts.row_at[low] <= search.most:
        for key in range(low, high):
            yield key, texts.rows(key)
        return
    row_at = np.asarray(texts.row_at[low : high + 1])
    first, last = int(row_at[0]), int(row_at[-1])
    nodes = np.asarray(texts.nodes[first:last])
    cost = search.weights.of(nodes)
    keys = np.repeat(np.arange(low, high), np.diff(row_at))
    cost = cost + of_missing(lengths(texts.rank[keys]) - len(text))
    beginning = of_beginnings(search.weights.ground.levels[nodes])
    for whole in wholes:
        found = texts.texts.find(whole)
        if found is not None:
            beginning[texts.row_at[found] - first : texts.row_at[found + 1] - first] = 0.0
    cost += beginning
    rows = np.arange(first, last)
    rows = rows[np.argpartition(cost, search.most)[: search.most]]
    rows = rows[cost[rows - first] < np.inf]
    chosen: dict[int, list[int]] = {}
    for row, key in zip(rows.tolist(), keys[rows - first].tolist(), strict=True):
        chosen.setdefault(key, []).append(row)
    yield from chosen.items()


def meant(
    search: Search,
    key: int | None,
    missing: int,
    *,
    whole: bool,
    by: str | None = None,
    nodes: AbstractSet[int] | None = None,
) -> Iterator[Find]:
    """What one name means on the day.

    Args:
        search: where.
        key: of the name; None for none.
        missing: characters that were not typed.
        whole: not the beginning only was typed.
        by: how it was found, if not by this name itself.
        nodes: only what these had the name for; None: anything.
    """
    if key is None:
        return
    view, weights = search.view, search.weights
    written = view.index.keys[key]
    claims = [
        claim
        for claim in view.claims_of(key, _rows(view, key, nodes))
        if claim.via is not Via.GAVE and (nodes is None or claim.named in nodes)
    ]
    for claim in claims:
        weight = weights.one(claim.node)
        if weight == np.inf:
            continue
        former = claim.via is not Via.NAME
        how = by or ("former" if former else claim.form.told)
        weight += BY[how] + (BY["former"] if former and by else 0.0)
        weight += 0.0 if whole else _begun(weights, claim.node, missing)
        state = view.states[claim.node]
        yield Find(weight, claim.node, state, written, how, former, whole, claim.since, claim.until)
    if by is None and nodes is not None:
        others = nodes - {claim.named for claim in claims}
        yield from _at_other_times(search, key, missing, whole, others)


def _rows(view: View, key: int, nodes: AbstractSet[int] | None) -> Iterable[int]:
    """The meanings of a key that name certain nodes, or the first of all."""
    index = view.index
    first, last = index.meaning_at[key], index.meaning_at[key + 1]
    if nodes is None or last - first <= len(nodes):
        return range(first, min(last, first + _MOST_OF_ONE))
    named = index.meaning_node
    starts = [bisect_left(named, node, first, last) for node in sorted(nodes)]
    ends = [bisect_right(named, node, first, last) for node in sorted(nodes)]
    return chain.from_iterable(map(range, starts, ends))


def _begun(weights: Weights, node: int, missing: int) -> float:
    start = BEGINNING if weights.ground.levels[node] <= COUNTY else BEGINNING_BELOW
    return start + PER_CHARACTER * min(missing, MOST_CHARACTERS)


def _at_other_times(
    search: Search, key: int, missing: int, whole: bool, nodes: Collection[int]
) -> Iterator[Find]:
    """What bears the name later, or bore it and ended with nothing after it."""
    view, index = search.view, search.view.index
    rows = range(index.meaning_at[key], index.meaning_at[key + 1]) if nodes else ()
    for row in rows:
        node = index.meaning_node[row]
        later = index.meaning_start[row] > view.day
        now = view.states[node]
        if node not in nodes or (not later and (now >= 0 or node in index.linked)):
            continue
        weight = search.weights.one(node)
        if weight == np.inf:
            continue
        by = "later" if later else "ended"
        other = index.state_at[node] if later else index.state_at[node + 1] - 1
        weight += BY[by] + (0.0 if whole else _begun(search.weights, node, missing))
        since, until = index.meaning_start[row], index.meaning_end[row]
        state = now if now >= 0 else other
        yield Find(weight, node, state, index.keys[key], by, not later, whole, since, until)


def spelt(search: Search, latin: str) -> Iterator[Find]:
    """By pinyin, by initials, and by other names in Latin letters."""
    index = search.view.index
    yield from _spelt(search, index.pinyin, latin, "pinyin", _READINGS, _ALL_READINGS)
    yield from _spelt(search, index.initials, latin, "initials", _INITIALS, _ALL_INITIALS)
    yield from _spelt(search, index.latin, latin, "latin", _NOTHING, {""})


def _spelt(
    search: Search,
    texts: Prefixes,
    latin: str,
    by: str,
    generics: Sequence[Collection[str]],
    any_generic: Collection[str],
) -> Iterator[Find]:
    view, index, weights = search.view, search.view.index, search.weights
    names, states = index.names, view.states
    for position, rows in _likely(search, texts, latin, [latin + g for g in any_generic]):
        rest = texts.texts[position][len(latin) :]
        for row in rows:
            node, state = texts.nodes[row], texts.states[row]
            whole = rest in generics[index.levels[state]]
            now = states[node]
            if now != state and (now < 0 or names[now] != names[state]):
                key = index.key(names[state])
                yield from meant(search, key, len(rest), whole=whole, by=by, nodes={node})
                continue
            cost = weights.one(node) + BY[by]
            if cost < np.inf:
                cost += 0.0 if whole else _begun(weights, node, len(rest))
                matched = texts.shown[row] if texts.shown else ""
                span = index.starts[now], index.ends[now]
                yield Find(cost, node, now, matched, by, False, whole, *span)
