"""Areas of faces, or of unions of faces, assembled from the edges that bound them.

Labels assign faces to areas: every county to itself, or to its prefecture, or to its province. An
edge with the same label on both sides bounds nothing and is left out, so that every level is
bounded by the very edges of the lowest one (INSPIRE AU, requirement 5).
"""

from collections.abc import Sequence

import numpy as np
import shapely

from boundaries.network.network_builder import OUTSIDE, Network
from boundaries.network.segments import Floats, Ints


class BrokenNetwork(ValueError):
    """Edges that do not close: the network was changed outside of the program."""


HalfEdge = int
"""Edge e in its direction is 2e, against it 2e + 1; its area lies on the left."""


def derive_areas(net: Network, labels: Ints | None = None) -> dict[int, shapely.MultiPolygon]:
    """The area of each label.

    Shells run counter-clockwise, holes clockwise; each ring begins at a node. Rings that touch
    themselves are split, so that areas are valid if the faces do not overlap.

    Args:
        net: The network.
        labels: The label of each face (F), or ``OUTSIDE``; by default its number.

    Raises:
        BrokenNetwork: edges are missing.
    """
    left_labels = label_half_edges(net, labels)
    rings: dict[int, list[Floats]] = {}
    for label, walk in _trace_rings(net, left_labels):
        rings.setdefault(label, []).append(_build_ring(net, walk))
    return {label: _assemble_polygons(label_rings) for label, label_rings in sorted(rings.items())}


def label_half_edges(net: Network, labels: Ints | None) -> Ints:
    """The label on the left of each half-edge (2E), ``OUTSIDE`` where it bounds nothing."""
    sides = np.column_stack([net.left, net.right])
    if labels is not None:
        sides = np.where(sides == OUTSIDE, OUTSIDE, np.r_[labels, OUTSIDE][sides])
    is_inner = sides[:, 0] == sides[:, 1]
    left_labels: Ints = np.where(is_inner[:, None], OUTSIDE, sides).reshape(-1)
    return left_labels


def _trace_rings(net: Network, left_labels: Ints) -> list[tuple[int, list[HalfEdge]]]:
    """The rings of each label as closed walks that visit no node twice."""
    leaving: dict[tuple[int, int], list[HalfEdge]] = {}
    ends = np.column_stack([net.start, net.end]).reshape(-1)
    used = np.flatnonzero(left_labels != OUTSIDE).tolist()
    for half in used:
        leaving.setdefault((int(left_labels[half]), int(ends[half])), []).append(half)
    visited: set[HalfEdge] = set()
    labelled_loops = []
    for first in used:
        label, walk, half = int(left_labels[first]), [], first
        while half not in visited:
            visited.add(half)
            walk.append(half)
            onward = leaving.get((label, int(ends[half ^ 1])))
            if onward is None:
                raise BrokenNetwork(f"the edges round {label} do not close")
            half = onward[0] if len(onward) == 1 else _choose_leftmost(net, half, onward)
        labelled_loops += [(label, loop) for loop in _split_loops(walk, ends)]
    return labelled_loops


def _choose_leftmost(net: Network, half: HalfEdge, onward: Sequence[HalfEdge]) -> HalfEdge:
    """The next half-edge where an area touches itself: the one that stays closest to it."""
    back = _measure_heading(net, half ^ 1)
    return min(
        onward,
        key=lambda candidate: (back - _measure_heading(net, candidate)) % (2 * np.pi) or 2 * np.pi,
    )


def _measure_heading(net: Network, half: HalfEdge) -> float:
    """The direction in which a half-edge leaves its node, in radians."""
    edge, backwards = divmod(half, 2)
    vertices = net.get_vertices(edge)
    (x0, y0), (x1, y1) = vertices[[-1, -2] if backwards else [0, 1]].tolist()
    return float(np.arctan2(y1 - y0, x1 - x0))


def _split_loops(walk: list[HalfEdge], ends: Ints) -> list[list[HalfEdge]]:
    """A walk as loops that visit no node twice."""
    loops: list[list[HalfEdge]] = []
    open_: list[HalfEdge] = []
    positions: dict[int, int] = {}
    for half in walk:
        node = int(ends[half])
        positions[node] = len(open_)
        open_.append(half)
        reached = int(ends[half ^ 1])
        if reached in positions:
            loops.append(open_[positions[reached] :])
            for passed in loops[-1]:
                del positions[int(ends[passed])]
            del open_[len(open_) - len(loops[-1]) :]
    return loops


def _build_ring(net: Network, walk: list[HalfEdge]) -> Floats:
    parts = []
    for half in walk:
        edge, backwards = divmod(half, 2)
        vertices = net.get_vertices(edge)
        parts.append(vertices[:0:-1] if backwards else vertices[:-1])
    parts.append(parts[0][:1])
    return np.vstack(parts)


def _assemble_polygons(rings: list[Floats]) -> shapely.MultiPolygon:
    """Shells with the holes that lie in them; the larger shells first."""
    polygons = [shapely.Polygon(ring) for ring in rings]
    polygons.sort(key=lambda polygon: -polygon.area)
    shells = [p for p in polygons if shapely.is_ccw(p.exterior)]
    holes_by_shell: list[list[shapely.LinearRing]] = [[] for _ in shells]
    for hole in (p for p in polygons if not shapely.is_ccw(p.exterior)):
        holes_by_shell[_find_enclosing_shell(hole, shells)].append(hole.exterior)
    return shapely.MultiPolygon(
        [
            shapely.Polygon(shell.exterior, holes)
            for shell, holes in zip(shells, holes_by_shell, strict=True)
        ]
    )


def _find_enclosing_shell(hole: shapely.Polygon, shells: list[shapely.Polygon]) -> int:
    """The smallest shell round a hole."""
    if len(shells) == 1:
        return 0
    point = hole.representative_point()
    containing = [number for number, shell in enumerate(shells) if shell.contains(point)]
    if not containing:
        raise BrokenNetwork("a hole lies in no shell: edges round this area are missing")
    return containing[-1]
