"""Loading the state of the register from which the index is built, in one snapshot."""

import ctypes
import gc
from collections.abc import Callable, Iterable, Iterator
from sys import intern
from typing import Any
from uuid import UUID

from psycopg import Connection, IsolationLevel

from gazetteer.records.code_translation import SuccessionLink
from gazetteer.records.succession_queries import load_all_successions
from gazetteer.search.index.index_building import build_name_index
from gazetteer.search.index.index_source import (
    IndexSource,
    NameRow,
    NodeKind,
    NodeStateRow,
    PointRow,
)
from gazetteer.search.index.name_index import NameIndex

LoadPoints = Callable[[Connection[Any]], Iterable[PointRow]]

_HEAD = "SELECT seq, nullif(recorded_at, '-infinity') FROM ledger_head"
_STATES = """
SELECT s.unit_id::text, s.level, s.code, s.name, s.parent_id::text, lower(s.valid), upper(s.valid),
       s.place_id::text, s.romanized_name, p.legal_class, s.unit_type, s.start_precision,
       s.end_precision, s.subordination_parent::text, s.custody_parent::text
FROM unit_state s LEFT JOIN (
    SELECT DISTINCT ON (record_id) record_id, legal_class FROM place_version
    WHERE upper_inf(recorded) ORDER BY record_id, lower(valid) DESC
) p ON p.record_id = s.place_id
WHERE upper_inf(s.recorded) AND s.name IS NOT NULL
"""
_NAMELESS = """
SELECT DISTINCT unit_id::text FROM unit_state WHERE upper_inf(recorded) AND name IS NULL
"""
_PLACES = """
SELECT p.record_id::text, p.level, n.text, p.within::text, lower(p.valid), upper(p.valid),
       ST_X(p.location), ST_Y(p.location), p.legal_class, (
           SELECT text FROM spelling_version s
           WHERE s.name_id = n.record_id AND upper_inf(s.recorded) AND s.system = 'pinyin'
           ORDER BY upper_inf(s.valid) DESC, lower(s.valid) DESC LIMIT 1
       )
FROM place_version p
JOIN LATERAL (
    SELECT record_id, text FROM name_version
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
_LATIN = """
WITH named AS (
    SELECT record_id, place_id, text, language LIKE 'zh%' AS is_chinese
    FROM name_version WHERE upper_inf(recorded)
),
written AS (
    SELECT place_id, text FROM named WHERE NOT is_chinese
    UNION
    SELECT n.place_id, s.text FROM spelling_version s JOIN named n ON n.record_id = s.name_id
    WHERE upper_inf(s.recorded) AND s.system <> 'pinyin'
)
SELECT coalesce(u.unit_id, w.place_id)::text, w.text FROM written w
LEFT JOIN (
    SELECT DISTINCT place_id, unit_id FROM unit_state WHERE upper_inf(recorded)
) u USING (place_id)
"""
_SEATS = """
SELECT record_id::text, lower(valid), upper(valid), ST_X(seat), ST_Y(seat)
FROM unit_version WHERE upper_inf(recorded) AND seat IS NOT NULL
"""
_LINKS = """
SELECT from_unit, to_unit, lower(valid), link_kind, share_from
FROM succession_version WHERE upper_inf(recorded) AND NOT lower_inf(valid)
"""


def load_ledger_seq(conn: Connection[Any]) -> int:
    """The last sequence number of the ledger; cheap enough to be asked before each answer."""
    row = conn.execute(_HEAD).fetchone()
    return int(row[0]) if row else 0


def load_source(conn: Connection[Any], points_of_units: LoadPoints | None = None) -> IndexSource:
    """All names and states as known now; ``conn`` must not be within a transaction.

    ``points_of_units`` loads, in the same snapshot, the points that stand for units.
    """
    conn.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with conn.transaction():
            return _load_rows(conn, points_of_units)
    finally:
        if not conn.closed:  # a connection that was lost has no level to set
            conn.isolation_level = None


def load_index(conn: Connection[Any], points_of_units: LoadPoints | None = None) -> NameIndex:
    """The index of what :func:`load_source` loads.

    The rows take several times the memory of the index; it is given back to the system.
    """
    source = load_source(conn, points_of_units)
    index = build_name_index(source)
    del source
    gc.collect()
    _release_memory()
    return index


def _release_memory() -> None:
    """Return what is free to the system, where the C library keeps it back (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _load_rows(conn: Connection[Any], points_of_units: LoadPoints | None) -> IndexSource:
    head = conn.execute(_HEAD).fetchone()
    assert head is not None, "the ledger has a head since its first migration"
    places = list(_load_places(conn))
    points = [point for _, point in places if point]
    if points_of_units is not None:
        points.extend(points_of_units(conn))
    links: dict[UUID, list[SuccessionLink]] = {}
    for start, to, on, kind, share in conn.execute(_LINKS):
        links.setdefault(start, []).append(SuccessionLink(to, on, kind, share))
    return IndexSource(
        seq=head[0],
        recorded_at=head[1],
        states=[*_load_unit_states(conn), *(state for state, _ in places)],
        names=list(_load_names(conn)),
        links=links,
        latin=conn.execute(_LATIN).fetchall(),
        points=points,
        seats=[PointRow(*row) for row in conn.execute(_SEATS)],
        succession=load_all_successions(conn),
        nameless=[row[0] for row in conn.execute(_NAMELESS)],
    )


def _load_unit_states(conn: Connection[Any]) -> Iterator[NodeStateRow]:
    for row in conn.execute(_STATES):
        unit, level, code, name, parent, start, end, place, romanized, *rest = row
        yield NodeStateRow(
            intern(unit), NodeKind.UNIT, intern(level), code, intern(name), _intern_word(parent),
            start, end, place, romanized, *map(_intern_word, rest),
        )  # fmt: skip


def _load_names(conn: Connection[Any]) -> Iterator[NameRow]:
    for node, text, kind, start, end in conn.execute(_NAMES):
        yield NameRow(intern(node), intern(text), intern(kind), start, end)


def _intern_word(word: str | None) -> Any:
    """One and the same object for a word or an id that many rows have."""
    return word if word is None else intern(word)


def _load_places(conn: Connection[Any]) -> Iterator[tuple[NodeStateRow, PointRow | None]]:
    """Places that are no units, as states without a code, with their points."""
    for row in conn.execute(_PLACES):
        place, level, name, within, start, end, lon, lat, legal_class, pinyin = row
        state = NodeStateRow(
            place, NodeKind.PLACE, intern(level), None, name, within, start, end, place, pinyin,
            _intern_word(legal_class),
        )  # fmt: skip
        yield state, None if lon is None else PointRow(place, start, end, lon, lat)
