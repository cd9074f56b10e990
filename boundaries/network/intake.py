"""The territories of units as nodes and edges of the ledger.

An edge has a version for every stretch of days with the same units on both sides. The same border
always gets the same id, whatever the order in which its polygons come.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.network.edges import NOBODY, Network, network
from boundaries.network.epochs import epochs
from boundaries.network.faces import Region, faces
from boundaries.network.kinds import Beyond
from boundaries.network.periods import clipped, sides, whole
from boundaries.network.segments import Floats, segments
from gazetteer.intake.ids import derive_record_id
from gazetteer.ledger.versions import Timeline, Version, sort_versions


def borders(regions: Sequence[Region]) -> list[Timeline]:
    """Nodes and edges between regions, with all their versions; nodes come first.

    Raises:
        NotACoverage: a territory runs twice along the same piece of border.
    """
    versions: dict[UUID, list[Version]] = {}
    places: dict[UUID, str] = {}
    for epoch, present in epochs(regions):
        ground = faces(present)
        net = network(segments(np.array([face.shape for face in ground], dtype=object)))
        nodes = [_node_id(place) for place in net.nodes]
        places.update(zip(nodes, _wkb(np.asarray(shapely.points(net.nodes))), strict=True))
        for edge in _edges(net, nodes, ground):
            for version in edge.versions:
                if (span := clipped(version.period, epoch)) is not None:
                    versions.setdefault(edge.record_id, []).append(replace(version, period=span))
    edges = [Timeline("edge", edge, sort_versions(all_)) for edge, all_ in versions.items()]
    return [*_nodes(edges, places), *edges]


def _nodes(edges: Sequence[Timeline], places: Mapping[UUID, str]) -> Iterator[Timeline]:
    """The nodes of edges, each for as long as any of them."""
    meeting: dict[UUID, list[Version]] = {}
    for edge in edges:
        for version in edge.versions:
            for end in ("start_node", "end_node"):
                meeting.setdefault(version.attributes[end], []).append(version)
    for node, together in meeting.items():
        span = whole([version.period for version in together])
        said = {"location": places[node], "source": together[0].attributes["source"]}
        yield Timeline("node", node, (Version(span, said),))


def _edges(net: Network, nodes: Sequence[UUID], ground: Sequence[Region]) -> Iterator[Timeline]:
    """Edges from their western end (of two on one meridian, the northern) to the other."""
    of_edge = np.repeat(np.arange(len(net)), np.diff(net.at))
    lines = np.asarray(shapely.linestrings(net.xy, indices=of_edge), dtype=object)
    back = np.array([_backwards(net.vertices(edge)) for edge in range(len(net))], dtype=bool)
    shapes = _wkb(np.where(back, shapely.reverse(lines), lines))
    for edge, turned in enumerate(back.tolist()):
        vertices = net.vertices(edge)
        start, end = nodes[net.start[edge]], nodes[net.end[edge]]
        left, right = int(net.left[edge]), int(net.right[edge])
        if turned:
            vertices, start, end, left, right = vertices[::-1], end, start, right, left
        said = {"start_node": start, "end_node": end, "geom": shapes[edge]}
        yield Timeline("edge", _edge_id(vertices), _versions(said, left, right, ground))


def _versions(
    said: Mapping[str, object], left: int, right: int, ground: Sequence[Region]
) -> tuple[Version, ...]:
    """An edge through time: who lay on its sides. Of two accuracies, it has the worse one."""
    beside = [ground[face] for face in (left, right) if face != NOBODY]
    known = [region.accuracy_m for region in beside if region.accuracy_m is not None]
    common = {
        **said,
        "accuracy_m": max(known, default=None),
        "source": "; ".join(dict.fromkeys(region.source for region in beside)),
    }
    lives = [ground[face].lives if face != NOBODY else () for face in (left, right)]
    return tuple(
        Version(
            span,
            {
                **common,
                "left_unit": one,
                "right_unit": other,
                "beyond": None if one and other else _beyond(left if one is None else right),
            },
        )
        for span, one, other in sides(*lives)
    )


def _beyond(face: int) -> str:
    return (Beyond.OUTSIDE if face == NOBODY else Beyond.UNKNOWN).value


def _backwards(vertices: Floats) -> bool:
    """Whether the way has to be turned round; of a closed one, its second and last but one."""
    first, last = vertices[0], vertices[-1]
    if np.array_equal(first, last):
        first, last = vertices[1], vertices[-2]
    return bool((first[0], -first[1]) > (last[0], -last[1]))


def _node_id(place: Floats) -> UUID:
    return derive_record_id("node", *map(repr, place.tolist()))


def _edge_id(vertices: Floats) -> UUID:
    """By both ends and the vertex in the middle: two borders may join the same two nodes."""
    three = vertices[[0, len(vertices) // 2, -1]]
    return derive_record_id("edge", *map(repr, three.ravel().tolist()))


def _wkb(shapes: NDArray[np.object_]) -> list[str]:
    return [text.lower() for text in shapely.to_wkb(shapes, hex=True, byte_order=1).tolist()]
