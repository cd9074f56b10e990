"""Translation of codes between two days: the units that hold the territory of a former one.

None of them is preferred (field notes 3.3; Order 79). A unit that was divided without a record of
its own is followed by its subdivisions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, resolve_known_at
from gazetteer.records.division_queries import check_day_recorded, raise_code_problem
from gazetteer.records.succession_queries import JsonObject
from gazetteer.records.territory_tracing import ReachedUnit, SuccessionLink, trace_territory
from gazetteer.records.written_codes import CodeReading, iter_code_readings

_PART_KINDS = ("split_off", "part_of")
"""Kinds of links by which only a part of the territory passed."""

_CARRIERS = f"""
WITH {MOMENT_CTE}
SELECT s.unit_id, min(s.name) AS name, min(lower(s.valid)) AS start,
       nullif(max(coalesce(upper(s.valid), 'infinity')), 'infinity') AS stop
FROM unit_state s, moment WHERE s.code = %(code)s AND s.recorded @> moment.known_at
AND (%(day)s::date IS NULL OR s.valid @> %(day)s::date)
GROUP BY s.unit_id ORDER BY start
"""
_LINKS = f"""
WITH {MOMENT_CTE}
SELECT CASE WHEN %(forward)s THEN to_unit ELSE from_unit END AS to, lower(valid) AS "on",
       link_kind AS kind, CASE WHEN %(forward)s THEN share_from ELSE share_to END AS share
