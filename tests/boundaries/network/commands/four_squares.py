"""Four square counties of one degree round one node, and what their borders enclose.

Every edge has vertices between its nodes. Outside of the four nothing is known: a coast.
"""

from datetime import date
from uuid import UUID

import numpy as np
import pytest
import shapely

from boundaries.drafts.local_faces import assemble_faces
from boundaries.network.commands.day_edges import DayEdge
from boundaries.network.edge_versions import encode_line
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import KnownRecords, RecordsInMemory
from gazetteer.ledger.period import Period
from gazetteer.ledger.versions import Version
from gazetteer.records.commands.positions import encode_point
from tests.gazetteer.records.commands.small_register import (
    CITY,
    DAY,
    PROVINCE,
    SINCE,
    Timelines,
    build_unit,
    identify,
)

Place = tuple[float, float]

SOUTHWEST, SOUTHEAST, NORTHWEST, NORTHEAST = "440111", "440112", "440113", "440121"
TOWNSHIP = "440121001"
UNITS = {code: identify("unit", code) for code in (SOUTHWEST, SOUTHEAST, NORTHWEST, NORTHEAST)}
SW, SE, NW, NE = UNITS.values()

CENTRE, SOUTH, NORTH = (114.0, 24.0), (114.0, 23.0), (114.0, 25.0)
WEST, EAST = (113.0, 24.0), (115.0, 24.0)
NODES = {"centre": CENTRE, "south": SOUTH, "north": NORTH, "west": WEST, "east": EAST}

EDGES: dict[str, tuple[str, str, UUID | None, UUID | None, list[Place]]] = {
    "to_south": ("centre", "south", SE, SW, [(114.0, 23.75), (114.0, 23.5), (114.0, 23.25)]),
    "to_north": ("centre", "north", NW, NE, [(114.0, 24.25), (114.0, 24.5), (114.0, 24.75)]),
    "to_west": ("centre", "west", SW, NW, [(113.75, 24.0), (113.5, 24.0), (113.25, 24.0)]),
    "to_east": ("centre", "east", NE, SE, [(114.25, 24.0), (114.5, 24.0), (114.75, 24.0)]),
    "coast_southwest": ("west", "south", SW, None, [(113.0, 23.5), (113.0, 23.0), (113.5, 23.0)]),
    "coast_southeast": ("south", "east", SE, None, [(114.5, 23.0), (115.0, 23.0), (115.0, 23.5)]),
    "coast_northeast": ("east", "north", NE, None, [(115.0, 24.5), (115.0, 25.0), (114.5, 25.0)]),
    "coast_northwest": ("north", "west", NW, None, [(113.5, 25.0), (113.0, 25.0), (113.0, 24.5)]),
}
WHOLE_AREA = 4.0
"""Square degrees of all four."""


def edge_id(name: str) -> UUID:
    return identify("edge", name)


def node_id(name: str) -> UUID:
    return identify("node", name)


def build_edge(name: str) -> Version:
    start, end, left, right, between = EDGES[name]
    line = np.array([NODES[start], *between, NODES[end]])
    attributes = {
        "start_node": node_id(start),
        "end_node": node_id(end),
        "left_unit": left,
        "right_unit": right,
        "beyond": "outside" if left is None or right is None else None,
        "geom": encode_line(line),
        "accuracy_m": 10.0,
        "source": "survey",
    }
    return Version(Period(SINCE), attributes)


def build_squares() -> RecordsInMemory:
    """The four counties with their borders, and a township of the one in the northeast."""
    timelines: Timelines = {
        **build_unit(PROVINCE, "广东省", "province"),
        **build_unit(CITY, "广州市", "prefecture", PROVINCE),
        **build_unit(SOUTHWEST, "白云区", "county", CITY),
        **build_unit(SOUTHEAST, "黄埔区", "county", CITY),
        **build_unit(NORTHWEST, "番禺区", "county", CITY),
        **build_unit(NORTHEAST, "增城县", "county", CITY),
        **build_unit(TOWNSHIP, "荔城街道", "township", NORTHEAST),
    }
    for name in EDGES:
        timelines["edge", edge_id(name)] = (build_edge(name),)
    for name, place in NODES.items():
        node = {"location": encode_point(place), "source": "survey"}
        timelines["node", node_id(name)] = (Version(Period(SINCE), node),)
    return RecordsInMemory(timelines)


