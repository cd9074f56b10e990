"""Levels of one layer: each by itself, and compared with the level above."""

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from boundaries.layers.division_codes import parse_parent_code
from boundaries.layers.polygon_layer import Layer
from boundaries.rules.common.spatial_finding import SpatialFinding
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.hierarchy.feature_levels import derive_feature_levels
from boundaries.rules.layer_validation import validate_layer
from gazetteer.problems import InvalidValue
from tests.boundaries.rules.generated_layers import (
    insert_vertices,
    make_grid,
    make_hexagon,
    make_layer,
    move_vertex,
)
from tests.boundaries.rules.wording import assert_worded

GRID = make_grid(4, 2, 2, 11)
COUNTIES = GRID.shapes()
WEST, EAST = (shapely.coverage_union_all(half) for half in (COUNTIES[:4], COUNTIES[4:]))
PROVINCE = shapely.coverage_union_all(COUNTIES)
CODES = ["440000", "440100", "440200"] + [f"440{1 + i // 4}0{2 + i % 4}" for i in range(8)]
FIRST = 3
"""The feature of the first county."""


def three_levels(counties: list[BaseGeometry | None] | None = None, **more: object) -> Layer:
    counties = COUNTIES if counties is None else counties
    return make_layer([PROVINCE, WEST, EAST, *counties], codes=CODES, **more)  # type: ignore[arg-type]


def list_findings(layer: Layer, **more: object) -> list[tuple[str, str, tuple[int, ...]]]:
    found = validate_layer(layer, Tolerances(), **more).findings  # type: ignore[arg-type]
    assert_worded(found)
    return sorted((f.rule, f.kind, f.features) for f in found)


def find_only(layer: Layer, rule: str) -> SpatialFinding:
    (finding,) = (f for f in validate_layer(layer, Tolerances()).findings if f.rule == rule)
    return finding


def test_levels_that_tile_each_other_have_no_finding() -> None:
    layer = three_levels()
    assert validate_layer(layer, Tolerances()).levels == ("province", "prefecture", "county")
    assert list_findings(layer) == []


def test_an_absent_unit_is_an_uncovered_area_of_its_parent() -> None:
    layer = three_levels([None, *COUNTIES[1:]])
    assert list_findings(layer) == [("TOP-COV-02", "parent", (1,))]
    assert find_only(layer, "TOP-COV-02").area_m2 == pytest.approx(COUNTIES[0].area)


def test_a_hole_in_a_unit_belongs_to_the_parent_however_wide() -> None:
    ring = make_hexagon(GRID.middle(0, 0), 300)
    holed = shapely.Polygon(COUNTIES[0].exterior, [ring])
    assert list_findings(three_levels([holed, *COUNTIES[1:]])) == [("TOP-COV-02", "parent", (1,))]


def test_a_narrow_gap_between_units_is_reported_once() -> None:
    border = GRID.across[0, 1]
    pulled = move_vertex(COUNTIES[0], border[1], border[1] + (0, -0.5))
    layer = three_levels([pulled, *COUNTIES[1:]])
    assert list_findings(layer) == [("TOP-COV-02", "between", (FIRST, FIRST + 1))]


def test_a_unit_reaches_out_of_its_parent() -> None:
    coast = GRID.across[0, 0]
    out = move_vertex(COUNTIES[0], coast[1], coast[1] + (0, -50))
    layer = three_levels([out, *COUNTIES[1:]])
    assert list_findings(layer) == [("TOP-HIE-02", "outside", (1, FIRST))]
    place = shapely.Polygon([*coast[:3], coast[1] + (0, -50)])
    assert find_only(layer, "TOP-HIE-02").area_m2 == pytest.approx(place.area, rel=1e-6)


def test_within_the_stated_accuracy_it_is_one_line_drawn_twice() -> None:
    coast = GRID.across[0, 0]
    out = move_vertex(COUNTIES[0], coast[1], coast[1] + (0, -5))
    layer = three_levels([out, *COUNTIES[1:]])
    found = validate_layer(layer, Tolerances(accuracy_m=5)).findings
    reported = [(f.rule, f.kind, f.features) for f in found if f.severity != "info"]
    assert reported == [("TOP-HIE-03", "apart", (1, FIRST))]


def test_a_vertex_that_only_one_level_has() -> None:
    coast = GRID.across[0, 0]
    more = insert_vertices(COUNTIES[0], coast[0], coast[1], (coast[:1] + coast[1:2]) / 2)
    assert list_findings(three_levels([more, *COUNTIES[1:]])) == [
        ("TOP-HIE-03", "vertices", (1, FIRST))
    ]


def test_one_level_can_be_validated_alone() -> None:
    layer = three_levels([None, *COUNTIES[1:]])
    assert list_findings(layer, level="county") == []
    with pytest.raises(InvalidValue, match='no units of level "Township"') as refused:
        validate_layer(layer, Tolerances(), level="township")
    assert "没有乡级单位；现有级别：省级、地级、县级" in refused.value.text("zh")


