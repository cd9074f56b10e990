"""Reads of units: the unit that carried a code on a date, its children, its kin."""

from datetime import date
from typing import Any, LiteralString, NoReturn
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg.rows import dict_row, tuple_row

from gazetteer.ledger.as_of import (
    MOMENT_CTE,
    AsOf,
    in_force_sql,
    resolve_known_at,
    without_basis_lookup,
)
from gazetteer.problems import CodeNotInForce, NoDataBefore, UnknownCode
from gazetteer.records.levels import UNIT_LEVELS

JsonObject = dict[str, Any]

_VALID: LiteralString = """jsonb_build_object(
    'from', lower(s.valid), 'to', upper(s.valid),
    'from_precision', s.start_precision, 'to_precision', s.end_precision)"""

_STEPS_UP = range(1, len(UNIT_LEVELS))
"""Steps up from a unit: nothing has more units above it than there are levels above the lowest."""

_PARENTS = "".join(
    f"""LEFT JOIN LATERAL (
    SELECT * FROM unit_state WHERE unit_id = {child}.parent_id OFFSET 0
) {unit} ON {in_force_sql(unit)}
"""
    for child, unit in ((f"u{step - 1}", f"u{step}") for step in _STEPS_UP)
)
_PARENT_COLUMNS = ", ".join(
    f"u{step}.unit_id::text, u{step}.code, u{step}.name, u{step}.level" for step in _STEPS_UP
)


def _succession_sql(unit: LiteralString) -> LiteralString:
    """SQL: the succession of a unit, one row for each link.

    Succession is told whatever the day asked for: who looks at 1990 wants to know what became of
    it. The other unit is shown as it was on the day of the change: a predecessor on the day before.
    """
    return f"""
    SELECT l.is_predecessor, o.unit_id, o.code, o.name, l.link_kind AS kind, l.share_from,
           l.share_to, lower(l.valid) AS "on", l.start_precision AS precision,
           l.started_by AS act_id
    FROM (
        SELECT *, true AS is_predecessor, from_unit AS other FROM succession_version
        WHERE to_unit = {unit}
        UNION ALL
        SELECT *, false, to_unit FROM succession_version WHERE from_unit = {unit}
    ) l
    JOIN LATERAL (
        SELECT s.unit_id, s.code, s.name
        FROM (SELECT * FROM unit_state WHERE unit_id = l.other OFFSET 0) s
        WHERE range_contains_elem(s.recorded, moment.known_at)
        ORDER BY abs(coalesce(
            CASE WHEN l.is_predecessor THEN upper(s.valid) ELSE lower(s.valid) END
            - lower(l.valid), 1000000))
        LIMIT 1
    ) o ON true
    WHERE range_contains_elem(l.recorded, moment.known_at)
    ORDER BY lower(l.valid), o.code"""


_SUCCESSION = f"""
WITH {MOMENT_CTE}
SELECT json_agg(k)::text FROM moment, LATERAL ({_succession_sql("%(unit_id)s")}) k
"""

_ALL_SUCCESSIONS = f"""
WITH {MOMENT_CTE}, linked AS (
    SELECT from_unit AS unit FROM succession_version WHERE upper_inf(recorded)
    UNION SELECT to_unit FROM succession_version WHERE upper_inf(recorded)
)
SELECT linked.unit::text, (SELECT json_agg(k) FROM ({_succession_sql("linked.unit")}) k)::text
FROM moment, linked
"""

