"""The areas that follow from a publication: derived from edges, inside its transaction.

Only those units are derived whose edges or whose place in the hierarchy the publication changed,
and only for the days for which it did; what is known of other days stays as it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from psycopg import Connection

from boundaries.areas.derivation_scope import Days, find_scope, load_surroundings
from boundaries.network.area_assembly import BrokenNetwork, canonicalize_area, encode_area
from boundaries.network.area_timelines import derive_area_id, derive_area_versions, merge_versions
from boundaries.network.territories import Territory, derive_territories
from boundaries.schema.area_kinds import AREA
from gazetteer.ledger.changesets import Publication
from gazetteer.ledger.period import Period, PeriodEnd
from gazetteer.ledger.version_store import load_known_versions
from gazetteer.ledger.versions import Timeline, Version, sort_versions
from gazetteer.messages import message
from gazetteer.problems import Conflict

Conn = Connection[Any]
_BATCH_SIZE = 200


class OpenBorder(Conflict):
    """The edges round a unit do not close; a publication must not leave them so."""

    code = "open_border"


def derive_areas(conn: Conn, publication: Publication) -> Iterator[Timeline]:
    """The areas of the units that a publication affects, as they are known from then on.

    Raises:
        OpenBorder: the edges round a unit do not close.
    """
    scope = find_scope(conn, publication)
    if not scope.days:
        return
    territories = derive_territories(*load_surroundings(conn, scope), scope.affected_units)
    units = iter(sorted(scope.affected_units, key=str))
    while batch := list(islice(units, _BATCH_SIZE)):
        known = _load_known_areas(conn, batch)
        for unit in batch:
            record = derive_area_id(unit)
            derived = _derive_versions(unit, territories.pop(unit, []))
            spliced = splice_versions(known[record], derived, scope.days[unit])
            yield Timeline("area", record, spliced)


def _derive_versions(unit: UUID, territories: Sequence[Territory]) -> tuple[Version, ...]:
    try:
        return derive_area_versions(unit, territories)
    except BrokenNetwork as error:
        raise OpenBorder(message("area.open_border", reason=str(error)), field="edge") from None


def _load_known_areas(conn: Conn, units: Iterable[UUID]) -> Mapping[UUID, tuple[Version, ...]]:
    records = [derive_area_id(unit) for unit in units]
    return {
        record: sort_versions(row.version for row in rows)
        for record, rows in load_known_versions(conn, AREA, records).items()
    }


def splice_versions(
    known: Sequence[Version], derived: Sequence[Version], days: Days
) -> tuple[Version, ...]:
    """What is known of an area, replaced on the given days by what was derived.

    A version that was derived in another form of the same ground (rings that begin elsewhere) is
    no change: areas that were imported before they were derived keep their form.
    """
    inside = [
        part
        for version in derived
        for part in _clip_version(_keep_known_form(version, known), days)
    ]
    first, last = days
    outside = [
        part
        for version in known
        for limits in ((date.min, first), (last, date.max))
        for part in _clip_version(version, limits)
    ]
    bounds = _index_bounds(derived, days)
    spliced = sort_versions([*outside, *inside])
    return merge_versions([_restate_bounds(version, bounds) for version in spliced])


def _index_bounds(derived: Sequence[Version], days: Days) -> dict[date, PeriodEnd]:
    """What was derived of the first and the last day, if an area begins or ends on them."""
    ends = (end for version in derived for end in (version.period.end, version.period.start))
    return {end.on: end for end in ends if end.on in days}


def _restate_bounds(version: Version, bounds: Mapping[date, PeriodEnd]) -> Version:
    """The version with the act and the precision that were derived of its ends."""
    start, end = (
        bounds.get(bound.on, bound) if bound.on else bound
        for bound in (version.period.start, version.period.end)
    )
    return replace(version, period=Period(start, end))


def _clip_version(version: Version, days: Days) -> Iterator[Version]:
    """The part of a version on the given days; an end that is cut off becomes a bare day."""
    first, last = days
    start, end = version.period.start, version.period.end
    if (start.on or date.min) < first:
        start = PeriodEnd(first)
    if (end.on or date.max) > last:
        end = PeriodEnd(last)
    if (start.on or date.min) < (end.on or date.max):
        yield replace(version, period=Period(start, end))


def _keep_known_form(version: Version, known: Sequence[Version]) -> Version:
    """The version with the geometry of a known one of the same ground."""
    geom = version.attributes["geom"]
    for other in known:
        stored = other.attributes["geom"]
        if stored == geom:
            return version
        if _may_have_same_vertices(stored, geom) and _canonicalize_stored(stored) == geom:
            return replace(version, attributes={**version.attributes, "geom": stored})
    return version


def _may_have_same_vertices(stored: str, geom: str) -> bool:
    """Whether two areas have the same vertices, in whatever order: false for one moved vertex."""
    return len(stored) == len(geom) and _sum_vertices(stored) == _sum_vertices(geom)


def _sum_vertices(geom: str) -> int:
    """The bits of all coordinates added up modulo 2^64, the last vertex of each ring left out."""
    _, xy, (rings, *_) = shapely.to_ragged_array([shapely.from_wkb(bytes.fromhex(geom))])
    bits = np.ascontiguousarray(xy).view(np.uint64)
    repeated = bits[rings[1:] - 1]
    return (int(bits.sum()) - int(repeated.sum())) % (1 << 64)


def _canonicalize_stored(geom: str) -> str:
    parts = shapely.get_parts(shapely.from_wkb(bytes.fromhex(geom)))
    return encode_area(canonicalize_area(shapely.MultiPolygon(parts.tolist())))
