"""Consistency checks of units: periods, parents, codes, names and succession.

They check what is known now, on all days of validity and not only today.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.types.multirange import Multirange
from psycopg.types.range import Range

from gazetteer.messages import Message, message
from gazetteer.records.check_result import CheckResult
from gazetteer.rules.finding import Severity


class ConsistencyCheck(NamedTuple):
    """A query each of whose rows is an inconsistency.

    The message of a row is ``check.<id>``, or ``check.<id>.<variant>`` if the query has a column
    ``variant``; its parameters are the other columns. ``subject`` names the object concerned.
    """

    id: str
    severity: Severity
    query: str


_KNOWN_LIFE = """
SELECT unit_id, range_agg(valid) AS life FROM unit_state WHERE upper_inf(recorded) GROUP BY unit_id
"""

CHECKS = (
    ConsistencyCheck(
        "code_collision",
        "error",
        """
        SELECT a.code AS subject, a.valid * b.valid AS days,
               array_remove(ARRAY[a.name, b.name], NULL) AS names
        FROM unit_state a JOIN unit_state b ON a.code = b.code AND a.unit_id < b.unit_id
        AND a.valid && b.valid AND upper_inf(a.recorded) AND upper_inf(b.recorded)
        """,
    ),
    ConsistencyCheck(
        "parent_not_in_force",
        "error",
        f"""
        WITH known AS MATERIALIZED ({_KNOWN_LIFE})
        SELECT s.code AS subject, s.name,
               datemultirange(s.valid) - coalesce(k.life, '{{}}') AS days
        FROM unit_state s LEFT JOIN known k ON k.unit_id = s.parent_id
        WHERE upper_inf(s.recorded) AND s.parent_id IS NOT NULL
        AND NOT isempty(datemultirange(s.valid) - coalesce(k.life, '{{}}'))
        """,
    ),
    ConsistencyCheck(
        "no_parent",
        "error",
        """
        SELECT coalesce(code, unit_id::text) AS subject, name FROM unit_state
        WHERE upper_inf(recorded) AND parent_id IS NULL AND level <> 'province'
        """,
    ),
    ConsistencyCheck(
        "parent_not_above",
        "error",
        """
        WITH height AS (
            SELECT * FROM unnest(ARRAY['province', 'prefecture', 'county', 'township', 'village'])
            WITH ORDINALITY AS l (level, height)
        )
        SELECT s.code AS subject, s.name FROM unit_state s
        JOIN unit_state p ON p.unit_id = s.parent_id AND p.valid && s.valid
        JOIN height sh ON sh.level = s.level JOIN height ph ON ph.level = p.level
        WHERE upper_inf(s.recorded) AND upper_inf(p.recorded) AND ph.height >= sh.height
        """,
    ),
    ConsistencyCheck(
        "no_name_or_code",
        "error",
        """
        SELECT coalesce(code, name, unit_id::text) AS subject, valid AS days,
               CASE WHEN name IS NULL THEN 'name' ELSE 'code' END AS variant
        FROM unit_state WHERE upper_inf(recorded) AND (name IS NULL OR code IS NULL)
        """,
    ),
    ConsistencyCheck(
        "territory_lost",
        "warning",
        """
        SELECT s.code AS subject, s.name, upper(s.valid) AS day
        FROM unit_state s WHERE upper_inf(s.recorded) AND NOT upper_inf(s.valid)
        AND s.level <> 'village' AND NOT EXISTS (
            SELECT FROM unit_state later WHERE later.unit_id = s.unit_id
            AND upper_inf(later.recorded) AND lower(later.valid) >= upper(s.valid))
        AND NOT EXISTS (
            SELECT FROM succession_version l
            WHERE l.from_unit = s.unit_id AND upper_inf(l.recorded))
        """,
    ),
    ConsistencyCheck(
        "share_over_one",
        "error",
        """
        SELECT from_unit::text AS subject, lower(valid) AS day, sum(share_from) AS total
        FROM succession_version WHERE upper_inf(recorded)
        GROUP BY from_unit, lower(valid) HAVING sum(share_from) > 1.000001
        """,
    ),
    ConsistencyCheck(
        "succession_out_of_time",
        "error",
        f"""
        WITH known AS MATERIALIZED ({_KNOWN_LIFE})
        SELECT coalesce(f.unit_id, t.unit_id, l.from_unit)::text AS subject,
               lower(l.valid) AS day
        FROM succession_version l
        LEFT JOIN known f ON f.unit_id = l.from_unit
        LEFT JOIN known t ON t.unit_id = l.to_unit
        WHERE upper_inf(l.recorded) AND NOT lower_inf(l.valid)
        AND NOT (coalesce(f.life, '{{}}') @> lower(l.valid) - 1
                 AND coalesce(t.life, '{{}}') @> lower(l.valid))
        """,
    ),
    ConsistencyCheck(
        "periods_overlap",
        "error",
        """
        SELECT a.unit_id::text AS subject, a.valid * b.valid AS days
        FROM unit_state a JOIN unit_state b ON a.unit_id = b.unit_id AND a.state_id < b.state_id
        AND a.valid && b.valid AND a.recorded && b.recorded
        """,
    ),
)


def run_check(conn: Connection[Any], check: ConsistencyCheck) -> Iterator[CheckResult]:
    """The results of one check."""
    with conn.cursor(row_factory=dict_row) as cursor:
        for row in cursor.execute(check.query.encode()):
            variant = row.pop("variant", None)
            params = {name: _word_value(value) for name, value in row.items()}
            yield CheckResult(
                check.id,
                check.severity,
                row["subject"],
                message(".".join(filter(None, ("check", check.id, variant))), **params),
                message(f"check.{check.id}.hint"),
            )


def _word_value(value: object) -> object:
    """A value of a query as the parameter of a message."""
    match value:
        case None:
            return ""
        case Multirange():
            return [_word_period(part) for part in value]
        case Range():
            return _word_period(value)
        case _:
            return value


def _word_period(period: Range[Any]) -> Message:
    start, end = period.lower, period.upper
    if start and end:
        return message("period.both", start=start, end=end)
    if start:
        return message("period.from", start=start)
    return message("period.until", end=end) if end else message("period.always")
