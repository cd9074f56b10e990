"""Two states of the register that are compared, and the units that the comparison is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import tuple_row

from boundaries.differences.register_difference import ComparedUnit, UnitNames
from boundaries.exports.export_query import SUBTREE, Conn
from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, in_force_sql, resolve_known_at
from gazetteer.ledger.version_store import format_ids
from gazetteer.records.division_queries import check_day_recorded, raise_code_problem

MOMENTS_CTE: LiteralString = """from_moment AS (SELECT %(from_known_at)s::timestamptz AS known_at),
to_moment AS (SELECT %(to_known_at)s::timestamptz AS known_at)"""
"""A WITH clause: the moments of knowledge of both states."""

SIDES = ("from_", "to_")
"""What :func:`~gazetteer.ledger.as_of.in_force_sql` takes for the state before and after."""

_SUBTREE = f"WITH RECURSIVE {MOMENT_CTE}, {SUBTREE} SELECT unit_id FROM subtree"

_NAMES = f"""
WITH {MOMENT_CTE}
SELECT DISTINCT ON (s.unit_id) s.unit_id, s.code, s.name, s.level FROM moment, unit_state s
WHERE s.unit_id = ANY (%(units)s::uuid[]) AND {in_force_sql("s")}
ORDER BY s.unit_id, lower(s.valid) DESC NULLS LAST
"""


@dataclass(frozen=True)
class ComparedStates:
    """The state before and the one after, with their moments of knowledge resolved.

    ``scope`` are the units that are compared: those below the unit in either state, and itself.
    """

    before: AsOf
    after: AsOf
    scope: frozenset[UUID]

    def build_sql_params(self) -> dict[str, Any]:
        """Named parameters for :data:`MOMENTS_CTE` and the ``scope``."""
        return {
            f"{side}{name}": value
            for side, as_of in zip(SIDES, (self.before, self.after), strict=True)
            for name, value in as_of.to_sql_params().items()
        } | {"scope": format_ids(self.scope)}


def resolve_states(conn: Conn, code: str, before: AsOf, after: AsOf) -> ComparedStates:
    """The states with the units below whichever unit carried ``code`` in each of them.

    Raises:
        UnknownCode, CodeNotInForce: no unit carried the code in either.
        NoDataBefore: one of the days lies before the first record.
        InvalidValue: a moment of knowledge lies in the future, or before the first publication.
    """
    sides = [
        AsOf(one.at, resolve_known_at(conn, one, field=f"{side}known_at"), one.basis)
        for side, one in zip(SIDES, (before, after), strict=True)
    ]
    scope: set[UUID] = set()
    for name, one in zip(("from", "to"), sides, strict=True):
        check_day_recorded(conn, one.at, field=name)
        with conn.cursor(row_factory=tuple_row) as cursor:
            params = {**one.to_sql_params(), "within": code}
            scope |= {row[0] for row in cursor.execute(_SUBTREE, params)}
    if not scope:
        raise_code_problem(conn, code, sides[1], field="to", code_field="unit")
    return ComparedStates(sides[0], sides[1], frozenset(scope))


def load_unit_names(conn: Conn, states: ComparedStates, units: frozenset[UUID]) -> UnitNames:
    """Code, name and level of units in both states."""
    named: list[Mapping[UUID, ComparedUnit]] = []
    for as_of in (states.before, states.after):
        params = {**as_of.to_sql_params(), "units": format_ids(units)}
        with conn.cursor(row_factory=tuple_row) as cursor:
            rows = cursor.execute(_NAMES, params).fetchall()
        named.append({unit: ComparedUnit(*described) for unit, *described in rows})
    return UnitNames(*named)
