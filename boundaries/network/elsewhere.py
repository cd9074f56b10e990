"""What the register knows of other territories when new ones come: borders with them are shared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import shapely
from psycopg import Connection

from boundaries.areas.kinds import AREA
from boundaries.network.faces import Region
from boundaries.network.intake import borders
from boundaries.network.kinds import EDGE, NODE
from gazetteer.intake.index import UnitIndex
from gazetteer.ledger.bounds import Span
from gazetteer.ledger.store import all_known
from gazetteer.ledger.versions import Timeline


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Territories that are known, and the nodes and edges that are, by kind."""

    regions: tuple[Region, ...] = ()
    records: Mapping[str, frozenset[UUID]] = field(default_factory=dict)

    def with_borders(self, new: Sequence[Region]) -> Iterator[Timeline]:
        """The borders of all territories together; those that are no more are taken back.

        A new territory takes the place of the known one of the same unit.
        """
        units = {unit for region in new for unit, _ in region.lives}
        kept = [r for r in self.regions if units.isdisjoint(unit for unit, _ in r.lives)]
        made = borders([*kept, *new])
        yield from made
        still = {timeline.record_id for timeline in made}
        for kind, known in self.records.items():
            yield from (Timeline(kind, record, ()) for record in sorted(known - still))


NOTHING_ELSE = Elsewhere()
"""A register without any territories yet."""


def known_elsewhere(conn: Connection[Any], codes: UnitIndex, day: date) -> Elsewhere:
    """The territories of the register as known now; units are called by their codes on ``day``."""
    code_of = {
        carried.unit_id: carried.code
        for periods in codes.by_code.values()
        for carried in sorted(periods, key=lambda c: c.span.covers(day))
    }
    lives: dict[tuple[str, float | None, str], list[tuple[UUID, Span]]] = {}
    for timeline in all_known(conn, AREA):
        for version in timeline.versions:
            said = version.attributes
            key = (said["geom"], said["accuracy_m"], said["source"])
            lives.setdefault(key, []).append((said["unit_id"], version.span))
    regions = tuple(
        Region(_code(held, code_of, day), None, shapely.from_wkb(geom), held, accuracy, source)
        for (geom, accuracy, source), held in lives.items()
    )
    records = {
        kind.name: frozenset(timeline.record_id for timeline in all_known(conn, kind))
        for kind in (NODE, EDGE)
    }
    return Elsewhere(regions, records)


def _code(held: Sequence[tuple[UUID, Span]], code_of: Mapping[UUID, str], day: date) -> str:
    """The code of whoever has the territory on the day, else of whoever had it."""
    ordered = sorted(held, key=lambda life: life[1].covers(day))
    return next((code_of[unit] for unit, _ in reversed(ordered) if unit in code_of), "")