def read_line(known: KnownRecords, name: str, day: date = DAY) -> list[Place]:
    """The vertices of an edge of the beginning."""
    found = DayRecords(known, day).find_record("edge", edge_id(name))
    assert found is not None
    line = DayEdge.from_attributes(edge_id(name), found).line
    return [(x, y) for x, y in line.tolist()]


def list_edges(known: KnownRecords, day: date = DAY) -> dict[UUID, DayEdge]:
    """All edges in force."""
    found = DayRecords(known, day).select_in_box("edge", "geom", (100.0, 10.0, 130.0, 40.0))
    return {edge: DayEdge.from_attributes(edge, attributes) for edge, attributes in found.items()}


def list_edges_between(known: KnownRecords, *units: UUID | None) -> list[DayEdge]:
    """The edges in force between two units."""
    return [
        edge
        for edge in list_edges(known).values()
        if {edge.attributes["left_unit"], edge.attributes["right_unit"]} == set(units)
    ]


def find_faces(known: KnownRecords, day: date = DAY) -> dict[UUID, shapely.MultiPolygon]:
    """The territories of all units that have edges."""
    edges = list_edges(known, day).values()
    sides = {edge.attributes[side] for edge in edges for side in ("left_unit", "right_unit")}
    return assemble_faces(known, sorted(side for side in sides if side is not None), day)


def assert_is_coverage(known: KnownRecords, area: float | None = WHOLE_AREA) -> None:
    """The territories lie beside each other, share their vertices and leave no gap."""
    faces = list(find_faces(known).values())
    assert all(face.is_valid for face in faces)
    assert shapely.coverage_is_valid(faces)
    union = shapely.union_all(faces)
    assert isinstance(union, shapely.Polygon)
    assert len(union.interiors) == 0
    assert sum(face.area for face in faces) == pytest.approx(union.area, abs=1e-9)
    assert area is None or union.area == pytest.approx(area, abs=1e-9)
    assert_network_is_sound(known)


def assert_network_is_sound(known: KnownRecords, day: date = DAY) -> None:
    """Edges run from node to node, and no node is there without an edge."""
    records = DayRecords(known, day)
    ends: set[UUID] = set()
    for edge in list_edges(known, day).values():
        assert edge.attributes["left_unit"] != edge.attributes["right_unit"]
        one_sided = None in (edge.attributes["left_unit"], edge.attributes["right_unit"])
        assert (edge.attributes["beyond"] is not None) == one_sided
        for end, at in (("start_node", 0), ("end_node", -1)):
            node = records.find_record("node", edge.attributes[end])
            assert node is not None
            assert node["location"] == encode_point(tuple(edge.line[at].tolist()))
            ends.add(edge.attributes[end])
    box = (100.0, 10.0, 130.0, 40.0)
    assert set(records.select_in_box("node", "location", box)) == ends


def list_changed_edges(before: KnownRecords, after: KnownRecords, day: date = DAY) -> set[UUID]:
    """The edges that are other than before."""
    earlier, later = (
        {edge: found.attributes for edge, found in list_edges(known, day).items()}
        for known in (before, after)
    )
    return {key for key in earlier.keys() | later.keys() if earlier.get(key) != later.get(key)}


def build_polygon(*places: Place) -> dict[str, object]:
    """A GeoJSON Polygon; the ring is closed here."""
    return {"type": "Polygon", "coordinates": [[list(place) for place in (*places, places[0])]]}


def build_line(*places: Place) -> dict[str, object]:
    """A GeoJSON LineString."""
    return {"type": "LineString", "coordinates": [list(place) for place in places]}
