"""Vector tiles of areas and places as of a date: one bare ``ST_AsMVT`` statement each.

Web Mercator tiles (XYZ, 256-pixel scheme) of 4096 units. Areas are cut 64 units outside the
tile, so that cut edges never show. Vertices are only rounded to the grid, in the same way for
every polygon: simplifying polygons one by one would open gaps between neighbours. Names do not
come from the polygons, which every tile cuts, but from the layer ``label``: one point for each
area, in exactly one tile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import tuple_row

from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, in_force_sql
from gazetteer.messages import message
from gazetteer.problems import InvalidValue

MAX_ZOOM = 22
LEVEL_ZOOM: Mapping[str, int] = {"province": 0, "prefecture": 4, "county": 6}
"""The lowest zoom at which a level and its labels are in the tiles."""

ALL_PLACES_ZOOM = 14
"""Below this zoom a tile has one place in each of 32 × 32 cells, from it on all of them."""

_BOX = "box AS MATERIALIZED (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS geom)"
_HEAD = "(SELECT seq FROM ledger_head) AS seq"


def _build_layer_sql(level: str) -> str:
    return (
        f"coalesce((SELECT ST_AsMVT(t, '{level}', 4096, 'geom') FROM ("
        "SELECT unit_id, code, name, romanized_name, level, geom FROM shown"
        f" WHERE level = '{level}') t), '')"
    )


_UNIT = "s.unit_id::text, s.code, s.name, s.romanized_name, s.level"

_DIVISIONS = f"""
WITH {MOMENT_CTE}, {_BOX},
shown AS MATERIALIZED (
    SELECT {_UNIT}, ST_AsMVTGeom(d.web_mercator, box.geom, 4096, 64) AS geom
    FROM moment CROSS JOIN box
    JOIN area_display d
    ON d.web_mercator && ST_Expand(box.geom, (ST_XMax(box.geom) - ST_XMin(box.geom)) / 64)
    JOIN area_version a ON a.version_id = d.version_id AND {in_force_sql("a")}
    JOIN unit_state s
    ON s.unit_id = a.unit_id AND s.level = ANY(%(levels)s) AND {in_force_sql("s")}
    ORDER BY s.code
),
label AS (
    SELECT {_UNIT}, ST_AsMVTGeom(d.label, box.geom, 4096, 0) AS geom
    FROM moment CROSS JOIN box
    JOIN area_display d ON d.label && box.geom
    AND ST_X(d.label) < ST_XMax(box.geom) AND ST_Y(d.label) > ST_YMin(box.geom)
    JOIN area_version a ON a.version_id = d.version_id AND {in_force_sql("a")}
    JOIN unit_state s
    ON s.unit_id = a.unit_id AND s.level = ANY(%(levels)s) AND {in_force_sql("s")}
    ORDER BY s.code
)
SELECT {_HEAD}, {" || ".join(_build_layer_sql(level) for level in LEVEL_ZOOM)}
    || coalesce((SELECT ST_AsMVT(t, 'label', 4096, 'geom') FROM label t), '')
"""

_PLACES = f"""
WITH {MOMENT_CTE}, {_BOX},
place AS (
    SELECT p.record_id, p.level, p.legal_class, p.class_code,
        ST_Transform(p.location, 3857) AS geom
    FROM moment CROSS JOIN box
    JOIN place_version p ON p.location && ST_Transform(box.geom, 4490) AND {in_force_sql("p")}
),
cell AS (
    SELECT place.*, row_number() OVER (
        PARTITION BY floor((ST_X(place.geom) - ST_XMin(box.geom)) * 32
                           / (ST_XMax(box.geom) - ST_XMin(box.geom))),
                     floor((ST_Y(place.geom) - ST_YMin(box.geom)) * 32
                           / (ST_YMax(box.geom) - ST_YMin(box.geom)))
        ORDER BY place.record_id) AS turn
    FROM place, box
    WHERE ST_X(place.geom) >= ST_XMin(box.geom) AND ST_X(place.geom) < ST_XMax(box.geom)
    AND ST_Y(place.geom) > ST_YMin(box.geom) AND ST_Y(place.geom) <= ST_YMax(box.geom)
),
shown AS (
    SELECT cell.record_id::text AS place_id, n.text AS name, cell.level, cell.legal_class,
        cell.class_code, ST_AsMVTGeom(cell.geom, box.geom, 4096, 0) AS geom
    FROM moment CROSS JOIN box CROSS JOIN cell
    JOIN LATERAL (
        SELECT n.text FROM name_version n WHERE n.place_id = cell.record_id AND {in_force_sql("n")}
        ORDER BY n.name_kind <> 'standard', n.language <> 'zh-Hans' LIMIT 1
    ) n ON true
    WHERE cell.turn = 1 OR %(all)s
    ORDER BY cell.record_id
)
SELECT {_HEAD}, coalesce((SELECT ST_AsMVT(t, 'places', 4096, 'geom') FROM shown t), '')
"""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile's address: zoom, column from the west, row from the north.

    Raises:
        InvalidValue: a part of it is out of range.
    """

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        for field, value, top in (
            ("z", self.z, MAX_ZOOM),
            ("x", self.x, 2**self.z - 1 if 0 <= self.z <= MAX_ZOOM else 0),
            ("y", self.y, 2**self.z - 1 if 0 <= self.z <= MAX_ZOOM else 0),
        ):
            if not 0 <= value <= top:
                raise InvalidValue(
                    message("tile.out_of_range", field=field, value=value, last=top), field=field
                )

    @property
    def sql_params(self) -> dict[str, int]:
        """Named parameters for the statements."""
        return {"z": self.z, "x": self.x, "y": self.y}


def load_ledger_head(conn: Connection[Any]) -> int:
    """The sequence number of the last published change; tiles differ only if it does."""
    row = conn.execute("SELECT seq FROM ledger_head").fetchone()
    return int(row[0]) if row else 0


def load_division_tile(conn: Connection[Any], tile: Tile, as_of: AsOf) -> tuple[int, bytes]:
    """The sequence number of the ledger, and the areas of a tile: layers by level, ``label``."""
    levels = [level for level, zoom in LEVEL_ZOOM.items() if tile.z >= zoom]
    return _load_tile(
        conn, _DIVISIONS, {**as_of.to_sql_params(), **tile.sql_params, "levels": levels}
    )


def load_place_tile(conn: Connection[Any], tile: Tile, as_of: AsOf) -> tuple[int, bytes]:
    """The sequence number of the ledger, and the places of a tile (layer ``places``)."""
    all_places = tile.z >= ALL_PLACES_ZOOM
    return _load_tile(
        conn, _PLACES, {**as_of.to_sql_params(), **tile.sql_params, "all": all_places}
    )


def _load_tile(conn: Connection[Any], statement: str, params: dict[str, Any]) -> tuple[int, bytes]:
    with conn.cursor(row_factory=tuple_row, binary=True) as cursor:
        row = cursor.execute(statement, params).fetchone()
    if row is None:
        raise RuntimeError("the ledger has no head row: the database was not migrated")
    return row[0], row[1]
