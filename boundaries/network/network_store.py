"""The network of a moment, read from the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from psycopg import Connection
from psycopg.rows import tuple_row
from shapely.geometry.base import BaseGeometry

from boundaries.network.network_builder import OUTSIDE, Network
from boundaries.network.segments import Bools, Ints
from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, in_force_sql
from gazetteer.records.levels import LEVELS, Level

_EDGES = f"""
WITH {MOMENT_CTE}
SELECT e.record_id, e.start_node, e.end_node, e.left_unit, e.right_unit,
    ST_AsBinary(e.geom, 'NDR'), e.beyond
FROM moment, edge_version e WHERE {in_force_sql("e")}
ORDER BY e.record_id
"""

# Villages have no areas yet, and there are too many of them to read.
_UNITS = f"""
WITH {MOMENT_CTE}
SELECT s.unit_id, s.level, s.code, s.name, s.parent_id FROM moment, unit_state s
WHERE s.level <> 'village' AND {in_force_sql("s")}
"""


_AREAS = f"""
WITH {MOMENT_CTE}
SELECT a.unit_id, ST_AsBinary(a.geom, 'NDR'), a.accuracy_m
FROM moment, area_version a WHERE {in_force_sql("a")} ORDER BY a.unit_id
"""

_SEATS = f"""
WITH {MOMENT_CTE}
SELECT v.record_id, ST_X(v.seat), ST_Y(v.seat)
FROM moment, unit_version v WHERE v.seat IS NOT NULL AND {in_force_sql("v")}
"""

_ALL_EDGES = f"""
WITH {MOMENT_CTE}
SELECT e.record_id, e.start_node, e.end_node, e.left_unit, e.right_unit,
    ST_AsBinary(e.geom, 'NDR'), lower(e.valid), upper(e.valid),
    e.started_by IS NULL AND e.start_precision NOT IN ('first_record', 'unknown'),
    e.ended_by IS NULL AND e.end_precision NOT IN ('first_record', 'unknown')
