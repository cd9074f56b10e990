"""The states of units, laid anew by every publication."""

from typing import Any

import pytest
from psycopg import Connection

from tests.gazetteer.ledger.registers import RandomChanges

NOW = "SELECT state_id FROM unit_state WHERE unit_id = %s ORDER BY 1"


@pytest.mark.parametrize("counted", [24, 34])
def test_no_state_is_lost_to_an_index_that_grows_while_states_are_closed(
    conn: Connection[Any], counted: int
) -> None:
    """PostgreSQL 15 lost index entries once the planner preferred it, see ``unit_states.py``."""
    register = RandomChanges(7, units=3)
    register.found(conn)
    for number in range(40):
        register.publish(conn)
        if number == counted:
            conn.execute("ANALYZE unit_state")  # as the server does by itself at any time

    conn.execute(
        "DROP INDEX unit_state_unit, unit_state_of_unit;"
        " SET enable_seqscan = off; SET enable_bitmapscan = off"
    )
    by_index = [conn.execute(NOW, [unit.unit]).fetchall() for unit in register.units]
    conn.execute("SET enable_seqscan = on; SET enable_indexscan = off")
    by_row = [conn.execute(NOW, [unit.unit]).fetchall() for unit in register.units]
    assert by_index == by_row
