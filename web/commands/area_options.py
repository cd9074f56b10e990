"""What a file of areas to import states: how it is read, and on which days its borders hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import click

from boundaries.ingest.area_import import DEFAULT_ACCURACY_M, REFERENCE_DAY
from boundaries.ingest.register_files import LayerImportOptions
from boundaries.network.redraw import DrawingPeriod
from gazetteer.ingest.legal_acts import StatedAct
from gazetteer.ledger.period import PeriodEnd, Precision
from web.commands.terminal_language import terminal_text

DAY = click.DateTime(["%Y-%m-%d"])
_ACT_OPTIONS = ("act_title", "act_number", "approved")


@dataclass(frozen=True, slots=True)
class StatedDrawing:
    """The day whose state areas show, and what they are: a change by an act, or a correction."""

    day: date
    act: StatedAct | None = None
    between: tuple[date, date] | None = None

    def build_period(self, act_id: UUID | None) -> DrawingPeriod:
        """The days for which the areas hold."""
        if self.act is not None:
            return DrawingPeriod(
                self.day, PeriodEnd(self.day, act_id, Precision.DAY), is_strict=True
            )
        if self.between:
            first, last = (PeriodEnd(day) for day in self.between)
            return DrawingPeriod(self.day, first, last, is_strict=True)
        return DrawingPeriod(self.day)


def parse_columns(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> dict[str, str] | None:
    """``code=XZQDM,name=XZQMC`` as a mapping.

    Raises:
        BadParameter: a part is not of the form FIELD=COLUMN.
    """
    if value is None:
        return None
    pairs = [part.partition("=") for part in value.split(",")]
    if not all(field and column for field, _, column in pairs):
        raise click.BadParameter(terminal_text("cli.load.column_pairs"), context, parameter)
    return {field.strip(): column.strip() for field, _, column in pairs}


_AREA_OPTIONS = (
    click.option(
        "--effective",
        type=DAY,
        help="Areas are a change: from this day on the borders run as in the file. Needs --act.",
    ),
    click.option("--act", "act_title", metavar="TITLE", help="The act behind the change."),
    click.option("--act-number", metavar="NUMBER", help="Its number; e.g. 国函〔2014〕9号."),
    click.option("--approved", type=DAY, help="The day of its approval."),
    click.option(
        "--between",
        type=(DAY, DAY),
        metavar="DAY DAY",
        help="Areas are a correction for the days from the first one up to the other one only;"
        " default: for as long as the borders are known.",
    ),
    click.option("--layer", "name", help="Layer name, for a file of areas with several layers."),
    click.option("--crs", help="Coordinate reference system, if the file does not declare it."),
    click.option("--encoding", help="Encoding of its texts, if it cannot be detected."),
    click.option(
        "--columns",
        callback=parse_columns,
        metavar="FIELD=COLUMN,…",
        help="Its columns for code, name, level, parent_code; e.g. code=XZQDM,name=XZQMC.",
    ),
    click.option("--source", help="Source of its polygons; default: the name of the file."),
    click.option("--accuracy-m", type=float, help="Accuracy of its borders in metres."),
)


def add_area_options(command: Any) -> Any:
    """Give a command the options that only files of areas have."""
    for option in reversed(_AREA_OPTIONS):
        command = option(command)
    return command


def check_no_drawing(options: Mapping[str, Any]) -> None:
    """Check that nothing is stated that only areas can have.

    Raises:
        UsageError: an option says for which days areas hold.
    """
    if any(options[name] for name in (*_ACT_OPTIONS, "effective", "between")):
        raise click.UsageError(terminal_text("cli.load.areas_only"))


def parse_drawing(state: date | None, options: Mapping[str, Any]) -> StatedDrawing:
    """For which days a file of areas holds, and by which act.

    Raises:
        UsageError: the options contradict each other.
    """
    effective, between = options["effective"], options["between"]
    if effective and (between or state):
        raise click.UsageError(terminal_text("cli.load.effective_alone"))
    if effective and not options["act_title"]:
        raise click.UsageError(terminal_text("cli.load.act_missing"))
    if not effective and any(options[name] for name in _ACT_OPTIONS):
        raise click.UsageError(terminal_text("cli.load.act_without_day"))
    if between and between[0] >= between[1]:
        raise click.UsageError(terminal_text("cli.load.empty_days"))
    if effective:
        return StatedDrawing(effective.date(), act=_build_act(options))
    if between:
        first, last = (day.date() for day in between)
        if state and not first <= state < last:
            raise click.UsageError(terminal_text("cli.load.state_outside"))
        return StatedDrawing(state or first, between=(first, last))
    return StatedDrawing(state or REFERENCE_DAY)


def _build_act(options: Mapping[str, Any]) -> StatedAct:
    approved = options["approved"]
    return StatedAct(
        options["act_title"],
        options["act_number"],
        approved.date() if approved else None,
        options["effective"].date(),
    )


def build_layer_options(options: Mapping[str, Any]) -> LayerImportOptions:
    """How to read a file of areas, as the options state it."""
    accuracy_m = DEFAULT_ACCURACY_M if options["accuracy_m"] is None else options["accuracy_m"]
    rest = {name: options[name] for name in ("name", "crs", "encoding", "columns", "source")}
    return LayerImportOptions(**rest, accuracy_m=accuracy_m)