FROM moment, edge_version e WHERE e.recorded @> moment.known_at ORDER BY e.record_id, e.valid
"""

_ALL_UNITS = f"""
WITH {MOMENT_CTE}
SELECT DISTINCT ON (s.unit_id) s.unit_id, s.level, s.code, s.name, s.parent_id
FROM moment, unit_state s WHERE s.recorded @> moment.known_at AND s.level <> 'village'
ORDER BY s.unit_id, lower(s.valid) DESC NULLS LAST
"""


_NEVER: Ints = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class NetworkUnit:
    """The state of a unit at the moment."""

    level: str
    code: str | None
    name: str | None
    parent_id: UUID | None


@dataclass(frozen=True, slots=True)
class UnitArea:
    """The area of a unit: lon, lat degrees of CGCS2000; ``accuracy_m`` where it is stated."""

    shape: BaseGeometry
    accuracy_m: float | None


@dataclass(frozen=True)
class KnownNetwork:
    """A network whose faces are units: the sides in ``net`` are numbers in ``faces``.

    ``edges`` and ``nodes`` are the records, by their numbers in ``net``; ``beyond`` (E) is why an
    edge has one side only. ``units`` are all units of the moment down to townships.
    """

    net: Network
    faces: tuple[UUID, ...]
    edges: tuple[UUID, ...]
    nodes: tuple[UUID, ...]
    units: Mapping[UUID, NetworkUnit]
    beyond: tuple[str | None, ...]

    def label_faces(self, level: str) -> tuple[Ints, tuple[UUID, ...]]:
        """The unit of a level that contains each face (``OUTSIDE``: none known), and those units.

        Where there is no unit of the level, it is the next one above: Dongguan at the level of
        counties, the rest of a province of which only some counties are known.
        """
        face_units = [self.find_unit_at_level(face, level) for face in self.faces]
        level_units = tuple(dict.fromkeys(unit for unit in face_units if unit is not None))
        number = {unit: n for n, unit in enumerate(level_units)}
        labels = [OUTSIDE if unit is None else number[unit] for unit in face_units]
        return np.array(labels, dtype=np.int64), level_units

    def find_unit_at_level(self, unit: UUID, level: str) -> UUID | None:
        """The first of the unit and those above it that is not below the level."""
        at: UUID | None = unit
        while at is not None and at in self.units:
            if LEVELS.index(Level(self.units[at].level)) <= LEVELS.index(Level(level)):
                return at
            at = self.units[at].parent_id
        return None


@dataclass(frozen=True)
class NetworkHistory:
    """Every version of every edge as known at a time, as one network, with the days of each.

    ``start`` and ``stop`` are proleptic ordinals, half-open; ``without_act`` (E, 2) is whether the
    start and the end are changes without an act. ``units`` are the last states of units.
    """

    net: Network
    faces: tuple[UUID, ...]
    edges: tuple[UUID, ...]
    nodes: tuple[UUID, ...]
    start: Ints
    stop: Ints
    without_act: Bools
    units: Mapping[UUID, NetworkUnit]

    def build_network_on(self, day: date) -> Network:
        """The network of a day: edges of other days have ``OUTSIDE`` on both sides."""
        is_current = (self.start <= day.toordinal()) & (day.toordinal() < self.stop)
        left, right = (
            np.where(is_current, side, OUTSIDE) for side in (self.net.left, self.net.right)
        )
        return replace(self.net, left=left, right=right)

    @cached_property
    def days_as_face(self) -> Mapping[UUID, tuple[Ints, Ints]]:
        """When each unit had ground of its own: starts and stops of the edges round it."""
        both_sides = np.r_[self.net.left, self.net.right]
        starts, stops = np.r_[self.start, self.start], np.r_[self.stop, self.stop]
        order = np.argsort(both_sides, kind="stable")
        bounds = np.searchsorted(both_sides[order], np.arange(len(self.faces) + 1))
        return {
            unit: (starts[order[first:last]], stops[order[first:last]])
            for unit, first, last in zip(self.faces, bounds[:-1], bounds[1:], strict=True)
        }

    def is_face_on(self, unit: UUID, day: date) -> bool:
        """Whether a unit had ground of its own on a day: was a side of an edge."""
        starts, stops = self.days_as_face.get(unit, (_NEVER, _NEVER))
        return bool(((starts <= day.toordinal()) & (day.toordinal() < stops)).any())

    def list_redrawn_pairs(self, day: date) -> list[frozenset[UUID]]:
        """The units on both sides of each edge that runs elsewhere from a day on.

        An edge that is only between other units from that day on is none.
        """
        lines: dict[bytes, set[UUID]] = {}
        times: dict[bytes, list[int]] = {}
        for bound in (self.start, self.stop):
            for edge in np.flatnonzero(bound == day.toordinal()).tolist():
                key = self.net.get_vertices(edge).tobytes()
                sides = int(self.net.left[edge]), int(self.net.right[edge])
                units = {self.faces[side] for side in sides if side != OUTSIDE}
                lines.setdefault(key, set()).update(units)
                times.setdefault(key, []).append(edge)
        return [frozenset(units) for key, units in lines.items() if len(times[key]) == 1]

    def list_change_days(self, since: date, until: date) -> list[date]:
        """The days on which an edge begins or ends, after ``since`` and up to ``until``."""
        bounds = np.unique(np.r_[self.start, self.stop])
        within = bounds[(bounds > since.toordinal()) & (bounds <= until.toordinal())]
        return [date.fromordinal(day) for day in within.tolist()]


def load_network(conn: Connection[Any], as_of: AsOf) -> KnownNetwork:
    """All edges in force at the moment, and the units of that moment."""
    with conn.transaction(), conn.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_EDGES, as_of.to_sql_params()).fetchall()
        units = cursor.execute(_UNITS, as_of.to_sql_params()).fetchall()
    net, faces, nodes = _build_network(rows)
    edges = tuple(row[0] for row in rows)
    unit_by_id = {row[0]: NetworkUnit(*row[1:]) for row in units}
    return KnownNetwork(net, faces, edges, nodes, unit_by_id, tuple(row[6] for row in rows))


def load_unit_areas(conn: Connection[Any], as_of: AsOf) -> Mapping[UUID, UnitArea]:
    """The areas in force at the moment, by unit."""
    with conn.transaction(), conn.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_AREAS, as_of.to_sql_params()).fetchall()
    shapes = shapely.from_wkb([row[1] for row in rows])
    return {row[0]: UnitArea(shape, row[2]) for row, shape in zip(rows, shapes, strict=True)}


def load_seats(conn: Connection[Any], as_of: AsOf) -> Mapping[UUID, tuple[float, float]]:
    """Lon, lat of the seats of government at the moment, of units that have one recorded."""
    with conn.transaction(), conn.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_SEATS, as_of.to_sql_params()).fetchall()
    return {unit: (lon, lat) for unit, lon, lat in rows}


def load_network_history(conn: Connection[Any], as_of: AsOf) -> NetworkHistory:
    """All edges of all days, as known at the moment."""
    with conn.transaction(), conn.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_ALL_EDGES, as_of.to_sql_params()).fetchall()
        units = cursor.execute(_ALL_UNITS, as_of.to_sql_params()).fetchall()
    net, faces, nodes = _build_network(rows)
    return NetworkHistory(
        net,
        faces,
        tuple(row[0] for row in rows),
        nodes,
        np.array([(row[6] or date.min).toordinal() for row in rows], int),
        np.array([(row[7] or date.max).toordinal() for row in rows], int),
        np.array([row[8:10] for row in rows], bool).reshape(-1, 2),
        {row[0]: NetworkUnit(*row[1:]) for row in units},
    )


def _build_network(rows: Sequence[Any]) -> tuple[Network, tuple[UUID, ...], tuple[UUID, ...]]:
    """Rows of edges as a network, with the units that are faces and the records of nodes."""
    faces: dict[UUID, int] = {}
    nodes: dict[UUID, int] = {}
    ends = [[nodes.setdefault(node, len(nodes)) for node in row[1:3]] for row in rows]
    sides = [
        [OUTSIDE if unit is None else faces.setdefault(unit, len(faces)) for unit in row[3:5]]
        for row in rows
    ]
    lines = shapely.from_wkb([row[5] for row in rows])
    xy = shapely.get_coordinates(lines)
    offsets = np.r_[0, np.cumsum(shapely.get_num_coordinates(lines))].astype(np.int64)
    start, end = np.array(ends, dtype=np.int64).reshape(-1, 2).T
    left, right = np.array(sides, dtype=np.int64).reshape(-1, 2).T
    locations = np.empty((len(nodes), 2))
    locations[start], locations[end] = xy[offsets[:-1]], xy[offsets[1:] - 1]
    return Network(locations, start, end, left, right, xy, offsets), tuple(faces), tuple(nodes)
