"""Nodes and edges of the ledger, derived from the territories of units.

An edge has a version for each run of days with the same units on both sides. The same border
always has the same id, whatever the order of its polygons.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.network.epochs import split_epochs
from boundaries.network.leaf_faces import Region, derive_leaf_faces
from boundaries.network.network_builder import OUTSIDE, Network, build_network
from boundaries.network.segments import Floats, build_segments
from boundaries.network.side_periods import derive_side_periods, enclose_periods, intersect_periods
from boundaries.schema.network_kinds import MissingSide
from gazetteer.ingest.source_ids import derive_record_id
from gazetteer.ledger.versions import Timeline, Version, sort_versions


def derive_network_timelines(regions: Sequence[Region]) -> list[Timeline]:
    """Nodes and edges between regions, with all their versions; nodes come first.

    Raises:
        NotACoverage: a territory runs along the same segment twice.
    """
    versions: dict[UUID, list[Version]] = {}
    node_locations: dict[UUID, str] = {}
    for epoch, present in split_epochs(regions):
        leaf_regions = derive_leaf_faces(present)
        net = build_network(
            build_segments(np.array([face.shape for face in leaf_regions], dtype=object))
        )
        nodes = [_derive_node_id(place) for place in net.nodes]
        node_locations.update(
            zip(nodes, _encode_wkb(np.asarray(shapely.points(net.nodes))), strict=True)
        )
        for edge in _derive_edge_timelines(net, nodes, leaf_regions):
            for version in edge.versions:
                if (span := intersect_periods(version.period, epoch)) is not None:
                    versions.setdefault(edge.record_id, []).append(replace(version, period=span))
    edges = [Timeline("edge", edge, sort_versions(all_)) for edge, all_ in versions.items()]
    return [*_derive_node_timelines(edges, node_locations), *edges]


def _derive_node_timelines(
    edges: Sequence[Timeline], node_locations: Mapping[UUID, str]
) -> Iterator[Timeline]:
    """The nodes of edges; each exists as long as any of its edges."""
    versions_by_node: dict[UUID, list[Version]] = {}
    for edge in edges:
        for version in edge.versions:
            for end in ("start_node", "end_node"):
                versions_by_node.setdefault(version.attributes[end], []).append(version)
    for node, node_versions in versions_by_node.items():
        span = enclose_periods([version.period for version in node_versions])
        attributes = {
            "location": node_locations[node],
            "source": node_versions[0].attributes["source"],
        }
        yield Timeline("node", node, (Version(span, attributes),))


def _derive_edge_timelines(
    net: Network, nodes: Sequence[UUID], leaf_regions: Sequence[Region]
) -> Iterator[Timeline]:
    """Edges, directed from their western end (on one meridian, the northern) to the other."""
    of_edge = np.repeat(np.arange(len(net)), np.diff(net.vertex_offsets))
    lines = np.asarray(shapely.linestrings(net.xy, indices=of_edge), dtype=object)
    backwards = np.array(
        [_is_backwards(net.get_vertices(edge)) for edge in range(len(net))], dtype=bool
    )
    shapes = _encode_wkb(np.where(backwards, shapely.reverse(lines), lines))
    for edge, is_reversed in enumerate(backwards.tolist()):
        vertices = net.get_vertices(edge)
        start, end = nodes[net.start[edge]], nodes[net.end[edge]]
        left, right = int(net.left[edge]), int(net.right[edge])
        if is_reversed:
            vertices, start, end, left, right = vertices[::-1], end, start, right, left
        attributes = {"start_node": start, "end_node": end, "geom": shapes[edge]}
        yield Timeline(
            "edge",
            _derive_edge_id(vertices),
            _derive_edge_versions(attributes, left, right, leaf_regions),
        )


def _derive_edge_versions(
    attributes: Mapping[str, object], left: int, right: int, leaf_regions: Sequence[Region]
) -> tuple[Version, ...]:
    """The versions of an edge by the units on its sides; of two accuracies, it has the worse."""
    side_regions = [leaf_regions[face] for face in (left, right) if face != OUTSIDE]
    known = [region.accuracy_m for region in side_regions if region.accuracy_m is not None]
    common = {
        **attributes,
        "accuracy_m": max(known, default=None),
        "source": "; ".join(dict.fromkeys(region.source for region in side_regions)),
    }
    side_tenures = [leaf_regions[face].tenures if face != OUTSIDE else () for face in (left, right)]
    return tuple(
        Version(
            span,
            {
                **common,
                "left_unit": one,
                "right_unit": other,
                "beyond": None
                if one and other
                else _find_missing_side(left if one is None else right),
            },
        )
        for span, one, other in derive_side_periods(*side_tenures)
    )


def _find_missing_side(face: int) -> str:
    return (MissingSide.OUTSIDE if face == OUTSIDE else MissingSide.UNKNOWN).value


def _is_backwards(vertices: Floats) -> bool:
    """Whether an edge has to be reversed; a closed one is compared by its inner vertices."""
    first, last = vertices[0], vertices[-1]
    if np.array_equal(first, last):
        first, last = vertices[1], vertices[-2]
    return bool((first[0], -first[1]) > (last[0], -last[1]))


def _derive_node_id(location: Floats) -> UUID:
    return derive_record_id("node", *map(repr, location.tolist()))


def _derive_edge_id(vertices: Floats) -> UUID:
    """By both ends and the vertex in the middle: two borders may join the same two nodes."""
    three = vertices[[0, len(vertices) // 2, -1]]
    return derive_record_id("edge", *map(repr, three.ravel().tolist()))


def _encode_wkb(shapes: NDArray[np.object_]) -> list[str]:
    return [text.lower() for text in shapely.to_wkb(shapes, hex=True, byte_order=1).tolist()]