FROM succession_version l, moment
WHERE CASE WHEN %(forward)s THEN from_unit ELSE to_unit END = %(unit_id)s
AND (from_unit = %(unit_id)s OR to_unit = %(unit_id)s)
AND l.recorded @> moment.known_at AND NOT lower_inf(l.valid)
AND NOT (%(forward)s AND EXISTS (
    SELECT FROM unit_state s WHERE s.unit_id = l.to_unit AND s.parent_id = l.from_unit
    AND s.recorded @> moment.known_at AND s.valid @> lower(l.valid)
))
"""
_STATE = f"""
WITH {MOMENT_CTE}
SELECT s.code, s.name, s.parent_id FROM unit_state s, moment
WHERE s.unit_id = %(unit_id)s AND s.recorded @> moment.known_at AND s.valid @> %(day)s::date
"""
_SUBDIVISIONS = f"""
WITH {MOMENT_CTE}
SELECT s.unit_id FROM unit_state s, moment
WHERE s.parent_id = %(unit_id)s AND s.recorded @> moment.known_at AND s.valid @> %(day)s::date
ORDER BY s.code
"""


@dataclass(frozen=True, slots=True)
class TranslationRequest:
    """A code, the day on which it was in force (None: any), and the day of the requested codes."""

    code: str
    since: date | None
    until: date


def translate_unit_code(
    conn: Connection[Any], request: TranslationRequest, as_of: AsOf
) -> JsonObject:
    """The units that have, on ``until``, the territory of the unit that carried the code.

    ``status``: ``matched`` (one result), ``several`` (all of them are returned, none is preferred),
    ``partial`` (one result, and only a part of the territory is known to lie there), ``ambiguous``
    (without ``since``, several units carried the code in turn: ``candidates``),
    ``unknown_successor`` (the unit was abolished and no link states where its territory went).
    ``possible`` are units to which a later unit transferred some territory, of this one or not.
    ``direction`` is ``forward`` to successors or ``backward`` to predecessors, null if ambiguous.
    ``within`` is the lowest unit that contains several results. ``read_as`` is the code of a unit
    for which the requested one stands.

    Raises:
        UnknownCode, CodeNotInForce, NoDataBefore: as
            :func:`gazetteer.records.division_queries.load_division`.
    """
    reading, carriers = _find_carriers(conn, request, as_of)
    if not carriers:
        day = request.since or request.until
        raise_code_problem(conn, reading.code, AsOf(day, as_of.known_at, as_of.basis), field="from")
    check_day_recorded(conn, request.until, field="to")
    response: JsonObject = {
        "code": request.code,
        "read_as": {"code": reading.code, "form": reading.form.value},
        "from": request.since.isoformat() if request.since else None,
        "to": request.until.isoformat(),
        "known_at": as_of.as_of_fields(resolve_known_at(conn, as_of))["known_at"],
        "candidates": [],
        "results": [],
        "possible": [],
        "within": None,
        "direction": None,
    }
    if len(carriers) > 1:
        candidates = [_serialize_carrier(carrier) for carrier in carriers]
        return {**response, "status": "ambiguous", "candidates": candidates}
    return {**response, **_Translation(conn, carriers[0], request, as_of).build_response()}


def _find_carriers(
    conn: Connection[Any], request: TranslationRequest, as_of: AsOf
) -> tuple[CodeReading, list[JsonObject]]:
    """The units that carried the code, by the first reading of it that the register knows."""
    readings = list(iter_code_readings(request.code))
    for reading in readings:
        carriers = _load_rows(conn, _CARRIERS, as_of, code=reading.code, day=request.since)
        if carriers or _load_rows(conn, _CARRIERS, as_of, code=reading.code, day=None):
            return reading, carriers
    return readings[0], []


class _Translation:
    """The territory of one unit, on the day of the requested codes."""

    def __init__(
        self,
        conn: Connection[Any],
        carrier: Mapping[str, Any],
        request: TranslationRequest,
        as_of: AsOf,
    ) -> None:
        self._conn, self._carrier, self._as_of = conn, carrier, as_of
        self._until = request.until
        self._since = request.since or carrier["start"] or request.until
        self._is_day_given = request.since is not None
        self._forward = self._since <= self._until
        self._states: dict[UUID, JsonObject] = {}

    def build_response(self) -> JsonObject:
        """Status, certain and possible results by code, and the unit that contains them all."""
        reached = self._trace_unit(self._carrier["unit_id"], self._since)
        if self._forward and all(_is_mere_part(there) for there in reached if there.certain):
            reached = self._add_subdivisions(reached)
        in_order = sorted(reached, key=lambda there: self._find_state(there.unit)["code"] or "~")
        certain = [there for there in in_order if there.certain]
        return {
            "status": _find_status(certain, forward=self._forward),
            "direction": "forward" if self._forward else "backward",
            "results": [self._serialize_result(there) for there in certain],
            "possible": [self._serialize_result(there) for there in in_order if not there.certain],
            "within": self._find_enclosing_unit([there.unit for there in certain]),
        }

    def _trace_unit(self, unit: UUID, since: date) -> list[ReachedUnit]:
        return trace_territory(
            unit, since, self._until, self._find_links, lambda u: bool(self._find_state(u))
        )

    def _add_subdivisions(self, reached: list[ReachedUnit]) -> list[ReachedUnit]:
        """With the units in which the subdivisions lie that the unit had in the end."""
        stop = self._carrier["stop"]
        day = self._since if self._is_day_given or stop is None else stop - timedelta(1)
        by_unit = {there.unit: there for there in reached}
        for row in self._load_rows(_SUBDIVISIONS, unit_id=self._carrier["unit_id"], day=day):
            for there in self._trace_unit(row["unit_id"], day):
                part = ReachedUnit(there.unit, "part_of", None, there.certain)
                known = by_unit.setdefault(there.unit, part)
                if part.certain and not known.certain:
                    by_unit[there.unit] = part
        return list(by_unit.values())

    def _find_links(self, unit: UUID) -> list[SuccessionLink]:
        rows = self._load_rows(_LINKS, unit_id=unit, forward=self._forward)
        return [SuccessionLink(row["to"], row["on"], row["kind"], row["share"]) for row in rows]

    def _find_state(self, unit: UUID) -> JsonObject:
        """Code, name and parent of a unit on the last day; empty if it is not in force then."""
        if unit not in self._states:
            rows = self._load_rows(_STATE, unit_id=unit, day=self._until)
            self._states[unit] = rows[0] if rows else {}
        return self._states[unit]

    def _serialize_result(self, there: ReachedUnit) -> JsonObject:
        state = self._find_state(there.unit)
        return {
            "code": state["code"],
            "name": state["name"],
            "unit_id": str(there.unit),
            "kind": there.kind,
            "share": there.share,
        }

    def _find_enclosing_unit(self, units: Sequence[UUID]) -> JsonObject | None:
        """The lowest unit above all of several ones."""
        chains = [self._list_units_above(unit) for unit in units]
        common = chains[0] if len(chains) > 1 else []
        for unit in common:
            if all(unit in chain for chain in chains):
                state = self._find_state(unit)
                return {"code": state["code"], "name": state["name"]}
        return None

    def _list_units_above(self, unit: UUID) -> list[UUID]:
        """The unit and those above it, the lowest first."""
        chain = [unit]
        while (parent := self._find_state(chain[-1]).get("parent_id")) and parent not in chain:
            chain.append(parent)
        return chain

    def _load_rows(self, query: str, **params: Any) -> list[JsonObject]:
        return _load_rows(self._conn, query, self._as_of, **params)


def _is_mere_part(there: ReachedUnit) -> bool:
    """Whether only a part of the territory is known to lie in a unit."""
    return there.kind in _PART_KINDS and there.share != 1.0


def _find_status(certain: Sequence[ReachedUnit], *, forward: bool) -> str:
    if len(certain) == 1 and forward and _is_mere_part(certain[0]):
        return "partial"
    return ("unknown_successor", "matched", "several")[min(len(certain), 2)]


def _serialize_carrier(row: Mapping[str, Any]) -> JsonObject:
    return {
        "unit_id": str(row["unit_id"]),
        "name": row["name"],
        "from": row["start"].isoformat() if row["start"] else None,
        "to": row["stop"].isoformat() if row["stop"] else None,
    }


def _load_rows(conn: Connection[Any], query: str, as_of: AsOf, **params: Any) -> list[JsonObject]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, {**as_of.to_sql_params(), **params}).fetchall()
