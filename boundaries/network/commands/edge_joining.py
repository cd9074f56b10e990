"""Lines with new sides written as edges: identities kept, needless nodes gone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np

from boundaries.network.commands.day_edges import (
    DayEdge,
    find_changed_run,
    list_edges_at_node,
    note_used_vertices,
)
from boundaries.network.commands.line_cutting import Place, get_place
from boundaries.network.edge_versions import encode_line, find_worst_accuracy, join_sources
from boundaries.network.segments import Floats
from boundaries.schema.network_kinds import MissingSide
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.records.commands.positions import encode_point


@dataclass(frozen=True, eq=False)
class SidedLine:
    """A line between two units; ``edge`` is the edge that it is a part of, if it is of one.

    ``source`` and ``accuracy_m`` (None: not stated) are those of all that was joined to it.
    """

    line: Floats
    left: UUID | None
    right: UUID | None
    edge: DayEdge | None
    source: str
    accuracy_m: float | None

    @property
    def is_unchanged(self) -> bool:
        """Whether it is a whole edge as it is."""
        edge = self.edge
        return edge is not None and (
            (self.left, self.right) == (edge.attributes["left_unit"], edge.attributes["right_unit"])
            and np.array_equal(self.line, edge.line)
        )

    def reverse_direction(self) -> "SidedLine":
        """The same line in the other direction."""
        return replace(self, line=self.line[::-1], left=self.right, right=self.left)


def write_edges(
    records: DayRecords,
    ids: StepIds,
    before: Sequence[DayEdge],
    lines: Sequence[SidedLine],
    source: str,
) -> None:
    """Put lines in the place of edges.

    Args:
        records: the records of the day.
        ids: gives new edges and nodes their ids.
        before: the edges that the lines replace.
        lines: the lines, cut wherever they meet.
        source: where new nodes come from.
    """
    known_nodes = _index_nodes(before)
    joined = _join_lines(lines, _find_fixed_places(records, before, known_nodes))
    identities = _choose_identities(joined, ids)
    nodes = _Nodes(records, ids, known_nodes, source)
    for line, edge_id in zip(joined, identities, strict=True):
        attributes = _build_attributes(line)
        attributes["start_node"] = nodes.get_node(get_place(line.line, 0))
        attributes["end_node"] = nodes.get_node(get_place(line.line, -1))
        records.put_record("edge", edge_id, attributes)
        _note_changed_run(records, line, edge_id)
    for edge in before:
        if edge.edge not in identities:
            records.put_record("edge", edge.edge, None)
    _end_unused_nodes(records, before)


def _note_changed_run(records: DayRecords, line: SidedLine, edge_id: UUID) -> None:
    """Note which vertices of a known edge give way, if it stays between the same units."""
    edge = line.edge
    if edge is None or edge.edge != edge_id:
        return
    if (line.left, line.right) != (edge.attributes["left_unit"], edge.attributes["right_unit"]):
        return
    run = find_changed_run(edge.line, line.line)
    if run is not None:
        note_used_vertices(records, edge, run[0], len(edge.line) - run[1] - 1)


def _index_nodes(edges: Sequence[DayEdge]) -> dict[Place, UUID]:
    return {
        get_place(edge.line, at): edge.attributes[end]
        for edge in edges
        for end, at in (("start_node", 0), ("end_node", -1))
    }


def _find_fixed_places(
    records: DayRecords, before: Sequence[DayEdge], nodes: dict[Place, UUID]
) -> set[Place]:
    """The nodes at which other edges end as well, so that they stay."""
    own = {edge.edge for edge in before}
    return {
        place
        for place, node in nodes.items()
        if any(edge.edge not in own for edge in list_edges_at_node(records, node))
    }


def _join_lines(lines: Sequence[SidedLine], fixed: set[Place]) -> list[SidedLine]:
    """The lines, joined where just two of them meet, between the same units, and one is new."""
    joined = list(lines)
    while (pair := _find_joint(joined, fixed)) is not None:
        one, other = pair
        rest = [line for line in joined if line is not one and line is not other]
        joined = [*rest, _join_pair(one, other)]
    return joined


def _find_joint(
    lines: Sequence[SidedLine], fixed: set[Place]
) -> tuple[SidedLine, SidedLine] | None:
    meeting: dict[Place, list[SidedLine]] = {}
    for line in lines:
        for at in (0, -1):
            meeting.setdefault(get_place(line.line, at), []).append(line)
    for place, both in meeting.items():
        if place in fixed or len(both) != 2 or both[0] is both[1]:
            continue
        one, other = both
        if one.is_unchanged and other.is_unchanged:
            continue
        if frozenset((one.left, one.right)) == frozenset((other.left, other.right)):
            turned = _direct_towards(one, place), _direct_away(other, place)
            if (turned[0].left, turned[0].right) == (turned[1].left, turned[1].right):
                return one, other
    return None


def _direct_towards(line: SidedLine, place: Place) -> SidedLine:
    return line if get_place(line.line, -1) == place else line.reverse_direction()


def _direct_away(line: SidedLine, place: Place) -> SidedLine:
    return line if get_place(line.line, 0) == place else line.reverse_direction()


def _join_pair(one: SidedLine, other: SidedLine) -> SidedLine:
    """Two lines as one, in the direction of the longer one, whose edge it is."""
    main = max((one, other), key=lambda line: (line.edge is not None, len(line.line)))
    rest = other if main is one else one
    main = replace(
        main,
        source=join_sources([main.source, rest.source]),
        accuracy_m=find_worst_accuracy([main.accuracy_m, rest.accuracy_m]),
    )
    start, end = get_place(main.line, 0), get_place(main.line, -1)
    ends = get_place(rest.line, 0), get_place(rest.line, -1)
    if end in ends:
        tail = _direct_away(rest, end).line[1:]
        return replace(main, line=np.vstack([main.line, tail]))
    head = _direct_towards(rest, start).line[:-1]
    return replace(main, line=np.vstack([head, main.line]))


def _choose_identities(lines: Sequence[SidedLine], ids: StepIds) -> list[UUID]:
    """Of the lines that are parts of one edge the longest is the edge; the others are new."""
    longest: dict[UUID, SidedLine] = {}
    for line in lines:
        if line.edge is not None:
            known = longest.get(line.edge.edge)
            if known is None or len(line.line) > len(known.line):
                longest[line.edge.edge] = line
    return [
        line.edge.edge
        if line.edge is not None and longest[line.edge.edge] is line
        else ids.create_id()
        for line in lines
    ]


def _build_attributes(line: SidedLine) -> dict[str, Any]:
    known = line.edge.attributes if line.edge is not None else None
    missing = None if line.left is not None and line.right is not None else MissingSide.UNKNOWN
    if missing and known is not None and known["beyond"] is not None:
        missing = MissingSide(known["beyond"])
    return {
        "start_node": None,
        "end_node": None,
        "left_unit": line.left,
        "right_unit": line.right,
        "beyond": missing.value if missing else None,
        "geom": encode_line(line.line),
        "accuracy_m": line.accuracy_m,
        "source": line.source,
    }


@dataclass(frozen=True)
class _Nodes:
    """The nodes at the ends of edges: known ones, else new ones."""

    records: DayRecords
    ids: StepIds
    known: dict[Place, UUID]
    source: str

    def get_node(self, place: Place) -> UUID:
        """The node at a place."""
        if place not in self.known:
            self.known[place] = self.ids.create_id()
            location = {"location": encode_point(place), "source": self.source}
            self.records.put_record("node", self.known[place], location)
        return self.known[place]


def _end_unused_nodes(records: DayRecords, before: Sequence[DayEdge]) -> None:
    for node in sorted(
        {edge.attributes[end] for edge in before for end in ("start_node", "end_node")}
    ):
        if not list_edges_at_node(records, node):
            records.put_record("node", node, None)
