"""The states of units: one row for each period in which nothing about a unit changed.

Queries ask what a unit was on a day, which is spread over four kinds of records (unit, code,
standard name, pinyin spelling). This module overlays their periods, in the transaction that
publishes a change, for the units affected by it only.
"""

from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

_CHANGESET = """
SELECT first_seq, last_seq, recorded_at FROM changeset WHERE changeset_id = %s
"""

_TOUCHED = """
CREATE TEMP TABLE touched ON COMMIT DROP AS
WITH changed AS (
    SELECT kind, record_id FROM change WHERE seq BETWEEN %(first_seq)s AND %(last_seq)s
),
names AS (
    SELECT record_id FROM changed WHERE kind = 'name'
    UNION SELECT s.name_id FROM changed c JOIN spelling_version s USING (record_id)
    WHERE c.kind = 'spelling'
),
places AS (
    SELECT record_id FROM changed WHERE kind = 'place'
    UNION SELECT n.place_id FROM names JOIN name_version n USING (record_id)
)
SELECT record_id AS unit_id FROM changed WHERE kind = 'unit'
UNION SELECT v.unit_id FROM changed c JOIN code_version v USING (record_id) WHERE c.kind = 'code'
UNION SELECT v.record_id FROM places p JOIN unit_version v ON v.place_id = p.record_id
"""

# The periods of every part within the period of the unit; ``own`` is the part's whole period, to
# whose ends its acts and precisions refer.
_PARTS = """
CREATE TEMP TABLE part ON COMMIT DROP AS
SELECT u.record_id AS unit_id, 'unit' AS source, u.version_id, u.valid, u.valid AS own,
       u.started_by, u.ended_by, u.start_precision, u.end_precision
FROM touched t JOIN unit_version u ON u.record_id = t.unit_id AND upper_inf(u.recorded)
UNION ALL
SELECT c.unit_id, 'code', c.version_id, c.valid, c.valid,
       c.started_by, c.ended_by, c.start_precision, c.end_precision
FROM touched t JOIN code_version c ON c.unit_id = t.unit_id AND upper_inf(c.recorded)
UNION ALL
SELECT u.record_id, 'name', n.version_id, u.valid * n.valid, n.valid,
       n.started_by, n.ended_by, n.start_precision, n.end_precision
FROM touched t JOIN unit_version u ON u.record_id = t.unit_id AND upper_inf(u.recorded)
JOIN name_version n ON n.place_id = u.place_id AND upper_inf(n.recorded)
    AND n.name_kind = 'standard' AND n.language = 'zh-Hans' AND n.valid && u.valid
UNION ALL
SELECT u.record_id, 'pinyin', s.version_id, u.valid * n.valid * s.valid, s.valid,
       s.started_by, s.ended_by, s.start_precision, s.end_precision
FROM touched t JOIN unit_version u ON u.record_id = t.unit_id AND upper_inf(u.recorded)
JOIN name_version n ON n.place_id = u.place_id AND upper_inf(n.recorded)
    AND n.name_kind = 'standard' AND n.language = 'zh-Hans' AND n.valid && u.valid
JOIN spelling_version s ON s.name_id = n.record_id AND upper_inf(s.recorded)
    AND s.system = 'pinyin' AND s.valid && (n.valid * u.valid)
"""

