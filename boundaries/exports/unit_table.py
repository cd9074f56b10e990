"""The list of divisions: units of one level or all, whether or not their areas are known."""

import numpy as np
from psycopg.rows import dict_row

from boundaries.exports.export_query import SUBTREE, Conn, ExportRequest, RowDict, build_columns
from boundaries.exports.period_columns import PERIOD_COLUMNS, select_period
from boundaries.exports.unit_chain import CHAIN_COLUMNS, UnitChains, load_unit_chains
from boundaries.layers.output_table import OutputTable
from gazetteer.ledger.as_of import MOMENT_CTE, in_force_sql
from gazetteer.messages import Message, message

_COLUMNS = (
    *("code", "name", "romanized_name", "level", "unit_type", "full_name"),
    *("parent_code", "parent_name", *CHAIN_COLUMNS, "subordination_code", "custody_code"),
    *("seat_lon", "seat_lat", *PERIOD_COLUMNS, "unit_id"),
)

_UNITS = f"""
WITH RECURSIVE {MOMENT_CTE}, {SUBTREE}
SELECT s.code, s.name, s.romanized_name, s.level, s.unit_type, s.parent_id,
    p.code AS parent_code, p.name AS parent_name, u.code AS subordination_code,
    c.code AS custody_code, ST_X(v.seat) AS seat_lon, ST_Y(v.seat) AS seat_lat,
    lower(s.valid) AS valid_from, upper(s.valid) AS valid_to, s.start_precision, s.end_precision,
    s.unit_id::text AS unit_id, 0 AS bytes
FROM moment JOIN unit_state s ON {in_force_sql("s")}
LEFT JOIN unit_state p ON p.unit_id = s.parent_id AND {in_force_sql("p")}
LEFT JOIN unit_state u ON u.unit_id = s.subordination_parent AND {in_force_sql("u")}
LEFT JOIN unit_state c ON c.unit_id = s.custody_parent AND {in_force_sql("c")}
LEFT JOIN unit_version v ON v.record_id = s.unit_id AND v.seat IS NOT NULL
    AND {in_force_sql("v")}
WHERE (%(level)s::text IS NULL OR s.level = %(level)s)
    AND (%(within)s::text IS NULL OR s.unit_id IN (SELECT unit_id FROM subtree))
ORDER BY s.code NULLS LAST, s.unit_id LIMIT %(most_rows)s
"""


def load_unit_table(conn: Conn, request: ExportRequest) -> OutputTable:
    """The units in force at the moment, by code: each is followed by those below it.

    ``parent_code`` is the unit that administers it: the one in custody (代管) where there is one.

    Raises:
        NoAreaKnown: there are none on that day.
        TooLarge: the table exceeds the limit.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        units = cursor.execute(_UNITS, request.build_sql_params()).fetchall()
    if not units:
        raise request.build_empty_problem(_describe_empty(request))
    request.check_size(units)
    chains = load_unit_chains(conn, request)
    rows = [unit | select_period(unit) | _build_names(unit, chains) for unit in units]
    return OutputTable(
        "units",
        np.full(len(rows), None, dtype=object),
        build_columns(rows, _COLUMNS),
        geometry_type=None,
    )


def _build_names(unit: RowDict, chains: UnitChains) -> RowDict:
    above = unit["parent_id"]
    return {
        **chains.build_columns(above),
        "full_name": chains.build_full_name(above, unit["name"]),
    }


def _describe_empty(request: ExportRequest) -> Message:
    if request.level is None:
        return message("export.no_units_at_all", day=request.as_of.at)
    return message("export.no_units", level=message(f"level.{request.level}"), day=request.as_of.at)
