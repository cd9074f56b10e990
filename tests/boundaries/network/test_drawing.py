"""Polygons drawn into the network: what they make known of edges, on which days, and what stays."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest
import shapely
from shapely import box

from boundaries.network.drawing import Drawing, draw_regions
from boundaries.network.edge_versions import EdgeVersion
from boundaries.network.known_edges import NO_EDGES, KnownEdges
from boundaries.network.leaf_faces import Region, derive_leaf_faces
from boundaries.network.local_coverage import DrawnRegion, as_multipolygon, assemble_known_faces
from boundaries.network.redraw import DrawingPeriod, OtherDivision
from boundaries.network.unit_hierarchy import UnitPeriod
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd, Precision

CITY, OLD, EAST, WEST, NEXT, THIRD = (UUID(int=n) for n in range(1, 7))
ACT = UUID(int=99)


def year_bound(year: int | None, act: UUID | None = None) -> PeriodEnd:
    return PeriodEnd(date(year, 1, 1), act, Precision.DAY) if year else UNBOUNDED


def since(start: int | None, end: int | None = None) -> Period:
    return Period(year_bound(start), year_bound(end))


UNITS = [
    UnitPeriod(CITY, "prefecture", None, since(1950)),
    *(UnitPeriod(unit, "county", CITY, since(1950)) for unit in (OLD, EAST, WEST, NEXT, THIRD)),
]


def drawn(
    unit: UUID, shape: shapely.Geometry, span: Period, accuracy_m: float = 5.0
) -> DrawnRegion:
    chain = (unit,) if unit == CITY else (unit, CITY)
    return DrawnRegion(unit, chain, as_multipolygon(shape), ((unit, span),), accuracy_m, "survey")


def known_after(known: KnownEdges, drawing: Drawing) -> KnownEdges:
    """What is known once the records of a drawing are published."""
    edges = dict(known.edges)
    nodes = dict(known.nodes)
    for timeline in drawing.timelines:
        if timeline.kind == "edge":
            edges[timeline.record_id] = [
                EdgeVersion.from_version(timeline.record_id, v) for v in timeline.versions
            ]
        else:
            nodes[timeline.record_id] = timeline.versions
    units = {side for versions in edges.values() for v in versions for side in v.side_units if side}
    return KnownEdges(frozenset(units), edges, nodes)


def draw(
    known: KnownEdges,
    *regions: DrawnRegion,
    period: DrawingPeriod | None = None,
    units: Sequence[UnitPeriod] = UNITS,
) -> KnownEdges:
    """What is known after regions were drawn; by default they show the year 2020."""
    period = period or DrawingPeriod(date(2020, 6, 1))
    return known_after(known, draw_regions(known, regions, period, units))


def sides_in(known: KnownEdges, year: int) -> set[frozenset[UUID | None]]:
    return {frozenset(edge.side_units) for edge in known.list_on_day(date(year, 6, 1))}


def edge_between(known: KnownEdges, one: UUID | None, other: UUID | None, year: int) -> EdgeVersion:
    (edge,) = [e for e in known.list_on_day(date(year, 6, 1)) if {*e.side_units} == {one, other}]
    return edge


def line_of(edge: EdgeVersion) -> Sequence[tuple[float, float]]:
    return [(x, y) for x, y in edge.line.tolist()]


WEST_HALF, EAST_HALF = box(0, 0, 1, 1), box(1, 0, 2, 1)
BENT_WEST = shapely.Polygon([(0, 0), (1, 0), (1.1, 0.5), (1, 1), (0, 1)])
BENT_EAST = shapely.Polygon([(1, 0), (2, 0), (2, 1), (1, 1), (1.1, 0.5)])


def two_halves() -> KnownEdges:
    return draw(NO_EDGES, drawn(WEST, WEST_HALF, since(2010)), drawn(EAST, EAST_HALF, since(2010)))


def test_edges_run_from_west_to_east_and_from_north_to_south() -> None:
    common = edge_between(two_halves(), WEST, EAST, 2020)
    assert line_of(common) == [(1.0, 1.0), (1.0, 0.0)]
    assert common.side_units == (EAST, WEST)
    assert (common.accuracy_m, common.source) == (5.0, "survey")


def test_what_is_known_drawn_again_changes_nothing() -> None:
    known = two_halves()
    again = draw_regions(
        known,
        [
            drawn(EAST, shapely.Polygon([(2, 1), (1, 1), (1, 0), (2, 0)]), since(1990)),
            drawn(WEST, WEST_HALF, since(1990)),
        ],
        DrawingPeriod(date(2015, 1, 1)),
        UNITS,
    )
    assert again.timelines == []


def test_a_finer_drawing_keeps_every_identity() -> None:
    known = two_halves()
    finer = draw(known, drawn(WEST, BENT_WEST, since(2010)), drawn(EAST, BENT_EAST, since(2010)))
    assert finer.edges.keys() == known.edges.keys()
    assert finer.nodes.keys() == known.nodes.keys()
    before, after = (edge_between(k, WEST, EAST, 2020) for k in (known, finer))
    assert before.edge == after.edge
    assert before.period == after.period
    assert line_of(after) == [(1.0, 1.0), (1.1, 0.5), (1.0, 0.0)]


def test_a_node_that_moves_with_all_its_edges_stays_the_same_node() -> None:
    known = draw(
        NO_EDGES,
        drawn(WEST, WEST_HALF, since(2010)),
        drawn(EAST, EAST_HALF, since(2010)),
        drawn(NEXT, shapely.Polygon([(0, 1), (1, 1), (2, 1), (2, 2), (0, 2)]), since(2010)),
    )
    moved = (1.05, 1.05)
    after = draw(
        known,
        drawn(WEST, shapely.Polygon([(0, 0), (1, 0), moved, (0, 1)]), since(2010)),
        drawn(EAST, shapely.Polygon([(1, 0), (2, 0), (2, 1), moved]), since(2010)),
        drawn(NEXT, shapely.Polygon([(0, 1), moved, (2, 1), (2, 2), (0, 2)]), since(2010)),
    )
    assert after.nodes.keys() == known.nodes.keys()
    assert after.edges.keys() == known.edges.keys()
    (node,) = [n for n in after.nodes if after.nodes[n] != known.nodes[n]]
    (version,) = after.nodes[node]
    assert shapely.from_wkb(version.attributes["location"]).coords[0] == moved


def test_a_change_from_a_day_on_leaves_the_days_before() -> None:
    known = two_halves()
    period = DrawingPeriod(date(2022, 1, 1), year_bound(2022, ACT), is_strict=True)
    after = draw(
        known,
        drawn(WEST, BENT_WEST, since(2010)),
        drawn(EAST, BENT_EAST, since(2010)),
        period=period,
    )
    old, new = (edge_between(after, WEST, EAST, year) for year in (2021, 2022))
    assert (old.edge, len(old.line), len(new.line)) == (new.edge, 2, 3)
    assert old.period.end == new.period.start == year_bound(2022, ACT)
    assert old.period.start == year_bound(2010)


def test_a_correction_between_two_days_leaves_all_others() -> None:
    period = DrawingPeriod(date(2015, 1, 1), year_bound(2015), year_bound(2018), is_strict=True)
    after = draw(
        two_halves(),
        drawn(WEST, BENT_WEST, since(2010)),
        drawn(EAST, BENT_EAST, since(2010)),
        period=period,
    )
    lengths = [len(edge_between(after, WEST, EAST, year).line) for year in (2014, 2015, 2017, 2018)]
    assert lengths == [2, 3, 3, 2]


def test_a_change_that_a_later_one_contradicts_is_refused_with_its_day() -> None:
    known = draw(
        two_halves(),
        drawn(WEST, BENT_WEST, since(2010)),
        drawn(EAST, BENT_EAST, since(2010)),
        period=DrawingPeriod(date(2022, 1, 1), year_bound(2022, ACT), is_strict=True),
    )
    wide = shapely.Polygon([(0, 0), (1, 0), (0.9, 0.5), (1, 1), (0, 1)])
    narrow = shapely.Polygon([(1, 0), (2, 0), (2, 1), (1, 1), (0.9, 0.5)])
    with pytest.raises(OtherDivision) as refused:
        draw(
            known,
            drawn(WEST, wide, since(2010)),
            drawn(EAST, narrow, since(2010)),
            period=DrawingPeriod(date(2015, 1, 1), year_bound(2015), is_strict=True),
        )
    assert refused.value.bound == year_bound(2022, ACT)
    assert set(refused.value.units) == {WEST, EAST}


def test_a_whole_life_correction_leaves_days_on_which_the_border_ran_elsewhere() -> None:
    known = draw(
        two_halves(),
        drawn(WEST, BENT_WEST, since(2010)),
        drawn(EAST, BENT_EAST, since(2010)),
        period=DrawingPeriod(date(2022, 1, 1), year_bound(2022, ACT), is_strict=True),
    )
    finer_west = shapely.Polygon([(0, 0), (1, 0), (1.1, 0.4), (1.1, 0.6), (1, 1), (0, 1)])
    finer_east = shapely.Polygon([(1, 0), (2, 0), (2, 1), (1, 1), (1.1, 0.6), (1.1, 0.4)])
    after = draw(
        known,
        drawn(WEST, finer_west, since(2010)),
        drawn(EAST, finer_east, since(2010)),
        period=DrawingPeriod(date(2023, 1, 1)),
    )
    assert len(edge_between(after, WEST, EAST, 2021).line) == 2
    assert len(edge_between(after, WEST, EAST, 2023).line) == 4


def test_a_county_and_its_two_successors_follow_each_other() -> None:
    known = draw(
        NO_EDGES,
        drawn(NEXT, box(0, 1, 2, 2), since(1980)),
        drawn(OLD, box(0, 0, 2, 1), since(1990, 2010)),
        period=DrawingPeriod(date(2000, 1, 1)),
    )
    after = draw(known, drawn(EAST, EAST_HALF, since(2010)), drawn(WEST, WEST_HALF, since(2010)))
    assert sides_in(after, 1985) == {frozenset((NEXT, None))}
    assert sides_in(after, 2000) == {
        frozenset((OLD, NEXT)),
        frozenset((OLD, None)),
        frozenset((NEXT, None)),
    }
    assert frozenset((EAST, WEST)) in sides_in(after, 2020)
    assert not any(OLD in pair for pair in sides_in(after, 2020))


def test_an_older_polygon_leaves_what_is_known_of_later_days() -> None:
    known = two_halves()
    small = box(0, 0, 0.5, 1)
    after = draw(known, drawn(WEST, small, since(1990)), period=DrawingPeriod(date(2000, 1, 1)))
    assert sides_in(after, 2000) == {frozenset((WEST, None))}
    assert sides_in(after, 2020) == sides_in(known, 2020)
    (old,) = after.list_on_day(date(2000, 6, 1))
    assert old.last_day == date(2010, 1, 1)


def test_a_county_is_cut_out_of_the_city_around_it_from_its_day_on() -> None:
    city = draw(NO_EDGES, drawn(CITY, box(0, 0, 3, 1), since(1980)))
    after = draw(city, drawn(EAST, EAST_HALF, since(2010)))
    assert sides_in(after, 1990) == {frozenset((CITY, None))}
    assert sides_in(after, 2020) == {
        frozenset((CITY, EAST)),
        frozenset((CITY, None)),
        frozenset((EAST, None)),
    }


def test_the_remainder_of_a_city_is_a_face_of_a_layer() -> None:
    city = Region("440100", None, box(0, 0, 3, 1), ((CITY, since(1980)),), 5.0, "survey")
    part = Region("440102", None, EAST_HALF, ((EAST, since(2010)),), 5.0, "survey")
    found = derive_leaf_faces([city, part])
    assert [face.code for face in found] == ["440102", "440100"]
    assert shapely.equals(found[1].shape, shapely.union(box(0, 0, 1, 1), box(2, 0, 3, 1)))
    assert [unit for unit, _ in found[0].tenures] == [CITY, EAST]


def test_what_lies_far_away_is_not_touched() -> None:
    known = draw(two_halves(), drawn(THIRD, box(10, 10, 11, 11), since(2010)))
    result = draw_regions(
        known,
        [drawn(WEST, BENT_WEST, since(2010)), drawn(EAST, BENT_EAST, since(2010))],
        DrawingPeriod(date(2020, 6, 1)),
        UNITS,
    )
    common = edge_between(known, WEST, EAST, 2020)
    assert [t.record_id for t in result.timelines if t.kind == "edge"] == [common.edge]


def test_a_neighbour_that_is_known_from_a_later_day_on_stays_beside_a_county_cut_out() -> None:
    units = [
        UnitPeriod(CITY, "prefecture", None, since(1950)),
        *(UnitPeriod(unit, "county", CITY, since(1950)) for unit in (EAST, WEST)),
        *(UnitPeriod(unit, "county", None, since(1950)) for unit in (OLD, NEXT, THIRD)),
    ]

    def alone(unit: UUID, shape: shapely.Geometry, span: Period) -> DrawnRegion:
        return DrawnRegion(unit, (unit,), as_multipolygon(shape), ((unit, span),), 5.0, "survey")

    city = shapely.Polygon([(0, 0), (1, 0), (1, 1), (1, 2), (1, 4), (0, 4), (0, 2), (0, 1)])
    known = draw(
        NO_EDGES,
        drawn(CITY, city, since(1950)),
        alone(THIRD, box(-1, 0, 0, 1), since(1950)),
        alone(OLD, box(-1, 2, 0, 4), since(1950)),
        units=units,
    )
    known = draw(known, alone(NEXT, box(-1, 1, 0, 2), since(2000)), units=units)
    after = draw(
        known,
        drawn(WEST, box(0, 1, 1, 2), since(1990)),
        period=DrawingPeriod(date(1996, 6, 1)),
        units=units,
    )
    assert frozenset((WEST, None)) in sides_in(after, 1996)
    assert frozenset((NEXT, WEST)) in sides_in(after, 2010)


COLUMN = shapely.Polygon([(0, 0), (1, 0), (1, 1), (1, 2), (1, 3), (0, 3), (0, 2), (0, 1)])


def check_closed(known: KnownEdges, *years: int) -> None:
    for year in years:
        edges = known.list_on_day(date(year, 6, 1))
        units = frozenset(side for edge in edges for side in edge.side_units if side)
        assert assemble_known_faces(edges, units).keys() == units


def test_a_city_of_which_nothing_remains_has_no_edge_left_with_a_far_neighbour() -> None:
    units = [
        UnitPeriod(CITY, "prefecture", None, since(1950)),
        UnitPeriod(WEST, "county", CITY, since(1950)),
        UnitPeriod(NEXT, "county", None, since(1950)),
    ]
    beside = DrawnRegion(
        NEXT, (NEXT,), as_multipolygon(box(-1, 2, 0, 3)), ((NEXT, since(1950)),), 5.0, "survey"
    )
    known = draw(NO_EDGES, drawn(CITY, COLUMN, since(1950)), beside, units=units)
    shape = box(0, 0, 1, 1)
    after = draw(
        known.select_around([shape], (WEST, CITY)),
        drawn(WEST, shape, since(1990)),
        period=DrawingPeriod(date(2010, 6, 1)),
        units=units,
    )
    whole = KnownEdges(frozenset(), {**known.edges, **after.edges}, known.nodes)
    check_closed(whole, 1960, 1995, 2010)


def test_new_ground_is_laid_into_a_city_that_was_larger_on_other_days() -> None:
    units = [
        UnitPeriod(CITY, "prefecture", None, since(1950)),
        UnitPeriod(OLD, "county", CITY, since(1980)),
        UnitPeriod(WEST, "county", CITY, since(1990)),
        UnitPeriod(EAST, "county", CITY, since(2000)),
    ]
    in_2010 = DrawingPeriod(date(2010, 6, 1))
    known = draw(
        NO_EDGES,
        drawn(CITY, COLUMN, since(1950)),
        period=DrawingPeriod(date(1960, 6, 1)),
        units=units,
    )
    for unit, row, start in ((OLD, 0, 1980), (EAST, 2, 2000), (WEST, 1, 1990)):
        shape = box(0, row, 1, row + 1)
        known = draw(known, drawn(unit, shape, since(start)), period=in_2010, units=units)
    check_closed(known, 1960, 1985, 1995, 2010)
