"""Whether units covered the land at every changeset, by GEOS and not by our own rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from psycopg import Connection

from boundaries.layers.metres import geodesic_area

_LEAST_M2 = 0.01
_AREAS = """
WITH RECURSIVE known AS (SELECT DISTINCT unit_id FROM area_version WHERE valid @> %(day)s::date),
above AS (
    SELECT k.unit_id, k.unit_id AS at FROM known k
    UNION SELECT a.unit_id, s.parent_id FROM above a JOIN unit_state s ON s.unit_id = a.at
    WHERE upper_inf(s.recorded) AND s.valid @> %(day)s::date AND s.parent_id IS NOT NULL
),
inner_units AS (
    SELECT a.unit_id FROM above a JOIN known k ON k.unit_id = a.at WHERE a.at <> a.unit_id
),
sides AS (
    SELECT left_unit AS unit_id FROM edge_version WHERE valid @> %(day)s::date
    UNION SELECT right_unit FROM edge_version WHERE valid @> %(day)s::date
)
SELECT unit_id IN (SELECT unit_id FROM sides WHERE unit_id IS NOT NULL),
    unit_id NOT IN (SELECT unit_id FROM inner_units),
    lower(recorded), upper(recorded), ST_AsBinary(geom)
FROM area_version WHERE valid @> %(day)s::date
"""
_MOMENTS = "SELECT changeset_id, recorded_at FROM changeset ORDER BY changeset_id"
_OPEN_EDGES = """
SELECT DISTINCT c.changeset_id FROM change c JOIN edge_version e USING (record_id)
WHERE c.kind = 'edge' AND (e.left_unit IS NULL OR e.right_unit IS NULL)
"""


@dataclass(frozen=True)
class _AreaStates:
    """The areas of a day, each with when it was known.

    ``is_face``: of a unit with borders of its own; ``is_root``: no unit above it has an area.
    """

    is_face: NDArray[np.bool_]
    is_root: NDArray[np.bool_]
    known_from: Sequence[datetime]
    known_until: Sequence[datetime | None]
    shapes: NDArray[np.object_]

    def measure_coverage(self, moment: datetime) -> tuple[int, float]:
        """How many vertices of borders do not match at a moment, and all square metres."""
        known = np.array(
            [
                start <= moment and (end is None or moment < end)
                for start, end in zip(self.known_from, self.known_until, strict=True)
            ]
        )
        invalid = shapely.coverage_invalid_edges(self.shapes[known & self.is_face])
        area_m2 = geodesic_area(self.shapes[known & self.is_root]).sum()
        return int(shapely.get_num_coordinates(invalid).sum()), float(area_m2)


def find_torn_changesets(conn: Connection[Any], days: Sequence[date]) -> Iterator[str]:
    """The changesets at which units overlapped or came apart more than before.

    Also those after which all units together have another area, although no border with nobody's
    territory was changed.
    """
    moments = conn.execute(_MOMENTS).fetchall()
    open_borders = {row[0] for row in conn.execute(_OPEN_EDGES)}
    for day in days:
        states = _load_states(conn, day)
        before = states.measure_coverage(moments[0][1])
        for changeset, moment in moments[1:]:
            after = states.measure_coverage(moment)
            won = after[1] - before[1]
            if after[0] > before[0]:
                yield f"changeset {changeset}: units overlap or come apart on {day}"
            if changeset not in open_borders and abs(won) > _LEAST_M2:
                yield f"changeset {changeset}: all units have {won:+.3f} m² more on {day}"
            before = after


def _load_states(conn: Connection[Any], day: date) -> _AreaStates:
    rows = conn.execute(_AREAS, {"day": day}).fetchall()
    is_face, is_root, start, end, shapes = zip(*rows, strict=True)
    return _AreaStates(
        np.array(is_face), np.array(is_root), start, end, np.asarray(shapely.from_wkb(shapes))
    )
