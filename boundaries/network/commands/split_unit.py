"""A part of the territory of a unit, cut off by a line, goes to a new unit (析置)."""

from uuid import UUID

import shapely
from pydantic import Field

from boundaries.network.commands.drawn_polygons import DrawnLine, read_line
from boundaries.network.commands.redivision import Holder, find_faces, redivide_territory
from boundaries.network.commands.successions import begin_succession, get_face, measure_area
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.messages import message
from gazetteer.problems import Conflict
from gazetteer.records.commands.command import (
    Command,
    CommandArguments,
    Position,
    UnitReference,
    parse_unit_id,
)
from gazetteer.records.commands.establish_unit import NewUnit, begin_unit
from gazetteer.records.commands.unit_lookup import get_unit
from gazetteer.records.source_names import DRAWN_IN_DRAFT


class SplitOffUnit(NewUnit):
    """What a unit begins with that is split off, and the id that it is to have."""

    unit_id: UUID | None = Field(
        None, description="Id that the unit is to have; without it a new one is assigned"
    )


class SplitUnit(CommandArguments):
    """A unit, the line that divides it, and who gets the part round a point."""

    unit: UnitReference = Field(description="Unit that is divided: code on the day, or id")
    line: DrawnLine = Field(
        description="GeoJSON LineString across the unit; what sticks out of it is cut off"
    )
    at: Position = Field(description="A point in the part that goes to the other unit")
    new: SplitOffUnit = Field(
        description="The new unit, of the same level and with the same parents"
    )


def play_command(records: DayRecords, arguments: SplitUnit, ids: StepIds) -> None:
    """Cut the territory, and give the part to a new unit."""
    old = parse_unit_id(arguments.unit)
    unit = get_unit(records, old)
    before = find_faces(records, [old])
    own = get_face(records, before, old)
    line = read_line(arguments.line, "line")
    parents = unit["subordination_parent"], unit["custody_parent"]
    new = begin_unit(records, ids, arguments.new, unit["level"], parents, arguments.new.unit_id)
    point = shapely.Point(arguments.at)
    passed: list[shapely.Polygon] = []

    def assign_piece(piece: shapely.Polygon, holder: Holder) -> Holder:
        if holder == old and piece.intersects(point):
            passed.append(piece)
            return new
        return holder

    redivide_territory(records, ids, [old], [line], assign_piece, DRAWN_IN_DRAFT)
    if not passed:
        raise Conflict(message("command.point_outside"), field="at")
    after = find_faces(records, [old, new])
    if old not in after:
        raise Conflict(message("command.line_divides_nothing"), field="line")
    area, whole = measure_area(after[new]), measure_area(own)
    begin_succession(records, ids, (old, new), "split_off", (area, whole, area))


SPLIT_UNIT = Command("split_unit", SplitUnit, play_command)
