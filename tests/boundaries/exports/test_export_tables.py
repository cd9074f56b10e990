"""The content of the register as tables: the network with the units beside it, and places."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import psycopg
import pytest
import shapely

from boundaries.exports.export_query import ROW_BYTES, ExportRequest
from boundaries.exports.export_tables import ExportKind, export_table
from boundaries.layers.metres import geodesic_length
from boundaries.layers.output_table import OutputTable
from boundaries.network.border_queries import load_unit_borders
from gazetteer.ledger.as_of import AsOf, today
from gazetteer.problems import InvalidValue, NoAreaKnown, NoDataBefore, TooLarge, UnknownCode

NOW = AsOf(today())
ABOVE = ("province", "prefecture", "county", "township")


@pytest.fixture(scope="module")
def conn(register: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(register, autocommit=True) as connection:
        yield connection


def rows(table: OutputTable) -> list[dict[str, object]]:
    return [
        dict(zip(table.columns, row, strict=True))
        for row in zip(*table.columns.values(), strict=True)
    ]


def test_an_edge_has_the_lowest_units_on_both_sides(conn: psycopg.Connection) -> None:
    table = export_table(conn, ExportKind.EDGES, ExportRequest(NOW, within="440106"))
    areas = export_table(conn, ExportKind.DIVISIONS, ExportRequest(NOW, "county"))
    shape = dict(zip(areas.columns["code"], areas.geometries, strict=True))
    for line, edge in zip(table.geometries, rows(table), strict=True):
        assert line.geom_type == "LineString"
        (ax, ay), (bx, by) = line.coords[0], line.coords[1]
        beside = shapely.Point((ax + bx) / 2 - (by - ay) / 1e3, (ay + by) / 2 + (bx - ax) / 1e3)
        assert shape[edge["left_code"]].contains(beside)
        assert "440106" in (edge["left_code"], edge["right_code"])
        assert edge["accuracy_m"] == 500 and edge["beyond"] is None


def test_the_highest_level_of_an_edge_is_where_its_sides_first_differ(
    conn: psycopg.Connection,
) -> None:
    found = rows(export_table(conn, ExportKind.EDGES, ExportRequest(NOW)))
    level = {frozenset((e["left_code"], e["right_code"])): e["level"] for e in found}
    assert level[frozenset(("440104", "440106"))] == "county"
    assert level[frozenset(("440112", "441900"))] == "prefecture"  # Dongguan has no counties
    assert {e["level"] for e in found if e["beyond"] == "outside"} == {"province"}
    assert {e["level"] for e in found if e["beyond"] == "unknown"} <= {None}


def test_at_a_level_only_its_borders_are_exported_with_its_units(conn: psycopg.Connection) -> None:
    found = rows(export_table(conn, ExportKind.EDGES, ExportRequest(NOW, "prefecture", "440100")))
    assert found
    for edge in found:
        sides = (edge["left_code"], edge["right_code"])
        assert sides.count("440100") == 1
        assert edge["level"] in ("prefecture", "province")


def test_lines_are_those_of_the_borders_of_a_unit_with_the_smaller_code_on_the_left(
    conn: psycopg.Connection,
) -> None:
    table = export_table(conn, ExportKind.LINES, ExportRequest(NOW, "county", "440106"))
    lengths = {
        line["properties"]["neighbour"]["code"]: line["properties"]["length_m"]
        for line in load_unit_borders(conn, "440106", NOW)["features"]
    }
    areas = export_table(conn, ExportKind.DIVISIONS, ExportRequest(NOW, "county"))
    shape = dict(zip(areas.columns["code"], areas.geometries, strict=True))
    assert len(table.geometries) == len(lengths)
    for way, line in zip(table.geometries, rows(table), strict=True):
        left, right = str(line["left_code"]), str(line["right_code"])
        assert left < right
        assert line["length_m"] == pytest.approx(lengths[right if left == "440106" else left])
        whole = shapely.line_merge(way, directed=True)
        assert shapely.get_num_geometries(whole) == shapely.get_num_geometries(way)
        assert way.covered_by(shape[left].boundary) and way.covered_by(shape[right].boundary)


def test_a_line_of_several_edges_is_merged(conn: psycopg.Connection) -> None:
    table = export_table(conn, ExportKind.LINES, ExportRequest(NOW, "province"))
    pairs = {(r["left_code"], r["right_code"]): n for n, r in enumerate(rows(table))}
    number = pairs["430000", "440000"]
    assert rows(table)[number]["edges"] > 1  # type: ignore[operator]
    assert shapely.get_num_geometries(table.geometries[number]) == 1


def test_a_coast_has_its_unit_on_the_left_and_none_beyond(
    conn: psycopg.Connection,
) -> None:
    found = rows(export_table(conn, ExportKind.LINES, ExportRequest(NOW, "county", "440515")))
    (coast,) = [line for line in found if line["beyond"]]
    assert (coast["left_code"], coast["right_code"], coast["beyond"]) == (
        "440515",
        None,
        "outside",
    )


def test_nodes_have_the_units_that_meet_there(conn: psycopg.Connection) -> None:
    every = export_table(conn, ExportKind.NODES, ExportRequest(NOW))
    edges = export_table(conn, ExportKind.EDGES, ExportRequest(NOW)).geometries
    ends = {line.coords[k] for line in edges for k in (0, -1)}
    assert {(p.x, p.y) for p in every.geometries} == ends
    counties = rows(export_table(conn, ExportKind.NODES, ExportRequest(NOW, "county", "440106")))
    assert "440105 440106 440112" in {node["codes"] for node in counties}
    provinces = rows(export_table(conn, ExportKind.NODES, ExportRequest(NOW, "province")))
    assert "360000 430000 440000" in {node["codes"] for node in provinces}
    assert all(node["edges"] != 2 for node in provinces)
    assert len(provinces) < len(every.geometries) / 5


def test_places_come_with_their_names_and_those_without_a_position_too(
    conn: psycopg.Connection,
) -> None:
    table = export_table(conn, ExportKind.PLACES, ExportRequest(NOW, within="440106"))
    found = {row["code"]: row for row in rows(table) if row["code"]}
    assert found["440106"]["name"] == "天河区"
    assert found["440106"]["romanized_name"] == "Tianhe Qu"
    assert "天河" in str(found["440106"]["other_names"])
    assert "五山街道" in {row["name"] for row in rows(table)}
    assert found["440106"]["division_full_name"] == "广东省广州市天河区"
    village = found["440106001001"]
    assert (village["township_code"], village["prefecture_name"]) == ("440106001", "广州市")
    settlements = export_table(
        conn, ExportKind.PLACES, ExportRequest(NOW, "natural_settlement", "440000")
    )
    assert len(settlements.geometries) > 1000
    assert set(shapely.get_type_id(settlements.geometries).tolist()) == {0}
    for place in rows(settlements):
        assert place["division_full_name"] is not None
        assert place["within_code"] in {place[f"{level}_code"] for level in ABOVE}


def test_the_content_is_that_of_the_day(conn: psycopg.Connection) -> None:
    then = AsOf(date(2020, 1, 1))
    codes = {
        code
        for row in rows(
            export_table(conn, ExportKind.LINES, ExportRequest(then, "county", "360700"))
        )
        for code in (row["left_code"], row["right_code"])
    }
    assert "360727" in codes and "360783" not in codes
    named = {
        row["code"]
        for row in rows(export_table(conn, ExportKind.PLACES, ExportRequest(then, "county")))
    }
    assert "360727" in named and "360783" not in named


def test_lengths_are_geodesic(conn: psycopg.Connection) -> None:
    table = export_table(conn, ExportKind.EDGES, ExportRequest(NOW, within="440106"))
    for line, length in zip(table.geometries, table.columns["length_m"], strict=True):
        row = conn.execute(
            "SELECT ST_Length(ST_GeomFromWKB(%s, 4490)::geography)", [shapely.to_wkb(line)]
        ).fetchone()
        assert row is not None and length == pytest.approx(row[0], abs=1e-6)
    two = shapely.MultiLineString([[(113, 23), (114, 23)], [(113, 24), (113, 23)]])
    whole = geodesic_length([two, None, shapely.Point(1, 2)])
    assert whole[0] == pytest.approx(geodesic_length(shapely.get_parts(two)).sum())
    assert np.array_equal(whole[1:], [0, 0])


@pytest.mark.parametrize("what", list(ExportKind))
def test_a_table_over_the_limit_is_refused_before_it_is_read(
    conn: psycopg.Connection, what: ExportKind
) -> None:
    asked = ExportRequest(NOW, most_bytes=20 * ROW_BYTES)
    with pytest.raises(TooLarge) as caught:
        export_table(conn, what, asked)
    assert "gazetteer export" in caught.value.text("en")


@pytest.mark.parametrize("what", list(ExportKind))
def test_an_empty_table_is_a_problem(conn: psycopg.Connection, what: ExportKind) -> None:
    with pytest.raises(UnknownCode) as caught:
        export_table(conn, what, ExportRequest(NOW, within="999999"))
    assert caught.value.field == "within"
    if what is not ExportKind.PLACES:  # places are without a known beginning
        with pytest.raises(NoAreaKnown):
            export_table(conn, what, ExportRequest(AsOf(date(1970, 1, 1))))
    with pytest.raises(NoDataBefore):
        export_table(conn, what, ExportRequest(AsOf(date(1970, 1, 1)), within="440106"))
    with pytest.raises(InvalidValue):
        export_table(conn, what, ExportRequest(NOW, "street"))
