"""The moment of a query: the day of validity, the moment of knowledge and the basis of dates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from psycopg import Connection

from gazetteer.messages import message
from gazetteer.problems import InvalidValue

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Basis(StrEnum):
    """Date of a legal act from which a change counts (Order 704, arts. 15-18)."""

    EFFECTIVE = "effective"
    ANNOUNCED = "announced"  # public maps follow the announcement
    IMPLEMENTED = "implemented"


@dataclass(frozen=True, slots=True)
class AsOf:
    """``at``: in force on that day (Asia/Shanghai). ``known_at``: as known then; None means now.

    Where an act does not state the date of the basis, its effective date is used instead.
    """

    at: date
    known_at: datetime | None = None
    basis: Basis = Basis.EFFECTIVE

    def to_sql_params(self) -> dict[str, Any]:
        """Named parameters for :data:`MOMENT_CTE` and :func:`in_force_sql`."""
        return {"at": self.at, "known_at": self.known_at, "basis": self.basis.value}

    def as_of_fields(self, known_at: datetime) -> dict[str, str]:
        """The moment as responses state it.

        Args:
            known_at: what :func:`resolve_known_at` returned. Without ``known_at`` in the query it
                is the moment of the last publication: the same query with it always gives the
                same response.
        """
        moment = known_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return {"at": self.at.isoformat(), "known_at": moment, "basis": self.basis.value}


@lru_cache(64)
def newest_as_of_fields(at: date, recorded_at: datetime) -> Mapping[str, str]:
    """The moment of a response from memory: a day, in the state of the last publication."""
    return MappingProxyType(AsOf(at).as_of_fields(recorded_at))


MOMENT_CTE = "moment AS (SELECT coalesce(%(known_at)s, recorded_at) AS known_at FROM ledger_head)"
"""A WITH clause: the moment of knowledge, read in the same snapshot as everything else."""


def in_force_sql(alias: str, side: str = "") -> str:
    """SQL: whether the version row ``alias`` counts at the moment; needs :data:`MOMENT_CTE`.

    A statement about two moments gives each a ``side``: it is put before the names of the
    parameters and of the clause.

    Written as function calls, which no index serves: the planner takes a condition on a period
    for far more selective than it is, since nearly every version is known now, and would walk
    the index of a whole exclusion constraint instead of the few versions of a record.
    """
    return (
        f"range_contains_elem({alias}.recorded, {side}moment.known_at)"
        f" AND in_force({alias}.valid, {alias}.started_by, {alias}.ended_by,"
        f" %({side}at)s::date, {side}moment.known_at, %({side}basis)s::text)"
    )


_INDENTATION = re.compile(r"\n\s+")
_BASIS_LOOKUP = re.compile(r"in_force\((\w+)\.valid, .*?%\(basis\)s::text\)")


@cache
def without_basis_lookup(statement: LiteralString, basis: Basis) -> LiteralString:
    """A statement with :func:`in_force_sql`, without the lookup of acts if the basis needs none.

    A prepared statement carries that lookup along for every parameter, and it costs more than
    the rest of a lookup by code.

    Indentation goes too: psycopg caches how it parsed a statement of up to 4096 characters, and
    parses a longer one again each time.
    """
    text: str = _INDENTATION.sub("\n", statement)
    if basis is Basis.EFFECTIVE:
        text = _BASIS_LOOKUP.sub(r"range_contains_elem(\1.valid, %(at)s::date)", text)
    return text


def today() -> date:
    """Today in the time zone of the register, Asia/Shanghai."""
    return datetime.now(SHANGHAI).date()


def resolve_known_at(conn: Connection[Any], as_of: AsOf, *, field: str = "known_at") -> datetime:
    """The moment of knowledge of a response; ``field`` is the name of the parameter.

    Raises:
        InvalidValue: ``known_at`` lies in the future, or before the first publication.
    """
    if as_of.known_at is None:
        row = conn.execute("SELECT nullif(recorded_at, '-infinity') FROM ledger_head").fetchone()
        return datetime.now(UTC) if row is None or row[0] is None else row[0]
    row = conn.execute("SELECT min(recorded_at), clock_timestamp() FROM changeset").fetchone()
    if row is None or row[0] is None:
        return as_of.known_at
    first, now = row
    if as_of.known_at > now:
        raise InvalidValue(message("ledger.known_at_in_future", name=field), field=field)
    if as_of.known_at < first:
        since = first.isoformat()
        too_early = message("ledger.known_at_too_early", name=field, first=since)
        raise InvalidValue(too_early, field=field, since=since)
    return as_of.known_at
