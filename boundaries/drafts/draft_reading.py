"""Edges and areas as a draft would have them, on a day. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import shapely

from boundaries.network.area_assembly import assemble_area_unchecked
from boundaries.network.commands.day_edges import DayEdge, list_edges_of_units
from boundaries.network.edge_versions import find_worst_accuracy, join_sources
from boundaries.network.segments import Floats
from gazetteer.ledger.drafts.day_records import DayRecords
from gazetteer.ledger.drafts.known_records import Box, KnownRecords
from gazetteer.records.commands.unit_lookup import iter_children


@dataclass(frozen=True, eq=False)
class UnitTerritory:
    """The territory of a unit, with the edges round it, their sources and worst accuracy."""

    area: shapely.MultiPolygon
    edges: tuple[UUID, ...]
    source: str
    accuracy_m: float | None


def list_edges_in_box(known: KnownRecords, box: Box, day: date) -> list[DayEdge]:
    """The edges in force on a day whose box meets another, in the order of their ids."""
    found = DayRecords(known, day).select_in_box("edge", "geom", box)
    return [DayEdge.from_attributes(edge, attributes) for edge, attributes in found.items()]


def build_unit_area(known: KnownRecords, unit: UUID, day: date) -> shapely.MultiPolygon | None:
    """The territory of a unit of any level on a day; None if no border of it is known.

    Borders that cross themselves bound an invalid polygon.

    Raises:
        BrokenNetwork: the edges round it do not close.
    """
    territory = build_unit_territory(known, unit, day)
    return territory.area if territory else None


def build_unit_territory(known: KnownRecords, unit: UUID, day: date) -> UnitTerritory | None:
    """As :func:`build_unit_area`, with what is known about its borders."""
    records = DayRecords(known, day)
    parts = set(_iter_bounded(records, unit))
    lines: list[Floats] = []
    bounding: list[DayEdge] = []
    for edge in list_edges_of_units(records, sorted(parts)):
        is_left = edge.attributes["left_unit"] in parts
        if is_left != (edge.attributes["right_unit"] in parts):
            lines.append(edge.line if is_left else edge.line[::-1])
            bounding.append(edge)
    if not lines:
        return None
    return UnitTerritory(
        assemble_area_unchecked(lines),
        tuple(edge.edge for edge in bounding),
        join_sources([edge.attributes["source"] for edge in bounding]),
        find_worst_accuracy([edge.attributes["accuracy_m"] for edge in bounding]),
    )


def _iter_bounded(records: DayRecords, unit: UUID) -> Iterator[UUID]:
    """The unit if it has edges of its own, else those below it that have."""
    if list_edges_of_units(records, [unit]):
        yield unit
        return
    for child, attributes in iter_children(records, unit):
        if attributes["level"] != "village":
            yield from _iter_bounded(records, child)
