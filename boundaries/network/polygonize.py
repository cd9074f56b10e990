"""Areas of faces, or of unions of faces, assembled from the edges that bound them.

Labels assign faces to areas: every county to itself, or to its prefecture, or to its province. An
edge with the same label on both sides bounds nothing and is left out, so that every level is
bounded by the very edges of the lowest one (INSPIRE AU, requirement 5).
"""

import numpy as np
import shapely

from boundaries.network.area_assembly import assemble_area
from boundaries.network.network_builder import OUTSIDE, Network
from boundaries.network.segments import Floats, Ints


def derive_areas(net: Network, labels: Ints | None = None) -> dict[int, shapely.MultiPolygon]:
    """The area of each label, in canonical form (:mod:`boundaries.network.area_assembly`).

    Args:
        net: The network.
        labels: The label of each face (F), or ``OUTSIDE``; by default its number.

    Raises:
        BrokenNetwork: edges are missing.
    """
    half_edges = label_half_edges(net, labels)
    order = np.argsort(half_edges, kind="stable")
    order = order[np.searchsorted(half_edges[order], 0) :]
    begins = np.flatnonzero(np.diff(half_edges[order], prepend=OUTSIDE))
    groups = np.split(order, begins[1:]) if len(order) else []
    return {
        int(half_edges[group[0]]): assemble_area([get_directed_line(net, h) for h in group])
        for group in map(np.ndarray.tolist, groups)
    }


def label_half_edges(net: Network, labels: Ints | None) -> Ints:
    """The label on the left of each half-edge (2E), ``OUTSIDE`` where it bounds nothing.

    Edge e in its direction is 2e, against it 2e + 1.
    """
    sides = np.column_stack([net.left, net.right])
    if labels is not None:
        sides = np.where(sides == OUTSIDE, OUTSIDE, np.r_[labels, OUTSIDE][sides])
    is_inner = sides[:, 0] == sides[:, 1]
    left_labels: Ints = np.where(is_inner[:, None], OUTSIDE, sides).reshape(-1)
    return left_labels


def get_directed_line(net: Network, half: int) -> Floats:
    """The vertices of an edge in the direction of a half-edge."""
    edge, backwards = divmod(half, 2)
    vertices = net.get_vertices(edge)
    return vertices[::-1] if backwards else vertices
