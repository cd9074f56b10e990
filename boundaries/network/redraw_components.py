"""The independent parts of a drawing: what must be right on a day together, or not at all."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from boundaries.network.connected_components import find_components
from boundaries.network.edge_changes import DrawnEdge, EdgeChanges
from boundaries.network.edge_versions import EdgeVersion
from boundaries.network.local_coverage import DrawnRegion, LocalCoverage
from boundaries.network.network_builder import OUTSIDE


@dataclass(frozen=True)
class RedrawComponent:
    """Edges that are redrawn together, because faces that change lie between them."""

    coverage: LocalCoverage
    drawn: tuple[DrawnEdge, ...]
    replaced: tuple[EdgeVersion, ...]

    @cached_property
    def edge_ids(self) -> frozenset[UUID]:
        """All edges that are drawn or replaced."""
        return frozenset({*(e.edge for e in self.drawn), *(e.edge for e in self.replaced)})

    @cached_property
    def face_numbers(self) -> tuple[int, ...]:
        """The faces on the sides of the drawn edges."""
        sides = (side for edge in self.drawn for side in (edge.left, edge.right))
        return tuple(sorted({side for side in sides if side != OUTSIDE}))

    @cached_property
    def moved_nodes(self) -> dict[UUID, frozenset[UUID]]:
        """The known nodes that move, each with the edges of the component."""
        return dict.fromkeys(EdgeChanges(self.drawn, self.replaced).moved_nodes, self.edge_ids)

    @cached_property
    def impure_edges(self) -> tuple[DrawnEdge, ...]:
        """The edges that are more than a known one drawn differently."""
        return tuple(edge for edge in self.drawn if not self.is_pure(edge))

    @cached_property
    def new_regions(self) -> tuple[DrawnRegion, ...]:
        """What is drawn of units that have no ground of their own on the day."""
        faces = (self.coverage.faces[number] for number in self.face_numbers)
        return tuple(f.region for f in faces if f.region and f.base != f.region.unit)

    @cached_property
    def cut_units(self) -> frozenset[UUID]:
        """The known units that lose a part of their ground to a new region."""
        faces = (self.coverage.faces[number] for number in self.face_numbers)
        return frozenset(
            face.base
            for face in faces
            if face.base and face.region and face.base != face.region.unit
        )

    @cached_property
    def is_correction(self) -> bool:
        """Whether ground is drawn anew whose border was known, and not only added."""
        faces = (self.coverage.faces[number] for number in self.face_numbers)
        return any(face.region and face.base == face.region.unit for face in faces)

    def get_base(self, face: int) -> UUID | None:
        """The known unit whose ground a face takes; None: there was none."""
        return None if face == OUTSIDE else self.coverage.faces[face].base

    def get_region(self, face: int) -> DrawnRegion | None:
        """What was drawn of a face; None: nothing."""
        return None if face == OUTSIDE else self.coverage.faces[face].region

    def is_pure(self, edge: DrawnEdge) -> bool:
        """Whether an edge is a known one between the same grounds, only drawn differently."""
        sides = (edge.left, edge.right)
        return (
            edge.known is not None
            and edge.known.side_units == tuple(map(self.get_base, sides))
            and all(self._keeps_territory(face) for face in sides)
        )

    def _keeps_territory(self, face: int) -> bool:
        """Whether a face is the ground of its base, and not cut out of it."""
        region = self.get_region(face)
        return region is None or region.unit == self.get_base(face)


def split_components(coverage: LocalCoverage, changes: EdgeChanges) -> list[RedrawComponent]:
    """The components of a drawing."""
    links: list[tuple[int, Hashable]] = []
    for number, edge in enumerate(changes.drawn):
        links += ((number, key) for key in _iter_drawn_keys(coverage, edge))
    count = len(changes.drawn)
    for number, known in enumerate(changes.replaced, count):
        links += ((number, key) for key in (known.edge, known.start_node, known.end_node))
        links += ((number, unit) for unit in known.side_units if unit in coverage.redrawn)
    return [
        RedrawComponent(
            coverage,
            tuple(changes.drawn[n] for n in group if n < count),
            tuple(changes.replaced[n - count] for n in group if n >= count),
        )
        for group in find_components(links)
    ]


def _iter_drawn_keys(coverage: LocalCoverage, edge: DrawnEdge) -> Iterator[Hashable]:
    """The edge, its nodes, and the faces on its sides that change."""
    yield from (edge.edge, edge.start_node, edge.end_node)
    for number in (edge.left, edge.right):
        if number == OUTSIDE:
            continue
        face = coverage.faces[number]
        if face.base in coverage.redrawn:
            yield face.base
        elif face.region is not None:
            yield number
