"""Upgrades with data: a register of any earlier revision becomes one of today, and loses nothing.

``at_<revision>.sql`` holds rows as the program of that revision wrote them, by its own ledger: a
new revision adds the file of the one before it, and never changes the others.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection, sql

from boundaries.areas.area_queries import load_area_feature
from boundaries.findings.finding_store import FindingFilter, load_findings
from boundaries.layers.coordinates import parse_crs
from boundaries.register_ledger import LEDGER
from boundaries.rules.common.spatial_finding import build_finding
from boundaries.rules.fingerprint import BorderLookup, compute_fingerprint
from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.database.migrate import list_revisions, migrate_database
from gazetteer.ledger.as_of import AsOf
from gazetteer.ledger.audit_chain import find_broken_row
from gazetteer.ledger.integrity import find_tampering
from gazetteer.ledger.period import Period, PeriodEnd
from gazetteer.ledger.publish import Changeset
from gazetteer.ledger.versions import Statement
from gazetteer.messages import message
from gazetteer.records.code_translation import TranslationRequest, translate_unit_code
from gazetteer.records.division_queries import load_children, load_division
from gazetteer.records.unit_history import load_history
from gazetteer.rules.finding_workflow import AnswerKind

TODAY = AsOf(date(2024, 1, 1))
EARLIER, HEAD = list_revisions()[:-1], list_revisions()[-1]
Rows = dict[str, list[Any]]
REPLACED = {
    "area_version": {"web_mercator", "label", "area_m2"},
    "finding_event": {"zh", "en", "fingerprint"},
    "job": {"rows_total", "rows_done", "encoding", "delimiter"},
}
"""Columns whose content a later revision replaces: tests of their own look at them."""
REMOVED = {"area_piece", "border_piece"}
"""Tables that a later revision removes: what they held was derived."""


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
        tables = {
            table: [name for name in names if name not in REPLACED.get(table, ())]
            for table, names in columns(conn).items()
            if table not in REMOVED
        }
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
            children = load_children(conn, "440700", AsOf(date(1990, 1, 1)))["children"]
            assert "440724" in {child["code"] for child in children}
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


@pytest.fixture
def findings_of_0007(bare: str) -> Iterator[Connection[Any]]:
    """Findings of a real run of Guangdong's register, one of each kind; two are answered."""
    migrate_database(bare, "0007")
    rows = Path(__file__).with_name("at_0007.sql").read_text(encoding="utf-8")
    with psycopg.connect(bare) as conn:
        conn.execute(rows.encode())
        conn.execute(
            "INSERT INTO finding_event (finding_id, number, happened_at, actor, step, state,"
            " run_id, severity, zh, en, fingerprint) SELECT finding_id, 2, happened_at, actor,"
            " 'changed', 'open', run_id, severity, '以前的说法', 'words of another day', 'x'"
            " FROM finding_event JOIN finding USING (finding_id) WHERE rule = 'TOP-VER-06'"
        )
    migrate_database(bare)
    with psycopg.connect(bare) as conn:
        yield conn


def test_stored_texts_become_messages(findings_of_0007: Connection[Any]) -> None:
    messages = {
        finding.finding.observation.key: finding.finding.observation.message
        for finding in load_findings(findings_of_0007, FindingFilter())
    }
    by_rule = {key.rule: words for key, words in messages.items()}
    assert len(messages) == 11
    assert by_rule["TOP-COV-03"] == message(
        "finding.TOP-COV-03.apart", units=["440705", "440403"], distance=0.003963521, n=1
    )
    assert by_rule["TOP-LIN-01"].text("zh") == (
        "440403、440404 的县级界线由 2 段互不相连的线组成，分别长 43、9.36 千米。"
    )
    assert {words.id for words in messages.values()} >= {
        "finding.TOP-CRS-05.few_decimals",
        "finding.TOP-GEO-06.spike",
        "finding.TOP-HIE-01.absent",
        "finding.TOP-HIE-08.exclave",
        "finding.TOP-LIN-04.known_in_parts",
        "finding.TOP-NOD-01.many_units",
        "finding.TOP-VER-04.unchanged",
        "finding.TOP-VER-05.issued_again",
    }


def test_a_text_that_nothing_recognises_is_kept(findings_of_0007: Connection[Any]) -> None:
    (found,) = load_findings(findings_of_0007, FindingFilter(rule="TOP-VER-06"))
    words = found.finding.observation.message
    assert (words.text("zh"), words.text("en")) == ("以前的说法", "words of another day")


def test_an_exception_without_a_place_still_holds(findings_of_0007: Connection[Any]) -> None:
    """Its fingerprint was made of English words: it is made of the message now, and the same."""
    (found,) = load_findings(findings_of_0007, FindingFilter(rule="TOP-VER-05"))
    assert found.finding.answer is AnswerKind.EXCEPTION
    observation = found.finding.observation
    seen = build_finding(
        "TOP-VER-05",
        "issued_again",
        {
            "code": "130107",
            "earlier": ["130107 井陉矿区"],
            "later": ["130107 井陉矿区"],
            "retired": date(1989, 12, 8),
            "since": date(1992, 5, 30),
        },
        features=(0,),
    )
    assert observation.fingerprint == compute_fingerprint(seen, (UUID(int=1),), BorderLookup({}))
