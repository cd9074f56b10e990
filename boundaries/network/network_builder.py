"""The network of borders between polygons: nodes, and edges with a left and a right side.

No coordinate is moved and none is added: an edge is a run of segments that two polygons have in
common to the last bit, or that only one has (a coast, an outer limit). A node is where more or
fewer than two runs meet. A closed border without such a place, round an island or an enclave, has
one node, at its westernmost, then southernmost vertex, so that it is always cut in the same place.
"""

from dataclasses import dataclass

import numpy as np

from boundaries.network.segments import Bools, Floats, Ints, Segments
from gazetteer.messages import message
from gazetteer.problems import Problem

OUTSIDE = -1
"""The face on the far side of a coast or an outer limit."""


class NotACoverage(Problem):
    """Polygons that cannot be cut into borders: one runs along the same segment twice."""

    code = "not_a_coverage"


@dataclass(frozen=True)
class Network:
    """Nodes and edges; sides are numbers of faces, or :data:`OUTSIDE`.

    ``nodes`` (n, 2) are coordinates. Of each edge (E), ``start`` and ``end`` are nodes, ``left``
    and ``right`` the faces on its sides; the vertices of edge ``e``, both nodes included, are
    ``xy[vertex_offsets[e]:vertex_offsets[e + 1]]``.
    """

    nodes: Floats
    start: Ints
    end: Ints
    left: Ints
    right: Ints
    xy: Floats
    vertex_offsets: Ints

    def __len__(self) -> int:
        return len(self.start)

    def get_vertices(self, edge: int) -> Floats:
        """The vertices (k, 2) of an edge, from its first to its last node."""
        vertices: Floats = self.xy[self.vertex_offsets[edge] : self.vertex_offsets[edge + 1]]
        return vertices


NO_NODES: Floats = np.empty((0, 2))


def build_network(segments: Segments, nodes: Floats = NO_NODES) -> Network:
    """The borders between the polygons of a layer; features are the faces.

    Repeated vertices are left out. :func:`boundaries.network.polygonize.derive_areas` restores
    every polygon, vertex for vertex.

    Args:
        segments: The segments of the polygons.
        nodes: Vertices (n, 2) at which edges are divided although nothing else meets there.

    Raises:
        NotACoverage: a polygon runs along the same segment twice.
    """
    _check_no_doubled_segments(segments)
    has_length = np.ones(len(segments.first), bool)
    has_length[segments.matching.zero_length] = False
    extra = _mark_vertices(segments, nodes)
    rings = _RingSegments(segments, np.flatnonzero(has_length))
    rings = rings.rotate_to_nodes(rings.find_node_starts(extra))
    first = np.flatnonzero(rings.find_node_starts(extra))
    last = np.r_[first[1:], len(rings.segment)] - 1
    is_representative = rings.is_representative[first]
    return _build_from_runs(rings, first[is_representative], last[is_representative])


