"""The tables that collections are read from, as clauses that a draft can replace in part.

Each clause has the name that the sources of collections use. Without a draft it is the table. With
one, the rows of the records that the draft changes are left out, and its own rows on its day are
added: every collection is then that of the draft, by the same SQL.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psycopg.types.json import Jsonb

_VERSION = (
    "version_id bigint, record_id uuid, valid daterange, recorded tstzrange, started_by uuid,"
    " ended_by uuid"
)
_STATE = (
    "unit_id uuid, level text, unit_type text, code text, name text, romanized_name text,"
    " place_id uuid, parent_id uuid, valid daterange, recorded tstzrange, started_by uuid,"
    " ended_by uuid"
)


@dataclass(frozen=True, slots=True)
class KnownTable:
    """A table of versions: its name as a clause, what it reads, its columns and its record's id."""

    clause: str
    table: str
    columns: str
    record_column: str = "record_id"
    extra: str = ""
    join: str = ""

    @property
    def column_names(self) -> list[str]:
        """The names of the columns."""
        return [column.split()[0] for column in self.columns.split(", ")]


TABLES = (
    KnownTable("unit_state", "unit_state", _STATE, "unit_id"),
    KnownTable(
        "known_area",
        "area_version",
        f"{_VERSION}, unit_id uuid, geom geometry, accuracy_m float8, source text",
        "unit_id",
        extra="area_m2",
        join="JOIN public.area_display USING (version_id)",
    ),
    KnownTable(
        "known_edge",
        "edge_version",
        f"{_VERSION}, start_node uuid, end_node uuid, left_unit uuid, right_unit uuid, beyond text,"
        " geom geometry, accuracy_m float8, source text",
    ),
    KnownTable("known_node", "node_version", f"{_VERSION}, location geometry, source text"),
    KnownTable(
        "known_place",
        "place_version",
        f"{_VERSION}, legal_class text, class_code text, level text, unit_id uuid, within uuid,"
        " location geometry, source text",
    ),
    KnownTable(
        "known_name",
        "name_version",
        f"{_VERSION}, place_id uuid, text text, name_kind text, language text",
    ),
    KnownTable(
        "known_spelling", "spelling_version", f"{_VERSION}, name_id uuid, system text, text text"
    ),
)
TABLE_BY_CLAUSE = {table.clause: table for table in TABLES}


@dataclass(frozen=True)
class DraftedRows:
    """What a draft puts in the place of records, by the clauses of tables.

    ``replaced`` are the ids of the records whose rows are left out; ``rows`` those of the draft on
    its day, with geometries as hexadecimal WKB; ``findings`` are what it adds to the findings.
    """

    replaced: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rows: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    findings: Sequence[Mapping[str, Any]] | None = None

    def to_sql_params(self) -> dict[str, Any]:
        """The named parameters of the clauses."""
        params: dict[str, Any] = {}
        if self.findings is not None:
            params["finding_rows"] = Jsonb(list(self.findings))
        for clause in self.replaced:
            params[f"{clause}_replaced"] = list(self.replaced[clause])
            params[f"{clause}_rows"] = Jsonb(list(self.rows.get(clause, ())))
        return params


NOT_DRAFTED = DraftedRows()
"""Of the published register."""


def build_table_clauses(drafted: DraftedRows = NOT_DRAFTED) -> str:
    """The clauses of all tables, for a WITH RECURSIVE clause."""
    return _PUBLISHED_CLAUSES if drafted is NOT_DRAFTED else _join_clauses(drafted)


def _join_clauses(drafted: DraftedRows) -> str:
    return ",\n".join(_build_clause(table, table.clause in drafted.replaced) for table in TABLES)


def _build_clause(table: KnownTable, is_replaced: bool) -> str:
    columns = ", ".join(f"t.{name}" for name in table.column_names)
    extra = f", {table.extra}" if table.extra else ""
    known = f"SELECT {columns}{extra} FROM public.{table.table} t {table.join}"
    if not is_replaced:
        return f"{table.clause} AS NOT MATERIALIZED ({known})"
    drafted_columns = ", ".join(_read_column(column) for column in table.columns.split(", "))
    measured = ", ST_Area(ST_SetSRID(d.geom, 4490)::geography)" if table.extra else ""
    return (
        f"{table.clause} AS NOT MATERIALIZED ({known}"
        f" WHERE t.{table.record_column} <> ALL(%({table.clause}_replaced)s::uuid[])"
        f" UNION ALL SELECT {drafted_columns}{measured}"
        f" FROM jsonb_to_recordset(%({table.clause}_rows)s) AS d({table.columns}))"
    )


def _read_column(column: str) -> str:
    name, type_ = column.split()
    return f"ST_SetSRID(d.{name}, 4490)" if type_ == "geometry" else f"d.{name}"


_PUBLISHED_CLAUSES = _join_clauses(NOT_DRAFTED)
