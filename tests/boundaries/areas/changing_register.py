"""A small register on a grid: three prefectures of counties, and one that is not divided yet.

Every vertex lies near its *home*, a point of a lattice, and borders share homes at nodes only:
however vertices move near their homes, borders never cross.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

import shapely
from psycopg import Connection

from boundaries.network.area_assembly import assemble_area
from boundaries.network.edge_versions import EdgeVersion, list_edge_versions
from boundaries.network.segments import Floats
from boundaries.register_ledger import LEDGER
from gazetteer.ledger.period import Period
from gazetteer.ledger.version_store import iter_known_timelines
from gazetteer.ledger.versions import Statement, Version
from tests.boundaries.areas.area_samples import record, unit

Home = tuple[int, int]
Place = tuple[float, float]
Cell = tuple[int, int]

STEPS = 16
"""Steps of the lattice along the side of a county; at first every fourth one has a vertex."""
STEP = 0.25 / STEPS
ORIGIN = 108.0, 28.0
BORN = date(1950, 1, 1)
ACTS = [record("act", str(number)) for number in range(3)]
PROVINCES = ("510000", "520000")
PREFECTURES = {"510100": "510000", "510200": "510000", "520100": "520000", "520200": "520000"}
COLUMNS = ("510100", "510200", "510200", "520100")
ROWS = range(4)
UNDIVIDED = "520200"
"""A prefecture east of the others of which no county is known at first."""
TOWNSHIPS = ("510101001", "510101002")
"""They divide the first county, the western one comes first."""


def list_counties() -> Iterator[tuple[str, str, Cell]]:
    """The code, the prefecture and the cell of each county that is known at first."""
    for column, prefecture in enumerate(COLUMNS):
        for row in ROWS:
            yield f"{prefecture[:4]}{row + 1 + 10 * (column == 2):02d}", prefecture, (column, row)


COUNTIES = {code: cell for code, _, cell in list_counties()}
KNOWN_LATER = ("510203", "520102")
"""Counties whose ground is known from the year 2000 only, at first."""
CUT_COUNTIES = {f"{UNDIVIDED[:4]}{row + 1:02d}": (len(COLUMNS), row) for row in ROWS}


def place_near(home: Home, rng: Random) -> Place:
    """A place near a home."""
    x, y = (
        start + (at + rng.uniform(-0.4, 0.4)) * STEP for start, at in zip(ORIGIN, home, strict=True)
    )
    return x, y


def find_home(place: Sequence[float]) -> Home:
    x, y = (round((at - start) / STEP) for start, at in zip(ORIGIN, place, strict=True))
    return x, y


def list_homes(line: Floats) -> list[Home]:
    return [find_home(place) for place in line.tolist()]


def find_middle(one: Home, other: Home) -> Home | None:
    """The home between two that follow each other on a border, if there is room for one."""
    if max(abs(one[0] - other[0]), abs(one[1] - other[1])) < 2:
        return None
    return (one[0] + other[0]) // 2, (one[1] + other[1]) // 2


def list_cell_homes(cell: Cell, width: int = STEPS, offset: int = 0) -> list[Home]:
    """The homes round a cell, or round a part of its width, counter-clockwise; all of them."""
    west, south = cell[0] * STEPS + offset, cell[1] * STEPS
    east, north = west + width, south + STEPS
    return [
        *((x, south) for x in range(west, east)),
        *((east, y) for y in range(south, north)),
        *((x, north) for x in range(east, west, -1)),
        *((west, y) for y in range(north, south, -1)),
    ]


def redraw_shape(shape: shapely.Geometry, places: Mapping[Home, Place]) -> shapely.Geometry:
    """A shape whose vertices at some homes lie elsewhere; at new homes it has new ones."""
    polygons = [
        [redraw_ring(ring, places) for ring in (polygon.exterior, *polygon.interiors)]
        for polygon in shapely.get_parts(shape)
    ]
    return shapely.MultiPolygon([shapely.Polygon(shell, holes) for shell, *holes in polygons])


def redraw_ring(ring: Any, places: Mapping[Home, Place]) -> list[Place]:
    xy = shapely.get_coordinates(ring).tolist()
    homes = [find_home(place) for place in xy]
    drawn = [places.get(homes[0], tuple(xy[0]))]
    for before, after, place in zip(homes, homes[1:], xy[1:], strict=False):
        middle = find_middle(before, after)
        if middle in places:
            drawn.append(places[middle])
        drawn.append(places.get(after, tuple(place)))
    return drawn


@dataclass(frozen=True)
class Snapshot:
    """All that is known now: the versions of records by kind, and the edges."""

    versions: Mapping[str, Mapping[UUID, tuple[Version, ...]]]
    codes: Mapping[UUID, Sequence[tuple[str, Period]]]
    edges: Sequence[EdgeVersion]

    def list_on_day(self, day: date) -> list[EdgeVersion]:
        return [edge for edge in self.edges if edge.first_day <= day < edge.last_day]

    def assemble_faces(self, day: date) -> dict[UUID, shapely.MultiPolygon]:
        """The lowest known units of a day."""
        lines: dict[UUID, list[Floats]] = {}
        for edge in self.list_on_day(day):
            for side, line in ((edge.left, edge.line), (edge.right, edge.line[::-1])):
                if side is not None:
                    lines.setdefault(side, []).append(line)
        return {unit: assemble_area(bounding) for unit, bounding in lines.items()}

    def find_unit(self, unit: UUID, day: date) -> Version | None:
        versions = self.versions["unit"].get(unit, ())
        return next((v for v in versions if v.period.contains_day(day)), None)

    def find_code(self, unit: UUID, day: date) -> str | None:
        assigned = self.codes.get(unit, ())
        return next((code for code, period in assigned if period.contains_day(day)), None)


def take_snapshot(conn: Connection[Any]) -> Snapshot:
    timelines = {
        kind: list(iter_known_timelines(conn, LEDGER.kinds[kind]))
        for kind in ("unit", "code", "node", "edge", "area")
    }
    codes: dict[UUID, list[tuple[str, Period]]] = {}
    for timeline in timelines["code"]:
        for version in timeline.versions:
            assigned = (version.attributes["code"], version.period)
            codes.setdefault(version.attributes["unit_id"], []).append(assigned)
    versions = {kind: {t.record_id: t.versions for t in timelines[kind]} for kind in timelines}
    edges = list_edge_versions(timelines["edge"])
    edges.sort(key=lambda edge: (edge.first_day, edge.line.tobytes()))  # their ids are random
    return Snapshot(versions, codes, edges)


def build_units() -> list[Statement]:
    """The units of the register, and the acts that changes cite."""
    statements = [
        Statement("act", act, Period(), {"title": f"批复 {number}", "number": f"{number}号"})
        for number, act in enumerate(ACTS)
    ]
    for code in PROVINCES:
        statements += unit(code, code, "province", start=BORN)
    for code, province in PREFECTURES.items():
        statements += unit(code, code, "prefecture", province, start=BORN)
    for code, prefecture, _ in list_counties():
        statements += unit(code, code, "county", prefecture, start=BORN)
    for number, code in enumerate(CUT_COUNTIES):
        born = date(1980 + 10 * number, 7, 1)
        statements += unit(code, code, "county", UNDIVIDED, start=born)
    for code in TOWNSHIPS:
        statements += unit(code, code, "township", code[:6], start=BORN)
    return statements


def build_shapes(rng: Random) -> dict[str, shapely.Geometry]:
    """The polygons of all lowest units, by code; each border has its vertices in both."""
    places: dict[Home, Place] = {}

    def build_polygon(homes: Iterable[Home]) -> shapely.Polygon:
        vertices = [home for home in homes if home[0] % 4 == 0 and home[1] % 4 == 0]
        return shapely.Polygon([places.setdefault(h, place_near(h, rng)) for h in vertices])

    shapes = {
        code: build_polygon(list_cell_homes(cell))
        for code, cell in COUNTIES.items()
        if code != TOWNSHIPS[0][:6]
    }
    half = STEPS // 2
    for code, offset in zip(TOWNSHIPS, (0, half), strict=True):
        shapes[code] = build_polygon(list_cell_homes((0, 0), half, offset))
    column, height = len(COLUMNS) * STEPS, len(ROWS) * STEPS
    outline = [
        *((x, 0) for x in range(column, column + STEPS)),
        *((column + STEPS, y) for y in range(height)),
        *((x, height) for x in range(column + STEPS, column, -1)),
        *((column, y) for y in range(height, 0, -1)),
    ]
    shapes[UNDIVIDED] = build_polygon(outline)
    return shapes