# One state for each stretch between two ends; the act of an end is that of the part that has it.
_STATES = """
CREATE TEMP TABLE state ON COMMIT DROP AS
WITH bound AS (
    SELECT unit_id, coalesce(lower(valid), '-infinity') AS day FROM part
    UNION SELECT unit_id, coalesce(upper(valid), 'infinity') FROM part
),
stretch AS (
    SELECT unit_id, day AS start, lead(day) OVER (PARTITION BY unit_id ORDER BY day) AS stop
    FROM bound
),
cut AS (
    SELECT unit_id, daterange(nullif(start, '-infinity'), nullif(stop, 'infinity')) AS valid
    FROM stretch WHERE stop IS NOT NULL
)
SELECT cut.unit_id, u.level, u.unit_type, c.code, n.text AS name, s.text AS romanized_name,
       u.place_id, coalesce(u.custody_parent, u.subordination_parent) AS parent_id,
       u.subordination_parent, u.custody_parent, cut.valid,
       starts.act AS started_by, ends.act AS ended_by,
       coalesce(starts.precision, 'unknown') AS start_precision,
       coalesce(ends.precision, 'unknown') AS end_precision
FROM cut
JOIN part pu ON pu.unit_id = cut.unit_id AND pu.source = 'unit' AND pu.valid @> cut.valid
JOIN unit_version u USING (version_id)
LEFT JOIN part pc ON pc.unit_id = cut.unit_id AND pc.source = 'code' AND pc.valid @> cut.valid
LEFT JOIN code_version c ON c.version_id = pc.version_id
LEFT JOIN part pn ON pn.unit_id = cut.unit_id AND pn.source = 'name' AND pn.valid @> cut.valid
LEFT JOIN name_version n ON n.version_id = pn.version_id
LEFT JOIN part ps ON ps.unit_id = cut.unit_id AND ps.source = 'pinyin' AND ps.valid @> cut.valid
LEFT JOIN spelling_version s ON s.version_id = ps.version_id
LEFT JOIN LATERAL (
    SELECT p.started_by AS act, p.start_precision AS precision FROM part p
    WHERE p.unit_id = cut.unit_id AND lower(p.own) = lower(cut.valid)
    ORDER BY p.started_by IS NULL, p.source DESC LIMIT 1
) starts ON true
LEFT JOIN LATERAL (
    SELECT p.ended_by AS act, p.end_precision AS precision FROM part p
    WHERE p.unit_id = cut.unit_id AND upper(p.own) = upper(cut.valid)
    ORDER BY p.ended_by IS NULL, p.source DESC LIMIT 1
) ends ON true
"""

_COLUMNS = (
    "unit_id",
    "level",
    "unit_type",
    "code",
    "name",
    "romanized_name",
    "place_id",
    "parent_id",
    "subordination_parent",
    "custody_parent",
    "valid",
    "started_by",
    "ended_by",
    "start_precision",
    "end_precision",
)


def _columns_sql(alias: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in _COLUMNS)


# What is to be written is determined before anything is written. A scan of a GiST index that
# PostgreSQL repeats for each unit, in the statement that also inserts into that index, may mark
# live entries as dead when the index grows from one page to two (seen with 15.18): lookups missed
# rows, and two states of one day were accepted.
_SAME = f"""
CREATE TEMP TABLE same ON COMMIT DROP AS
SELECT old.state_id, old.unit_id, old.valid
FROM unit_state old JOIN state s ON s.unit_id = old.unit_id AND s.valid = old.valid
WHERE upper_inf(old.recorded) AND ({_columns_sql("s")}) IS NOT DISTINCT FROM ({_columns_sql("old")})
"""

_CLOSE = """
UPDATE unit_state SET recorded = tstzrange(lower(recorded), %(recorded_at)s)
WHERE state_id = ANY(ARRAY(
    SELECT old.state_id FROM touched t JOIN unit_state old USING (unit_id)
    WHERE upper_inf(old.recorded) AND NOT EXISTS (
        SELECT FROM same WHERE same.state_id = old.state_id
    )
))
"""

_OPEN = f"""
INSERT INTO unit_state ({", ".join(_COLUMNS)}, recorded)
SELECT {_columns_sql("s")}, tstzrange(%(recorded_at)s, NULL)
FROM state s
WHERE NOT EXISTS (
    SELECT FROM same WHERE same.unit_id = s.unit_id AND same.valid = s.valid
)
"""


def derive_states(conn: Connection[Any], changeset: int) -> None:
    """Derive the states of the units affected by a changeset; unchanged ones are not rewritten."""
    with conn.cursor(row_factory=dict_row) as cursor:
        params = cursor.execute(_CHANGESET, (changeset,)).fetchone()
    if params is None:
        raise LookupError(f"no changeset {changeset}")
    conn.execute(_TOUCHED, params)
    conn.execute("CREATE INDEX ON touched (unit_id); ANALYZE touched")
    conn.execute(_PARTS)
    conn.execute("CREATE INDEX ON part (unit_id); ANALYZE part")
    conn.execute(_STATES)
    conn.execute("CREATE INDEX ON state (unit_id); ANALYZE state")
    conn.execute(_SAME)
    conn.execute("CREATE INDEX ON same (unit_id); ANALYZE same")
    conn.execute(_CLOSE, params)
    conn.execute(_OPEN, params)
    conn.execute("DROP TABLE touched, part, state, same")
