"""The columns of succession links, and of the nodes of which an index does not know all."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from uuid import UUID

import numpy as np
import orjson

from gazetteer.records.territory_tracing import SuccessionLink
from gazetteer.search.index.columns import Column, Columns, pack_values
from gazetteer.search.index.index_source import IndexChanges, IndexSource
from gazetteer.search.index.name_index import NameIndex
from gazetteer.search.index.node_columns import StateLayout
from gazetteer.search.index.node_numbering import Numbering
from gazetteer.search.index.splice import Splice
from gazetteer.search.index.string_pool import StringPool

Links = Mapping[UUID, Sequence[SuccessionLink]]


@dataclass(frozen=True, slots=True)
class NodeTexts(Mapping[int, str]):
    """A text for some nodes, which are in ascending order."""

    nodes: Sequence[int]
    texts: StringPool

    def __getitem__(self, node: int) -> str:
        row = bisect_left(self.nodes, node)
        if row == len(self.nodes) or self.nodes[row] != node:
            raise KeyError(node)
        return self.texts[row]

    def __iter__(self) -> Iterator[int]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)


def splice_links(
    base: NameIndex, source: IndexSource, changes: IndexChanges, layout: StateLayout
) -> dict[str, Column]:
    """The columns of links, all of which ``source`` has, and of what follows from them."""
    numbering = layout.numbering
    units = list_linked_units(source.links)
    serialized = {str(unit): links for unit, links in source.links.items()}
    numbers = (_find_number(base, numbering, unit) for unit in units)
    return {
        "links": Column("B", orjson.dumps(serialized, option=orjson.OPT_SORT_KEYS)),
        "linked_nodes": pack_values("i", numbers),
        "incomplete_nodes": pack_values("i", _splice_incomplete(base, source, layout)),
        **_splice_succession(base, source, changes, numbering),
    }


def parse_links(column: Column) -> Links:
    """The links from each unit."""
    return {
        UUID(unit): [
            SuccessionLink(
                UUID(link["to"]), date.fromisoformat(link["on"]), link["kind"], link["share"]
            )
            for link in links
        ]
        for unit, links in orjson.loads(bytes(column.buffer)).items()
    }


def list_linked_units(links: Links) -> list[UUID]:
    """All units from or to which a link leads, in the order of ``linked_nodes``."""
    return sorted(set(links).union(step.to for steps in links.values() for step in steps))


def open_succession(columns: Columns) -> NodeTexts:
    """The succession of nodes as JSON texts."""
    texts = StringPool.from_columns(columns, "succession.texts")
    return NodeTexts(columns["succession.nodes"].value_view, texts)


def _find_number(base: NameIndex, numbering: Numbering, unit: UUID) -> int:
    """The node of a unit; -1 if the index does not hold it."""
    number = base.linked_nodes.get(unit)
    if number is None or numbering.retained_map[number] < 0:
        return numbering.find_node(base, str(unit))
    return int(numbering.node_map[number])


def _splice_incomplete(base: NameIndex, source: IndexSource, layout: StateLayout) -> Sequence[int]:
    """Nodes without a name at some time, or with several place records."""
    numbering = layout.numbering
    old = numbering.retained_map[base.columns["incomplete_nodes"].array_view]
    incomplete = {*old[old >= 0].tolist()}
    incomplete.update(numbering.numbers[n] for n in source.nameless if n in numbering.numbers)
    for before, after in pairwise(layout.rows):
        if before.node == after.node and before.place != after.place:
            incomplete.add(numbering.numbers[after.node])
    return sorted(incomplete)


def _splice_succession(
    base: NameIndex, source: IndexSource, changes: IndexChanges, numbering: Numbering
) -> dict[str, Column]:
    nodes_now = numbering.map_unaffected(
        base, base.columns["succession.nodes"].array_view, changes.linked
    )
    new = sorted(
        (number, text)
        for unit, text in source.succession
        if (number := numbering.find_node(base, unit)) >= 0
    )
    retained = np.flatnonzero(nodes_now >= 0)
    nodes = np.concatenate([nodes_now[retained], np.asarray([n for n, _ in new], np.intp)])
    order = np.argsort(nodes, kind="stable")
    positions = np.concatenate([retained, len(nodes_now) + np.arange(len(new))])[order]
    splice = Splice.from_positions(positions, len(nodes_now))
    return {
        "succession.nodes": pack_values("i", nodes[order]),
        **splice.splice_texts(base.columns, "succession.texts", (text for _, text in new)),
    }
