"""Built-up areas (建成区), in which streets and buildings have to have names of their own.

They are no part of the register: an office brings them from its planning department, as a whole
and with their source. Until it has, the rules that need them say that they cannot be examined.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import uuid4

from psycopg import Connection


class BuiltUpArea(NamedTuple):
    """A built-up area: its name, and EWKB in hexadecimal (MultiPolygon, EPSG:4490, lon, lat)."""

    name: str
    geometry: str


def replace_built_up_areas(
    conn: Connection[Any], areas: Iterable[BuiltUpArea], source: str, since: date | None, by: str
) -> int:
    """Put areas in the place of all that came from the same source; returns how many there are.

    Args:
        conn: autocommit connection; all is one transaction.
        areas: the new areas; none removes those of the source.
        source: who drew them, and when.
        since: the first day on which they hold; None: always.
        by: who loads them.
    """
    rows = [(uuid4(), area.name, source, area.geometry, since, by) for area in areas]
    with conn.transaction(), conn.cursor() as cursor:
        cursor.execute("DELETE FROM built_up_area WHERE source = %s", (source,))
        cursor.executemany(
            "INSERT INTO built_up_area (area_id, name, source, geom, valid, loaded_by, loaded_at)"
            " VALUES (%s, %s, %s, %s::geometry, daterange(%s, NULL), %s, clock_timestamp())",
            rows,
        )
    return len(rows)
