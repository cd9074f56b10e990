"""Loading the state of the register from which the index is built, in one snapshot."""

import ctypes
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from sys import intern
from typing import Any
from uuid import UUID

from psycopg import Connection, Cursor, IsolationLevel

from gazetteer.records.succession_queries import load_all_successions
from gazetteer.records.territory_tracing import SuccessionLink
from gazetteer.search.index.customary_names import iter_customary_rows, iter_customary_spellings
from gazetteer.search.index.index_building import build_name_index
from gazetteer.search.index.index_source import (
    IndexChanges,
    IndexSource,
    NameRow,
    NodeKind,
    NodeStateRow,
    PointRow,
)
from gazetteer.search.index.name_index import NameIndex

LoadPoints = Callable[[Connection[Any], Collection[str] | None], Iterable[PointRow]]
"""Loads the points that stand for some units, or for all of them (None)."""

_Scope = dict[str, list[Any] | None]

_HEAD = "SELECT seq, nullif(recorded_at, '-infinity') FROM ledger_head"
_STATES = """
SELECT s.unit_id::text, s.level, s.code, s.name, s.parent_id::text, lower(s.valid), upper(s.valid),
       s.place_id::text, s.romanized_name, p.legal_class, s.unit_type, s.start_precision,
       s.end_precision, s.subordination_parent::text, s.custody_parent::text
FROM unit_state s LEFT JOIN (
    SELECT DISTINCT ON (record_id) record_id, legal_class FROM place_version
    WHERE upper_inf(recorded) AND (%(places)s::uuid[] IS NULL OR record_id = ANY(%(places)s))
    ORDER BY record_id, lower(valid) DESC
) p ON p.record_id = s.place_id
WHERE upper_inf(s.recorded) AND s.name IS NOT NULL
AND (%(nodes)s::uuid[] IS NULL OR s.unit_id = ANY(%(nodes)s))
"""
_NAMELESS = """
SELECT DISTINCT unit_id::text FROM unit_state WHERE upper_inf(recorded) AND name IS NULL
AND (%(nodes)s::uuid[] IS NULL OR unit_id = ANY(%(nodes)s))
"""
_PLACES = """
SELECT p.record_id::text, p.level, n.text, p.within::text, lower(p.valid), upper(p.valid),
       ST_X(p.location), ST_Y(p.location), p.legal_class, (
           SELECT text FROM spelling_version s
           WHERE s.name_id = n.record_id AND upper_inf(s.recorded) AND s.system = 'pinyin'
           ORDER BY upper_inf(s.valid) DESC, lower(s.valid) DESC, text LIMIT 1
       )
FROM place_version p
JOIN LATERAL (
    SELECT record_id, text FROM name_version
    WHERE place_id = p.record_id AND upper_inf(recorded) AND language LIKE 'zh%%'
    ORDER BY name_kind = 'standard' DESC, language = 'zh-Hans' DESC, length(text), text, record_id
    LIMIT 1
) n ON true
WHERE upper_inf(p.recorded) AND p.unit_id IS NULL
AND (%(nodes)s::uuid[] IS NULL OR p.record_id = ANY(%(nodes)s))
"""
_UNITS_OF_PLACES = """
SELECT DISTINCT place_id, unit_id FROM unit_state
WHERE upper_inf(recorded) AND (%(units)s::uuid[] IS NULL OR unit_id = ANY(%(units)s))
"""
_NAMES = f"""
SELECT coalesce(u.unit_id, n.place_id)::text, n.text, n.name_kind, lower(n.valid), upper(n.valid)
FROM name_version n LEFT JOIN ({_UNITS_OF_PLACES}) u USING (place_id)
WHERE upper_inf(n.recorded) AND n.language LIKE 'zh%%'
AND (%(places)s::uuid[] IS NULL OR n.place_id = ANY(%(places)s))
"""
_LATIN = f"""
WITH named AS (
    SELECT record_id, place_id, text, language LIKE 'zh%%' AS is_chinese
    FROM name_version
    WHERE upper_inf(recorded) AND (%(places)s::uuid[] IS NULL OR place_id = ANY(%(places)s))
),
written AS (
    SELECT place_id, text FROM named WHERE NOT is_chinese
    UNION
    SELECT n.place_id, s.text FROM spelling_version s JOIN named n ON n.record_id = s.name_id
    WHERE upper_inf(s.recorded) AND s.system <> 'pinyin'
)
SELECT coalesce(u.unit_id, w.place_id)::text, w.text
FROM written w LEFT JOIN ({_UNITS_OF_PLACES}) u USING (place_id)
"""
_SEATS = """
SELECT record_id::text, lower(valid), upper(valid), ST_X(seat), ST_Y(seat)
FROM unit_version WHERE upper_inf(recorded) AND seat IS NOT NULL
AND (%(nodes)s::uuid[] IS NULL OR record_id = ANY(%(nodes)s))
"""
_LINKS = """
SELECT from_unit, to_unit, lower(valid), link_kind, share_from
FROM succession_version WHERE upper_inf(recorded) AND NOT lower_inf(valid)
ORDER BY from_unit, lower(valid), to_unit, version_id
"""
_PLACES_OF_NODES = """
WITH place AS (
    SELECT place_id FROM unit_state
    WHERE upper_inf(recorded) AND unit_id = ANY(%(nodes)s::uuid[]) AND place_id IS NOT NULL
    UNION SELECT unnest(%(nodes)s::uuid[])
)
SELECT ARRAY(SELECT place_id FROM place),
       ARRAY(SELECT record_id FROM unit_version JOIN place USING (place_id))
"""


def load_ledger_seq(conn: Connection[Any]) -> int:
    """The last sequence number of the ledger; cheap enough to be asked before each answer."""
    row = conn.execute(_HEAD).fetchone()
    return int(row[0]) if row else 0


def load_source(conn: Connection[Any], points_of_units: LoadPoints | None = None) -> IndexSource:
    """All names and states as known now; ``conn`` must not be within a transaction.

    ``points_of_units`` loads, in the same snapshot, the points that stand for units.
    """
    with open_snapshot(conn):
        return load_rows(conn, points_of_units)


@contextmanager
def open_snapshot(conn: Connection[Any]) -> Iterator[None]:
    """Within it all statements of a connection, which is in no transaction, see one state."""
    conn.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with conn.transaction():
            yield
    finally:
        if not conn.closed:  # a connection that was lost has no level to set
            conn.isolation_level = None


def load_index(conn: Connection[Any], points_of_units: LoadPoints | None = None) -> NameIndex:
    """The index of what :func:`load_source` loads.

    The rows take several times the memory of the index; it is given back to the system.
    """
    index = build_name_index(load_source(conn, points_of_units))
    release_memory()
    return index


def release_memory() -> None:
    """Return what is free to the system, where the C library keeps it back (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def load_rows(
    conn: Connection[Any],
    points_of_units: LoadPoints | None = None,
    changes: IndexChanges | None = None,
) -> IndexSource:
    """The rows of all nodes, or of those that were changed, with all links between units."""
    head = conn.execute(_HEAD).fetchone()
    assert head is not None, "the ledger has a head since its first migration"
    scope = _build_scope(conn, changes)
    units, places = list(_load_unit_states(conn, scope)), list(_load_places(conn, scope))
    points = [point for _, point in places if point]
    if points_of_units is not None:
        points.extend(points_of_units(conn, None if changes is None else changes.located))
    links: dict[UUID, list[SuccessionLink]] = {}
    for start, to, on, kind, share in conn.execute(_LINKS):
        links.setdefault(start, []).append(SuccessionLink(to, on, kind, share))
    return IndexSource(
        seq=head[0],
        recorded_at=head[1],
        states=[*units, *(state for state, _ in places)],
        names=[*_load_names(conn, scope), *iter_customary_rows(units)],
        links=links,
        latin=[*_run_query(conn, _LATIN, scope).fetchall(), *iter_customary_spellings(units)],
        points=points,
        seats=[PointRow(*row) for row in _run_query(conn, _SEATS, scope)],
        succession=load_all_successions(conn, None if changes is None else changes.linked),
        nameless=[row[0] for row in _run_query(conn, _NAMELESS, scope)],
    )


def _build_scope(conn: Connection[Any], changes: IndexChanges | None) -> _Scope:
    """The parameters that restrict the queries to what was changed; each None if nothing does."""
    if changes is None:
        return {"nodes": None, "places": None, "units": None}
    nodes = list(changes.nodes)
    row = conn.execute(_PLACES_OF_NODES, {"nodes": nodes}).fetchone()
    places, units = row or ([], [])
    return {"nodes": nodes, "places": places, "units": units}


def _run_query(conn: Connection[Any], query: str, scope: _Scope) -> Cursor[Any]:
    """Planned each time: all rows and a few are two different questions."""
    return conn.execute(query, scope, prepare=False)


def _load_unit_states(conn: Connection[Any], scope: _Scope) -> Iterator[NodeStateRow]:
    for row in _run_query(conn, _STATES, scope):
        unit, level, code, name, parent, start, end, place, romanized, *rest = row
        yield NodeStateRow(
            intern(unit), NodeKind.UNIT, intern(level), code, intern(name), _intern_word(parent),
            start, end, place, romanized, *map(_intern_word, rest),
        )  # fmt: skip


def _load_names(conn: Connection[Any], scope: _Scope) -> Iterator[NameRow]:
    for node, text, kind, start, end in _run_query(conn, _NAMES, scope):
        yield NameRow(intern(node), intern(text), intern(kind), start, end)


def _intern_word(word: str | None) -> Any:
    """One and the same object for a word or an id that many rows have."""
    return word if word is None else intern(word)


def _load_places(
    conn: Connection[Any], scope: _Scope
) -> Iterator[tuple[NodeStateRow, PointRow | None]]:
    """Places that are no units, as states without a code, with their points."""
    for row in _run_query(conn, _PLACES, scope):
        place, level, name, within, start, end, lon, lat, legal_class, pinyin = row
        state = NodeStateRow(
            place, NodeKind.PLACE, intern(level), None, name, within, start, end, place, pinyin,
            _intern_word(legal_class),
        )  # fmt: skip
        yield state, None if lon is None else PointRow(place, start, end, lon, lat)
