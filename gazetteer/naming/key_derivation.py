"""The keys of all standard Chinese names, kept in step with the register.

Derived in the transaction that publishes a change, for the places that it concerns. A name has a
row for each period in which it lay in the same units, so that a question about one name in one
unit on one day is a single look-up in an index, however many names there are.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from gazetteer.naming.generic_terms import GenericTerms, build_generic_terms
from gazetteer.naming.lexicon_store import load_lexicons
from gazetteer.naming.name_keys import apply_spelling, build_name_key
from gazetteer.records.levels import Level
from gazetteer.records.readings import find_readings_file

Conn = Connection[Any]
_NAMES_AT_ONCE = 20_000
_FEW_PLACES = 200
_FORMAT = 3
"""Changes with what the keys are made of."""

_CONCERNED = """
SELECT EXISTS (
    SELECT FROM change WHERE seq BETWEEN %(first_seq)s AND %(last_seq)s
    AND kind IN ('name', 'spelling', 'place', 'unit')
)
"""
# A unit takes all places below it along to another unit; a name or a code of it does not.
_TOUCHED = """
CREATE TEMP TABLE touched_place ON COMMIT DROP AS
WITH RECURSIVE changed AS (
    SELECT kind, record_id FROM change WHERE seq BETWEEN %(first_seq)s AND %(last_seq)s
    AND kind IN ('name', 'spelling', 'place', 'unit')
),
unit_below AS (
    SELECT record_id AS unit_id FROM changed WHERE kind = 'unit'
    UNION
    SELECT u.unit_id FROM unit_below b JOIN unit_state u ON u.parent_id = b.unit_id
),
name AS (
    SELECT record_id FROM changed WHERE kind = 'name'
    UNION
    SELECT s.name_id FROM changed c JOIN spelling_version s USING (record_id)
    WHERE c.kind = 'spelling'
)
SELECT record_id AS place_id FROM changed WHERE kind = 'place'
UNION SELECT v.place_id FROM name JOIN name_version v USING (record_id)
UNION SELECT p.record_id FROM unit_below b JOIN place_version p ON p.unit_id = b.unit_id
UNION SELECT p.record_id FROM unit_below b JOIN place_version p ON p.within = b.unit_id
"""

_ALL_PLACES = """
CREATE TEMP TABLE touched_place ON COMMIT DROP AS
SELECT DISTINCT record_id AS place_id FROM place_version WHERE upper_inf(recorded)
"""

_NAMES = """
CREATE TEMP TABLE touched_name ON COMMIT DROP AS
SELECT row_number() OVER () AS row_id, n.record_id AS name_id, n.place_id, n.text,
       p.legal_class, p.level, coalesce(p.unit_id, p.within) AS unit_id, n.valid * p.valid AS valid,
       (SELECT s.text FROM spelling_version s
        WHERE s.name_id = n.record_id AND upper_inf(s.recorded) AND s.valid && n.valid
        AND s.system = 'pinyin' AND s.status = 'approved'
        ORDER BY upper(s.valid) DESC NULLS FIRST LIMIT 1) AS approved
FROM touched_place t
JOIN name_version n ON n.place_id = t.place_id AND upper_inf(n.recorded)
    AND n.name_kind = 'standard' AND n.language = 'zh-Hans'
JOIN place_version p ON p.record_id = n.place_id AND upper_inf(p.recorded) AND p.valid && n.valid
"""

# From the place up to the province, cut into periods wherever a unit above is another one.
_SCOPES = """
CREATE TEMP TABLE name_scope ON COMMIT DROP AS
WITH RECURSIVE above AS (
    SELECT row_id, valid, unit_id AS next_unit, 0 AS step, NULL::uuid AS province,
           NULL::uuid AS prefecture, NULL::uuid AS county, NULL::uuid AS township
    FROM touched_name
    UNION ALL
    SELECT a.row_id, a.valid * u.valid, u.parent_id, a.step + 1,
           CASE u.level WHEN 'province' THEN u.unit_id ELSE a.province END,
           CASE u.level WHEN 'prefecture' THEN u.unit_id ELSE a.prefecture END,
           CASE u.level WHEN 'county' THEN u.unit_id ELSE a.county END,
           CASE u.level WHEN 'township' THEN u.unit_id ELSE a.township END
    FROM above a JOIN unit_state u
        ON u.unit_id = a.next_unit AND upper_inf(u.recorded) AND u.valid && a.valid
    WHERE a.step < 8
),
whole AS (
    SELECT row_id, province, prefecture, coalesce(county, prefecture) AS county, township,
           range_agg(valid) AS periods
    FROM above WHERE next_unit IS NULL
    GROUP BY row_id, province, prefecture, coalesce(county, prefecture), township
),
known AS (SELECT row_id, range_agg(period) AS periods FROM whole, unnest(periods) period GROUP BY 1)
SELECT w.row_id, w.province, w.prefecture, w.county, w.township, period AS valid
FROM whole w CROSS JOIN unnest(w.periods) period
UNION ALL
SELECT n.row_id, NULL, NULL, NULL, NULL, period
FROM touched_name n LEFT JOIN known k USING (row_id)
CROSS JOIN unnest(datemultirange(n.valid) - coalesce(k.periods, '{}')) period
"""

_READ = """
SELECT n.row_id, n.text, n.legal_class, n.level, coalesce(left(p.code, 2), ''), n.approved
FROM touched_name n
LEFT JOIN LATERAL (
    SELECT u.code FROM name_scope s JOIN unit_state u ON u.unit_id = s.province
    WHERE s.row_id = n.row_id AND upper_inf(u.recorded) AND u.code IS NOT NULL LIMIT 1
) p ON true
WHERE n.row_id > %(after)s::bigint AND n.row_id <= %(after)s::bigint + %(count)s
"""

_WRITE = """
INSERT INTO name_key (name_id, place_id, text, text_key, specific_key, generic, pinyin,
    pinyin_toned, legal_class, level, province, prefecture, county, township, valid)
