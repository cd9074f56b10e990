"""Real layers: what is reported on them, compared with what PostGIS finds in them."""

from pathlib import Path

import numpy as np
import psycopg
import pytest
import shapely
from pyproj import Transformer

from boundaries.layers.layer_reader import read_layer
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.layer_validation import LayerValidationResult, validate_layer
from gazetteer.ingest.fixture_manifest import iter_manifest_differences
from tests.boundaries.rules.generated_layers import make_layer

FIXTURES = Path(__file__).parents[3] / "fixtures"
LIMITS = Tolerances()

OVERLAPS = """
    SELECT a.id, b.id, ST_Area(part.geom)
    FROM shape a JOIN shape b ON a.id < b.id AND ST_Intersects(a.geom, b.geom)
    CROSS JOIN LATERAL ST_Dump(ST_CollectionExtract(ST_Intersection(a.geom, b.geom), 3)) part
    WHERE NOT ST_IsEmpty(ST_Buffer(part.geom, %s))
"""
HOLES = """
    SELECT ST_Area(hole.geom)
    FROM (SELECT (ST_Dump(ST_Union(geom))).geom FROM shape) whole
    CROSS JOIN LATERAL ST_DumpRings(whole.geom) hole
    WHERE hole.path[1] > 0 AND NOT ST_IsEmpty(ST_Buffer(hole.geom, %(least)s))
      AND ST_IsEmpty(ST_Buffer(hole.geom, %(most)s))
"""


@pytest.fixture(scope="module")
def municipalities() -> LayerValidationResult:
    """Validated in metres, so that PostGIS measures the same."""
    layer = read_layer(FIXTURES / "layers" / "brazil_municipalities.geojson.gz")
    way = Transformer.from_crs("EPSG:4326", "EPSG:31984", always_xy=True)
    shapes = shapely.transform(layer.geometries, lambda xy: np.column_stack(way.transform(*xy.T)))
    return validate_layer(make_layer(shapes, planar=True), LIMITS)


def load_shapes(conn: psycopg.Connection, result: LayerValidationResult) -> psycopg.Connection:
    conn.execute("CREATE TABLE shape (id int, geom geometry)")
    shapes = [shapely.make_valid(shape) for shape in result.layer.geometries]
    with conn.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO shape VALUES (%s, ST_GeomFromWKB(%s))",
            list(enumerate(shapely.to_wkb(np.array(shapes, dtype=object)).tolist())),
        )
    return conn


def test_the_sample_is_what_its_manifest_says() -> None:
    assert list(iter_manifest_differences(FIXTURES / "layers")) == []


def test_overlaps_are_those_that_a_pairwise_query_finds(
    conn: psycopg.Connection, municipalities: LayerValidationResult
) -> None:
    rows = load_shapes(conn, municipalities).execute(OVERLAPS, [-LIMITS.overlap_m / 2]).fetchall()
    reported = [f for f in municipalities.findings if f.rule == "TOP-COV-01"]
    assert len(reported) == len(rows) > 100
    ours = sorted((*f.features, f.area_m2) for f in reported)
    theirs = sorted(rows)
    assert [pair[:2] for pair in ours] == [pair[:2] for pair in theirs]
    assert [area for *_, area in ours] == pytest.approx([area for *_, area in theirs], rel=1e-6)


def test_gaps_are_the_holes_of_the_union(
    conn: psycopg.Connection, municipalities: LayerValidationResult
) -> None:
    widths = {"least": -LIMITS.overlap_m / 2, "most": -LIMITS.gap_width_m / 2}
    rows = load_shapes(conn, municipalities).execute(HOLES, widths).fetchall()
    reported = [f for f in municipalities.findings if f.rule == "TOP-COV-02"]
    assert len(reported) == len(rows) > 20
    areas = sorted(area for (area,) in rows)
    assert sorted(f.area_m2 or 0 for f in reported) == pytest.approx(areas, rel=1e-6)


def test_the_counties_of_guangdong_have_one_flaw() -> None:
    """Xinhui (440705) has a vertex 4 mm off the border of Doumen (440403); see the guide."""
    layer = read_layer(FIXTURES / "guangdong_boundaries.geojson.gz")
    found = validate_layer(layer, LIMITS, level="county").findings
    (flaw,) = (f for f in found if f.severity == "error")
    names = {layer.attributes[feature]["name"] for feature in flaw.features}
    assert (flaw.rule, flaw.kind, names) == ("TOP-COV-03", "apart", {"斗门区", "新会区"})
    assert flaw.measured == pytest.approx(0.004, abs=1e-4)
    others = {f.rule for f in found if f is not flaw}
    assert others == {"TOP-CRS-05", "TOP-FIL-02", "TOP-HIE-08"}


def test_provinces_prefectures_and_counties_of_guangdong_tile_each_other() -> None:
    result = validate_layer(read_layer(FIXTURES / "guangdong_boundaries.geojson.gz"), LIMITS)
    assert result.levels == ("province", "prefecture", "county")
    groups = {f.rule for f in result.findings if f.severity == "error"}
    assert groups == {"TOP-COV-03"}
