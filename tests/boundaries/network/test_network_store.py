"""The network in the ledger: read as of any day, complete at every level and after imports."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely
from psycopg import Connection

from boundaries.consistency.network_checks import find_network_errors
from boundaries.ingest.area_import import build_area_batch
from boundaries.ingest.register_files import stage_layer
from boundaries.layers.layer_reader import read_layer
from boundaries.network.network_store import KnownNetwork, load_network
from boundaries.network.polygonize import derive_areas
from boundaries.network.redraw import DrawingPeriod
from boundaries.register_ledger import LEDGER
from boundaries.rules.register_observer import RegisterObserver
from boundaries.rules.register_validation import validate_register
from gazetteer.ledger.as_of import AsOf
from gazetteer.ledger.publish import Changeset
from gazetteer.records.check_result import CheckResult
from tests.boundaries.network.network_samples import lines

TODAY = AsOf(date(2024, 1, 1))
LOAD = Changeset("registrar", "territories", "load")


@pytest.fixture(scope="module")
def known(register: str) -> KnownNetwork:
    with psycopg.connect(register, autocommit=True) as conn:
        return load_network(conn, TODAY)


def list_network_errors(conn: Connection[Any]) -> list[CheckResult]:
    return find_network_errors(RegisterObserver(), TODAY.at, conn)


def codes(known: KnownNetwork, level: str) -> set[str | None]:
    labels, units = known.label_faces(level)
    drawn = derive_areas(known.net, labels)
    return {known.units[units[n]].code for n in drawn if known.units[units[n]].level == level}


def test_every_level_is_drawn_from_the_same_edges(known: KnownNetwork) -> None:
    counties = {c for c in codes(known, "county") if c and c.startswith("44")}
    prefectures = {c for c in codes(known, "prefecture") if c and c.startswith("44")}
    assert len(counties) == 122 and len(prefectures) == 21
    assert "440000" in codes(known, "province")


def test_areas_edges_and_history_of_the_shipped_data_agree(register: str) -> None:
    with psycopg.connect(register, autocommit=True) as conn:
        assert list_network_errors(conn) == []


def test_a_prefecture_without_counties_is_a_side_at_the_level_of_counties(
    known: KnownNetwork,
) -> None:
    labels, units = known.label_faces("county")
    named = [known.units[unit].code for unit in units]
    dongguan = named.index("441900")
    pairs = [pair for pair in lines(known.net, labels) if dongguan in pair]
    others = {named[n] for pair in pairs for n in pair if n not in (-1, dongguan)}
    assert {"440112", "440118", "440306"} <= others  # 黄埔区, 增城区, 宝安区


def test_before_anything_was_known_there_is_no_edge(register: str) -> None:
    with psycopg.connect(register, autocommit=True) as conn:
        assert len(load_network(conn, AsOf(date(1950, 1, 1))).net) == 0


def test_in_the_past_a_border_may_be_known_from_one_side_only(register: str) -> None:
    with psycopg.connect(register, autocommit=True) as conn:
        past = load_network(conn, AsOf(date(2012, 6, 1)))
        beyond = conn.execute("SELECT DISTINCT beyond FROM edge_version ORDER BY 1").fetchall()
    assert 0 < len(past.net) < 700
    assert beyond == [("outside",), ("unknown",), (None,)]


def square(x: float, y: float, code: str) -> dict[str, Any]:
    box = shapely.box(x, y, x + 0.01, y + 0.01)
    geometry = json.loads(shapely.to_geojson(box))
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


@pytest.fixture
def imported(register_copy: str, tmp_path: Path) -> tuple[Connection[Any], Path]:
    conn = psycopg.connect(register_copy, autocommit=True)
    return conn, tmp_path / "layer.geojson"


def publish(conn: Connection[Any], path: Path, *features: dict[str, Any]) -> None:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    staged = stage_layer(conn, read_layer(path), DrawingPeriod(date(2023, 6, 30)))
    known_territory = staged.known_territory
    batch = build_area_batch(
        staged.regions, known_territory.units, known_territory.period, known_territory.known
    )
    LEDGER.publish_timelines(conn, LOAD, batch)


def test_townships_share_their_borders_and_the_rest_of_the_county_stays(
    imported: tuple[Connection[Any], Path],
) -> None:
    """Levels may be there in one county and absent in its neighbour."""
    conn, path = imported
    two = ("441900102", "441900103")
    row = conn.execute(
        "SELECT ST_X(p), ST_Y(p) FROM area_version a JOIN unit_state s USING (unit_id),"
        " ST_PointOnSurface(a.geom) p WHERE s.code = '441900' AND upper_inf(s.valid) LIMIT 1"
    ).fetchone()
    assert row is not None
    both = [square(row[0] + n * 0.01, row[1], code) for n, code in enumerate(two)]
    publish(conn, path, *both)
    now = load_network(conn, AsOf(date(2024, 1, 1)))
    labels, units = now.label_faces("township")
    named = [now.units[unit].code for unit in units]
    assert set(two) <= set(named) and "441900" in named
    assert tuple(sorted(map(named.index, two))) in lines(now.net, labels)
    assert list_network_errors(conn) == []
    found = validate_register(conn, AsOf(date(2024, 1, 1))).findings
    assert {f.rule for f in found if f.severity == "error"} == {"TOP-COV-03"}  # as without them
    conn.close()
