"""A part of the territory of one unit goes to another (部分行政区域界线变更, Order 65 art. 2)."""

from typing import Annotated

import shapely
from pydantic import Field

from boundaries.network.commands.drawn_polygons import DrawnPolygon, list_rings, read_polygons
from boundaries.network.commands.redivision import Holder, find_faces, redivide_territory
from boundaries.network.commands.successions import begin_succession, get_face, measure_area
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.step_play import StepIds
from gazetteer.messages import message
from gazetteer.problems import Conflict, InvalidValue
from gazetteer.records.commands.command import (
    Command,
    CommandArguments,
    UnitReference,
    parse_unit_id,
)
from gazetteer.records.commands.unit_lookup import get_unit
from gazetteer.records.source_names import DRAWN_IN_DRAFT


class TransferArea(CommandArguments):
    """The units, and a polygon: what of it lies in the first goes to the second."""

    unit: UnitReference = Field(description="Unit that gives: code on the day, or id")
    into: UnitReference = Field(description="Unit that takes: code on the day, or id")
    area: Annotated[DrawnPolygon, Field(description="GeoJSON Polygon or MultiPolygon (CGCS2000)")]


def play_command(records: DayRecords, arguments: TransferArea, ids: StepIds) -> None:
    """Cut the territory along the polygon, and give what is inside to the other unit."""
    giver, taker = parse_unit_id(arguments.unit), parse_unit_id(arguments.into)
    get_unit(records, giver)
    get_unit(records, taker, "into")
    if giver == taker:
        raise InvalidValue(message("command.same_unit"), field="into")
    before = find_faces(records, [giver, taker])
    own = get_face(records, before, giver)
    polygons = read_polygons(arguments.area, "area")
    drawn = list_rings(polygons)
    shapely.prepare(polygons)
    passed: list[shapely.Polygon] = []

    def assign_piece(piece: shapely.Polygon, holder: Holder) -> Holder:
        if holder == giver and polygons.intersects(shapely.point_on_surface(piece)):
            passed.append(piece)
            return taker
        return holder

    redivide_territory(records, ids, [giver, taker], drawn, assign_piece, DRAWN_IN_DRAFT)
    if not passed:
        raise Conflict(message("command.nothing_passes"), field="area")
    after = find_faces(records, [giver, taker])
    if giver not in after:
        raise Conflict(message("command.nothing_remains"), field="area")
    area = measure_area(shapely.MultiPolygon(passed))
    whole = measure_area(own), measure_area(after[taker])
    begin_succession(records, ids, (giver, taker), "split_off", (area, *whole))


TRANSFER_AREA = Command("transfer_area", TransferArea, play_command)
