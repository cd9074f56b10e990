"""Polygons cut into the borders between them: nodes, and edges with a left and a right side.

No coordinate is moved and none is added: an edge is a run of pieces that two polygons have in
common to the last bit, or that only one has (a coast, an outer limit). A node is where other than
two runs meet. A border without such a place, round an island or an enclave, has one node, at its
westernmost, then southernmost vertex, so that the same border is always cut in the same place.
"""

from dataclasses import dataclass

import numpy as np

from boundaries.network.segments import Bools, Floats, Ints, Segments
from gazetteer.problems import Problem

NOBODY = -1
"""What lies on the far side of a coast or an outer limit."""


class NotACoverage(Problem):
    """Polygons that cannot be cut into borders: one runs twice along the same piece."""

    code = "not_a_coverage"
    title_zh, title_en = "不是合格的面状覆盖", "Not a coverage"


@dataclass(frozen=True)
class Network:
    """Nodes and edges; sides are numbers of faces, or NOBODY.

    ``nodes`` (n, 2) are places. Of each edge (E): ``start`` and ``end`` are nodes, ``left`` and
    ``right`` what lies beside it on its way, and its vertices are ``xy[at[e]:at[e + 1]]``, both
    nodes included.
    """

    nodes: Floats
    start: Ints
    end: Ints
    left: Ints
    right: Ints
    xy: Floats
    at: Ints

    def __len__(self) -> int:
        return len(self.start)

    def vertices(self, edge: int) -> Floats:
        """The vertices (k, 2) of an edge, from its first to its last node."""
        vertices: Floats = self.xy[self.at[edge] : self.at[edge + 1]]
        return vertices


def network(pieces: Segments) -> Network:
    """The borders between the polygons of a layer; features are the faces.

    Repeated vertices are left out. Every polygon is given back by
    :func:`boundaries.network.areas.areas`, vertex for vertex.

    Raises:
        NotACoverage: a polygon runs twice along the same piece.
    """
    _refuse_folded(pieces)
    kept = np.ones(len(pieces.first), bool)
    kept[pieces.pairing.point] = False
    rings = _Rings(pieces, np.flatnonzero(kept))
    rings = rings.rotated(rings.breaks)
    first = np.flatnonzero(rings.breaks)
    last = np.r_[first[1:], len(rings.piece)] - 1
    wanted = rings.once[first]
    return _collected(rings, first[wanted], last[wanted])


@dataclass(frozen=True)
class _Rings:
    """Pieces of rings in their stored order; ``piece`` (S) are numbers of pieces."""

    pieces: Segments
    piece: Ints

    @property
    def ring(self) -> Ints:
        return self.pieces.ring[self.piece]

    @property
    def begin(self) -> Ints:
        """Where each piece begins, in the stored order of its ring."""
        return self.pieces.vertex[self.pieces.first[self.piece]]

    @property
    def beyond(self) -> Ints:
        """The feature on the other side, or NOBODY."""
        partner = self.pieces.pairing.partner[self.piece]
        return np.where(partner >= 0, self.pieces.feature[partner], NOBODY)

    @property
    def once(self) -> Bools:
        """Of two pieces on each other, the one that stands for both."""
        beyond = self.beyond
        once: Bools = (beyond == NOBODY) | (self.pieces.feature[self.piece] < beyond)
        return once

    @property
    def breaks(self) -> Bools:
        """The pieces that begin at a node."""
        pieces, piece = self.pieces, self.piece
        ends = np.r_[pieces.start[piece[self.once]], pieces.end[piece[self.once]]]
        degree = np.bincount(ends, minlength=int(pieces.vertex.max(initial=0)) + 1)
        before = self._before
        breaks: Bools = (degree[self.begin] != 2) | (self.beyond != self.beyond[before])
        breaks |= self._corner(breaks)
        return breaks

    @property
    def _starts(self) -> Ints:
        """Where each ring begins."""
        ring = self.ring
        return np.flatnonzero(np.r_[True, ring[1:] != ring[:-1]][: len(ring)])

    @property
    def _sizes(self) -> Ints:
        sizes: Ints = np.diff(np.r_[self._starts, len(self.piece)])
        return sizes

    @property
    def _before(self) -> Ints:
        """The piece before each in its ring."""
        before = np.arange(len(self.piece)) - 1
        before[self._starts] = self._starts + self._sizes - 1
        return before

    def _corner(self, breaks: Bools) -> Bools:
        """One place for each ring without a node: its westernmost, then southernmost vertex."""
        corner = np.zeros(len(breaks), bool)
        if not len(breaks):
            return corner
        bare = ~np.logical_or.reduceat(breaks, self._starts)
        of_bare = np.repeat(bare, self._sizes)
        inside = np.flatnonzero(of_bare)
        x, y = self.pieces.xy[self.pieces.first[self.piece[inside]]].T
        ring = self.ring[inside]
        order = np.lexsort((y, x, ring))
        new = np.r_[True, ring[order][1:] != ring[order][:-1]][: len(order)]
        corner[inside[order[new]]] = True
        return corner

    def rotated(self, breaks: Bools) -> "_Rings":
        """The same rings, each beginning at a node."""
        starts, sizes = self._starts, self._sizes
        position = np.flatnonzero(breaks)
        ring_of = np.repeat(np.arange(len(starts)), sizes)
        first = position[np.searchsorted(ring_of[position], np.arange(len(starts)))] - starts
        within = np.arange(len(self.piece)) - np.repeat(starts, sizes)
        moved = (within - np.repeat(first, sizes)) % np.repeat(sizes, sizes)
        piece = np.empty_like(self.piece)
        piece[np.repeat(starts, sizes) + moved] = self.piece
        return _Rings(self.pieces, piece)


def _refuse_folded(pieces: Segments) -> None:
    folded = pieces.pairing.folded
    if not len(folded):
        return
    feature = int(pieces.feature[folded[0]])
    x, y = pieces.xy[pieces.first[folded[0]]].tolist()
    raise NotACoverage(
        f"第 {feature} 个要素在 ({x}, {y}) 处沿同一线段走了两遍。",
        f"feature {feature} runs twice along the same piece at ({x}, {y})",
        field="data",
        feature=feature,
    )


def _collected(rings: _Rings, first: Ints, last: Ints) -> Network:
    """The network of the runs of pieces that begin and end at the given places."""
    pieces = rings.pieces
    sizes = last - first + 1
    at = np.r_[0, np.cumsum(sizes + 1)]
    run = np.repeat(first - np.r_[0, np.cumsum(sizes)[:-1]], sizes) + np.arange(sizes.sum())
    xy = np.empty((at[-1], 2))
    slots = np.arange(sizes.sum()) + np.repeat(np.arange(len(first)), sizes)
    xy[slots] = pieces.xy[pieces.first[rings.piece[run]]]
    ends = pieces.first[rings.piece[last]] + 1
    xy[at[1:] - 1] = pieces.xy[ends]
    begin, end = rings.begin[first], pieces.vertex[ends]
    used, numbers = np.unique(np.r_[begin, end], return_inverse=True)
    nodes = np.empty((len(used), 2))
    nodes[numbers[: len(first)]] = xy[at[:-1]]
    nodes[numbers[len(first) :]] = xy[at[1:] - 1]
    own, beyond = pieces.feature[rings.piece[first]], rings.beyond[first]
    turned = pieces.turned[rings.piece[first]]
    return Network(
        nodes,
        numbers[: len(first)],
        numbers[len(first) :],
        np.where(turned, beyond, own),
        np.where(turned, own, beyond),
        xy,
        at,
    )
