"""Details that the pages add to units: romanised names, and who receives a territory."""

from collections.abc import Iterable
from typing import Any

from psycopg import Connection

JsonObject = dict[str, Any]

_NAMES_SQL = """
SELECT DISTINCT ON (code, name) code, name, romanized_name FROM unit_state
WHERE code = ANY (%s) AND romanized_name IS NOT NULL AND upper_inf(recorded)
ORDER BY code, name
"""

_FIRST_DAYS_SQL = """
SELECT unit_id::text, min(coalesce(lower(valid), '0001-01-01'))::text FROM unit_state
WHERE unit_id = ANY (%s::uuid[]) AND upper_inf(recorded) GROUP BY unit_id
"""


def add_romanized_names(conn: Connection[Any], units: Iterable[JsonObject | None]) -> None:
    """Give each unit that has a code its ``romanized_name``, null where none is recorded."""
    coded = [unit for unit in units if unit and unit["code"]]
    rows = conn.execute(_NAMES_SQL, [[unit["code"] for unit in coded]]).fetchall()
    romanized = {(code, name): form for code, name, form in rows}
    for unit in coded:
        unit["romanized_name"] = romanized.get((unit["code"], unit["name"]))


def mark_transfers_to_existing_units(conn: Connection[Any], division: JsonObject) -> None:
    """Distinguish territory that formed a new unit from territory added to an existing one.

    Both are of the kind ``split_off``; in the predecessors and successors of ``division`` the
    second becomes ``split_off_to_existing``.
    """
    transfers = [
        (link, link["unit_id"] if is_successor else division["unit_id"])
        for links, is_successor in (
            (division["predecessors"], False),
            (division["successors"], True),
        )
        for link in links
        if link["kind"] == "split_off" and link["on"]
    ]
    if not transfers:
        return
    receivers = list({receiver for _, receiver in transfers})
    first_days = dict(conn.execute(_FIRST_DAYS_SQL, [receivers]).fetchall())
    for link, receiver in transfers:
        if first_days.get(receiver) != link["on"]:
            link["kind"] = "split_off_to_existing"
