"""How a command writes the result of a file of rows: columns, headings, format, decisions."""

from collections.abc import Mapping
from typing import Any

import click

from boundaries.batch.result_columns import SHORT, Headings, ResultLayout

_RESULT_OPTIONS = (
    click.option(
        "--result-columns",
        default=SHORT,
        help="The columns to add, a,b,c: names, short for those that are needed most, or full;"
        " default: short.",
    ),
    click.option(
        "--headings",
        type=click.Choice([headings.value for headings in Headings]),
        default=Headings.NAMES.value,
        help="Headings and values of result columns: names for programs, or labels in the"
        " language; default: names.",
    ),
    click.option(
        "--decision",
        "decisions",
        multiple=True,
        metavar="ROW=CHOICE",
        help="What a person decided about an ambiguous row, counted from 1 below the header: the"
        " code or id of a candidate, or none.",
    ),
    click.option("--bom", is_flag=True, help="Write CSV in UTF-8 with byte order mark, for Excel."),
)


def add_result_options(command: Any) -> Any:
    """Give a command the options of how its result is written."""
    for option in reversed(_RESULT_OPTIONS):
        command = option(command)
    return command


def build_layout(options: Mapping[str, Any]) -> ResultLayout:
    """The result columns and their headings, as the options state them."""
    names = (name.strip() for name in options["result_columns"].split(","))
    return ResultLayout(tuple(filter(None, names)), Headings(options["headings"]))
