"""Who had the ground of today's faces on other days, as far as it was divided in the same way.

Two faces whose common edge did not exist on a day had one holder then. A day on which an edge ran
elsewhere, or on which a face would have had two holders, has another division.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from uuid import UUID

from boundaries.network.edge_versions import EdgeVersion, is_same_line
from boundaries.network.known_edges import KnownEdges

OPEN_SIDE = "open side"
"""The ground beyond an edge with one side."""

FaceKey = UUID | str
"""A face of today by its unit, or :data:`OPEN_SIDE`."""


@dataclass
class FaceHolders:
    """The holders on one day: faces with the same ``find_root`` have the same one."""

    parents: dict[FaceKey, FaceKey] = field(default_factory=dict)
    holders: dict[FaceKey, set[UUID | None]] = field(default_factory=dict)

    def find_root(self, face: FaceKey) -> FaceKey:
        """The face that represents all faces with the same holder."""
        root = face
        while (above := self.parents.get(root, root)) != root:
            root = above
        while (above := self.parents.get(face, face)) != root:
            self.parents[face], face = root, above
        return root

    def join_faces(self, one: FaceKey, other: FaceKey) -> None:
        """Two faces have the same holder."""
        first, second = self.find_root(one), self.find_root(other)
        if first != second:
            self.parents[second] = first
            merged = self.holders.pop(second, set())
            if merged:
                self.holders.setdefault(first, set()).update(merged)

    def add_holder(self, face: FaceKey, holder: UUID | None) -> None:
        """A face has a holder; None: it is not known."""
        self.holders.setdefault(self.find_root(face), set()).add(holder)

    def find_holder(self, face: UUID) -> "Holder":
        """Who has a face; :class:`Unclear` if nothing tells, or several by contradiction."""
        root = self.find_root(face)
        holders = self.holders.get(root, set())
        if len(holders) == 1:
            return next(iter(holders))
        return Unclear(root, is_contradictory=bool(holders))


@dataclass(frozen=True, slots=True)
class Unclear:
    """Faces with an equal one have the same holder, whoever that is; but see the flag."""

    root: FaceKey
    is_contradictory: bool


Holder = UUID | Unclear | None
"""The unit that has a face; None: it is not known."""


def list_spans(days: Iterable[date], limits: tuple[date, date]) -> list[tuple[date, date]]:
    """Consecutive periods between days, within limits (the first day, the day after the last)."""
    inside = sorted({day for day in days if limits[0] < day < limits[1]})
    return list(pairwise([limits[0], *inside, limits[1]]))


def find_holders_on(
    known: KnownEdges,
    day: date,
    changed: Sequence[EdgeVersion],
    bounding: Sequence[EdgeVersion],
    cut: frozenset[UUID],
) -> FaceHolders:
    """The holders of faces on a day.

    Args:
        known: The versions of all edges.
        day: The day.
        changed: The edges whose ground is redrawn, as on the day of the drawing.
        bounding: Further edges round the same faces; they count where ``changed`` say nothing.
        cut: Faces of which a part is taken: here all edges count, for the rest has to be one.
    """
    found = FaceHolders()
    for edge in changed:
        version = known.find_on_day(edge.edge, day)
        left, right = get_face_keys(edge)
        if version is None:
            found.join_faces(left, right)
        elif is_same_line(version.line, edge.line):
            _add_sides(found, edge, version)
    answered = {root for root, holders in found.holders.items() if holders}
    for edge in bounding:
        version = known.find_on_day(edge.edge, day)
        if version is not None and is_same_line(version.line, edge.line):
            for face, holder in zip(get_face_keys(edge), version.side_units, strict=True):
                is_open = found.find_root(face) not in answered
                if face != OPEN_SIDE and (face in cut or is_open):
                    found.add_holder(face, holder)
    return found


def _add_sides(found: FaceHolders, edge: EdgeVersion, version: EdgeVersion) -> None:
    for face, holder in zip(get_face_keys(edge), version.side_units, strict=True):
        if face != OPEN_SIDE:
            found.add_holder(face, holder)


def get_face_keys(edge: EdgeVersion) -> tuple[FaceKey, FaceKey]:
    """The faces on the left and on the right of an edge."""
    left, right = edge.side_units
    return left or OPEN_SIDE, right or OPEN_SIDE


def has_other_division(
    known: KnownEdges,
    day: date,
    changed: Sequence[EdgeVersion],
    moved_nodes: Mapping[UUID, frozenset[UUID]],
) -> UUID | None:
    """An edge that keeps a redrawing from being right on another day; None: it is right.

    Args:
        known: The versions of all edges.
        day: The day.
        changed: The edges that are redrawn, as on the day of the drawing.
        moved_nodes: Nodes that move, each with the edges that may end there.
    """
    for edge in changed:
        version = known.find_on_day(edge.edge, day)
        if version is not None and not is_same_line(version.line, edge.line):
            return edge.edge
    for node, own in moved_nodes.items():
        for other in known.edges_at_node.get(node, frozenset()) - own:
            version = known.find_on_day(other, day)
            if version is not None and node in (version.start_node, version.end_node):
                return other
    return None