# One statement of plain index look-ups: a recursive one takes twice as long.
_DIVISION = f"""
WITH {MOMENT_CTE}
SELECT moment.known_at, u0.unit_id::text, u0.code, u0.name, u0.romanized_name, u0.level,
       u0.unit_type, u0.place_id::text, u0.parent_id::text, u0.subordination_parent::text,
       u0.custody_parent::text, lower(u0.valid), upper(u0.valid), u0.start_precision,
       u0.end_precision,
       CASE WHEN u0.valid @> %(today)s::date THEN true ELSE EXISTS (
           SELECT FROM unit_state now WHERE now.unit_id = u0.unit_id
           AND now.recorded @> moment.known_at AND now.valid @> %(today)s::date
       ) END AS is_current,
       (SELECT jsonb_build_object('lon', ST_X(v.seat), 'lat', ST_Y(v.seat)) FROM (
            SELECT * FROM unit_version WHERE record_id = u0.unit_id AND seat IS NOT NULL OFFSET 0
        ) v WHERE {in_force_sql("v")}) AS seat,
       (SELECT json_agg(k) FROM ({_succession_sql("u0.unit_id")}) k)::text AS kin,
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


def load_division(conn: Connection[Any], code: str, as_of: AsOf, today: date) -> JsonObject:
    """The unit that carried ``code`` at the moment, with its ancestors and kin.

    Raises:
        UnknownCode: no unit ever carried the code.
        CodeNotInForce: none did on that day; ``periods`` says when one did.
        NoDataBefore: the day lies before the first record; ``since`` says where they begin.
    """
    params = {**as_of.to_sql_params(), "code": code, "today": today}
    with conn.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(without_basis_lookup(_DIVISION, as_of.basis), params).fetchone()
    if row is None:
        raise_code_problem(conn, code, as_of)
    if as_of.known_at is not None:
        resolve_known_at(conn, as_of)
    known_instant, unit_id, code, name, romanized_name, level, unit_type, place_id, *rest = row
    parent, subordination, custody, start, end, start_precision, end_precision, *rest = rest
    is_current, seat, links, *above = rest
    ancestors = [
        dict(zip(("unit_id", "code", "name", "level"), unit, strict=True))
        for unit in zip(*[iter(above)] * 4, strict=True)
        if unit[0] is not None
    ]
    by_id = {unit["unit_id"]: unit for unit in ancestors}
    predecessors, successors = parse_succession(links)
    return {
        "unit_id": unit_id,
        "code": code,
        "name": name,
        "romanized_name": romanized_name,
        "level": level,
        "unit_type": unit_type,
        "place_id": place_id,
        "parent": _serialize_brief(by_id, parent),
        "subordination_parent": _serialize_brief(by_id, subordination),
        "custody_parent": _serialize_brief(by_id, custody),
        "ancestors": ancestors[::-1],
        "seat": seat,
        "valid": {
            "from": start.isoformat() if start else None,
            "to": end.isoformat() if end else None,
            "from_precision": start_precision,
            "to_precision": end_precision,
        },
        "status": "current" if is_current else "retired",
        "predecessors": predecessors,
        "successors": successors,
        **as_of.as_of_fields(known_instant),
    }


def _serialize_brief(units: dict[str, JsonObject], unit_id: object) -> JsonObject | None:
    unit = units.get(str(unit_id))
    return {"code": unit["code"], "name": unit["name"]} if unit else None


def find_unit(
    conn: Connection[Any], code: str, as_of: AsOf, *, field: str = "code"
) -> tuple[str, str]:
    """Id and name of the unit that carried ``code`` at the moment; problems as :func:`load_division`.

    ``field`` is what an unknown code is called in the problem.
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
    """Say why no unit carries ``code`` at the moment; always raises.

    The fields are what the caller calls the day and the code.
    """
    moment = as_of.as_of_fields(resolve_known_at(conn, as_of))
    check_day_recorded(conn, as_of.at, field=field)
    params = {**as_of.to_sql_params(), "code": code}
    with conn.cursor(row_factory=dict_row) as cursor:
        periods = cursor.execute(f"WITH {MOMENT_CTE} {_PERIODS}", params).fetchall()
    if not periods:
        raise UnknownCode(*_format_unknown_code(code), field=code_field)
    for period in periods:
        period["unit_id"] = str(period["unit_id"])
        period["successors"] = load_succession(conn, period["unit_id"], as_of)[1]
    raise CodeNotInForce(
        f"{as_of.at} 没有单位使用代码 {code}；使用期见 periods。",
        f"no unit carried {code} on {as_of.at}; periods says when one did",
        field=field,
        periods=periods,
        **moment,
    )


def check_day_recorded(conn: Connection[Any], day: date, *, field: str) -> None:
    """Refuse a day before the first record.

    Raises:
        NoDataBefore: ``since`` says where the records begin.
    """
    first = min((begin for begin in load_record_starts(conn).values() if begin), default=None)
    if first and day < first:
        raise NoDataBefore(
            f"登记册的记录始于 {first}。",
            f"the records begin on {first}",
            field=field,
            since=first.isoformat(),
        )


def _format_unknown_code(code: str) -> tuple[str, str]:
    if len(code) == 9 and code.startswith("156"):
        return (
            f"没有代码 {code}。156 开头的 9 位代码是天地图的写法，请去掉 156：{code[3:]}。",
            f"{code} is unknown; 9 digits that begin with 156 are Tianditu's form of {code[3:]}",
        )
    return f"没有单位使用过代码 {code}。", f"no unit has ever carried the code {code}"


def load_succession(
    conn: Connection[Any], unit_id: object, as_of: AsOf
) -> tuple[list[JsonObject], list[JsonObject]]:
    """Predecessors and successors of a unit, each as it was on the day of the change."""
    params = {**as_of.to_sql_params(), "unit_id": unit_id}
    with conn.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(_SUCCESSION, params).fetchone()
    return parse_succession(row[0] if row else None)


def load_all_successions(conn: Connection[Any]) -> list[tuple[str, str]]:
    """The succession of every unit that has any: its id, and JSON for :func:`parse_succession`."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        return [row for row in cursor.execute(_ALL_SUCCESSIONS, {"known_at": None}) if row[1]]


def parse_succession(links: str | None) -> tuple[list[JsonObject], list[JsonObject]]:
    """Predecessors and successors from the links of a unit as JSON text."""
    predecessors: list[JsonObject] = []
    successors: list[JsonObject] = []
    for link in orjson.loads(links or "[]"):
        is_predecessor = link.pop("is_predecessor")
        share_from, share_to = link.pop("share_from"), link.pop("share_to")
        share = share_to if is_predecessor else share_from
        link["share"] = None if share is None else float(share)
        link["act_id"] = UUID(link["act_id"]) if link["act_id"] else None
        (predecessors if is_predecessor else successors).append(link)
    return predecessors, successors


def load_children(conn: Connection[Any], code: str, as_of: AsOf) -> JsonObject:
    """The units directly under the unit that carried ``code``; problems as :func:`load_division`."""
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
