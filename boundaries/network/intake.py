"""The territories of units as nodes and edges of the ledger.

An edge has a version for every stretch of days with the same units on both sides. The same border
always gets the same id, whatever the order in which its polygons come.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

import numpy as np
import shapely

from boundaries.network.edges import NOBODY, Network, network
from boundaries.network.epochs import epochs
from boundaries.network.faces import Region, faces
from boundaries.network.kinds import Beyond
from boundaries.network.periods import clipped, sides, whole
from boundaries.network.segments import Floats, segments
from gazetteer.intake.ids import record_id
from gazetteer.ledger.versions import Timeline, Version, in_order


def borders(regions: Sequence[Region]) -> list[Timeline]:
    """Nodes and edges between regions, with all their versions; nodes come first.

    Raises:
        NotACoverage: a territory runs twice along the same piece of border.
    """
    versions: dict[UUID, list[Version]] = {}
    for epoch, present in epochs(regions):
        for edge in _edges(present):
            for version in edge.versions:
                if (span := clipped(version.span, epoch)) is not None:
                    versions.setdefault(edge.record_id, []).append(replace(version, span=span))
    edges = [Timeline("edge", edge, in_order(all_)) for edge, all_ in versions.items()]
    return [*_nodes(edges), *edges]


def _edges(regions: Sequence[Region]) -> Iterator[Timeline]:
    """The edges between regions of which none overlap."""
    ground = faces(regions)
    net = network(segments(np.array([face.shape for face in ground], dtype=object)))
    for number in range(len(net)):
        yield _edge(net, number, ground)


def _nodes(edges: Sequence[Timeline]) -> Iterator[Timeline]:
    """The nodes of edges, each for as long as any of them."""
    meeting: dict[UUID, list[Version]] = {}
    places: dict[UUID, shapely.Point] = {}
    for edge in edges:
        for version in edge.versions:
            vertices = shapely.get_coordinates(shapely.from_wkb(version.attributes["geom"]))
            for end, place in (("start_node", vertices[0]), ("end_node", vertices[-1])):
                node = version.attributes[end]
                meeting.setdefault(node, []).append(version)
                places[node] = shapely.Point(place)
    for node, together in meeting.items():
        span = whole([version.span for version in together])
        source = together[0].attributes["source"]
        attributes = {"location": _wkb(places[node]), "source": source}
        yield Timeline("node", node, (Version(span, attributes),))


def _edge(net: Network, number: int, ground: Sequence[Region]) -> Timeline:
    """An edge from its western end (of two on one meridian, the northern) to the other."""
    vertices = net.vertices(number)
    left, right = int(net.left[number]), int(net.right[number])
    if _backwards(vertices):
        vertices, left, right = vertices[::-1], right, left
    beside = [ground[face] for face in (left, right) if face != NOBODY]
    start, end = _node_id(vertices[0]), _node_id(vertices[-1])
    known = [region.accuracy_m for region in beside if region.accuracy_m is not None]
    common = {
        "start_node": start,
        "end_node": end,
        "geom": _wkb(shapely.LineString(vertices)),
        "accuracy_m": max(known, default=None),
        "source": "; ".join(dict.fromkeys(region.source for region in beside)),
    }
    lives = [ground[face].lives if face != NOBODY else () for face in (left, right)]
    versions = tuple(
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
    return Timeline("edge", _edge_id(vertices), versions)


def _beyond(face: int) -> str:
    return (Beyond.OUTSIDE if face == NOBODY else Beyond.UNKNOWN).value


def _backwards(vertices: Floats) -> bool:
    """Whether the way has to be turned round; of a closed one, its second and last but one."""
    first, last = vertices[0], vertices[-1]
    if np.array_equal(first, last):
        first, last = vertices[1], vertices[-2]
    return bool((first[0], -first[1]) > (last[0], -last[1]))


def _node_id(place: Floats) -> UUID:
    return record_id("node", *map(repr, place.tolist()))


def _edge_id(vertices: Floats) -> UUID:
    """By both ends and the vertex in the middle: two borders may join the same two nodes."""
    three = vertices[[0, len(vertices) // 2, -1]]
    return record_id("edge", *map(repr, three.ravel().tolist()))


def _wkb(shape: shapely.Point | shapely.LineString) -> str:
    return str(shapely.to_wkb(shape, hex=True, byte_order=1)).lower()
