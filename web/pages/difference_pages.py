"""The page that compares two states of a unit; works without a script."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from psycopg import Connection
from pydantic import ValidationError

from boundaries.differences.compared_states import ComparedStates
from boundaries.differences.difference_tables import DifferenceFile, build_difference_tables
from boundaries.differences.register_difference import RegisterDifference
from boundaries.layers.output_table import OutputTable
from gazetteer.problems import Problem
from web.http.language import request_language
from web.http.validation_errors import build_invalid_value
from web.pages.difference_map import draw_difference_map
from web.pages.downloads import FORMATS
from web.pages.rendering import render_page
from web.services.difference_serializers import describe_states
from web.services.difference_service import StatesQuery, compare_published_states

MOST_ROWS = {"areas": 200, "territory": 100, "vertices": 50, "records": 200}
"""How many rows of each table are shown; the rest is in the files."""

difference_blueprint = Blueprint("differences", __name__, template_folder="templates")


@difference_blueprint.get("/differences")
def show_difference() -> Response:
    """The form, and what differs between the two states that it names."""
    names = [field.alias or name for name, field in StatesQuery.model_fields.items()]
    stated = {name: request.args[name].strip() for name in names if request.args.get(name)}
    if not stated.keys() - {"unit"}:
        return render_page("differences.html", stated=stated)
    try:
        query = _parse_query(stated)
        shown = compare_published_states(query, lambda *read: _build_context(query, *read))
    except Problem as problem:
        return render_page("differences.html", problem=problem, stated=stated)
    return render_page("differences.html", stated=stated, **shown)


def _parse_query(stated: dict[str, str]) -> StatesQuery:
    try:
        return StatesQuery.model_validate(stated)
    except ValidationError as error:
        raise build_invalid_value(error) from None


def _build_context(
    query: StatesQuery,
    conn: Connection[Any],
    states: ComparedStates,
    difference: RegisterDifference,
) -> dict[str, Any]:
    tables = build_difference_tables(difference, request_language())
    return {
        "is_compared": True,
        "is_empty": difference.is_empty,
        "sides": describe_states(states),
        "picture": draw_difference_map(conn, states, difference),
        "tables": {table.name: _list_rows(table) for table in tables},
        "counts": {table.name: len(table.geometries) for table in tables},
        "downloads": _list_files(query, states),
    }


def _list_rows(table: OutputTable) -> list[dict[str, Any]]:
    """The first rows of a table, by the names of its columns."""
    shown = zip(*table.columns.values(), strict=True)
    names = list(table.columns)
    rows = (dict(zip(names, row, strict=True)) for row in shown)
    return [row for row, _ in zip(rows, range(MOST_ROWS[table.name]), strict=False)]


def _list_files(query: StatesQuery, states: ComparedStates) -> list[tuple[str, str]]:
    """Names and addresses of the same difference in other formats."""
    sides = describe_states(states)
    arguments = {
        "unit": query.unit,
        "from": sides["from"]["at"],
        "to": sides["to"]["at"],
        "from_known_at": sides["from"]["known_at"],
        "to_known_at": sides["to"]["known_at"],
        "basis": query.basis.value,
    }
    named = {**{one.value: FORMATS[one.value] for one in DifferenceFile}, "json": "JSON"}
    return [
        (name, f"/v1/differences?{urlencode({**arguments, 'format': file_format})}")
        for file_format, name in named.items()
    ]
