"""The box and the days that contain all features of a collection, on whatever day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from boundaries.features.feature_collection import FeatureCollection

Conn = Connection[Any]
_GEOMETRIES = {
    "divisions": "area_version.geom",
    "findings": "area_version.geom",
    "edges": "edge_version.geom",
    "lines": "edge_version.geom",
    "nodes": "node_version.location",
    "places": "place_version.location",
}


@dataclass(frozen=True, slots=True)
class CollectionExtent:
    """West, south, east and north in degrees (None: no feature), and the first day (None: open)."""

    box: tuple[float, float, float, float] | None
    first_day: date | None


def load_extent(conn: Conn, collection: FeatureCollection) -> CollectionExtent:
    """The extent of all versions that were ever published."""
    table, _, column = _GEOMETRIES[collection.name].partition(".")
    statement = (
        f"SELECT ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e), first FROM (SELECT"
        f" ST_Extent({column}) AS e, nullif(min(coalesce(lower(valid), '-infinity')), '-infinity')"
        f" AS first FROM {table}) found"
    )
    with conn.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(statement.encode()).fetchone()
    assert row is not None
    return CollectionExtent(None if row[0] is None else row[:4], row[4])
