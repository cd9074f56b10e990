"""Queries of units: the unit that carried a code on a date, and its children."""

from datetime import date
from typing import Any, LiteralString, NoReturn

from psycopg import Connection
from psycopg.rows import dict_row, tuple_row

from gazetteer.ledger.as_of import (
    MOMENT_CTE,
    AsOf,
    in_force_sql,
    resolve_known_at,
    without_basis_lookup,
)
from gazetteer.messages import Message, message
from gazetteer.problems import CodeNotInForce, NoDataBefore, UnknownCode
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.records.succession_queries import (
    JsonObject,
    load_succession,
    parse_succession,
    succession_sql,
)

_VALID: LiteralString = """jsonb_build_object(
    'from', lower(s.valid), 'to', upper(s.valid),
    'from_precision', s.start_precision, 'to_precision', s.end_precision)"""

_STEPS_UP = range(1, len(UNIT_LEVELS))
"""Steps up from a unit: none has more ancestors than there are levels above the lowest."""

_PARENTS = "".join(
    f"""LEFT JOIN LATERAL (
    SELECT * FROM unit_state WHERE unit_id = {child}.parent_id OFFSET 0
) {unit} ON {in_force_sql(unit)}
"""
    for child, unit in ((f"u{step - 1}", f"u{step}") for step in _STEPS_UP)
)
_PARENT_COLUMNS = ", ".join(
    f"u{step}.unit_id::text AS unit_id_{step}, u{step}.code AS code_{step},"
    f" u{step}.name AS name_{step}, u{step}.level AS level_{step}"
    for step in _STEPS_UP
)


# One statement of plain index lookups: a recursive one takes twice as long.
_DIVISION = f"""
WITH {MOMENT_CTE}
SELECT moment.known_at, u0.unit_id::text, u0.code, u0.name, u0.romanized_name, u0.level,
       u0.unit_type, u0.place_id::text, u0.parent_id::text, u0.subordination_parent::text,
       u0.custody_parent::text, lower(u0.valid) AS start, upper(u0.valid) AS stop,
       u0.start_precision, u0.end_precision,
       CASE WHEN u0.valid @> %(today)s::date THEN 'current' ELSE (
           SELECT CASE WHEN bool_or(s.valid @> %(today)s::date) THEN 'current'
               WHEN bool_and(NOT lower_inf(s.valid) AND lower(s.valid) > %(today)s::date)
               THEN 'upcoming' ELSE 'retired' END
           FROM unit_state s WHERE s.unit_id = u0.unit_id AND s.recorded @> moment.known_at
       ) END AS status,
       (SELECT jsonb_build_object('lon', ST_X(v.seat), 'lat', ST_Y(v.seat)) FROM (
            SELECT * FROM unit_version WHERE record_id = u0.unit_id AND seat IS NOT NULL OFFSET 0
        ) v WHERE {in_force_sql("v")}) AS seat,
       (SELECT json_agg(k) FROM ({succession_sql("u0.unit_id")}) k)::text AS succession,
       {_PARENT_COLUMNS}
FROM moment JOIN LATERAL (
    SELECT s.* FROM (SELECT * FROM unit_state WHERE code = %(code)s OFFSET 0) s
    WHERE {in_force_sql("s")} ORDER BY lower(s.valid) DESC NULLS LAST LIMIT 1
) u0 ON true
{_PARENTS}
"""

_CHILDREN = f"""
WITH {MOMENT_CTE}
SELECT s.unit_id, s.code, s.name, s.romanized_name, s.level, s.unit_type, {_VALID} AS valid,
       EXISTS (
           SELECT FROM unit_state c WHERE c.parent_id = s.unit_id AND {in_force_sql("c")}
       ) AS has_children
FROM moment, unit_state s WHERE s.parent_id = %(unit_id)s AND {in_force_sql("s")}
ORDER BY s.code NULLS LAST, s.name
"""

_PERIODS = f"""
SELECT s.unit_id, s.name, s.level, {_VALID} AS valid FROM unit_state s, moment
WHERE s.code = %(code)s AND s.recorded @> moment.known_at ORDER BY lower(s.valid) NULLS FIRST
"""

_RECORDS_BEGIN = """
SELECT level, (
    SELECT min(lower(s.valid)) FROM unit_state s WHERE s.level = l.level AND upper_inf(s.recorded)
) FROM unnest(%s::text[]) AS l(level)
"""


_UNIT_FIELDS = ("unit_id", "code", "name", "romanized_name", "level", "unit_type", "place_id")


def load_division(conn: Connection[Any], code: str, as_of: AsOf, today: date) -> JsonObject:
    """The unit that carried ``code`` at the moment, with its ancestors and its succession.

    Args:
        conn: connection to the register.
        code: division code of 2 to 12 digits.
        as_of: the moment of the query.
        today: decides whether the unit is ``current``, ``retired`` or ``upcoming``.

    Raises:
        UnknownCode: no unit ever carried the code.
        CodeNotInForce: none did on that day; ``periods`` lists when one did.
        NoDataBefore: the day lies before the first record, which is of the day ``since``.
    """
    params = {**as_of.to_sql_params(), "code": code, "today": today}
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(without_basis_lookup(_DIVISION, as_of.basis), params).fetchone()
    if row is None:
        raise_code_problem(conn, code, as_of)
    if as_of.known_at is not None:
        resolve_known_at(conn, as_of)
    return _serialize_division(row, as_of)