SELECT n.name_id, n.place_id, n.text, k.text_key, k.specific_key, k.generic, k.pinyin,
    k.pinyin_toned, n.legal_class, n.level, s.province, s.prefecture, s.county, s.township, s.valid
FROM touched_name n JOIN touched_key k USING (row_id) JOIN name_scope s USING (row_id)
"""


def derive_name_keys(conn: Conn, changeset: int) -> None:
    """Derive the keys of the names that a changeset concerns; the others are not rewritten."""
    changes = _find_changes(conn, changeset)
    if not _concerns_names(conn, changes):
        return
    terms = build_generic_terms(load_lexicons(conn)["generics"])
    conn.execute(
        "INSERT INTO name_key_state (version)"
        " SELECT %s WHERE NOT EXISTS (SELECT FROM name_key) ON CONFLICT DO NOTHING",
        (_compute_version(terms),),
    )
    touched = conn.execute(_TOUCHED, changes).rowcount
    _write_keys(conn, terms, touched)


def renew_name_keys(conn: Conn) -> bool:
    """Derive all keys anew if they are not those of this program and its lists.

    That is so after an upgrade, and once an office has replaced the generic terms. Returns whether
    it was.
    """
    terms = build_generic_terms(load_lexicons(conn)["generics"])
    version = _compute_version(terms)
    if _is_current(conn, version):
        return False
    with conn.transaction():
        conn.execute("SELECT FROM ledger_head FOR UPDATE")  # nothing is published meanwhile
        if _is_current(conn, version):
            return False
        conn.execute("DELETE FROM name_key")
        touched = conn.execute(_ALL_PLACES).rowcount
        _write_keys(conn, terms, touched)
        conn.execute(
            "INSERT INTO name_key_state (version) VALUES (%s)"
            " ON CONFLICT (only_row) DO UPDATE SET version = excluded.version",
            (version,),
        )
    conn.execute("ANALYZE name_key")
    return True


def _find_changes(conn: Conn, changeset: int) -> dict[str, int]:
    """The first and the last number of the changes: the planner knows the index for a constant."""
    row = conn.execute(
        "SELECT first_seq, last_seq FROM changeset WHERE changeset_id = %s", (changeset,)
    ).fetchone()
    if row is None:
        raise LookupError(f"no changeset {changeset}")
    return {"first_seq": row[0], "last_seq": row[1]}


def _concerns_names(conn: Conn, changes: dict[str, int]) -> bool:
    """Whether anything changes that keys depend on: most changesets move borders only."""
    row = conn.execute(_CONCERNED, changes).fetchone()
    return row is not None and bool(row[0])


def _is_current(conn: Conn, version: str) -> bool:
    return (version,) == conn.execute("SELECT version FROM name_key_state").fetchone()


def _compute_version(terms: GenericTerms) -> str:
    return f"{_FORMAT} {_hash_readings(find_readings_file())} {terms.version}"


@cache
def _hash_readings(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()[:12]


def _write_keys(conn: Conn, terms: GenericTerms, touched: int) -> None:
    """Replace the keys of the places in ``touched_place``, and drop that table.

    Args:
        conn: connection inside a transaction.
        terms: the generic terms.
        touched: how many places these are.
    """
    is_large = touched > _FEW_PLACES
    for statement, table, column in (
        ("", "touched_place", "place_id"),
        (_NAMES, "touched_name", "row_id"),
        (_SCOPES, "name_scope", "row_id"),
    ):
        if statement:
            conn.execute(statement)
        _prepare_table(conn, table, column, is_large=is_large)
    _store_keys(conn, terms)
    _prepare_table(conn, "touched_key", "row_id", is_large=is_large)
    conn.execute("DELETE FROM name_key USING touched_place t WHERE name_key.place_id = t.place_id")
    conn.execute(_WRITE)
    conn.execute("DROP TABLE touched_place, touched_name, name_scope, touched_key")


def _prepare_table(conn: Conn, table: str, column: str, *, is_large: bool) -> None:
    """Let the planner know a temporary table: it would read whole tables for a few rows else."""
    name = sql.Identifier(table)
    if is_large:
        conn.execute(sql.SQL("CREATE INDEX ON {} ({})").format(name, sql.Identifier(column)))
    conn.execute(sql.SQL("ANALYZE {}").format(name))


def _store_keys(conn: Conn, terms: GenericTerms) -> None:
    conn.execute(
        "CREATE TEMP TABLE touched_key (row_id bigint, text_key text, specific_key text,"
        " generic text, pinyin text, pinyin_toned text) ON COMMIT DROP"
    )
    after = 0
    while rows := conn.execute(_READ, {"after": after, "count": _NAMES_AT_ONCE}).fetchall():
        with conn.cursor() as cursor, cursor.copy("COPY touched_key FROM STDIN") as copy:
            for row in rows:
                copy.write_row(_build_row(row, terms))
        after += _NAMES_AT_ONCE


def _build_row(row: Any, terms: GenericTerms) -> tuple[int | str | None, ...]:
    row_id, text, legal_class, level, province, approved = row
    key = build_name_key(text, legal_class, level, province, terms)
    if approved is not None:
        key = apply_spelling(key, approved, is_whole=level != Level.VILLAGE)
    return row_id, key.text, key.parts.specific, key.parts.generic, key.plain, key.toned
