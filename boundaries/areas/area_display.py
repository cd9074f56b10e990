"""What maps and lists show of an area: its outline for tiles, its label point and its size.

Derived in the transaction that publishes the area, for new versions only; versions never change.
"""

from typing import Any

from psycopg import Connection

_DERIVE = """
INSERT INTO area_display (version_id, web_mercator, label, area_m2)
SELECT a.version_id, mercator.geom, label_point(mercator.geom), ST_Area(a.geom::geography)
FROM changeset s
JOIN change c ON c.seq BETWEEN s.first_seq AND s.last_seq AND c.kind = 'area'
JOIN area_version a ON a.record_id = c.record_id AND a.opened_in = s.changeset_id
CROSS JOIN LATERAL (SELECT ST_Transform(a.geom, 3857) AS geom OFFSET 0) mercator
WHERE s.changeset_id = %s
"""


def derive_displays(conn: Connection[Any], changeset: int) -> None:
    """Derive what is shown of the areas that a changeset opened.

    ``area_m2`` is measured on the ellipsoid, in square metres; ``label`` is the point of the
    largest part that lies farthest from its border (EPSG:3857).
    """
    conn.execute(_DERIVE, (changeset,))
