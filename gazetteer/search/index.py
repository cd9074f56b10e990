"""All names of the register in memory: an automaton over their texts, and what each may mean.

A *node* is a unit, or a place that is no unit. Nodes are numbered so that everything under a node,
by its latest parent, follows it without a gap. Days are proleptic ordinals, half-open; the arrays
are flat, so that the whole country fits (665 000 units: a few hundred MiB).
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation
from numpy.typing import NDArray

from gazetteer.records.levels import LEVELS, Level
from gazetteer.records.translation import Link
from gazetteer.search.days import OPEN_END, OPEN_START, ordinal
from gazetteer.search.forms import Form, forms_of, generic_of_township
from gazetteer.search.latin import typed
from gazetteer.search.normalize import key_of
from gazetteer.search.particulars import Particulars, particulars
from gazetteer.search.points import Points, points
from gazetteer.search.prefixes import Entry, Prefixes, prefixes, rank_of, ranks
from gazetteer.search.source import Kind, NameRow, Source, StateRow
from gazetteer.search.text import latin_key
from gazetteer.search.texts import MaybeTexts, SortedTexts, Texts

_HIGH = rank_of(LEVELS.index(Level.TOWNSHIP), 0)
"""Keys of a rank below this mean a county or more."""


@dataclass(frozen=True, slots=True)
class Index:
    """The names of one state of the register; nothing in it ever changes.

    States of node ``n``: ``state_at[n]`` to ``state_at[n + 1]``; meanings of key ``k``:
    ``meaning_at[k]`` to ``meaning_at[k + 1]``, in the order of nodes. ``whole_keys``,
    ``bare_keys`` and ``high`` tell of each key whether it is a whole name, whether it is a bare
    one, and whether it may mean a county or more.
    """

    seq: int
    recorded_at: datetime | None
    ids: Sequence[str]
    places: Sequence[str | None]
    points: Points
    particulars: Particulars
    kinds: Sequence[int]
    last_under: Sequence[int]
    state_at: Sequence[int]
    levels: Sequence[int]
    parents: Sequence[int]
    codes: Sequence[str | None]
    names: Sequence[str]
    romanized: Sequence[str | None]
    starts: Sequence[int]
    ends: Sequence[int]
    keys: SortedTexts
    meaning_at: Sequence[int]
    meaning_node: Sequence[int]
    meaning_form: Sequence[int]
    meaning_start: Sequence[int]
    meaning_end: Sequence[int]
    automaton: AhoCorasick
    key_rank: NDArray[np.int16]
    high_keys: Sequence[int]
    pinyin: Prefixes
    initials: Prefixes
    latin: Prefixes
    links: Mapping[UUID, Sequence[Link]]
    linked: Mapping[int, UUID]
    linked_number: Mapping[UUID, int]
    whole_keys: bytes
    bare_keys: bytes
    high: bytes

    def hits(self, text: str) -> list[tuple[int, int, int]]:
        """Every key in the text, overlapping ones too: (key, start, end)."""
        return self.automaton.find_matches_as_indexes(text, overlapping=True)

    def key(self, name: str) -> int | None:
        """The key of a name of the register; None for one that is too short to be looked for."""
        return self.keys.find(key_of(name))

    def is_unit(self, node: int) -> bool:
        """Whether the node is a unit and not just a place."""
        return self.kinds[node] == Kind.UNIT

    def are_linked(self) -> NDArray[np.bool_]:
        """Whether each node has links to others: what it was may lie elsewhere."""
        linked = np.zeros(len(self.ids), bool)
        linked[list(self.linked)] = True
        return linked

    def states(self, day: int) -> Sequence[int]:
        """The state in which each node is on a day; -1 where it is in none."""
        starts, ends = np.asarray(self.starts), np.asarray(self.ends)
        current = np.flatnonzero((starts <= day) & (day < ends))
        found = np.full(len(self.ids), -1, np.intc)
        found[np.searchsorted(np.asarray(self.state_at), current, side="right") - 1] = current
        return array("i", found.tobytes())

    def state(self, node: int, day: int) -> int | None:
        """The state of a node on a day."""
        for state in range(self.state_at[node], self.state_at[node + 1]):
            if self.starts[state] <= day < self.ends[state]:
                return state
        return None


def build(source: Source) -> Index:
    """The index of one state of the register."""
    states = [state for state in source.states if state.name]
    order, last_under = _numbered(states)
    number = {node: i for i, node in enumerate(order)}
    states.sort(key=lambda s: (number[s.node], ordinal(s.start, OPEN_START)))
    state_at = _counted(number[state.node] for state in states)
    latest = [states[after - 1] for after in state_at[1:]]
    keys, found = _keys(source.names, states, number)
    meanings = [row for rows in found for row in rows]
    spelt, short = _latin(states, number)
    heights = [LEVELS.index(state.level) for state in latest]
    rank = ranks(keys, (min(heights[row[0]] for row in rows) for rows in found))
    return Index(
        seq=source.seq,
        recorded_at=source.recorded_at,
        ids=Texts(order),
        places=MaybeTexts(state.place for state in latest),
        points=points(source.points, number),
        particulars=particulars(source, states, number),
        kinds=array("b", (int(state.kind) for state in latest)),
        last_under=last_under,
        state_at=state_at,
        levels=array("b", (LEVELS.index(s.level) for s in states)),
        parents=array("i", (number.get(s.parent, -1) if s.parent else -1 for s in states)),
        codes=MaybeTexts(s.code for s in states),
        names=Texts(s.name for s in states),
        romanized=MaybeTexts(s.romanized for s in states),
        starts=array("i", (ordinal(s.start, OPEN_START) for s in states)),
        ends=array("i", (ordinal(s.end, OPEN_END) for s in states)),
        keys=SortedTexts(keys),
        meaning_at=_counted(key for key, rows in enumerate(found) for _ in rows),
        meaning_node=array("i", (row[0] for row in meanings)),
        meaning_form=array("b", (row[1] for row in meanings)),
        meaning_start=array("i", (row[2] for row in meanings)),
        meaning_end=array("i", (row[3] for row in meanings)),
        automaton=AhoCorasick(keys, implementation=Implementation.ContiguousNFA),
        key_rank=rank,
        high_keys=[key for key, value in enumerate(rank) if value < _HIGH],
        pinyin=prefixes(spelt),
        initials=prefixes(short),
        latin=prefixes(_written(source.latin, states, number)),
        links=source.links,
        linked={number[str(u)]: u for u in source.links if str(u) in number},
        linked_number={u: number[str(u)] for u in _ends(source.links) if str(u) in number},
        high=bytes((rank < _HIGH).astype(np.int8)),
        whole_keys=bytes(any(row[1] <= Form.BARE for row in rows) for rows in found),
        bare_keys=bytes(any(row[1] == Form.BARE for row in rows) for rows in found),
    )


def _counted(owners: Iterable[int]) -> Sequence[int]:
    """Where the rows of each owner begin, for owners 0, 1, … in order, none without a row."""
    at = array("i")
    rows = 0
    for owner in owners:
        if owner == len(at):
            at.append(rows)
        rows += 1
    at.append(rows)
    return at


def _ends(links: Mapping[UUID, Sequence[Link]]) -> Iterable[UUID]:
    for unit, steps in links.items():
        yield unit
        yield from (step.to for step in steps)


def _numbered(states: Sequence[StateRow]) -> tuple[list[str], Sequence[int]]:
    """Nodes in depth-first order by their latest parent, and the last node under each."""
    latest: dict[str, StateRow] = {}
    for state in states:
        known = latest.get(state.node)
        if known is None or (state.start or date.min) > (known.start or date.min):
            latest[state.node] = state
    children: dict[str | None, list[StateRow]] = {}
    for state in latest.values():
        parent = state.parent if state.parent in latest else None
        children.setdefault(parent, []).append(state)
    order: list[str] = []
    last: dict[str, int] = {}
    todo: list[tuple[str, bool]] = []

    def push(parent: str | None) -> None:
        below = children.get(parent, ())
        todo.extend((s.node, False) for s in sorted(below, key=_by_code, reverse=True))

    push(None)
    while todo:
        node, done = todo.pop()
        if done:
            last[node] = len(order) - 1
            continue
        order.append(node)
        todo.append((node, True))
        push(node)
    return order, array("i", (last[node] for node in order))


def _by_code(state: StateRow) -> tuple[str, str]:
    return state.code or "~", state.node


def _latin(
    states: Sequence[StateRow], number: Mapping[str, int]
) -> tuple[list[Entry], list[Entry]]:
    """The spellings of nodes, whole and by their initials."""
    whole: list[Entry] = []
    short: list[Entry] = []
    for position, state in enumerate(states):
        if state.romanized:
            latin, first = typed(state.name, state.romanized)
            of = number[state.node], position, LEVELS.index(state.level)
            whole.append(Entry(latin, *of))
            if first:
                short.append(Entry(first, *of))
    return whole, short


def _written(
    names: Iterable[tuple[str, str]], states: Sequence[StateRow], number: Mapping[str, int]
) -> Iterable[Entry]:
    """Names in Latin letters, each with the latest state of its node."""
    latest = {state.node: position for position, state in enumerate(states)}
    for node, text in names:
        if node in latest:
            level = LEVELS.index(states[latest[node]].level)
            yield Entry(latin_key(text), number[node], latest[node], level, text)


_Meaning = tuple[int, int, int, int]


def _keys(
    names: Sequence[NameRow], states: Sequence[StateRow], number: Mapping[str, int]
) -> tuple[list[str], list[list[_Meaning]]]:
    """Each text under which a node may be written, with the periods of the names behind it."""
    latest = {state.node: state for state in states}
    townships = {(s.parent, s.name): s for s in latest.values() if s.level == Level.TOWNSHIP}
    meanings: dict[str, set[_Meaning]] = {}
    for row in names:
        state = latest.get(row.node)
        if state is None:
            continue
        span = ordinal(row.start, OPEN_START), ordinal(row.end, OPEN_END)
        form = Form.of(row.name_kind)
        text = key_of(row.text)
        if state.kind == Kind.PLACE:
            state = townships.get((state.parent, state.name + generic_of_township(text)), state)
        parent = latest.get(state.parent) if state.parent else None
        above = parent.name if parent else ""
        for written, how in forms_of(text, form, state.level, above):
            meanings.setdefault(written, set()).add((number[state.node], int(how), *span))
    keys = sorted(meanings)
    return keys, [sorted(meanings[key]) for key in keys]
