"""Areas follow from edges: after any edit, those stored are those derived anew, bit for bit."""

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection

from boundaries.network.area_timelines import (
    derive_area_id,
    derive_area_versions,
    merge_versions,
)
from boundaries.network.edge_versions import EdgeVersion
from boundaries.network.local_coverage import is_same_territory
from boundaries.network.territories import derive_territories
from boundaries.network.unit_hierarchy import UnitPeriod
from gazetteer.ledger.versions import Version
from tests.boundaries.areas.changing_register import Snapshot, list_homes, take_snapshot
from tests.boundaries.areas.random_drawings import RandomRegister
from tests.boundaries.areas.random_edits import Change

EDITS = 100
Days = tuple[date, date]


def derive_anew(snapshot: Snapshot) -> dict[UUID, tuple[Version, ...]]:
    """All areas, from all edges and units."""
    units = [
        UnitPeriod(unit, v.attributes["level"], v.attributes["subordination_parent"], v.period)
        for unit, versions in snapshot.versions["unit"].items()
        for v in versions
    ]
    territories = derive_territories(snapshot.edges, units, None)
    return {
        derive_area_id(unit): derive_area_versions(unit, found)
        for unit, found in territories.items()
    }


def clip_versions(versions: Sequence[Version], days: Days) -> list[tuple[date, date, Any]]:
    """What is known on other days than these."""
    clipped = (
        (max(start, first), min(end, last), version.attributes)
        for version in versions
        for start, end in [list_days(version)]
        for first, last in ((date.min, days[0]), (days[1], date.max))
    )
    return [part for part in clipped if part[0] < part[1]]


def list_days(version: Version) -> Days:
    return version.period.start.on or date.min, version.period.end.on or date.max


def list_apart(versions: Sequence[Version], days: Days) -> list[Version]:
    """The versions that do not even touch the days, with the acts of their bounds."""
    return [v for v in versions if list_days(v)[1] < days[0] or list_days(v)[0] > days[1]]


def find_changes_on_other_days(
    before: Snapshot, after: Snapshot, change: Change
) -> Iterator[tuple[str, UUID]]:
    """Records of which something else is known on days that the change did not name.

    Versions that follow each other and are equal count as one.
    """
    days = change.period.start.on or date.min, change.period.end.on or date.max
    for kind in ("node", "edge", "area"):
        old, new = before.versions[kind], after.versions[kind]
        for record in old.keys() | new.keys():
            if old.get(record) != new.get(record):
                one, other = (merge_versions(known.get(record, ())) for known in (old, new))
                if clip_versions(one, days) != clip_versions(other, days):
                    yield kind, record
                if list_apart(one, days) != list_apart(other, days):
                    yield f"{kind}, bounds", record


def list_days_of_change(*snapshots: Snapshot) -> list[date]:
    edges = [edge for snapshot in snapshots for edge in snapshot.edges]
    return sorted({edge.first_day for edge in edges})


def build_border_key(edge: EdgeVersion) -> tuple[bytes, frozenset[UUID | None]]:
    """The same for an edge and its reverse."""
    line = min(edge.line.tobytes(), edge.line[::-1].tobytes())
    return line, frozenset(edge.side_units)


def find_lost_identities(before: Snapshot, after: Snapshot) -> Iterator[tuple[date, UUID]]:
    """Edges of a day that run as before and have another id, or the id of another border.

    An edge that was redrawn or divided has two homes at least in common with what it was.
    """
    for day in list_days_of_change(before, after):
        old = {build_border_key(edge): edge.edge for edge in before.list_on_day(day)}
        homes = {edge.edge: set(list_homes(edge.line)) for edge in before.list_on_day(day)}
        for edge in after.list_on_day(day):
            if old.get(build_border_key(edge), edge.edge) != edge.edge:
                yield day, edge.edge
            own = set(list_homes(edge.line))
            common = own & homes.get(edge.edge, own)
            if len(common) < min(2, len(own)):
                yield day, edge.edge


def find_edges_elsewhere(before: Snapshot, after: Snapshot, change: Change) -> Iterator[UUID]:
    """Edges that an import changed although it drew nothing of them."""
    old, new = before.versions["edge"], after.versions["edge"]
    homes: dict[UUID, set[Any]] = {}
    for edge in (*before.edges, *after.edges):
        homes.setdefault(edge.edge, set()).update(list_homes(edge.line))
    for edge in old.keys() | new.keys():
        if old.get(edge) != new.get(edge) and homes[edge].isdisjoint(change.homes or ()):
            yield edge


def count_used_again(conn: Connection[Any], before: Snapshot, after: Snapshot) -> int:
    """How many new ids of edges have been there before."""
    fresh = after.versions["edge"].keys() - before.versions["edge"].keys()
    row = conn.execute(
        "SELECT count(*) FROM (SELECT record_id FROM edge_version WHERE record_id = ANY(%s)"
        " GROUP BY 1 HAVING count(DISTINCT opened_in) > 1) used",
        (list(fresh),),
    ).fetchone()
    return int(row[0]) if row else 0


def check_change(conn: Connection[Any], before: Snapshot, change: Change, after: Snapshot) -> None:
    assert after.versions["area"] == derive_anew(after)
    if change.publication is None:
        assert after.versions == before.versions
        return
    assert list(find_changes_on_other_days(before, after, change)) == []
    assert list(find_lost_identities(before, after)) == []
    assert count_used_again(conn, before, after) == 0
    if change.homes is not None:
        assert list(find_edges_elsewhere(before, after, change)) == []
    faces = after.assemble_faces(change.day)
    assert all(is_same_territory(faces[unit], shape) for unit, shape in change.drawn.items())


@pytest.mark.parametrize("seed", range(6))
def test_areas_are_those_of_the_edges_after_any_edit(conn: Connection[Any], seed: int) -> None:
    register = RandomRegister(conn, Random(seed))
    register.set_up()
    for _ in range(EDITS):
        before, change = register.snapshot, register.change_register()
        register.snapshot = take_snapshot(conn)
        check_change(conn, before, change, register.snapshot)
