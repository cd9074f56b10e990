"""Dated borders from territories: units that succeed each other are distinguished."""

from datetime import date
from uuid import UUID

import shapely
from shapely import box

from boundaries.network.edge_timelines import derive_network_timelines
from boundaries.network.leaf_faces import Region, derive_leaf_faces
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, Precision
from gazetteer.ledger.versions import Timeline

OLD, EAST, WEST, CITY, NEXT = (UUID(int=n) for n in range(1, 6))


def since(start: int | None, end: int | None = None) -> Period:
    def bound(year: int | None) -> PeriodEnd:
        return PeriodEnd(date(year, 1, 1), None, Precision.DAY) if year else UNBOUNDED

    return Period(bound(start), bound(end))


def region(code: str, shape: shapely.Geometry, unit: UUID, span: Period) -> Region:
    return Region(code, None, shape, ((unit, span),), 5.0, "survey")


def edges(*regions: Region) -> list[Timeline]:
    return [timeline for timeline in derive_network_timelines(regions) if timeline.kind == "edge"]


def sides_in(edges: list[Timeline], year: int) -> set[frozenset[UUID | None]]:
    day = date(year, 6, 1)
    return {
        frozenset((v.attributes["left_unit"], v.attributes["right_unit"]))
        for timeline in edges
        for v in timeline.versions
        if v.period.contains_day(day)
    }


def test_a_county_and_its_two_successors_follow_each_other() -> None:
    timelines = edges(
        region("440101", box(0, 0, 2, 1), OLD, since(1990, 2010)),
        region("440102", box(1, 0, 2, 1), EAST, since(2010)),
        region("440103", box(0, 0, 1, 1), WEST, since(2010)),
        region("440104", box(0, 1, 2, 2), NEXT, since(1980)),
    )
    assert sides_in(timelines, 1985) == {frozenset((NEXT, None))}
    assert sides_in(timelines, 2000) == {
        frozenset((OLD, NEXT)),
        frozenset((OLD, None)),
        frozenset((NEXT, None)),
    }
    assert frozenset((EAST, WEST)) in sides_in(timelines, 2020)
    assert not any(OLD in pair for pair in sides_in(timelines, 2020))


def test_the_same_territories_in_another_order_are_the_same_records() -> None:
    one = region("440102", box(1, 0, 2, 1), EAST, since(2010))
    other = region("440103", box(0, 0, 1, 1), WEST, since(2010))
    first, second = derive_network_timelines([one, other]), derive_network_timelines([other, one])
    assert {t.record_id: t for t in first} == {t.record_id: t for t in second}


def test_edges_run_from_west_to_east_and_from_north_to_south() -> None:
    one = region("440102", box(1, 0, 2, 1), EAST, since(2010))
    other = region("440103", box(0, 0, 1, 1), WEST, since(2010))
    common = next(t for t in edges(one, other) if t.versions[0].attributes["beyond"] is None)
    attributes = common.versions[0].attributes
    line = shapely.from_wkb(attributes["geom"])
    assert line.coords[0] == (1.0, 1.0) and line.coords[-1] == (1.0, 0.0)
    assert (attributes["left_unit"], attributes["right_unit"]) == (EAST, WEST)
    assert attributes["accuracy_m"] == 5.0 and attributes["source"] == "survey"


def test_the_remainder_of_a_city_is_a_face() -> None:
    city = region("440100", box(0, 0, 3, 1), CITY, since(1980))
    part = region("440102", box(1, 0, 2, 1), EAST, since(2010))
    found = derive_leaf_faces([city, part])
    assert [face.code for face in found] == ["440102", "440100"]
    assert shapely.equals(found[1].shape, shapely.union(box(0, 0, 1, 1), box(2, 0, 3, 1)))
    assert sides_in(edges(city, part), 2020) == {
        frozenset((CITY, EAST)),
        frozenset((CITY, None)),
        frozenset((EAST, None)),
    }


def test_before_the_county_is_known_it_belongs_to_the_city() -> None:
    city = region("440100", box(0, 0, 3, 1), CITY, since(1980))
    part = region("440102", box(1, 0, 2, 1), EAST, since(2010))
    assert sides_in(edges(city, part), 1990) == {frozenset((CITY, None))}
