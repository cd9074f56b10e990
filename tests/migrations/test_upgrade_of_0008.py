"""A register of revision 0008 gives the same answers after its upgrade, and goes on from there.

``answers_at_0008.json`` holds what the program of that revision answered; the module
:mod:`tests.migrations.register_answers` says how it was made.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import psycopg
import pytest
import shapely
from psycopg import Connection
from werkzeug.serving import make_server

from boundaries.consistency.consistency_check import run_self_check
from boundaries.findings.finding_store import FindingFilter, load_findings
from boundaries.findings.validation_run import run_validation
from boundaries.network.area_assembly import canonicalize_area, encode_area
from boundaries.register_ledger import LEDGER
from gazetteer.database.cluster import Cluster
from gazetteer.database.migrate import migrate_database
from gazetteer.database.pool import open_pool
from gazetteer.database.requirements import ensure_database
from gazetteer.ledger.change_feed import load_change_page
from gazetteer.ledger.follower import Follower
from gazetteer.ledger.period import UNBOUNDED
from gazetteer.ledger.publish import Changeset
from gazetteer.ledger.snapshot_export import stream_snapshot
from gazetteer.ledger.version_store import load_known_versions
from gazetteer.ledger.versions import Statement, Version
from gazetteer.rules.finding_workflow import AnswerKind
from gazetteer.settings import get_settings
from tests.boundaries.areas.area_samples import wkb
from tests.conftest import copied
from tests.migrations.register_answers import KINDS, collect_answers
from web.app import create_app

UPGRADED = "gazetteer_upgraded_0008"
HERE = Path(__file__).parent
ANSWERS: dict[str, Any] = json.loads((HERE / "answers_at_0008.json").read_text("utf-8"))
KAIPING, ENPING, HESHAN, GAOMING = "440783", "440785", "440784", "440608"
SINCE = date(1994, 2, 28)
"""From this day on the two are neighbours: it ended a county that had the place of the second."""

DISPLAYED = "SELECT version_id, web_mercator::text, label::text, area_m2 FROM {} ORDER BY 1"
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class EarlierState:
    """What the database held before its upgrade: the snapshot, and what is shown of areas."""

    snapshot: tuple[bytes, ...]
    displayed: Rows


@pytest.fixture(scope="module")
def earlier(cluster: Cluster) -> EarlierState:
    """The state before the upgrade; the database :data:`UPGRADED` is the one after it."""
    conninfo = cluster.get_conninfo(UPGRADED)
    ensure_database(conninfo)
    migrate_database(conninfo, "0008")
    with psycopg.connect(conninfo) as conn:
        conn.execute((HERE / "at_0008.sql").read_bytes())
    with psycopg.connect(conninfo, autocommit=True) as conn:
        snapshot = tuple(b"".join(stream_snapshot(conn, KINDS)).splitlines(keepends=True))
        state = EarlierState(snapshot, conn.execute(DISPLAYED.format("area_version")).fetchall())
    migrate_database(conninfo)
    return state


@pytest.fixture
def upgraded(cluster: Cluster, earlier: EarlierState) -> Iterator[str]:
    """The connection string of a copy of the upgraded register."""
    assert earlier.snapshot
    with copied(cluster, UPGRADED) as conninfo:
        yield conninfo


@pytest.fixture
def conn(upgraded: str) -> Iterator[Connection[Any]]:
    with psycopg.connect(upgraded, autocommit=True) as connection:
        yield connection


def test_every_answer_is_that_of_the_program_before(conn: Connection[Any]) -> None:
    answers = json.loads(json.dumps(collect_answers(conn)))
    assert answers.keys() == ANSWERS.keys()
    is_same_release = answers.pop("release") == ANSWERS["release"]
    different = {key for key in answers if answers[key] != ANSWERS[key]}
    if not is_same_release:  # another PostGIS may cut tiles elsewhere, or write them differently
        different = {key for key in different if not key.startswith("tile ")}
    assert {key: answers[key] for key in different} == {}


def test_what_maps_show_of_areas_is_the_same_to_the_last_bit(
    conn: Connection[Any], earlier: EarlierState
) -> None:
    assert len(earlier.displayed) > 0
    assert conn.execute(DISPLAYED.format("area_display")).fetchall() == earlier.displayed


def test_the_self_check_of_an_upgraded_register_finds_nothing(conn: Connection[Any]) -> None:
    assert run_self_check(conn) == []


def test_findings_and_the_exception_outlive_the_upgrade(conn: Connection[Any]) -> None:
    before = [record.finding for record in load_findings(conn, FindingFilter())]
    assert run_validation(conn, actor="registrar").steps == {}
    assert [record.finding for record in load_findings(conn, FindingFilter())] == before
    exceptions = {f.observation.key.rule for f in before if f.answer is AnswerKind.EXCEPTION}
    assert exceptions == {"TOP-CRS-05", "TOP-GEO-06"}  # one without a place, one with it


def test_jobs_are_of_any_kind_and_their_results_have_names(conn: Connection[Any]) -> None:
    jobs = conn.execute(
        "SELECT DISTINCT kind, state, progress_unit, done, total, encoding, delimiter,"
        " array(SELECT name || ' ' || media_type FROM job_file f WHERE f.job_id = job.job_id"
        " ORDER BY name) FROM job ORDER BY kind, state, total, encoding"
    ).fetchall()
    files = ["result.csv text/csv; charset=utf-8", "result.gpkg application/geopackage+sqlite3"]
    assert jobs == [
        ("findings", "finished", "percent", 100, 100, None, None, []),
        ("findings", "queued", "percent", 0, 100, None, None, []),
        ("geocode_csv", "finished", "rows", 1, 1, "utf-8", ",", files),
        ("geocode_csv", "finished", "rows", 2, 2, "utf-8-sig", ",", files),
        ("geocode_csv", "running", "rows", 17_000, 400_000, "gb18030", ",", []),
        ("reverse_csv", "finished", "rows", 2, 2, "utf-8", ",", files),
    ]


def test_jobs_get_into_the_queue_of_their_kind(conn: Connection[Any]) -> None:
    """One waits; the other one was left behind by a worker that was killed."""
    queues = conn.execute(
        "SELECT kind, state, queue_name, status::text FROM job"
        " JOIN queue.procrastinate_jobs q ON q.id = queue_id ORDER BY kind"
    ).fetchall()
    assert queues == [
        ("findings", "queued", "soon", "todo"),
        ("geocode_csv", "running", "files", "doing"),
    ]


def find_edge(conn: Connection[Any], *codes: str) -> tuple[UUID, Version]:
    """What is known now of the edge between two units of today."""
    row = conn.execute(
        "SELECT e.record_id FROM edge_version e WHERE upper_inf(e.recorded) AND upper_inf(e.valid)"
        " AND ARRAY(SELECT s.code FROM unit_state s WHERE s.unit_id IN (e.left_unit, e.right_unit)"
        " AND upper_inf(s.recorded) AND upper_inf(s.valid) ORDER BY 1) = %s::text[]",
        (sorted(codes),),
    ).fetchone()
    assert row is not None
    known = load_known_versions(conn, LEDGER.kinds["edge"], row)[row[0]]
    (current,) = [stored.version for stored in known if stored.version.period.end == UNBOUNDED]
    return row[0], current


def correct_edge(conn: Connection[Any], edge: UUID, known: Version, **attributes: Any) -> None:
    LEDGER.publish_statements(
        conn,
        Changeset("registrar", "a border was measured", "correction"),
        [Statement("edge", edge, known.period, {**known.attributes, **attributes})],
    )


def move_vertex(conn: Connection[Any]) -> UUID:
    """Move the last but one vertex of the border between two counties a little."""
    edge, known = find_edge(conn, KAIPING, ENPING)
    line = shapely.get_coordinates(shapely.from_wkb(known.attributes["geom"]))
    line[-2] += (0.002, 0.001)
    correct_edge(conn, edge, known, geom=wkb(shapely.LineString(line)))
    return edge


def known_areas(conn: Connection[Any]) -> dict[tuple[Any, ...], str]:
    """The known areas by version, code and first day."""
    rows = conn.execute(
        "SELECT a.version_id, s.code, lower(a.valid), encode(ST_AsBinary(a.geom, 'NDR'), 'hex')"
        " FROM area_version a JOIN unit_state s ON s.unit_id = a.unit_id"
        " AND upper_inf(s.recorded) AND s.valid @> lower(a.valid) WHERE upper_inf(a.recorded)"
    )
    return {row[:3]: row[3] for row in rows}


def is_canonical(geom: str) -> bool:
    """Whether the rings begin where those of a derived area do."""
    parts = shapely.get_parts(shapely.from_wkb(geom)).tolist()
    return encode_area(canonicalize_area(shapely.MultiPolygon(parts))) == geom


def test_a_correction_of_a_border_changes_the_areas_beside_it_and_no_other(
    conn: Connection[Any],
) -> None:
    before, last = known_areas(conn), ANSWERS["checksum"]["seq"]
    edge = move_vertex(conn)
    after = known_areas(conn)
    changes = load_change_page(conn, LEDGER.kinds, last)["changes"]
    assert [change["kind"] for change in changes] == ["edge", "area", "area"]
    assert changes[0]["record_id"] == str(edge)
    assert {key[1] for key in before.keys() - after.keys()} == {KAIPING, ENPING}
    assert {key[1] for key in after.keys() - before.keys()} == {KAIPING, ENPING}
    same = before.keys() & after.keys()
    assert all(after[key] == before[key] for key in same)
    # They were not derived anew: some of their rings do not begin where a derived one would.
    assert not all(is_canonical(after[key]) for key in same)
    corrected = {
        key: after[key] for key in after.keys() - same if after[key] not in before.values()
    }
    assert sorted(key[1:] for key in corrected) == [(KAIPING, SINCE), (ENPING, SINCE)]
    assert all(map(is_canonical, corrected.values()))
    assert run_self_check(conn) == []


def test_a_correction_that_moves_no_border_leaves_every_polygon_as_it_was_stored(
    conn: Connection[Any],
) -> None:
    """Areas on both sides and above are derived anew, and found to be the same."""
    before, last = known_areas(conn), ANSWERS["checksum"]["seq"]
    beside = [geom for key, geom in before.items() if key[1] in (HESHAN, "440700")]
    assert not any(map(is_canonical, beside))
    correct_edge(conn, *find_edge(conn, HESHAN, GAOMING), accuracy_m=20.0)
    changes = load_change_page(conn, LEDGER.kinds, last)["changes"]
    assert [change["kind"] for change in changes] == ["edge", "area"]
    # Of the prefecture the source alone: that of its borders, some of which were surveyed.
    (stored,), (earlier, current) = changes[1]["before"], changes[1]["after"]
    assert earlier["attributes"] == stored["attributes"]
    sources = "outline for a test; survey of 恩平 and 台山"
    assert current["attributes"] == {**stored["attributes"], "source": sources}
    assert set(known_areas(conn).values()) == set(before.values())


@pytest.fixture
def service(upgraded: str) -> Iterator[str]:
    """The address of the service over the upgraded register."""
    with ExitStack() as stack:
        pool = stack.enter_context(open_pool(upgraded, 4))
        app = create_app(get_settings().model_copy(update={"rate_limit": "off"}), pool)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.port}"
        server.shutdown()
        thread.join()
        server.server_close()


class EarlierFollower(Follower):
    """A follower of the register before its upgrade."""

    lines: tuple[bytes, ...] = ()

    def _fetch_lines(self, path: str) -> Iterator[bytes]:
        assert path == "/v1/snapshot"
        yield from self.lines


def test_a_follower_stays_in_step_over_the_upgrade_and_the_next_publication(
    service: str, conn: Connection[Any], earlier: EarlierState, tmp_path: Path
) -> None:
    first = EarlierFollower("http://127.0.0.1:9", tmp_path / "copy.sqlite")
    first.lines = earlier.snapshot
    first.reload_snapshot()
    first.database.close()
    follower = Follower(service, tmp_path / "copy.sqlite")
    assert follower.catch_up()  # without beginning anew
    assert follower.seq == ANSWERS["checksum"]["seq"]
    move_vertex(conn)
    assert follower.catch_up()
    assert follower.seq == ANSWERS["checksum"]["seq"] + 3