@dataclass(frozen=True)
class _RingSegments:
    """Segments of rings in their stored order; ``segment`` (S) are their numbers."""

    segments: Segments
    segment: Ints

    @property
    def ring(self) -> Ints:
        return self.segments.ring[self.segment]

    @property
    def start_vertex(self) -> Ints:
        """Where each segment begins, in the stored order of its ring."""
        return self.segments.vertex[self.segments.first[self.segment]]

    @property
    def opposite_feature(self) -> Ints:
        """The feature on the other side, or :data:`OUTSIDE`."""
        partner = self.segments.matching.partner[self.segment]
        return np.where(partner >= 0, self.segments.feature[partner], OUTSIDE)

    @property
    def is_representative(self) -> Bools:
        """Of two matching segments, the one that represents both."""
        opposite = self.opposite_feature
        representative: Bools = (opposite == OUTSIDE) | (
            self.segments.feature[self.segment] < opposite
        )
        return representative

    def find_node_starts(self, extra: Bools) -> Bools:
        """The segments that begin at a node; ``extra`` are vertices that are nodes in any case."""
        segments, segment = self.segments, self.segment
        ends = np.r_[
            segments.start_vertex[segment[self.is_representative]],
            segments.end_vertex[segment[self.is_representative]],
        ]
        degree = np.bincount(ends, minlength=int(segments.vertex.max(initial=0)) + 1)
        previous = self._previous_positions
        at_node: Bools = (degree[self.start_vertex] != 2) | (
            self.opposite_feature != self.opposite_feature[previous]
        )
        at_node |= extra[self.start_vertex]
        at_node |= self._find_start_corners(at_node)
        return at_node

    @property
    def _ring_starts(self) -> Ints:
        """Where each ring begins."""
        ring = self.ring
        return np.flatnonzero(np.r_[True, ring[1:] != ring[:-1]][: len(ring)])

    @property
    def _ring_sizes(self) -> Ints:
        sizes: Ints = np.diff(np.r_[self._ring_starts, len(self.segment)])
        return sizes

    @property
    def _previous_positions(self) -> Ints:
        """The segment before each in its ring."""
        previous = np.arange(len(self.segment)) - 1
        previous[self._ring_starts] = self._ring_starts + self._ring_sizes - 1
        return previous

    def _find_start_corners(self, at_node: Bools) -> Bools:
        """One vertex of each ring without a node: its westernmost, then southernmost one."""
        corner = np.zeros(len(at_node), bool)
        if not len(at_node):
            return corner
        without_node = ~np.logical_or.reduceat(at_node, self._ring_starts)
        in_ring_without_node = np.repeat(without_node, self._ring_sizes)
        inside = np.flatnonzero(in_ring_without_node)
        x, y = self.segments.xy[self.segments.first[self.segment[inside]]].T
        ring = self.ring[inside]
        order = np.lexsort((y, x, ring))
        new = np.r_[True, ring[order][1:] != ring[order][:-1]][: len(order)]
        corner[inside[order[new]]] = True
        return corner

    def rotate_to_nodes(self, at_node: Bools) -> "_RingSegments":
        """The same rings, each beginning at a node."""
        starts, sizes = self._ring_starts, self._ring_sizes
        position = np.flatnonzero(at_node)
        ring_of = np.repeat(np.arange(len(starts)), sizes)
        first = position[np.searchsorted(ring_of[position], np.arange(len(starts)))] - starts
        within = np.arange(len(self.segment)) - np.repeat(starts, sizes)
        moved = (within - np.repeat(first, sizes)) % np.repeat(sizes, sizes)
        segment = np.empty_like(self.segment)
        segment[np.repeat(starts, sizes) + moved] = self.segment
        return _RingSegments(self.segments, segment)


def _mark_vertices(segments: Segments, places: Floats) -> Bools:
    """Which vertex ids are at one of the places."""
    marked = np.zeros(int(segments.vertex.max(initial=0)) + 1, bool)
    if len(places):
        near = np.flatnonzero(np.isin(segments.xy[:, 0], places[:, 0]))
        wanted = set(map(tuple, places.tolist()))
        at_place = [tuple(xy) in wanted for xy in segments.xy[near].tolist()]
        marked[segments.vertex[near[np.array(at_place, dtype=bool)]]] = True
    return marked


def _check_no_doubled_segments(segments: Segments) -> None:
    doubled = segments.matching.doubled
    if not len(doubled):
        return
    feature = int(segments.feature[doubled[0]])
    x, y = segments.xy[segments.first[doubled[0]]].tolist()
    raise NotACoverage(
        message("network.doubled_segment", number=feature + 1, x=x, y=y),
        field="data",
        feature=feature,
    )


def _build_from_runs(rings: _RingSegments, first: Ints, last: Ints) -> Network:
    """The network of the runs of segments between the given positions."""
    segments = rings.segments
    sizes = last - first + 1
    offsets = np.r_[0, np.cumsum(sizes + 1)]
    run = np.repeat(first - np.r_[0, np.cumsum(sizes)[:-1]], sizes) + np.arange(sizes.sum())
    xy = np.empty((offsets[-1], 2))
    slots = np.arange(sizes.sum()) + np.repeat(np.arange(len(first)), sizes)
    xy[slots] = segments.xy[segments.first[rings.segment[run]]]
    ends = segments.first[rings.segment[last]] + 1
    xy[offsets[1:] - 1] = segments.xy[ends]
    begin, end = rings.start_vertex[first], segments.vertex[ends]
    used, numbers = np.unique(np.r_[begin, end], return_inverse=True)
    nodes = np.empty((len(used), 2))
    nodes[numbers[: len(first)]] = xy[offsets[:-1]]
    nodes[numbers[len(first) :]] = xy[offsets[1:] - 1]
    own, beyond = segments.feature[rings.segment[first]], rings.opposite_feature[first]
    reversed_ring = segments.ring_reversed[rings.segment[first]]
    return Network(
        nodes,
        numbers[: len(first)],
        numbers[len(first) :],
        np.where(reversed_ring, beyond, own),
        np.where(reversed_ring, own, beyond),
        xy,
        offsets,
    )
