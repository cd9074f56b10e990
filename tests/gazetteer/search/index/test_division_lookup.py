"""A unit looked up in memory is the same as from the database, to the last byte."""

import random
from datetime import date

import orjson
import psycopg
import pytest
from psycopg import Connection

from gazetteer.ledger.as_of import AsOf
from gazetteer.problems import Problem
from gazetteer.records import division_queries
from gazetteer.search.index.division_lookup import find_division
from gazetteer.search.index.index_building import build_name_index
from gazetteer.search.index.index_loading import load_source
from gazetteer.search.index.name_index import NameIndex
from tests.gazetteer.ledger.registers import UnitRecords, publish

TODAY = date(2026, 11, 1)
CODES = 700
_PERIODS = """
SELECT code, lower(valid), upper(valid) FROM unit_state
WHERE upper_inf(recorded) AND code IS NOT NULL ORDER BY level = 'village', md5(code || valid)
"""


def load_from_database(conn: Connection, code: str, at: date) -> bytes | None:
    try:
        return orjson.dumps(division_queries.load_division(conn, code, AsOf(at), TODAY))
    except Problem:
        return None


def test_both_ways_give_one_answer_for_every_kind_of_code_and_day(
    register: str, index: NameIndex
) -> None:
    chance = random.Random(7)
    with psycopg.connect(register, autocommit=True) as conn:
        periods = conn.execute(_PERIODS).fetchall()
        chosen = chance.sample(periods[:8_500], CODES) + chance.sample(periods[8_500:], CODES // 7)
        found = 0
        for code, start, end in chosen:
            first, last = start or date(1985, 1, 1), end or TODAY
            for at in {first, last, date(chance.randint(1982, 2026), 7, 1), TODAY}:
                remembered = find_division(index, code, at, TODAY)
                if remembered is None:
                    assert load_from_database(conn, code, at) is None, (code, at)
                    continue
                found += 1
                assert orjson.dumps(remembered) == load_from_database(conn, code, at), (code, at)
    assert found > CODES


@pytest.mark.parametrize("code", ["999999", "000000000", "000000440106"])
def test_an_unknown_code_is_not_answered(index: NameIndex, code: str) -> None:
    assert find_division(index, code, TODAY, TODAY) is None


def test_a_day_before_the_first_record_is_not_answered(index: NameIndex) -> None:
    assert find_division(index, "440106", date(1900, 1, 1), TODAY) is None


def test_an_empty_register_answers_nothing(conn: Connection) -> None:
    assert find_division(build_name_index(load_source(conn)), "440106", TODAY, TODAY) is None


def test_what_lies_in_a_unit_without_a_name_is_left_to_the_database(conn: Connection) -> None:
    above, below = UnitRecords(), UnitRecords()
    publish(conn, *above.founded("440100", "广州市"), *below.founded("440106", "天河区"))
    conn.execute(
        "UPDATE unit_state SET custody_parent = %(above)s, parent_id = %(above)s"
        " WHERE unit_id = %(below)s",
        {"above": above.unit, "below": below.unit},
    )
    division = find_division(build_name_index(load_source(conn)), "440106", TODAY, TODAY)
    assert division is not None
    assert division["parent"] == {"code": "440100", "name": "广州市"}
    conn.execute("UPDATE unit_state SET name = NULL WHERE unit_id = %s", [above.unit])
    assert find_division(build_name_index(load_source(conn)), "440106", TODAY, TODAY) is None
    assert load_from_database(conn, "440106", TODAY) is not None
