"""What the one door lets in, and what it refuses."""

from datetime import date
from uuid import uuid4

import psycopg
import pytest
from psycopg import Connection, errors
from shapely import LineString, Point

from gazetteer.ledger.integrity import find_tampering
from gazetteer.ledger.period import Period
from gazetteer.ledger.publish import Changeset
from gazetteer.ledger.record_kind import FieldType
from gazetteer.ledger.versions import Statement, Timeline, Version
from gazetteer.problems import Conflict, InvalidValue
from tests.gazetteer.ledger.registers import (
    CORRECTION,
    LEDGER,
    LOAD,
    SQUARE,
    UnitRecords,
    act,
    publish,
    span,
)

Conn = Connection


def head(conn: Conn) -> tuple[int, int]:
    row = conn.execute("SELECT changeset_id, seq FROM ledger_head").fetchone()
    assert row is not None
    return row


def test_what_is_known_already_is_not_published_again(conn: Conn) -> None:
    tianhe = UnitRecords()
    publish(conn, *tianhe.founded("440106", "天河区"))
    assert LEDGER.publish_statements(conn, CORRECTION, tianhe.founded("440106", "天河区")) is None
    assert head(conn) == (1, 5)


def test_a_whole_number_and_the_same_number_with_a_point_are_one_value(conn: Conn) -> None:
    one, other, link = UnitRecords(), UnitRecords(), uuid4()
    publish(conn, *one.founded("440221", "曲江县"), *other.founded("440205", "曲江区"))

    def link_with(share: float) -> Statement:
        ends = {"from_unit": one.unit, "to_unit": other.unit, "link_kind": "continues"}
        return Statement("succession", link, span("2004-08-28"), {**ends, "share_from": share})

    publish(conn, link_with(1))
    assert LEDGER.publish_statements(conn, CORRECTION, [link_with(1.0)]) is None
    assert list(find_tampering(conn, LEDGER.kinds)) == []


def test_a_load_that_is_run_twice_changes_nothing(conn: Conn) -> None:
    timelines = [
        Timeline("functional_area", uuid4(), (Version(span("1993-05-12"), {"name": name}),))
        for name in ("南沙开发区", "横琴粤澳深度合作区")
    ]
    assert LEDGER.publish_timelines(conn, LOAD, timelines) is not None
    assert LEDGER.publish_timelines(conn, LOAD, timelines) is None


