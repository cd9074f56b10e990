"""The vertices of edges that differ, out of the records that do. Pure."""

from collections.abc import Iterable, Iterator

import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.differences.register_difference import ChangedRecord, EdgeChange, EdgeChangeKind
from boundaries.differences.vertex_changes import Point, list_vertex_changes
from gazetteer.ledger.versions import Attributes


def iter_edge_changes(records: Iterable[ChangedRecord]) -> Iterator[EdgeChange]:
    """For each edge the vertices that moved, came or went; an edge that begins or ends as a whole.

    Records of other kinds are passed over.
    """
    for record in records:
        kind, edge = record.key
        shown = record.after or record.before
        if kind != "edge" or shown is None:
            continue
        sides = edge, shown["left_unit"], shown["right_unit"]
        if record.before is None or record.after is None:
            whole = EdgeChangeKind.BEGINS if record.after else EdgeChangeKind.ENDS
            yield EdgeChange(*sides, whole, line=_read_line(shown))
        elif record.before["geom"] != record.after["geom"]:
            courses = _list_points(record.before), _list_points(record.after)
            for vertex in list_vertex_changes(*courses):
                yield EdgeChange(*sides, vertex.kind, vertex)


def _read_line(attributes: Attributes) -> BaseGeometry:
    return shapely.from_wkb(bytes.fromhex(attributes["geom"]))


def _list_points(attributes: Attributes) -> list[Point]:
    return [(lon, lat) for lon, lat in shapely.get_coordinates(_read_line(attributes)).tolist()]
