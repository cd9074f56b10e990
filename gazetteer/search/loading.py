"""Reading the state of the register from which the index is built, in one snapshot."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from psycopg import Connection, IsolationLevel

from gazetteer.records.translation import Link
from gazetteer.search.index import Kind, NameRow, Source, StateRow

_HEAD = "SELECT seq, nullif(recorded_at, '-infinity') FROM ledger_head"
_STATES = """
SELECT unit_id::text, level, code, name, parent_id::text, lower(valid), upper(valid),
       place_id::text, romanized_name
FROM unit_state WHERE upper_inf(recorded) AND name IS NOT NULL
"""
_PLACES = """
SELECT p.record_id::text, p.level, n.text, p.within::text, lower(p.valid), upper(p.valid),
       ST_X(p.location), ST_Y(p.location)
FROM place_version p
JOIN LATERAL (
    SELECT text FROM name_version
    WHERE place_id = p.record_id AND upper_inf(recorded) AND language LIKE 'zh%'
    ORDER BY name_kind = 'standard' DESC, language = 'zh-Hans' DESC, length(text), text LIMIT 1
) n ON true
WHERE upper_inf(p.recorded) AND p.unit_id IS NULL
"""
_NAMES = """
SELECT coalesce(u.unit_id, n.place_id)::text, n.text, n.name_kind, lower(n.valid), upper(n.valid)
FROM name_version n
LEFT JOIN (
    SELECT DISTINCT place_id, unit_id FROM unit_state WHERE upper_inf(recorded)
) u USING (place_id)
WHERE upper_inf(n.recorded) AND n.language LIKE 'zh%'
"""
_LINKS = """
SELECT from_unit, to_unit, lower(valid), link_kind, share_from
FROM succession_version WHERE upper_inf(recorded) AND NOT lower_inf(valid)
"""


def ledger_seq(conn: Connection[Any]) -> int:
    """How far the register has got; cheap, to be asked before each answer."""
    row = conn.execute(_HEAD).fetchone()
    return int(row[0]) if row else 0


def read_source(conn: Connection[Any]) -> Source:
    """All names and states as known now; ``conn`` must not be within a transaction."""
    conn.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with conn.transaction():
            head = conn.execute(_HEAD).fetchone()
            assert head is not None, "the ledger has a head since its first migration"
            states = list(_states(conn))
            names = [NameRow(*row) for row in conn.execute(_NAMES)]
            links: dict[UUID, list[Link]] = {}
            for start, to, on, kind, share in conn.execute(_LINKS):
                links.setdefault(start, []).append(Link(to, on, kind, share))
    finally:
        conn.isolation_level = None
    return Source(head[0], head[1], states, names, links)


def _states(conn: Connection[Any]) -> Iterator[StateRow]:
    for unit, level, code, name, parent, start, end, place, romanized in conn.execute(_STATES):
        yield StateRow(unit, Kind.UNIT, level, code, name, parent, start, end, place, romanized)
    for place, level, name, within, start, end, lon, lat in conn.execute(_PLACES):
        point = None if lon is None else (lon, lat)
        yield StateRow(place, Kind.PLACE, level, None, name, within, start, end, place, point=point)
