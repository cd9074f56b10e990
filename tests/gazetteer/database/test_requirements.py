"""What a database must offer, asked of a real server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from gazetteer.database import requirements
from gazetteer.database.cluster import Cluster
from gazetteer.database.cluster_scratch import scratch_cluster
from gazetteer.database.errors import (
    DatabaseUnreachable,
    DatabaseUnsuitable,
    PostGISMissing,
)
from gazetteer.database.pool import open_pool
from gazetteer.database.requirements import ensure_database


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with scratch_cluster() as cluster:
        execute(cluster, "CREATE ROLE guest LOGIN")
        yield cluster


def execute(cluster: Cluster, statement: str) -> None:
    with psycopg.connect(cluster.get_conninfo("postgres"), autocommit=True) as connection:
        connection.execute(statement)


def as_guest(cluster: Cluster, dbname: str) -> str:
    return make_conninfo(cluster.get_conninfo(dbname), user="guest")


def test_a_missing_database_is_made_with_its_extensions(cluster: Cluster) -> None:
    facts = ensure_database(cluster.get_conninfo("made"))
    assert int(facts.postgresql.split(".")[0]) >= 15
    with psycopg.connect(cluster.get_conninfo("made")) as connection:
        names = connection.execute("SELECT extname FROM pg_extension ORDER BY 1").fetchall()
        point = connection.execute("SELECT ST_AsText(ST_Point(113.3, 23.1))").fetchone()
    assert {("postgis",), ("btree_gist",)} <= set(names)
    assert point == ("POINT(113.3 23.1)",)


def test_preparing_a_prepared_database_changes_nothing(cluster: Cluster) -> None:
    once = ensure_database(cluster.get_conninfo("twice"))
    assert ensure_database(cluster.get_conninfo("twice")) == once
    assert ensure_database(as_guest(cluster, "twice")) == once  # asks for no right it does not need


def test_programs_that_prepare_the_same_database_at_once_all_succeed(cluster: Cluster) -> None:
    with ThreadPoolExecutor(4) as threads:
        facts = list(threads.map(ensure_database, [cluster.get_conninfo("together")] * 4))
    assert len(set(facts)) == 1


def test_an_account_that_may_not_switch_postgis_on_is_told_who_can(cluster: Cluster) -> None:
    execute(cluster, "CREATE DATABASE plain")
    with pytest.raises(PostGISMissing, match=r"plain.*guest[\s\S]*CREATE EXTENSION postgis;"):
        ensure_database(as_guest(cluster, "plain"))


def test_an_account_that_may_not_make_the_database_is_told_the_statement(cluster: Cluster) -> None:
    with pytest.raises(DatabaseUnreachable, match='CREATE DATABASE "absent"'):
        ensure_database(as_guest(cluster, "absent"))


def test_a_server_without_an_extension_is_told_with_the_package(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requirements, "_EXTENSIONS", ("not_on_any_server",))
    with pytest.raises(PostGISMissing, match="apt-get install"):
        ensure_database(cluster.get_conninfo("without"))


def test_a_postgis_that_is_too_old_is_told_with_the_one_that_is_needed(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requirements, "OLDEST_POSTGIS", (99, 1))
    with pytest.raises(DatabaseUnsuitable, match=r"needs PostGIS 99\.1"):
        ensure_database(cluster.get_conninfo("old"))


def test_a_database_that_is_not_in_utf8_is_refused(cluster: Cluster) -> None:
    execute(cluster, "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    with pytest.raises(DatabaseUnsuitable, match="LATIN1"):
        ensure_database(cluster.get_conninfo("latin"))


def test_an_address_that_nobody_answers_is_told() -> None:
    with pytest.raises(DatabaseUnreachable, match="GAZETTEER_DATABASE_URL"):
        ensure_database("postgresql://somebody@127.0.0.1:1/register")


def test_the_first_of_several_hosts_may_be_away(cluster: Cluster) -> None:
    info = psycopg.conninfo.conninfo_to_dict(cluster.get_conninfo("several"))
    both = make_conninfo(
        cluster.get_conninfo("several"), host=f"/nonexistent,{info['host']}", port="5432,5432"
    )
    assert ensure_database(both) == ensure_database(cluster.get_conninfo("several"))


def test_the_pool_replaces_a_connection_that_broke(cluster: Cluster) -> None:
    with open_pool(cluster.get_conninfo("postgres"), 1, name="breaking") as pool:
        execute(
            cluster,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'breaking'",
        )
        with pytest.raises(psycopg.OperationalError), pool.connection() as connection:
            connection.execute("SELECT 1")
        with pool.connection() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
