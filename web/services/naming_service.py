"""Names examined for the interface and the pages: where they lie, and how far other names are."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import shapely
from psycopg import Connection
from shapely.geometry.base import BaseGeometry

from boundaries.areas.distance import measure_geodesic
from boundaries.areas.label_points import load_label_points
from boundaries.areas.reverse_lookup import look_up_point
from boundaries.layers.coordinates import GeodeticPosition
from gazetteer.ledger.as_of import AsOf
from gazetteer.naming.like_names import UnitsAbove
from gazetteer.naming.name_examination import NameExamination, Verdict, examine_name
from gazetteer.naming.naming_finding import LikeName
from gazetteer.naming.proposal import NameProposal
from gazetteer.naming.suggested_names import suggest_names

Conn = Connection[Any]
_SCOPES = ("township", "county", "prefecture", "province")


class NamePosition(NamedTuple):
    """Where a name is: lon, lat degrees of CGCS2000, and the level of what that is a point of.

    ``level`` is ``point`` where it is the place itself, else that of the unit whose label it is.
    """

    lon: float
    lat: float
    level: str


@dataclass(frozen=True)
class ExaminedName:
    """A name with what the rules say about it, for people.

    ``positions`` are those of the like names by their places; ``own`` is that of the proposal.
    """

    examination: NameExamination
    own: NamePosition | None
    positions: dict[UUID, NamePosition]
    suggestions: list[str]

    def measure_distance(self, name: LikeName) -> float | None:
        """Metres from the place of the proposal; None: one of the two is not known."""
        other = self.positions.get(name.place_id)
        if self.own is None or other is None:
            return None
        return measure_geodesic(self.own.lon, self.own.lat, other.lon, other.lat)


def examine_proposal(
    conn: Conn, proposal: NameProposal, at: date, *, with_suggestions: bool = False
) -> ExaminedName:
    """Examine a name, with distances and, if wanted, names that the rules admit.

    A place of which only the position is stated lies in the lowest unit whose area covers it.
    """
    geometry = shapely.from_wkb(proposal.geometry) if proposal.geometry else None
    if proposal.within is None and geometry is not None:
        proposal = replace(proposal, within=_find_covering_unit(conn, geometry, at))
    examination = examine_name(conn, proposal, at)
    own = _locate_own(conn, geometry, examination.context.units, at)
    wanted = with_suggestions and examination.overall_verdict is not Verdict.ADMISSIBLE
    return ExaminedName(
        examination,
        own,
        _locate_names(conn, examination, at),
        suggest_names(conn, examination, at) if wanted else [],
    )


def _find_covering_unit(conn: Conn, geometry: BaseGeometry, at: date) -> UUID | None:
    point = geometry.representative_point()
    chain = look_up_point(conn, GeodeticPosition(point.x, point.y), AsOf(at), 0.0)["chain"]
    return UUID(str(chain[-1]["unit_id"])) if chain else None


def _locate_own(
    conn: Conn, geometry: BaseGeometry | None, units: UnitsAbove, at: date
) -> NamePosition | None:
    if geometry is not None:
        point = geometry.representative_point()
        return NamePosition(point.x, point.y, "point")
    own = _list_units(units)
    points = load_label_points(conn, [unit for _, unit in own], AsOf(at))
    return _find_first_point(own, points)


def _locate_names(conn: Conn, examination: NameExamination, at: date) -> dict[UUID, NamePosition]:
    """The position of each like name: its own, or the label of the lowest unit that has one."""
    found = examination.context.like.found
    units = {unit for _, above in found for _, unit in _list_units(above)}
    points = load_label_points(conn, list(units), AsOf(at)) if units else {}
    positions: dict[UUID, NamePosition] = {}
    for name, above in found:
        if name.location is not None:
            positions[name.place_id] = NamePosition(*name.location, "point")
        elif (point := _find_first_point(_list_units(above), points)) is not None:
            positions[name.place_id] = point
    return positions


def _list_units(units: UnitsAbove) -> list[tuple[str, UUID]]:
    """The units in which something lies, the lowest first, each with its level."""
    pairs = ((level, getattr(units, level)) for level in _SCOPES)
    return [(level, unit) for level, unit in pairs if unit is not None]


def _find_first_point(
    units: list[tuple[str, UUID]], points: dict[UUID, list[float]]
) -> NamePosition | None:
    return next(
        (
            NamePosition(points[unit][0], points[unit][1], level)
            for level, unit in units
            if unit in points
        ),
        None,
    )
