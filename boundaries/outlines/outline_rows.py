"""The outlines of drafts in the database."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import shapely
from psycopg import Connection
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from boundaries.outlines.outline import Outline

Conn = Connection[Any]

_WAITING = """
SELECT unit_id, ST_AsBinary(area), new_unit FROM draft_outline
WHERE draft_id = %s AND waiting ORDER BY unit_id
"""
_WRITE = """
INSERT INTO draft_outline (draft_id, unit_id, area, new_unit, waiting, accounts)
VALUES (%s, %s, %s::geometry, %s, true, ARRAY[%s]::uuid[])
ON CONFLICT (draft_id, unit_id) DO UPDATE SET area = excluded.area, waiting = true,
    new_unit = excluded.new_unit,
    accounts = ARRAY(SELECT unnest(draft_outline.accounts) UNION SELECT unnest(excluded.accounts))
"""
_SENDERS = "SELECT DISTINCT unnest(accounts) FROM draft_outline WHERE draft_id = %s"
_SETTLE = """
UPDATE draft_outline SET waiting = false, area = NULL
WHERE draft_id = %s AND unit_id = ANY(%s)
"""


def load_outlines(conn: Conn, draft_id: UUID) -> Mapping[UUID, Outline]:
    """The outlines of a draft that wait, by their units."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        return {
            unit: Outline(unit, None if wkb is None else _read_area(wkb), new_unit)
            for unit, wkb, new_unit in cursor.execute(_WAITING, (draft_id,))
        }


def load_senders(conn: Conn, draft_id: UUID) -> frozenset[UUID]:
    """The accounts that ever sent an outline of a draft."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        return frozenset(row[0] for row in cursor.execute(_SENDERS, (draft_id,)))


def write_outline(conn: Conn, draft_id: UUID, outline: Outline, account_id: UUID) -> None:
    """Let an outline wait, in place of an earlier one of its unit."""
    area = None
    if outline.area is not None:
        area = shapely.to_wkb(shapely.set_srid(outline.area, 4490), include_srid=True).hex()
    new_unit = None if outline.new_unit is None else Jsonb(dict(outline.new_unit))
    conn.execute(_WRITE, (draft_id, outline.unit_id, area, new_unit, account_id))


def settle_outlines(conn: Conn, draft_id: UUID, units: list[UUID]) -> None:
    """Let the outlines of units wait no longer; who sent them is not forgotten."""
    conn.execute(_SETTLE, (draft_id, units))


def _read_area(wkb: bytes) -> shapely.MultiPolygon:
    area = shapely.from_wkb(bytes(wkb))
    assert isinstance(area, shapely.MultiPolygon)
    return area
