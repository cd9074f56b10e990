"""Translation of codes between two days, by following the links of succession.

Forward in time it follows successors, backward predecessors. Every unit in which territory of the
first one lies on the last day is a result; none is preferred (field notes 3.3; Order 79).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from gazetteer.ledger.as_of import MOMENT_CTE, AsOf, resolve_known_at
from gazetteer.records.division_queries import check_day_recorded, raise_code_problem
from gazetteer.records.succession_queries import JsonObject

_RANK = ("same", "continues", "absorbed", "split_off", "part_of")
"""Kinds of links by rank: that of a whole path is the last of these that occurs in it."""


@dataclass(frozen=True, slots=True)
class SuccessionLink:
    """Territory that passed from one unit to another on a day.

    ``share`` is the fraction of the territory of the unit of origin, None if unknown.
    """

    to: UUID
    on: date
    kind: str
    share: float | None


@dataclass(frozen=True, slots=True)
class ReachedUnit:
    """A unit in which territory lies, how it came there, and what share (None: unknown).

    Not ``certain``: a unit that had absorbed the territory later transferred some territory; there
    is no evidence whether that included any of this territory.
    """

    unit: UUID
    kind: str
    share: float | None
    certain: bool = True


LinkLookup = Callable[[UUID], Sequence[SuccessionLink]]
InForceLookup = Callable[[UUID], bool]


def trace_territory(
    start: UUID, since: date, until: date, find_links: LinkLookup, is_in_force: InForceLookup
) -> list[ReachedUnit]:
    """All units reached from ``start`` between two days; pure, given the two lookups.

    Steps are taken in chronological order, so that a path never reverses its direction in time.

    Args:
        start: the unit whose territory is traced.
        since: the day of its territory.
        until: the day of the results, before or after ``since``.
        find_links: the links from a unit in the direction of ``until``.
        is_in_force: whether a unit is in force on ``until``.
    """
    known: dict[UUID, Sequence[SuccessionLink]] = {}
    reached: dict[UUID, ReachedUnit] = {start: ReachedUnit(start, "same", 1.0)}
    day, forward = since, since <= until
    first = True
    while True:
        known.update({unit: find_links(unit) for unit in reached.keys() - known.keys()})
        steps = [
            (unit, step)
            for unit in reached
            for step in known[unit]
            if _is_ahead(step.on, day, until, forward, first)
        ]
        if not steps:
            return [there for there in reached.values() if is_in_force(there.unit)]
        day = (min if forward else max)(step.on for _, step in steps)
        _transfer_territory(reached, [(unit, step) for unit, step in steps if step.on == day])
        first = False


def _transfer_territory(
    reached: dict[UUID, ReachedUnit], steps: Sequence[tuple[UUID, SuccessionLink]]
) -> None:
    """Apply the steps of one day; what arrives on a day is not passed on the same day."""
    arrived = [_follow_step(reached[unit], step) for unit, step in steps]
    for unit in {unit for unit, _ in steps}:
        outgoing = [step for origin, step in steps if origin == unit]
        share = _remaining_share(reached[unit].share, outgoing)
        reached[unit] = replace(reached[unit], share=share)
    for there in arrived:
        reached[there.unit] = _merge_reached(reached.get(there.unit), there)


def _follow_step(here: ReachedUnit, step: SuccessionLink) -> ReachedUnit:
    """The unit to which a step leads, and what is known of the territory there."""
    worst = max(here.kind, step.kind, key=_RANK.index)
    mixed = here.kind not in ("same", "continues")
    certain = here.certain and not (mixed and step.kind == "split_off")
    return ReachedUnit(step.to, worst, _multiply_shares(here.share, step.share), certain)


def _is_ahead(on: date, day: date, until: date, forward: bool, first: bool) -> bool:
    if forward:
        return day < on <= until
    return until < on < day or (first and until < on == day)


def _multiply_shares(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a * b


def _remaining_share(share: float | None, steps: Sequence[SuccessionLink]) -> float | None:
    """The share that remains with a unit after transfers."""
    shares = [step.share for step in steps]
    if share is None or any(part is None for part in shares):
        return None
    return share * max(0.0, 1.0 - sum(part for part in shares if part is not None))


def _merge_reached(known: ReachedUnit | None, new: ReachedUnit) -> ReachedUnit:
    if known is None:
        return new
    shares = (known.share, new.share)
    total = None if None in shares else sum(share for share in shares if share is not None)
    kind = max(known.kind, new.kind, key=_RANK.index)
    return ReachedUnit(new.unit, kind, total, known.certain or new.certain)


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
SELECT s.code, s.name FROM unit_state s, moment
WHERE s.unit_id = %(unit_id)s AND s.recorded @> moment.known_at AND s.valid @> %(day)s::date
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
    ``ambiguous`` (without ``since``, several units carried the code in turn: ``candidates``),
    ``unknown_successor`` (the unit was abolished and no link states where its territory went).
    ``possible`` are units to which a later unit transferred some territory, of this one or not.

    Raises:
        UnknownCode, CodeNotInForce, NoDataBefore: as
            :func:`gazetteer.records.division_queries.load_division`.
    """
    carriers = _load_rows(conn, _CARRIERS, as_of, code=request.code, day=request.since)
    if not carriers:
        day = request.since or request.until
        raise_code_problem(conn, request.code, AsOf(day, as_of.known_at, as_of.basis), field="from")
    check_day_recorded(conn, request.until, field="to")
    response: JsonObject = {
        "code": request.code,
        "from": request.since.isoformat() if request.since else None,
        "to": request.until.isoformat(),
        "known_at": as_of.as_of_fields(resolve_known_at(conn, as_of))["known_at"],
        "candidates": [],
        "results": [],
        "possible": [],
    }
    if len(carriers) > 1:
        return {
            **response,
            "status": "ambiguous",
            "candidates": [_serialize_carrier(c) for c in carriers],
        }
    certain, possible = _find_results(conn, carriers[0], request, as_of)
    status = ("unknown_successor", "matched", "several")[min(len(certain), 2)]
    return {**response, "status": status, "results": certain, "possible": possible}


def _find_results(
    conn: Connection[Any], carrier: Mapping[str, Any], request: TranslationRequest, as_of: AsOf
) -> tuple[list[JsonObject], list[JsonObject]]:
    """The certain and the possible results, each ordered by code."""
    since = request.since or carrier["start"] or request.until
    forward = since <= request.until
    states: dict[UUID, JsonObject | None] = {}

    def find_state(unit: UUID) -> JsonObject | None:
        if unit not in states:
            rows = _load_rows(conn, _STATE, as_of, unit_id=unit, day=request.until)
            states[unit] = rows[0] if rows else None
        return states[unit]

    def find_links(unit: UUID) -> list[SuccessionLink]:
        rows = _load_rows(conn, _LINKS, as_of, unit_id=unit, forward=forward)
        return [SuccessionLink(row["to"], row["on"], row["kind"], row["share"]) for row in rows]

    reached = trace_territory(
        carrier["unit_id"], since, request.until, find_links, lambda u: bool(find_state(u))
    )
    results: tuple[list[JsonObject], list[JsonObject]] = ([], [])
    for unit in sorted(reached, key=lambda r: str((find_state(r.unit) or {}).get("code"))):
        result = {"unit_id": str(unit.unit), "kind": unit.kind, "share": unit.share}
        results[0 if unit.certain else 1].append({**(find_state(unit.unit) or {}), **result})
    return results


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