def test_a_record_in_two_chunks_of_a_load_changes_once(
    conn: Conn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second chunk is compared while the first one is written."""
    monkeypatch.setattr("gazetteer.ledger.publish.CHUNK_SIZE", 2)
    timelines = [
        Timeline("functional_area", uuid4(), (Version(Period(), {"name": f"开发区{n}"}),))
        for n in range(3)
    ]
    published = LEDGER.publish_timelines(conn, LOAD, [*timelines, *timelines, timelines[0]])
    assert published is not None
    assert published.change_count == 3
    assert list(find_tampering(conn, LEDGER.kinds)) == []


def test_a_load_leaves_alone_what_a_person_has_corrected(conn: Conn) -> None:
    zone = uuid4()
    loaded = [Timeline("functional_area", zone, (Version(Period(), {"name": "南沙"}),))]
    LEDGER.publish_timelines(conn, LOAD, loaded)
    by_hand = Statement("functional_area", zone, Period(), {"name": "南沙开发区"})
    publish(conn, by_hand, why=CORRECTION)
    again = LEDGER.publish_timelines(conn, LOAD, loaded)
    assert again is not None
    assert (again.change_count, again.preserved) == (0, (zone,))


@pytest.mark.parametrize("kind", LEDGER.kinds)
def test_the_database_itself_refuses_two_versions_on_one_day(conn: Conn, kind: str) -> None:
    insert_raw(conn, kind, "[2000-01-01,2010-01-01)")
    with pytest.raises(errors.ExclusionViolation):
        insert_raw(conn, kind, "[2009-12-31,)")


@pytest.mark.parametrize("kind", LEDGER.kinds)
def test_the_database_itself_refuses_a_period_without_a_day(conn: Conn, kind: str) -> None:
    with pytest.raises(errors.CheckViolation, match="no_empty_period"):
        insert_raw(conn, kind, "[2000-01-01,2000-01-01)")


RAW_RECORD = uuid4()
RAW_FILE = "ab" * 32


RAW_VALUES = {
    FieldType.UUID: uuid4,
    FieldType.TEXT: lambda: uuid4().hex,
    FieldType.POINT: lambda: Point(113, 23).wkb_hex,
    FieldType.LINE: lambda: LineString([(113, 23), (114, 24)]).wkb_hex,
    FieldType.AREA: lambda: SQUARE,
}


def insert_raw(conn: Conn, kind: str, period: str) -> None:
    """A version past the one door; only what the tables demand is filled."""
    values: dict[str, object] = {field.name: None for field in LEDGER.kinds[kind].fields}
    for field in LEDGER.kinds[kind].fields:
        if field.required:
            values[field.name] = RAW_VALUES[field.type]()
    if kind == "edge":  # somebody is on one side, and the other says why nobody is
        values |= {"left_unit": uuid4(), "beyond": "outside"}
    if kind == "document":  # of a known role, with a stored file
        values |= {"role": "other", "file": RAW_FILE}
    columns = {
        "record_id": RAW_RECORD,
        "valid": period,
        "recorded": "[2020-01-01,)",
        "start_precision": "day",
        "end_precision": "day",
        "opened_in": 1,
        "digest": b"",
        **{f'"{name}"': value for name, value in values.items()},
    }
    with conn.transaction():
        conn.execute(
            "INSERT INTO changeset VALUES (1, 1, 1, '', '', 'load', NULL, '{}', now())"
            " ON CONFLICT DO NOTHING"
        )
        conn.execute(
            "INSERT INTO record VALUES (%s, %s) ON CONFLICT DO NOTHING", (RAW_RECORD, kind)
        )
        conn.execute(
            "INSERT INTO file VALUES (%s, 'application/pdf', 1, '', 'internal', '', now())"
            " ON CONFLICT DO NOTHING",
            (RAW_FILE,),
        )
        conn.execute(
            f"INSERT INTO {kind}_version ({', '.join(columns)})"
            f" VALUES ({', '.join(['%s'] * len(columns))})",
            list(columns.values()),
        )


def test_a_code_that_another_unit_carries_is_refused_by_name(conn: Conn) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    with pytest.raises(Conflict) as refused:
        publish(conn, *UnitRecords().founded("440106", "天大区", "2020-01-01"))
    assert refused.value.field == "code"
    assert head(conn) == (1, 5)


def test_a_code_may_pass_to_another_unit_in_one_changeset(conn: Conn) -> None:
    old, new = UnitRecords(), UnitRecords()
    publish(conn, *old.founded("440511", "郊区"))
    taken = Statement("code", old.code, span("2003-01-29"), None)
    publish(conn, taken, *new.founded("440511", "金平区", "2003-01-29"))
    rows = conn.execute(
        "SELECT name FROM unit_state WHERE code = '440511' AND upper_inf(recorded) ORDER BY valid"
    ).fetchall()
    assert rows == [("郊区",), ("金平区",)]


def test_a_reference_to_a_record_that_does_not_exist_is_refused(conn: Conn) -> None:
    unit = UnitRecords()
    with pytest.raises(Conflict) as refused:
        publish(conn, Statement("code", unit.code, span("1985-05-24"), unit.coded("440106")))
    assert refused.value.field == "unit_id"
    assert head(conn) == (0, 0)


def test_a_reference_to_a_record_of_another_kind_is_refused(conn: Conn) -> None:
    unit = UnitRecords()
    with pytest.raises(Conflict) as refused:
        publish(
            conn,
            Statement(
                "place", unit.place, Period(), {"legal_class": "division", "level": "county"}
            ),
            Statement("unit", unit.unit, Period(), {"level": "county", "place_id": uuid4()}),
        )
    assert refused.value.field == "place_id"


def test_a_period_started_by_an_act_that_does_not_exist_is_refused(conn: Conn) -> None:
    with pytest.raises(Conflict) as refused:
        publish(conn, *UnitRecords().founded("440106", "天河区", by=uuid4()))
    assert refused.value.field == "started_by"


def test_a_changeset_that_names_an_act_that_does_not_exist_is_refused(conn: Conn) -> None:
    changeset = Changeset("officer", "撤县设区", "act", [uuid4()])
    with pytest.raises(Conflict) as refused:
        publish(conn, *UnitRecords().founded("440106", "天河区"), why=changeset)
    assert refused.value.field == "acts"


def test_a_record_keeps_its_kind(conn: Conn) -> None:
    unit = UnitRecords()
    publish(conn, *unit.founded("440106", "天河区"))
    with pytest.raises(Conflict) as refused:
        publish(conn, act(unit.unit))
    assert refused.value.field == "kind"


def test_who_changes_what_somebody_else_has_changed_meanwhile_is_told(conn: Conn) -> None:
    unit = UnitRecords()
    seen = publish(conn, *unit.founded("440106", "天河区")).changeset_id
    mine = Changeset("a", "typing error", "correction", expected={unit.name: seen})
    name = Statement("name", unit.name, span("1985-05-24"), unit.named("天诃区"))
    publish(conn, name, why=CORRECTION)
    with pytest.raises(Conflict) as refused:
        publish(conn, Statement("name", unit.name, span("1990-01-01"), None), why=mine)
    assert refused.value.extras["records"] == [str(unit.name)]


def test_who_saw_the_last_state_of_a_record_may_change_it(conn: Conn) -> None:
    unit = UnitRecords()
    seen = publish(conn, *unit.founded("440106", "天河区")).changeset_id
    mine = Changeset("a", "typing error", "correction", expected={unit.name: seen, uuid4(): 0})
    publish(conn, Statement("name", unit.name, span("1990-01-01"), None), why=mine)


@pytest.mark.parametrize(
    ("changeset", "field"),
    [
        (Changeset("a", " ", "correction"), "reason"),
        (Changeset("a", "撤县设区", "act"), "acts"),
    ],
)
def test_a_change_without_reason_or_act_is_refused(
    conn: Conn, changeset: Changeset, field: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        publish(conn, act(uuid4()), why=changeset)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("kind", "attributes", "reason"),
    [
        ("act", {"titel": "批复"}, "记录类型“act”没有字段“titel”。"),
        ("act", {"number": "国函〔2003〕12号"}, "记录类型“act”的必填字段“title”没有值。"),
        (
            "place",
            {"legal_class": "a", "level": "county", "location": "POINT(113 23)"},
            "字段“location”的值须为 Point 类型几何的小端序 WKB，以小写十六进制书写。",
        ),
        (
            "place",
            {"legal_class": "a", "level": "county", "location": SQUARE},
            "字段“location”的值须为 Point 类型几何的小端序 WKB，以小写十六进制书写。",
        ),
        (
            "succession",
            {"from_unit": uuid4(), "to_unit": uuid4(), "link_kind": "same", "share_from": "half"},
            "字段“share_from”的值须为数值。",
        ),
    ],
)
def test_attributes_that_the_kind_does_not_have_are_refused(
    conn: Conn, kind: str, attributes: dict[str, object], reason: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        publish(conn, Statement(kind, uuid4(), Period(), attributes))
    assert (refused.value.field, refused.value.text("zh")) == ("attributes", reason)


def test_a_kind_that_does_not_exist_is_refused(conn: Conn) -> None:
    with pytest.raises(InvalidValue) as refused:
        publish(conn, Statement("county", uuid4(), Period(), {}))
    assert refused.value.field == "kind"


GUARDED = ["audit", "changeset", "change", "record", "name_version", "area_version"]


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize("rewrite", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nothing_published_can_be_taken_out(conn: Conn, table: str, rewrite: str) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        conn.execute(rewrite.format(table))


@pytest.mark.parametrize(
    "rewrite",
    [
        "UPDATE audit SET actor = 'nobody'",
        "UPDATE changeset SET reason = 'none'",
        "UPDATE change SET seq = seq + 100",
        "UPDATE record SET kind = 'act'",
        "UPDATE name_version SET text = '天大区'",
        "UPDATE name_version SET digest = ''",
        "UPDATE name_version SET valid = '[2000-01-01,)'",
        "UPDATE name_version SET recorded = '[2000-01-01,)'",
        "UPDATE name_version SET recorded = 'empty', closed_in = 1",
        "UPDATE name_version SET text = '', closed_in = 1,"
        " recorded = tstzrange(lower(recorded), now())",
    ],
)
def test_nothing_published_can_be_rewritten(conn: Conn, rewrite: str) -> None:
    publish(conn, *UnitRecords().founded("440106", "天河区"))
    with pytest.raises(psycopg.errors.RaiseException, match=r"append-only|can only be closed"):
        conn.execute(rewrite)


def test_a_closed_version_stays_closed(conn: Conn) -> None:
    unit = UnitRecords()
    publish(conn, *unit.founded("440106", "天河区"))
    publish(conn, Statement("name", unit.name, span("1985-05-24"), None), why=CORRECTION)
    with pytest.raises(psycopg.errors.RaiseException, match="can only be closed"):
        conn.execute("UPDATE name_version SET recorded = tstzrange(lower(recorded), NULL)")


def test_the_act_of_a_version_may_come_in_the_same_changeset(conn: Conn) -> None:
    approval = uuid4()
    changeset = Changeset("officer", "设立天河区", "act", [approval])
    publish(
        conn,
        *UnitRecords().founded("440106", "天河区", by=approval),
        act(approval, approved_on=date(1985, 5, 24)),
        why=changeset,
    )
