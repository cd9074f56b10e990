"""The register of the shipped data with one record of each kind corrupted in the database."""

from collections import Counter
from datetime import date

import psycopg

from boundaries.consistency.network_checks import find_network_errors
from boundaries.rules.register_observer import RegisterObserver
from boundaries.rules.register_validation import RegisterValidationResult, validate_register
from gazetteer.ledger.as_of import AsOf

AT = AsOf(date(2025, 1, 1))

_COUNTY = "(SELECT unit_id FROM unit_state WHERE code = '{}' AND upper_inf(valid))"
_BETWEEN = (
    "upper_inf(valid) AND {one} IN (left_unit, right_unit) AND {other} IN (left_unit, right_unit)"
)


def select_edges_between(one: str, other: str) -> str:
    return _BETWEEN.format(one=_COUNTY.format(one), other=_COUNTY.format(other))


CORRUPTIONS = {
    # 增城 and 博罗: one border, left and right
    f"UPDATE edge_version SET left_unit = right_unit, right_unit = left_unit WHERE version_id = ("
    f"SELECT version_id FROM edge_version WHERE {select_edges_between('440118', '441322')}"
    " ORDER BY record_id LIMIT 1)": [("TOP-LIN-02", "turned", ("440118", "441322"))],
    # 惠东 and 海丰: a border taken out
    f"DELETE FROM edge_version WHERE version_id = (SELECT version_id FROM edge_version WHERE"
    f" {select_edges_between('441323', '441521')} ORDER BY record_id LIMIT 1)": [
        ("TOP-COV-05", "differs", ("441323",)),
        ("TOP-COV-05", "differs", ("441521",)),
    ],
    # 肇庆 shifted by a centimetre, and none of its counties
    f"UPDATE area_version SET geom = ST_Translate(geom, 1e-7, 0) WHERE upper_inf(valid)"
    f" AND unit_id = {_COUNTY.format('441200')}": [("TOP-HIE-06", "differs", ("441200",))],
    # a border of 英德 and 佛冈 begins in 2016, without an act
    f"UPDATE edge_version SET valid = '[2016-01-01,)', start_precision = 'day', started_by = NULL"
    " WHERE version_id = (SELECT version_id FROM edge_version"
    f" WHERE {select_edges_between('441881', '441821')}"
    " ORDER BY record_id LIMIT 1)": [
        ("TOP-VER-02", "no_act", ("441821", "441881")),
        ("TOP-VER-03", "open", ("441821", "441881")),  # in the years before
    ],
    # a place of 乐昌 recorded in 徐闻, at the other end of the province
    f"UPDATE place_version SET within = {_COUNTY.format('440825')} WHERE version_id = ("
    f"SELECT version_id FROM place_version WHERE within = {_COUNTY.format('440281')}"
    " AND location IS NOT NULL ORDER BY record_id LIMIT 1)": [
        ("TOP-ATT-03", "elsewhere", ("440281", "440825"))
    ],
    # the seat of 阳山 in the sea
    f"UPDATE unit_version SET seat = ST_SetSRID(ST_MakePoint(115, 20), 4490)"
    f" WHERE upper_inf(valid) AND record_id = {_COUNTY.format('441823')}": [
        ("TOP-HIE-07", "outside", ("441823",))
    ],
}


CONSEQUENCES = {
    ("TOP-NOD-02", "unfinished"),  # the ends of the border that is gone
    ("TOP-COV-03", "apart"),  # 肇庆 against its neighbours, its counties and its province
    ("TOP-HIE-03", "apart"),
}


def count_findings(result: RegisterValidationResult) -> Counter[tuple[str, str, tuple[str, ...]]]:
    return Counter(
        (f.rule, f.kind, tuple(sorted(result.codes[n] for n in f.features)))
        for f in result.findings
    )


def test_what_was_corrupted_is_reported_and_everything_else_stays(register_copy: str) -> None:
    with psycopg.connect(register_copy, autocommit=True) as conn:
        before = count_findings(validate_register(conn, AT))
        with conn.transaction():
            conn.execute("SET LOCAL session_replication_role = replica")  # the guards are asleep
            for statement in CORRUPTIONS:
                assert conn.execute(statement.encode()).rowcount == 1
        after = count_findings(validate_register(conn, AT))
        checked = {
            finding.check for finding in find_network_errors(RegisterObserver(), AT.at, conn)
        }
    assert before - after == Counter()
    new = after - before
    expected = Counter(finding for findings in CORRUPTIONS.values() for finding in findings)
    assert expected - new == Counter()
    assert {n[:2] for n in new - expected} <= CONSEQUENCES
    assert {rule for rule, *_ in expected if rule not in ("TOP-ATT-03", "TOP-HIE-07")} <= checked
