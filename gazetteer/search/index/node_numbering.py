"""Numbers for the nodes: everything under a node follows it without a gap, in the order of codes.

Numbers follow from the latest parents. Nodes that an earlier index has retain their order among
themselves; only where the others belong is worked out.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gazetteer.search.index.index_source import NodeStateRow
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.index.splice import Splice

_MAX_DEPTH = 64
"""A chain of parents that is longer never ends: units that lie in each other."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """The nodes of an earlier index and now.

    ``numbers`` has the nodes that are new or replaced, by id. Of each earlier node ``node_map`` has
    the number now (-1: it is gone), and ``retained_map`` the same for those that are not replaced.
    ``splice`` makes lists of nodes of earlier ones and of those in ``numbers``, in that order.
    """

    numbers: Mapping[str, int]
    node_map: NDArray[np.intc]
    retained_map: NDArray[np.intc]
    splice: Splice
    last_descendant: NDArray[np.intc]
    has_cycle: bool = False

    def find_node(self, base: NameIndex, record_id: str) -> int:
        """The number now of a unit or place; -1 if there is none."""
        if record_id in self.numbers:
            return self.numbers[record_id]
        number = base.find_node(record_id)
        return -1 if number is None else int(self.node_map[number])

    def map_nodes(self, nodes: NDArray[Any], missing: int) -> NDArray[np.intc]:
        """Earlier numbers as numbers now; ``missing`` for what is gone, negative ones stay."""
        now = np.append(self.node_map, np.intc(-1)).take(nodes)  # -1 is the last
        now[(now < 0) & (nodes >= 0)] = missing
        now[nodes < 0] = nodes[nodes < 0]
        return now

    def map_unaffected(
        self, base: NameIndex, nodes: NDArray[Any], affected: Collection[str]
    ) -> NDArray[np.intc]:
        """Earlier numbers as numbers now; -1 for what is gone, or is in ``affected``."""
        map_now = self.node_map.copy()
        map_now[_list_numbers(base, affected)] = -1
        return map_now.take(nodes)


def retain_numbers(base: NameIndex, replaced: Iterable[str] = ()) -> Numbering:
    """The numbers of an index in which some nodes are replaced where they are."""
    nodes = np.arange(len(base.ids))
    numbers = {node: number for node in replaced if (number := base.find_node(node)) is not None}
    positions = list(numbers.values())
    retained_map = nodes.astype(np.intc)
    retained_map[positions] = -1
    take = nodes.copy()
    take[positions] = len(nodes) + np.arange(len(positions))
    last_descendant = np.asarray(base.last_descendant)
    splice = Splice.from_positions(take, len(nodes))
    return Numbering(numbers, nodes.astype(np.intc), retained_map, splice, last_descendant)


def number_nodes(
    base: NameIndex, latest: Sequence[NodeStateRow], changed: Collection[str]
) -> Numbering:
    """The numbers after ``changed`` nodes of an index were replaced by those of ``latest``.

    ``latest`` has the latest state of each of these that there still is.
    """
    replaced = _list_numbers(base, changed)
    if len(replaced) == len(latest) and all(_stays_in_place(base, row) for row in latest):
        return retain_numbers(base, [row.node for row in latest])
    count = len(base.ids)
    retained = np.setdiff1d(np.arange(count), replaced, assume_unique=True)
    rows = sorted(latest, key=_build_sort_key)
    # Positions: of retained nodes in their order, then of the rows; the last is "no parent", -1.
    retained_positions = np.full(count + 1, -1, np.intp)
    retained_positions[retained] = np.arange(len(retained))
    positions = {row.node: len(retained) + i for i, row in enumerate(rows)}
    position_map = retained_positions.copy()
    position_map[replaced] = [positions.get(base.ids[number], -1) for number in replaced]
    parents = _list_parents(base, retained, rows, positions, position_map)
    siblings = _arrange_siblings(base, retained, rows, parents)
    order, last, has_cycle = _number_depth_first(parents, siblings)
    numbers_now = np.append(order, -1).astype(np.intc)
    take = np.empty(len(order), np.intp)
    take[order] = np.concatenate([retained, count + np.arange(len(rows))])
    last_descendant = np.empty(len(order), np.intc)
    last_descendant[order] = last
    return Numbering(
        {node: int(order[position]) for node, position in positions.items()},
        numbers_now[position_map[:count]],
        numbers_now[retained_positions[:count]],
        Splice.from_positions(take, count),
        last_descendant,
        has_cycle,
    )


def _list_parents(
    base: NameIndex,
    retained: NDArray[np.intp],
    rows: Sequence[NodeStateRow],
    positions: Mapping[str, int],
    position_map: NDArray[np.intp],
) -> NDArray[np.intp]:
    """The position of the parent of each position; -1 for none."""

    def find_position(node: str | None) -> int:
        if node is None or node in positions:
            return positions.get(node or "", -1)
        number = base.find_node(node)
        return -1 if number is None else int(position_map[number])

    own = np.fromiter((find_position(row.parent) for row in rows), np.intp, len(rows))
    return np.concatenate([position_map[base.list_latest_parents()[retained]], own])


def _list_numbers(base: NameIndex, nodes: Iterable[str]) -> list[int]:
    """The nodes that an index holds."""
    return [number for node in nodes if (number := base.find_node(node)) is not None]


def _stays_in_place(base: NameIndex, row: NodeStateRow) -> bool:
    """Whether a node is in the index, and lies there under the same one with the same code."""
    number = base.find_node(row.node)
    if number is None:
        return False
    state = base.state_offsets[number + 1] - 1
    parent = base.find_node(row.parent) if row.parent else None
    same_parent = base.parents[state] == (-1 if parent is None else parent)
    return same_parent and base.codes[state] == row.code


def _build_sort_key(row: NodeStateRow) -> tuple[str, str]:
    return row.code or "~", row.node


def _arrange_siblings(
    base: NameIndex,
    retained: NDArray[np.intp],
    rows: Sequence[NodeStateRow],
    parents: NDArray[np.intp],
) -> NDArray[np.intp]:
    """All positions so that those under one parent are in the order of codes."""
    count = len(retained)
    gaps = np.full(len(rows), count, np.intp)  # before which retained node each row belongs
    siblings_by_parent: dict[int, Sequence[int]] = {}

    def build_key(position: int) -> tuple[str, str]:
        number = int(retained[position])
        return base.codes[base.state_offsets[number + 1] - 1] or "~", base.ids[number]

    for i, row in enumerate(rows if count else ()):
        parent = int(parents[count + i])
        if parent not in siblings_by_parent:
            siblings_by_parent[parent] = np.flatnonzero(parents[:count] == parent).tolist()
        siblings = siblings_by_parent[parent]
        after = bisect_left(siblings, _build_sort_key(row), key=build_key)
        if after < len(siblings):
            gaps[i] = siblings[after]
    ranks = np.concatenate([2 * np.arange(count) + 1, 2 * gaps])
    return np.argsort(ranks, kind="stable")


def _number_depth_first(
    parents: NDArray[np.intp], siblings: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp], bool]:
    """The number of each position and the last number under it, and whether any parents circle.

    What lies in itself counts as lying in nothing.
    """
    depths, circling = _measure_depths(parents)
    if circling.any():
        parents = np.where(circling, -1, parents)
        depths, _ = _measure_depths(parents)
    deepest = int(depths.max(initial=0))
    layers = [np.flatnonzero(depths == depth) for depth in range(deepest + 1)]
    sizes = np.ones(len(parents), np.intp)
    for layer in reversed(layers[1:]):
        sizes += np.bincount(parents[layer], sizes[layer], len(parents)).astype(np.intp)
    siblings = siblings[np.argsort(parents[siblings], kind="stable")]
    before = np.cumsum(sizes[siblings]) - sizes[siblings]
    parent_at = parents[siblings]
    firsts = np.flatnonzero(np.r_[True, parent_at[1:] != parent_at[:-1]][: len(parents)])
    before -= np.repeat(before[firsts], np.diff(np.r_[firsts, len(parents)]))
    numbers = np.empty(len(parents), np.intp)
    numbers[siblings] = before
    for layer in layers[1:]:
        numbers[layer] += numbers[parents[layer]] + 1
    return numbers, numbers + sizes - 1, bool(circling.any())


def _measure_depths(parents: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """How many are above each position, and which have no end above them."""
    depths = np.zeros(len(parents), np.intp)
    above, parents_of = parents, np.append(parents, -1)
    for _ in range(_MAX_DEPTH):
        has_more = above >= 0
        if not has_more.any():
            break
        depths += has_more
        above = parents_of[above]
    return depths, above >= 0
