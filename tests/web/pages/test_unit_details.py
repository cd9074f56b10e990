"""Pages add romanised names to units, and distinguish new units from enlarged ones."""

from typing import Any

import psycopg
import pytest

from web.pages.unit_details import add_romanized_names, mark_transfers_to_existing_units

TIANHE = "440106"


@pytest.fixture
def shipped(register: str) -> Any:
    with psycopg.connect(register) as conn:
        yield conn


def unit_id_and_first_day(conn: psycopg.Connection, code: str) -> tuple[str, str]:
    row = conn.execute(
        "SELECT unit_id::text, min(lower(valid))::text FROM unit_state"
        " WHERE code = %s AND upper_inf(recorded) GROUP BY unit_id",
        [code],
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def test_units_get_the_romanised_form_of_their_name(shipped: psycopg.Connection) -> None:
    units: list[dict[str, Any] | None] = [
        {"code": TIANHE, "name": "天河区"},
        {"code": None, "name": "天河区"},
        {"code": TIANHE, "name": "从未有过的名称"},
        None,
    ]
    add_romanized_names(shipped, units)
    assert units == [
        {"code": TIANHE, "name": "天河区", "romanized_name": "Tianhe Qu"},
        {"code": None, "name": "天河区"},
        {"code": TIANHE, "name": "从未有过的名称", "romanized_name": None},
        None,
    ]


def test_a_transfer_on_the_first_day_of_the_receiver_forms_it(shipped: psycopg.Connection) -> None:
    unit_id, first_day = unit_id_and_first_day(shipped, TIANHE)
    links = [
        {"unit_id": "0", "kind": kind, "on": on}
        for kind, on in [("split_off", first_day), ("split_off", "2005-01-01"), ("same", first_day)]
    ]
    division = {"unit_id": unit_id, "predecessors": links, "successors": []}
    mark_transfers_to_existing_units(shipped, division)
    assert [link["kind"] for link in links] == ["split_off", "split_off_to_existing", "same"]


def test_the_receiver_of_a_successor_is_the_other_unit(shipped: psycopg.Connection) -> None:
    unit_id, first_day = unit_id_and_first_day(shipped, TIANHE)
    links = [
        {"unit_id": unit_id, "kind": "split_off", "on": on} for on in (first_day, "2005-01-01")
    ]
    division = {"unit_id": "0", "predecessors": [], "successors": links}
    mark_transfers_to_existing_units(shipped, division)
    assert [link["kind"] for link in links] == ["split_off", "split_off_to_existing"]