def _serialize_division(row: JsonObject, as_of: AsOf) -> JsonObject:
    ancestors = [
        {field: row[f"{field}_{step}"] for field in ("unit_id", "code", "name", "level")}
        for step in _STEPS_UP
        if row[f"unit_id_{step}"] is not None
    ]
    briefs = {unit["unit_id"]: {"code": unit["code"], "name": unit["name"]} for unit in ancestors}
    predecessors, successors = parse_succession(row["succession"])
    return {
        **{field: row[field] for field in _UNIT_FIELDS},
        "parent": briefs.get(row["parent_id"]),
        "subordination_parent": briefs.get(row["subordination_parent"]),
        "custody_parent": briefs.get(row["custody_parent"]),
        "ancestors": ancestors[::-1],
        "seat": row["seat"],
        "valid": {
            "from": row["start"].isoformat() if row["start"] else None,
            "to": row["stop"].isoformat() if row["stop"] else None,
            "from_precision": row["start_precision"],
            "to_precision": row["end_precision"],
        },
        "status": row["status"],
        "predecessors": predecessors,
        "successors": successors,
        **as_of.as_of_fields(row["known_at"]),
    }


def find_unit(
    conn: Connection[Any], code: str, as_of: AsOf, *, field: str = "code"
) -> tuple[str, str]:
    """Id and name of the unit that carried ``code`` at the moment.

    Args:
        conn: connection to the register.
        code: division code.
        as_of: the moment of the query.
        field: the name of the parameter with the code, for the problem of an unknown code.

    Raises:
        UnknownCode, CodeNotInForce, NoDataBefore: as :func:`load_division`.
    """
    query = f"""
        WITH {MOMENT_CTE} SELECT s.unit_id, s.name FROM moment, unit_state s
        WHERE s.code = %(code)s AND {in_force_sql("s")} ORDER BY lower(s.valid) DESC LIMIT 1"""
    with conn.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(query, {**as_of.to_sql_params(), "code": code}).fetchone()
    if row is None:
        raise_code_problem(conn, code, as_of, code_field=field)
    return str(row[0]), row[1]


def raise_code_problem(
    conn: Connection[Any], code: str, as_of: AsOf, *, field: str = "at", code_field: str = "code"
) -> NoReturn:
    """Raise the problem that explains why no unit carries ``code`` at the moment.

    Args:
        conn: connection to the register.
        code: division code.
        as_of: the moment of the query.
        field: the name of the parameter with the day.
        code_field: the name of the parameter with the code.

    Raises:
        UnknownCode, CodeNotInForce, NoDataBefore: as :func:`load_division`.
    """
    moment = as_of.as_of_fields(resolve_known_at(conn, as_of))
    check_day_recorded(conn, as_of.at, field=field)
    params = {**as_of.to_sql_params(), "code": code}
    with conn.cursor(row_factory=dict_row) as cursor:
        periods = cursor.execute(f"WITH {MOMENT_CTE} {_PERIODS}", params).fetchall()
    if not periods:
        raise UnknownCode(_explain_unknown_code(code), field=code_field)
    for period in periods:
        period["unit_id"] = str(period["unit_id"])
        period["successors"] = load_succession(conn, period["unit_id"], as_of)[1]
    raise CodeNotInForce(
        message("division.code_not_in_force", code=code, day=as_of.at),
        field=field,
        periods=periods,
        **moment,
    )


def check_day_recorded(conn: Connection[Any], day: date, *, field: str) -> None:
    """Check that a day does not precede the first record.

    Raises:
        NoDataBefore: it does; ``since`` is the day of the first record.
    """
    first = min((begin for begin in load_record_starts(conn).values() if begin), default=None)
    if first and day < first:
        too_early = message("division.date_before_records", first=first)
        raise NoDataBefore(too_early, field=field, since=first.isoformat())


def _explain_unknown_code(code: str) -> Message:
    if len(code) == 9 and code.startswith("156"):
        return message("division.tianditu_code", code=code, short=code[3:])
    return message("division.unknown_code", code=code)


def load_children(conn: Connection[Any], code: str, as_of: AsOf) -> JsonObject:
    """The units directly under the unit that carried ``code`` at the moment.

    Raises:
        UnknownCode, CodeNotInForce, NoDataBefore: as :func:`load_division`.
    """
    unit_id, name = find_unit(conn, code, as_of)
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_CHILDREN, {**as_of.to_sql_params(), "unit_id": unit_id}).fetchall()
    for row in rows:
        row["unit_id"] = str(row["unit_id"])
    begin = {level: day.isoformat() for level, day in load_record_starts(conn).items() if day}
    return {
        "code": code,
        "name": name,
        "children": rows,
        "records_begin": begin,
        **as_of.as_of_fields(resolve_known_at(conn, as_of)),
    }


def load_record_starts(conn: Connection[Any]) -> dict[str, date | None]:
    """The first day of record of each level."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        return dict(cursor.execute(_RECORDS_BEGIN, (list(UNIT_LEVELS),)).fetchall())
