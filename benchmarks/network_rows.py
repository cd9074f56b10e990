"""The boundary network with the counties of all China: validation, edits, import, areas."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from subprocess import CalledProcessError
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psycopg
import pyogrio
import shapely
from numpy.typing import NDArray
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict

from benchmarks.draft_timings import measure_drafts
from benchmarks.feature_rows import measure_detailed_features
from benchmarks.national import read_counties
from benchmarks.publication_rows import measure_publications
from benchmarks.results_table import BenchmarkRow
from benchmarks.servers import ProgramCost, run_program
from boundaries.rules.common.measures import Metric
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.coverage import COVERAGE_RULES
from boundaries.rules.coverage.coverage_context import CoverageContext
from boundaries.rules.incremental import revalidate_edit, validate_level
from gazetteer.database.cluster import Cluster

Shapes = NDArray[np.object_]
Rows = Iterator[BenchmarkRow]

_EDITS = 40


def measure_network(own: Cluster, conninfo: str, rounds: int) -> Rows:
    """All rows; none, with a note, where the counties cannot be downloaded."""
    try:
        codes, shapes = read_counties()
    except CalledProcessError:
        print("The counties of all China cannot be downloaded: not measured.", file=sys.stderr)
        return
    yield _measure_validation(shapes, rounds)
    yield _measure_edits(shapes)
    yield from _measure_import(own, conninfo, codes, shapes, rounds)


def _measure_validation(shapes: Shapes, rounds: int) -> BenchmarkRow:
    pairs = [(_time_coverage_rules(shapes), _time_peer(shapes)) for _ in range(rounds)]
    ratio = median(ours / theirs for ours, theirs in pairs)
    remark = f"{median(ours for ours, _ in pairs):.1f} s of processor, {_format_counts(shapes)}"
    peer = "shapely.coverage_invalid_edges"
    return BenchmarkRow(
        "validation by the TOP-COV rules", ratio, "×", peer, ceiling=2.0, remark=remark
    )


def _measure_edits(shapes: Shapes) -> BenchmarkRow:
    """Move vertices by some metres, one county at a time; each edit is validated at once."""
    names = tuple(map(str, range(len(shapes))))
    state = validate_level(shapes, names, Metric(), Tolerances())
    random = np.random.default_rng(2024)
    spent = []
    for feature in random.integers(len(shapes), size=_EDITS).tolist():
        xy = shapely.get_coordinates(shapes[feature])
        xy[(xy == xy[random.integers(len(xy))]).all(axis=1)] += random.uniform(-3e-5, 3e-5, 2)
        moved = shapely.set_coordinates(shapely.transform(shapes[feature], np.copy), xy)
        begun = time.perf_counter()
        revalidate_edit(state, {feature: moved})
        spent.append((time.perf_counter() - begun) * 1000)
    remark = f"median of {_EDITS} edits, the slowest {max(spent):.0f} ms"
    peer = "the validated layer"
    return BenchmarkRow(
        "validation of one edit of that layer", median(spent), "ms", peer, ceiling=50, remark=remark
    )


def _time_coverage_rules(shapes: Shapes) -> float:
    begun = time.process_time()
    evidence = CoverageContext(shapes, tuple(map(str, range(len(shapes)))), Metric(), Tolerances())
    for rule in COVERAGE_RULES:
        list(rule(evidence))
    return time.process_time() - begun


def _time_peer(shapes: Shapes) -> float:
    begun = time.process_time()
    shapely.coverage_invalid_edges(shapes)
    return time.process_time() - begun


def _measure_import(
    own: Cluster, conninfo: str, codes: tuple[str, ...], shapes: Shapes, rounds: int
) -> Rows:
    """The layer through ``gazetteer import`` and back through ``gazetteer export``.

    The start-up of the commands, as ``gazetteer --help`` needs it, is taken off.
    """
    database = own.get_conninfo("network")
    _copy_database(own, conninfo, "network")
    with psycopg.connect(database, autocommit=True) as conn:
        copy_seconds = _time_copy(conn, shapes)
    imported, exported, start_up, counts = _run_round_trip(database, codes, shapes)
    spent = imported.seconds + exported.seconds - 2 * start_up
    remark = (
        f"{imported.seconds:.1f} s and {exported.seconds:.1f} s, start-up {start_up:.1f} s each,"
        f" {imported.peak_mib:.0f} MiB; {counts[0]} of {counts[1]} known counties equal vertex for"
        " vertex"
    )
    yield BenchmarkRow(
        "gazetteer import of that layer and gazetteer export",
        spent / copy_seconds,
        "×",
        "COPY of the polygons",
        ceiling=5.0,
        remark=remark,
    )
    yield BenchmarkRow("memory of that import", imported.peak_mib, "MiB", ceiling=1536)
    yield from measure_detailed_features(database, rounds)
    yield from measure_publications(database)
    yield from measure_drafts(database)
    _drop_database(own, "network")


def _run_round_trip(
    database: str, codes: tuple[str, ...], shapes: Shapes
) -> tuple[ProgramCost, ProgramCost, float, tuple[int, int]]:
    """The costs of import and export, the start-up in seconds, and how many counties are equal."""
    with TemporaryDirectory() as folder:
        layer, back = Path(folder, "counties.geojson"), Path(folder, "back.gpkg")
        _write_layer(layer, codes, shapes)
        start_up = run_program(database, "import", "--help").seconds
        imported = run_program(
            database,
            *("import", str(layer), "--kind", "areas", "--state", "2023-06-30"),
            *("--author", "bench", "--reason", "benchmark", "--publish"),
            *("--accept-findings", "another drawing of the same borders"),
        )
        exported = run_program(
            database, "export", "--what", "divisions", "--at", "2023-06-30", "-o", str(back)
        )
        return (
            imported,
            exported,
            start_up,
            _count_equal(back, dict(zip(codes, shapes, strict=True))),
        )


def _write_layer(path: Path, codes: tuple[str, ...], shapes: Shapes) -> None:
    features = (
        f'{{"type":"Feature","properties":{{"code":"{code}"}},"geometry":{geometry}}}'
        for code, geometry in zip(codes, shapely.to_geojson(shapes), strict=True)
    )
    path.write_text('{"type":"FeatureCollection","features":[' + ",\n".join(features) + "]}")


def _count_equal(path: Path, drawn: dict[str, shapely.Geometry]) -> tuple[int, int]:
    """How many counties of a file are as they were drawn, and how many were drawn at all."""
    _, _, geometries, columns = pyogrio.raw.read(path, columns=["code"])
    found = dict(zip(columns[0].tolist(), shapely.from_wkb(geometries), strict=True))
    known = [code for code in drawn if code in found]
    return sum(_is_same_area(found[code], drawn[code]) for code in known), len(known)


def _time_copy(conn: Connection[Any], shapes: Shapes) -> float:
    conn.execute("CREATE TABLE copied (geom geometry(MultiPolygon, 4490))")
    texts = shapely.to_wkb(
        [_build_multipolygon(shape) for shape in shapes], hex=True, include_srid=False
    )
    begun = time.monotonic()
    with conn.cursor() as cursor, cursor.copy("COPY copied FROM STDIN") as copy:
        for text in texts:
            copy.write_row((text,))
    return time.monotonic() - begun


def _build_multipolygon(shape: shapely.Geometry) -> shapely.MultiPolygon:
    return shapely.MultiPolygon(shapely.get_parts(shape).tolist())


def _is_same_area(one: shapely.Geometry, other: shapely.Geometry) -> bool:
    normal = (
        shapely.normalize(_build_multipolygon(one)),
        shapely.normalize(_build_multipolygon(other)),
    )
    return bool(shapely.equals_exact(*normal, tolerance=0.0))


def _format_counts(shapes: Shapes) -> str:
    return f"{len(shapes)} polygons, {shapely.get_num_coordinates(shapes).sum()} vertices"


def _copy_database(own: Cluster, conninfo: str, name: str) -> None:
    """A copy of a register under another name."""
    template = conninfo_to_dict(conninfo)["dbname"]
    _drop_database(own, name)
    with psycopg.connect(own.get_conninfo("postgres"), autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(str(template))
            )
        )


def _drop_database(own: Cluster, name: str) -> None:
    with psycopg.connect(own.get_conninfo("postgres"), autocommit=True) as admin:
        admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
