"""Whether units covered the land at every changeset, by GEOS and not by our own rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from psycopg import Connection

from boundaries.layers.metres import geodesic_area

_LEAST_M2 = 0.01
_AREAS = """
SELECT a.unit_id, lower(a.recorded), upper(a.recorded), ST_AsBinary(a.geom)
FROM area_version a
WHERE a.valid @> %(day)s::date AND a.unit_id IN (
    SELECT unnest(ARRAY[e.left_unit, e.right_unit]) FROM edge_version e
    WHERE e.valid @> %(day)s::date)
"""
_MOMENTS = "SELECT changeset_id, recorded_at FROM changeset ORDER BY changeset_id"
_OPEN_EDGES = """
SELECT DISTINCT c.changeset_id FROM change c JOIN edge_version e USING (record_id)
WHERE c.kind = 'edge' AND (e.left_unit IS NULL OR e.right_unit IS NULL)
"""


@dataclass(frozen=True)
class _FaceStates:
    """The areas of units with borders of their own on a day, each with when it was known."""

    units: Sequence[UUID]
    known_from: Sequence[datetime]
    known_until: Sequence[datetime | None]
    shapes: Any

    def select_known(self, moment: datetime) -> Any:
        """The shapes that were known at a moment."""
        return self.shapes[
            [
                start <= moment and (end is None or moment < end)
                for start, end in zip(self.known_from, self.known_until, strict=True)
            ]
        ]


def find_torn_changesets(conn: Connection[Any], days: Sequence[date]) -> Iterator[str]:
    """The changesets at which units overlapped or came apart more than before.

    Also those after which all units together have another area, although no border with
    nobody's territory was changed.
    """
    moments = conn.execute(_MOMENTS).fetchall()
    open_borders = {row[0] for row in conn.execute(_OPEN_EDGES)}
    for day in days:
        states = _load_states(conn, day)
        before = _measure_coverage(states.select_known(moments[0][1]))
        for changeset, moment in moments[1:]:
            after = _measure_coverage(states.select_known(moment))
            if after[0] > before[0]:
                yield f"changeset {changeset}: units overlap or come apart on {day}"
            if changeset not in open_borders and abs(after[1] - before[1]) > _LEAST_M2:
                yield f"changeset {changeset}: the units have another area on {day}"
            before = after


def _load_states(conn: Connection[Any], day: date) -> _FaceStates:
    rows = conn.execute(_AREAS, {"day": day}).fetchall()
    units, start, end, shapes = zip(*rows, strict=True)
    return _FaceStates(units, start, end, np.asarray(shapely.from_wkb(shapes)))


def _measure_coverage(shapes: Any) -> tuple[int, float]:
    """How many vertices of borders do not match, and the sum of the areas in square metres."""
    invalid = shapely.coverage_invalid_edges(shapes)
    return int(shapely.get_num_coordinates(invalid).sum()), float(geodesic_area(shapes).sum())
