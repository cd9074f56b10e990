"""The boundary network with the counties of all China: validation, edits, import, areas."""

import sys
import time
from collections.abc import Iterator
from datetime import date
from statistics import median
from subprocess import CalledProcessError
from typing import Any

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray
from psycopg import Connection, sql

from benchmarks.national import read_counties
from benchmarks.results_table import BenchmarkRow
from boundaries.network.edge_timelines import derive_network_timelines
from boundaries.network.leaf_faces import Region
from boundaries.network.network_store import load_network
from boundaries.network.polygonize import derive_areas
from boundaries.rules.common.measures import Metric
from boundaries.rules.common.tolerances import Tolerances
from boundaries.rules.coverage import COVERAGE_RULES
from boundaries.rules.coverage.coverage_context import CoverageContext
from boundaries.rules.incremental import revalidate_edit, validate_level
from boundaries.schema.register_ledger import LEDGER
from gazetteer.database.cluster import Cluster
from gazetteer.database.migrate import migrate_database
from gazetteer.database.requirements import ensure_database
from gazetteer.ingest.source_ids import derive_record_id
from gazetteer.ledger.as_of import AsOf
from gazetteer.ledger.period import Period, PeriodEnd
from gazetteer.ledger.publish import Changeset
from gazetteer.ledger.versions import Timeline, Version

Shapes = NDArray[np.object_]

_SINCE = Period(PeriodEnd(date(2020, 1, 1)))
_EDITS = 40
_LOAD = Changeset("benchmark", "counties of all China", "load")


def measure_network(own: Cluster, rounds: int) -> Iterator[BenchmarkRow]:
    """All rows; none, with a note, where the counties cannot be downloaded."""
    try:
        codes, shapes = read_counties()
    except CalledProcessError:
        print("The counties of all China cannot be downloaded: not measured.", file=sys.stderr)
        return
    yield _measure_validation(shapes, rounds)
    yield _measure_edits(shapes)
    yield _measure_import(own, codes, shapes)


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


def _measure_import(own: Cluster, codes: tuple[str, ...], shapes: Shapes) -> BenchmarkRow:
    """From polygons to the published network and back, compared with a bare COPY."""
    conninfo = own.get_conninfo("network")
    _drop_database(own, "network")
    ensure_database(conninfo)
    migrate_database(conninfo)
    units = [derive_record_id("unit", code) for code in codes]
    with psycopg.connect(conninfo, autocommit=True) as conn:
        LEDGER.publish_timelines(conn, _LOAD, [_build_unit_timeline(unit) for unit in units])
        copy_seconds = _time_copy(conn, shapes)
        begun = time.monotonic()
        regions = [
            Region(str(unit), None, shape, ((unit, _SINCE),), None, "benchmark")
            for unit, shape in zip(units, shapes, strict=True)
        ]
        LEDGER.publish_timelines(conn, _LOAD, derive_network_timelines(regions))
        known = load_network(conn, AsOf(date(2024, 1, 1)))
        derived = {known.faces[face]: shape for face, shape in derive_areas(known.net).items()}
        spent = time.monotonic() - begun
    equal = sum(
        _is_same_area(derived[unit], shape) for unit, shape in zip(units, shapes, strict=True)
    )
    _drop_database(own, "network")
    remark = f"{spent:.1f} s, {equal} of {len(shapes)} areas equal vertex for vertex"
    work = "import into the network and areas derived back"
    return BenchmarkRow(
        work, spent / copy_seconds, "×", "COPY of the polygons", ceiling=10.0, remark=remark
    )


def _build_unit_timeline(unit: Any) -> Timeline:
    return Timeline("unit", unit, (Version(_SINCE, {"level": "county"}),))


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


def _drop_database(own: Cluster, name: str) -> None:
    with psycopg.connect(own.get_conninfo("postgres"), autocommit=True) as admin:
        admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )
