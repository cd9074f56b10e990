"""Upgrades with data: a register of any earlier revision becomes one of today, and loses nothing.

``at_<revision>.sql`` holds rows as the program of that revision wrote them, by its own ledger: a
new revision adds the file of the one before it, and never changes the others.
"""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection, sql

from boundaries.areas.area_queries import load_area_feature
from boundaries.layers.coordinates import parse_crs
from boundaries.schema.area_kinds import REGISTER_KINDS
from boundaries.schema.register_ledger import LEDGER
from gazetteer.database.migrate import list_revisions, migrate_database
from gazetteer.ledger.as_of import AsOf
from gazetteer.ledger.audit_chain import find_broken_row
from gazetteer.ledger.integrity import find_tampering
from gazetteer.ledger.period import Period, PeriodEnd
from gazetteer.ledger.publish import Changeset
from gazetteer.ledger.versions import Statement
from gazetteer.records.code_translation import TranslationRequest, translate_unit_code
from gazetteer.records.division_queries import load_children, load_division
from gazetteer.records.unit_history import load_history

TODAY = AsOf(date(2024, 1, 1))
EARLIER, HEAD = list_revisions()[:-1], list_revisions()[-1]
Rows = dict[str, list[Any]]


def revision(conn: Connection[Any]) -> str:
    row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
    assert row is not None
    return str(row[0])


def columns(conn: Connection[Any]) -> dict[str, list[str]]:
    rows = conn.execute(
        "SELECT relname, array_agg(attname::text ORDER BY attnum) FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped"
        " AND relnamespace = 'public'::regnamespace"
        " AND relname NOT IN ('spatial_ref_sys', 'alembic_version') GROUP BY relname"
    )
    return dict(rows.fetchall())


def contents(conn: Connection[Any], tables: dict[str, list[str]]) -> Rows:
    """Every row of the tables as text, in the given columns."""
    statement = sql.SQL("SELECT ROW({})::text FROM {} ORDER BY 1")
    return {
        table: conn.execute(
            statement.format(sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(table))
        ).fetchall()
        for table, names in tables.items()
    }


def test_an_empty_database_is_brought_to_the_newest_revision_once(bare: str) -> None:
    migrate_database(bare)
    with psycopg.connect(bare) as conn:
        assert revision(conn) == HEAD
        before = contents(conn, columns(conn))
    migrate_database(bare)
    with psycopg.connect(bare) as conn:
        assert contents(conn, columns(conn)) == before


@pytest.fixture(params=EARLIER)
def upgraded(bare: str, request: pytest.FixtureRequest) -> tuple[str, str]:
    """An earlier revision and a register of it, upgraded; no row of it was lost or changed."""
    migrate_database(bare, request.param)
    rows = Path(__file__).with_name(f"at_{request.param}.sql").read_text(encoding="utf-8")
    with psycopg.connect(bare) as conn:
        assert revision(conn) == request.param
        conn.execute(rows.encode())
        conn.commit()
        tables = columns(conn)
        before = contents(conn, tables)
    migrate_database(bare)
    with psycopg.connect(bare) as conn:
        assert revision(conn) == HEAD
        after = contents(conn, tables)
    after["ledger_sum"] = [row for row in after["ledger_sum"] if row in before["ledger_sum"]]
    assert after == before
    return request.param, bare


def test_what_was_published_is_intact_after_an_upgrade(upgraded: tuple[str, str]) -> None:
    with psycopg.connect(upgraded[1], autocommit=True) as conn:
        assert list(find_tampering(conn, REGISTER_KINDS)) == []
        with conn.transaction():
            assert find_broken_row(conn) is None


def test_reads_answer_after_an_upgrade(upgraded: tuple[str, str]) -> None:
    since, conninfo = upgraded
    with psycopg.connect(conninfo, autocommit=True) as conn:
        if since >= "0002":
            assert load_division(conn, "440783", TODAY, TODAY.at)["name"] == "开平市"
            assert len(load_children(conn, "440700", AsOf(date(1990, 1, 1)))["children"]) == 1
            assert load_history(conn, "440783", TODAY)["events"][0]["act"]["number"] is not None
            question = TranslationRequest("440724", date(1990, 1, 1), TODAY.at)
            assert translate_unit_code(conn, question, TODAY)["results"][0]["code"] == "440783"
        if since >= "0003":
            feature = load_area_feature(conn, "440783", TODAY, parse_crs("4490"))
            assert feature["properties"]["source"] == "outline for a test"


def test_publishing_goes_on_after_an_upgrade(upgraded: tuple[str, str]) -> None:
    unit, place = UUID(int=1), UUID(int=2)
    since = Period(PeriodEnd(date(1988, 1, 7)))
    said = [
        Statement("unit", unit, since, {"level": "prefecture", "place_id": place}),
        Statement(
            "place",
            place,
            since,
            {"legal_class": "division", "level": "prefecture", "unit_id": unit},
        ),
        Statement(
            "code", UUID(int=3), since, {"unit_id": unit, "code": "441900", "code_system": "mca"}
        ),
    ]
    with psycopg.connect(upgraded[1], autocommit=True) as conn:
        last = conn.execute("SELECT seq FROM ledger_head").fetchone()
        published = LEDGER.publish_statements(
            conn, Changeset("registrar", "added", "correction"), said
        )
        assert last is not None and published is not None
        assert (published.first_seq, published.last_seq) == (last[0] + 1, last[0] + 3)
        assert list(find_tampering(conn, REGISTER_KINDS)) == []
        assert load_division(conn, "441900", TODAY, TODAY.at)["level"] == "prefecture"
