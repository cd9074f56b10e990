"""References of a publication: found wherever their records come, at a cost that does not grow."""

from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import Connection

from boundaries.register_ledger import LEDGER as REGISTER_LEDGER
from gazetteer.ledger.period import Period
from gazetteer.ledger.publish import Changeset
from gazetteer.ledger.versions import Statement, Timeline, Version
from gazetteer.problems import Conflict
from tests.gazetteer.ledger.registers import CORRECTION, LEDGER, LOAD, UnitRecords, act, span

FEW_ROWS = 300
"""More rows than one publication and the small tables of the ledger have, far fewer than others."""


@pytest.fixture(params=[1, 2, 3])
def small_chunks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gazetteer.ledger.publish.CHUNK_SIZE", request.param)
    monkeypatch.setattr("gazetteer.ledger.references._BATCH_SIZE", 2)


def timelines_of(*statements: Statement) -> list[Timeline]:
    return [
        Timeline(s.kind, s.record_id, (Version(s.period, s.attributes or {}),)) for s in statements
    ]


@pytest.mark.usefixtures("small_chunks")
def test_a_record_may_come_chunks_after_the_reference_to_it(conn: Connection) -> None:
    approval, units = uuid4(), [UnitRecords() for _ in range(4)]
    founded = [
        statement
        for number, unit in enumerate(units)
        for statement in unit.founded(f"44010{number}", f"第{number}区", by=approval)
    ]
    load = Changeset("registrar", "first load", "load", [approval])
    published = LEDGER.publish_timelines(
        conn, load, timelines_of(*reversed(founded), act(approval))
    )
    assert published is not None
    assert published.change_count == 21


@pytest.mark.usefixtures("small_chunks")
def test_a_record_that_never_comes_is_named_with_a_field_that_refers_to_it(
    conn: Connection,
) -> None:
    unit, other = UnitRecords(), UnitRecords()
    without_unit = unit.founded("440106", "天河区")[1:]
    with pytest.raises(Conflict) as refused:
        LEDGER.publish_timelines(
            conn, LOAD, timelines_of(*without_unit, *other.founded("440105", "海珠区"))
        )
    assert refused.value.field == "unit_id"
    params = dict(refused.value.message.params)
    assert params.pop("kind") in ("place", "code")
    assert params == {"field": "unit_id", "target": "unit", "record": unit.unit}
    assert conn.execute("SELECT count(*) FROM record").fetchone() == (0,)


def test_a_reference_written_as_text_counts_like_an_id(conn: Connection) -> None:
    unit = UnitRecords()
    LEDGER.publish_statements(conn, LOAD, unit.founded("440106", "天河区"))
    for target, accepted in ((unit.unit, True), (uuid4(), False)):
        zone = {"name": "开发区", "within": str(target)}
        said = [Statement("functional_area", uuid4(), Period(), zone)]
        if accepted:
            assert LEDGER.publish_statements(conn, CORRECTION, said) is not None
        else:
            with pytest.raises(Conflict):
                LEDGER.publish_statements(conn, CORRECTION, said)


def test_the_end_of_a_period_by_an_unknown_act_is_refused(conn: Connection) -> None:
    unit = UnitRecords()
    LEDGER.publish_statements(conn, LOAD, unit.founded("440106", "天河区"))
    ending = Statement("name", unit.name, span("2020-01-01", act=uuid4()), None)
    with pytest.raises(Conflict) as refused:
        LEDGER.publish_statements(conn, CORRECTION, [ending])
    assert refused.value.field == "ended_by"


def test_to_publish_one_record_no_table_is_read_that_grows_with_the_register(
    register_copy: str,
) -> None:
    with psycopg.connect(register_copy, autocommit=True) as conn:
        row = conn.execute(
            "SELECT n.record_id, n.place_id, lower(n.valid) FROM name_version n"
            " JOIN unit_state s ON s.place_id = n.place_id AND s.code = '440106'"
            " WHERE n.name_kind = 'standard' AND upper_inf(n.valid) AND upper_inf(n.recorded)"
        ).fetchone()
        assert row is not None
        sizes: dict[str, int] = dict(
            conn.execute("SELECT kind, versions FROM ledger_sum").fetchall()
        )
        assert sizes["name"] > 100 * FEW_ROWS
        name = {
            "place_id": row[1],
            "text": "天河",
            "name_kind": "standard",
            "language": "zh-Hans",
        }
        since = Period(span(row[2].isoformat()).start)
        cited = conn.execute("SELECT record_id FROM record WHERE kind = 'act' LIMIT 1").fetchone()
        assert cited is not None
        with conn.transaction():
            change = Changeset("li.si", "renamed", "act", [UUID(str(cited[0]))])
            said = [Statement("name", row[0], since, name)]
            assert REGISTER_LEDGER.publish_statements(conn, change, said) is not None
            read = conn.execute(
                "SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables"
                " WHERE seq_tup_read > 0 OR idx_tup_fetch > 0"
            ).fetchall()
    assert {table for table, rows in read} >= {"name_version", "unit_state"}
    assert {table: rows for table, rows in read if rows > FEW_ROWS} == {}
