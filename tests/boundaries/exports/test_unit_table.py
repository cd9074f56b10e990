"""The list of divisions has every unit of the day, with all units above it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest

from boundaries.exports.export_query import ROW_BYTES, ExportRequest
from boundaries.exports.export_tables import ExportKind, export_table
from gazetteer.ledger.as_of import AsOf, today
from gazetteer.problems import NoAreaKnown, TooLarge

NOW = AsOf(today())


@pytest.fixture(scope="module")
def conn(register: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(register, autocommit=True) as connection:
        yield connection


def load_rows(conn: psycopg.Connection, request: ExportRequest) -> dict[str, dict[str, Any]]:
    """The rows of the list, by code."""
    table = export_table(conn, ExportKind.UNITS, request)
    assert table.geometry_type is None
    rows = zip(*table.columns.values(), strict=True)
    listed = [dict(zip(table.columns, row, strict=True)) for row in rows]
    assert len({row["code"] for row in listed}) == len(listed)
    return {row["code"]: row for row in listed}


def test_the_list_has_every_unit_in_force_of_every_level(conn: psycopg.Connection) -> None:
    listed = load_rows(conn, ExportRequest(NOW))
    counted = conn.execute(
        "SELECT level, count(*) FROM unit_state WHERE upper_inf(recorded) AND valid @> %s::date"
        " GROUP BY level",
        [NOW.at],
    ).fetchall()
    levels = [row["level"] for row in listed.values()]
    assert {level: levels.count(level) for level in set(levels)} == dict(counted)
    assert list(listed) == sorted(listed)


def test_a_row_names_all_units_above_it(conn: psycopg.Connection) -> None:
    listed = load_rows(conn, ExportRequest(NOW, within="440106"))
    village = listed["440106001001"]
    township, county = listed["440106001"], listed["440106"]
    assert (village["parent_code"], village["parent_name"]) == ("440106001", township["name"])
    assert village["full_name"] == f"广东省广州市天河区{township['name']}{village['name']}"
    above = [village[f"{level}_code"] for level in ("province", "prefecture", "county", "township")]
    assert above == ["440000", "440100", "440106", "440106001"]
    assert (county["province_name"], county["prefecture_name"]) == ("广东省", "广州市")
    assert county["county_code"] is None and county["full_name"] == "广东省广州市天河区"
    assert set(listed) == {"440106"} | {code for code in listed if code.startswith("440106")}


def test_custody_and_subordination_are_told_apart(conn: psycopg.Connection) -> None:
    shunde = load_rows(conn, ExportRequest(NOW, "county", "440000"))
    apart = [row for row in shunde.values() if row["custody_code"]]
    assert apart and all(row["parent_code"] == row["custody_code"] for row in apart)
    assert all(row["subordination_code"] for row in apart)


def test_a_level_and_a_past_day_select(conn: psycopg.Connection) -> None:
    then = load_rows(conn, ExportRequest(AsOf(date(2020, 1, 1)), "county", "360700"))
    now = load_rows(conn, ExportRequest(NOW, "county", "360700"))
    assert then.keys() - now.keys() == {"360727"} and now.keys() - then.keys() == {"360783"}
    assert {row["level"] for row in now.values()} == {"county"}


def test_dates_say_how_well_they_are_known(conn: psycopg.Connection) -> None:
    listed = load_rows(conn, ExportRequest(NOW))
    by_precision = {row["valid_from_precision"]: row for row in listed.values()}
    assert {"year", "first_record", "approved"} <= set(by_precision)
    for row in listed.values():
        day = row["valid_from"].isoformat()
        whole = row["valid_from_precision"] not in ("year", "first_record")
        assert row["valid_from_known"] == (day if whole else day[:4])
        if row["valid_to"] is None:
            assert (row["valid_to_precision"], row["valid_to_known"]) == ("unknown", None)


def test_an_empty_list_says_why(conn: psycopg.Connection) -> None:
    early = AsOf(date(1949, 10, 1))
    with pytest.raises(NoAreaKnown) as nothing:
        export_table(conn, ExportKind.UNITS, ExportRequest(early))
    assert nothing.value.text("en") == "No unit is on record for 1949-10-01."
    with pytest.raises(NoAreaKnown) as no_level:
        export_table(conn, ExportKind.UNITS, ExportRequest(early, "village"))
    assert "Village" in no_level.value.text("en")
    with pytest.raises(TooLarge):
        export_table(conn, ExportKind.UNITS, ExportRequest(NOW, most_bytes=5 * ROW_BYTES))