def test_levels_come_from_a_column_before_the_code() -> None:
    attributes = [{"lv": "县级"}, {"lv": "市级"}, {"lv": None}]
    layer = make_layer([None] * 3, attributes=attributes, columns={"level": "lv"})
    assert derive_feature_levels(layer).level == ("county", "prefecture", None)


def test_six_digits_of_another_country_are_no_levels() -> None:
    layer = make_layer(COUNTIES[:3], codes=["110001", "058091", "075100"])
    assert validate_layer(layer, Tolerances()).levels == (None,)


@pytest.mark.parametrize(
    ("code", "parent"),
    [
        ("440000", None),
        ("440100", "440000"),
        ("440106", "440100"),
        ("440106001", "440106"),
        ("441900003", "441900"),
        ("440106001001", "440106001"),
        ("110101", "110000"),
        ("469021", "460000"),
        ("810001", "810000"),
        ("058091", None),
    ],
)
def test_the_parent_that_a_code_implies(code: str, parent: str | None) -> None:
    assert parse_parent_code(code) == parent


def with_parents(*rows: tuple[str, str, str]) -> Layer:
    attributes = [{"level": level, "up": up} for _, level, up in rows]
    columns = {"level": "level", "parent_code": "up"}
    codes = [code for code, _, _ in rows]
    return make_layer([None] * len(rows), attributes=attributes, codes=codes, columns=columns)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("441900", "prefecture", "440000"), ("441900003", "township", "441900")], []),
        ([("440100", "prefecture", "440000"), ("440100003", "township", "440100")], ["TOP-HIE-04"]),
        ([("440000", "province", ""), ("440106", "county", "440000")], ["TOP-HIE-04"]),
        ([("460000", "province", ""), ("469021", "county", "460000")], []),
        ([("440000", "province", ""), ("450100", "prefecture", "440000")], ["TOP-HIE-05"]),
        ([("440100", "prefecture", ""), ("440106", "county", "440106")], ["TOP-HIE-01"]),
    ],
)
def test_parents_that_columns_state(rows: list, expected: list[str]) -> None:
    found = validate_layer(with_parents(*rows), Tolerances()).findings
    assert [f.rule for f in found if f.severity != "info"] == expected


def test_parents_that_are_not_in_a_cut_are_reported_once_each() -> None:
    rows = [
        ("440000", "province", ""),
        ("450421", "county", "450400"),
        ("450481", "county", "450400"),
    ]
    (finding,) = validate_layer(with_parents(*rows), Tolerances()).findings
    assert (finding.rule, finding.kind, finding.severity) == ("TOP-HIE-01", "absent", "info")
    assert finding.features == (1, 2)


def test_a_prefecture_without_counties_lies_between_the_counties_of_others() -> None:
    codes = [*CODES[:2], "441900", *CODES[FIRST : FIRST + 4]]
    counties = COUNTIES[:4]
    layer = make_layer([PROVINCE, WEST, EAST, *counties], codes=codes)
    assert list_findings(layer) == []
    border = GRID.along[2, 0]
    pulled = move_vertex(COUNTIES[2], border[1], border[1] + (-0.5, 0))
    spoiled = make_layer([None, None, EAST, *counties[:2], pulled, *counties[3:]], codes=codes)
    assert ("TOP-COV-02", "between", (2, FIRST + 2)) in list_findings(spoiled)


def test_zones_and_overrides_take_no_part() -> None:
    zone = shapely.Polygon(make_hexagon(GRID.middle(0, 0), 300))
    kinds: list[dict[str, object]] = [{}] * len(COUNTIES)
    layer = make_layer(
        [*COUNTIES, zone, zone],
        attributes=[*kinds, {"unit_type": "经济技术开发区"}, {"kind": "jurisdiction"}],
    )
    count = len(COUNTIES)
    assert list_findings(layer) == [
        ("TOP-COV-08", "functional_area", (count,)),
        ("TOP-COV-08", "jurisdiction", (count + 1,)),
    ]


def test_an_overlap_in_a_declared_disputed_area_is_no_error() -> None:
    border = GRID.across[0, 1]
    pushed = move_vertex(COUNTIES[0], border[1], border[1] + (0, 20))
    area = shapely.Polygon(make_hexagon(border[1], 900))
    kinds: list[dict[str, object]] = [{}] * len(COUNTIES)
    layer = make_layer([pushed, *COUNTIES[1:], area], attributes=[*kinds, {"unit_type": "争议区"}])
    assert list_findings(layer) == [
        ("TOP-COV-07", "declared", (0, 1)),
        ("TOP-COV-08", "dispute", (len(COUNTIES),)),
    ]
    assert not validate_layer(layer, Tolerances()).is_blocking


