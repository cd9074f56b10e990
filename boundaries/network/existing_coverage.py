"""The territories in the register when new ones are imported: borders with them are shared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from psycopg import Connection
from psycopg.rows import tuple_row

from boundaries.network.edge_timelines import derive_network_timelines
from boundaries.network.leaf_faces import Region
from boundaries.schema.area_kinds import AREA
from boundaries.schema.network_kinds import EDGE, NODE
from gazetteer.ledger.period import Period
from gazetteer.ledger.version_store import iter_known_timelines
from gazetteer.ledger.versions import Timeline


@dataclass(frozen=True, slots=True)
class ExistingCoverage:
    """The known territories, and the ids of the known nodes and edges by kind."""

    regions: tuple[Region, ...] = ()
    record_ids: Mapping[str, frozenset[UUID]] = field(default_factory=dict)

    def derive_combined_timelines(self, new: Sequence[Region]) -> Iterator[Timeline]:
        """The borders of all territories together; those that no longer exist are withdrawn.

        A new territory replaces the known one of the same unit.
        """
        units = {unit for region in new for unit, _ in region.tenures}
        remaining = [r for r in self.regions if units.isdisjoint(unit for unit, _ in r.tenures)]
        timelines = derive_network_timelines([*remaining, *new])
        yield from timelines
        remaining_ids = {timeline.record_id for timeline in timelines}
        for kind, known in self.record_ids.items():
            yield from (Timeline(kind, record, ()) for record in sorted(known - remaining_ids))


EMPTY_COVERAGE = ExistingCoverage()
"""A register without territories."""


# The state of a unit on a day, else the nearest one before or after.
_UNITS = """
SELECT DISTINCT ON (unit_id) unit_id, code, parent_id FROM unit_state
WHERE upper_inf(recorded) AND level <> 'village'
ORDER BY unit_id, valid @> %(day)s::date DESC, lower(valid) DESC NULLS LAST
"""


def load_existing_coverage(conn: Connection[Any], day: date) -> ExistingCoverage:
    """The territories of the register as known now, with the codes of their units on ``day``."""
    with conn.cursor(row_factory=tuple_row) as cursor:
        units = {row[0]: row[1:] for row in cursor.execute(_UNITS, {"day": day})}
    tenures_by_area: dict[tuple[str, float | None, str], list[tuple[UUID, Period]]] = {}
    for timeline in iter_known_timelines(conn, AREA):
        for version in timeline.versions:
            attributes = version.attributes
            key = (attributes["geom"], attributes["accuracy_m"], attributes["source"])
            tenures_by_area.setdefault(key, []).append((attributes["unit_id"], version.period))
    regions = [
        Region(*_find_codes(tenures, units, day), shapely.from_wkb(geom), tenures, accuracy, source)
        for (geom, accuracy, source), tenures in tenures_by_area.items()
    ]
    records = {
        kind.name: frozenset(timeline.record_id for timeline in iter_known_timelines(conn, kind))
        for kind in (NODE, EDGE)
    }
    return ExistingCoverage(tuple(regions), records)


def _find_codes(
    tenures: Sequence[tuple[UUID, Period]],
    units: Mapping[UUID, tuple[str | None, UUID | None]],
    day: date,
) -> tuple[str, str | None]:
    """The code and parent code of the unit that has a territory on the day, else had it last."""
    unit = max(
        tenures, key=lambda tenure: (tenure[1].contains_day(day), tenure[1].start.on or date.min)
    )[0]
    code, parent = units.get(unit, (None, None))
    return code or str(unit), units.get(parent, (None,))[0] if parent else None
