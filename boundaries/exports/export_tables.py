"""All tables that can be exported, by one call; every row repeats the moment."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum

from boundaries.exports import network_tables
from boundaries.exports.area_table import load_division_table
from boundaries.exports.export_query import Conn, ExportRequest
from boundaries.exports.place_table import load_place_table
from boundaries.exports.unit_table import load_unit_table
from boundaries.exports.value_labels import add_label_columns
from boundaries.layers.output_table import OutputTable
from gazetteer.ledger.as_of import resolve_known_at
from gazetteer.messages import AnyOf, message
from gazetteer.problems import InvalidValue
from gazetteer.records.division_queries import find_unit
from gazetteer.records.levels import LEVELS, UNIT_LEVELS


class ExportKind(StrEnum):
    """What can be exported."""

    DIVISIONS = "divisions"
    EDGES = "edges"
    NODES = "nodes"
    LINES = "lines"
    PLACES = "places"
    UNITS = "units"


_TABLES: Mapping[ExportKind, Callable[[Conn, ExportRequest], OutputTable]] = {
    ExportKind.DIVISIONS: load_division_table,
    ExportKind.EDGES: network_tables.load_edge_table,
    ExportKind.NODES: network_tables.load_node_table,
    ExportKind.LINES: network_tables.load_line_table,
    ExportKind.PLACES: load_place_table,
    ExportKind.UNITS: load_unit_table,
}
_VALUE_TYPES: Mapping[str, type] = {
    **dict.fromkeys(("valid_from", "valid_to", "at"), date),
    **dict.fromkeys(("area_km2", "accuracy_m", "length_m", "seat_lon", "seat_lat"), float),
    **dict.fromkeys(("edges", "units"), int),
}
"""The columns that are not texts, in whichever table."""
_DEFAULT_LEVEL = {ExportKind.DIVISIONS: "county", ExportKind.LINES: "county"}


def export_table(conn: Conn, kind: ExportKind, request: ExportRequest) -> OutputTable:
    """A table of the register, all of it from one state.

    Without a level, divisions and lines are those of counties; edges, nodes, places and
    the list of units are those of every level. Every row repeats ``at``, ``known_at`` and
    ``basis``. Headers and values are stable, for programs; with a language there are further
    columns for people, after those of coded values and with their names and ``_label``.

    Raises:
        InvalidValue: the table has no such level.
        UnknownCode, CodeNotInForce, NoDataBefore: no unit carried the code ``within`` then.
        NoAreaKnown: there is nothing to export for that day.
        TooLarge: the table exceeds the limit.
    """
    _check_level(kind, request.level)
    request = replace(request, level=request.level or _DEFAULT_LEVEL.get(kind))
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        moment = request.as_of.as_of_fields(resolve_known_at(conn, request.as_of))
        if request.within is not None:
            find_unit(conn, request.within, request.as_of, field="within")
        table = _TABLES[kind](conn, request)
    stated = {**moment, "at": request.as_of.at}
    moment_columns = {name: [value] * len(table.geometries) for name, value in stated.items()}
    columns = {**table.columns, **moment_columns}
    if request.lang is not None:
        columns = add_label_columns(columns, request.lang)
    value_types = {name: _VALUE_TYPES[name] for name in columns if name in _VALUE_TYPES}
    return replace(table, columns=columns, value_types=value_types)


def _check_level(kind: ExportKind, level: str | None) -> None:
    levels = LEVELS if kind is ExportKind.PLACES else UNIT_LEVELS
    if level is not None and level not in levels:
        kind_name = message(f"export.kind.{kind}")
        raise InvalidValue(
            message("export.level_unknown", kind=kind_name, level=level, known=AnyOf(levels)),
            field="level",
        )