def test_a_declared_exclave_is_none_of_ours() -> None:
    ring = make_hexagon(GRID.middle(0, 0), 100)
    shapes: list[BaseGeometry] = [shapely.Polygon(COUNTIES[0].exterior, [ring]), *COUNTIES[1:]]
    shapes[7] = shapely.MultiPolygon([shapes[7], shapely.Polygon(ring)])
    assert list_findings(make_layer(shapes)) == [("TOP-HIE-08", "exclave", (0, 7))]
    declared: list[dict[str, object]] = [{}] * 7 + [{"exclave": "1957年协议"}]
    assert list_findings(make_layer(shapes, attributes=declared)) == []


def test_an_exclave_of_a_county_is_reported_once_with_its_place() -> None:
    ring = make_hexagon(GRID.middle(3, 1), 100)
    own = shapely.Polygon(ring)
    counties: list[BaseGeometry | None] = list(COUNTIES)
    counties[0] = shapely.MultiPolygon([COUNTIES[0], own])
    counties[7] = shapely.Polygon(COUNTIES[7].exterior, [ring])
    west = shapely.MultiPolygon([WEST, own])
    east = shapely.Polygon(EAST.exterior, [ring])
    exclave = ("TOP-HIE-08", "exclave", (FIRST, FIRST + 7))
    for prefectures in ([west, east], [west, EAST]):
        layer = make_layer([PROVINCE, *prefectures, *counties], codes=CODES)
        assert [f for f in list_findings(layer) if f[0] == "TOP-HIE-08"] == [exclave]
    x, y = shapely.get_coordinates(shapely.point_on_surface(own))[0].tolist()
    found = find_only(layer, "TOP-HIE-08")
    assert found.message.params["position"] == f"{x:.1f}, {y:.1f}"
    declared = [{"exclave": "yes"} if i == FIRST else {} for i in range(len(layer))]
    whole = make_layer([PROVINCE, west, east, *counties], codes=CODES, attributes=declared)
    assert list_findings(whole) == []


def test_seats_and_stated_areas() -> None:
    middle = GRID.middle(0, 0)
    km2 = COUNTIES[0].area / 1e6
    attributes = [
        {"seat_lon": middle[0], "seat_lat": middle[1], "area_km2": km2 * 1.005},
        {"seat_lon": middle[0], "seat_lat": middle[1], "area_km2": f"{km2 * 2}"},
    ]
    layer = make_layer(COUNTIES[:2], attributes=attributes)
    assert list_findings(layer) == [("TOP-HIE-07", "outside", (1,)), ("TOP-HIE-10", "area", (1,))]


def test_units_that_others_make_up_are_no_overlaps_where_no_level_is_stated() -> None:
    layer = make_layer([PROVINCE, WEST, EAST, *COUNTIES])
    assert list_findings(layer) == [("TOP-FIL-02", "several_levels", (0, 1, 2))]
    assert derive_feature_levels(layer).list_tiers_of_level(None) == [
        [0], [1, 2], list(range(FIRST, FIRST + 8))
    ]  # fmt: skip
    border = GRID.across[0, 1]
    pushed = move_vertex(COUNTIES[0], border[1], border[1] + (0, 20))
    spoiled = make_layer([PROVINCE, WEST, EAST, pushed, *COUNTIES[1:]])
    assert ("TOP-COV-01", "overlap", (FIRST, FIRST + 1)) in list_findings(spoiled)


def test_a_code_decides_where_the_column_means_the_kind_of_unit() -> None:
    words = ["市", "市", "区"]
    layer = make_layer(
        [None] * 3,
        codes=["441200", "441284", "441202"],
        attributes=[{"lv": word} for word in words],
        columns={"level": "lv"},
    )
    assert derive_feature_levels(layer).level == ("prefecture", "county", "county")
    assert ("TOP-FIL-02", "level_differs", (1,)) in list_findings(layer)


def test_an_unknown_word_for_a_level_is_reported_and_kept_apart() -> None:
    attributes = [{"lv": "甲"}, *[{"lv": "县级"}] * 4]
    layer = make_layer([WEST, *COUNTIES[:4]], attributes=attributes, columns={"level": "lv"})
    assert list_findings(layer) == [("TOP-FIL-02", "unknown_words", ())]


def test_a_prefecture_without_counties_may_be_at_both_levels() -> None:
    rows = [
        ("441900", "prefecture", ""),
        ("441900", "county", ""),
        ("440600", "prefecture", ""),
        ("440604", "county", "440600000000"),
    ]
    assert [f.rule for f in validate_layer(with_parents(*rows), Tolerances()).findings] == []


def test_a_duplicate_code_is_reported_once_with_a_place_in_each_feature() -> None:
    layer = make_layer(COUNTIES[:3], codes=["440105", "440106", "440105"])
    finding = find_only(layer, "TOP-FIL-03")
    assert finding.features == (0, 2)
    assert all(COUNTIES[i].contains(finding.geometry.geoms[k]) for k, i in enumerate((0, 2)))  # type: ignore[union-attr]
