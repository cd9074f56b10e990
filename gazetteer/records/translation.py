"""What became of an old code: the walk along succession links between two days.

Forward in time it follows successors, backward predecessors. Every unit in which territory of the
first one lies on the last day is a result; nothing is picked (field notes 3.3; Order 79).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from gazetteer.ledger.asof import MOMENT, AsOf, known_at
from gazetteer.records.reads import Answer, refuse_code, refuse_early

_RANK = ("same", "continues", "absorbed", "split_off", "part_of")
"""How much a step on the way says about the whole way: the last of these that occurs."""


@dataclass(frozen=True, slots=True)
class Link:
    """Territory that passed from a unit to another on a day; ``share`` is the part that passed."""

    to: UUID
    on: date
    kind: str
    share: float | None


@dataclass(frozen=True, slots=True)
class Reached:
    """A unit in which territory lies, how it came there, and how much of it (None: unknown).

    Not ``certain``: a unit that had taken the territory in gave something away later; whether
    that was of this territory, no evidence says.
    """

    unit: UUID
    kind: str
    share: float | None
    certain: bool = True


Links = Callable[[UUID], Sequence[Link]]
InForce = Callable[[UUID], bool]


def walk(start: UUID, since: date, until: date, links: Links, in_force: InForce) -> list[Reached]:
    """Everything reached from ``start`` between two days; pure, given the two look-ups.

    ``links`` gives the links in the direction of travel, ``in_force`` whether a unit is in force
    on the last day. Steps run in the order of travel, so that a way never goes back in time.
    """
    known: dict[UUID, Sequence[Link]] = {}
    held: dict[UUID, Reached] = {start: Reached(start, "same", 1.0)}
    day, forward = since, since <= until
    first = True
    while True:
        known.update({unit: links(unit) for unit in held.keys() - known.keys()})
        steps = [
            (unit, step)
            for unit in held
            for step in known[unit]
            if _lies_ahead(step.on, day, until, forward, first)
        ]
        if not steps:
            return [there for there in held.values() if in_force(there.unit)]
        day = (min if forward else max)(step.on for _, step in steps)
        _pass_on(held, [(unit, step) for unit, step in steps if step.on == day])
        first = False


def _pass_on(held: dict[UUID, Reached], steps: Sequence[tuple[UUID, Link]]) -> None:
    """Let the territory of one day pass; what arrives on a day stays where it is on that day."""
    arrived = [_after(held[unit], step) for unit, step in steps]
    for unit in {unit for unit, _ in steps}:
        given = [step for giver, step in steps if giver == unit]
        held[unit] = replace(held[unit], share=_left(held[unit].share, given))
    for there in arrived:
        held[there.unit] = _joined(held.get(there.unit), there)


def _after(here: Reached, step: Link) -> Reached:
    """Where a step leads, and what is known of the territory there."""
    worst = max(here.kind, step.kind, key=_RANK.index)
    mixed = here.kind not in ("same", "continues")
    certain = here.certain and not (mixed and step.kind == "split_off")
    return Reached(step.to, worst, _times(here.share, step.share), certain)


def _lies_ahead(on: date, day: date, until: date, forward: bool, first: bool) -> bool:
    if forward:
        return day < on <= until
    return until < on < day or (first and until < on == day)


def _times(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a * b


def _left(share: float | None, steps: Sequence[Link]) -> float | None:
    """What stays with a unit that gave parts away."""
    given = [step.share for step in steps]
    if share is None or any(part is None for part in given):
        return None
    return share * max(0.0, 1.0 - sum(part for part in given if part is not None))


def _joined(known: Reached | None, new: Reached) -> Reached:
    if known is None:
        return new
    shares = (known.share, new.share)
    total = None if None in shares else sum(share for share in shares if share is not None)
    kind = max(known.kind, new.kind, key=_RANK.index)
    return Reached(new.unit, kind, total, known.certain or new.certain)


_CARRIERS = f"""
WITH {MOMENT}
SELECT s.unit_id, min(s.name) AS name, min(lower(s.valid)) AS start,
       nullif(max(coalesce(upper(s.valid), 'infinity')), 'infinity') AS stop
FROM unit_state s, moment WHERE s.code = %(code)s AND s.recorded @> moment.known_at
AND (%(day)s::date IS NULL OR s.valid @> %(day)s::date)
GROUP BY s.unit_id ORDER BY start
"""
_LINKS = f"""
WITH {MOMENT}
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
WITH {MOMENT}
SELECT s.code, s.name FROM unit_state s, moment
WHERE s.unit_id = %(unit_id)s AND s.recorded @> moment.known_at AND s.valid @> %(day)s::date
"""


@dataclass(frozen=True, slots=True)
class Question:
    """An old code, the day when it was current (None: any), the day of the wanted codes."""

    code: str
    since: date | None
    until: date


def translate(conn: Connection[Any], question: Question, as_of: AsOf) -> Answer:
    """The units that hold, on ``until``, the territory of the unit that carried the code.

    ``status``: ``matched`` (one result), ``several`` (all of them are told, none is picked),
    ``ambiguous`` (without ``since``, several units carried the code in turn: ``candidates``),
    ``unknown_successor`` (the unit ended and no link says where its territory went).
    ``possible`` are units to which a later owner gave something, of this territory or not.

    Raises:
        UnknownCode, CodeNotInForce, NoDataBefore: as :func:`gazetteer.records.reads.division`.
    """
    carriers = _rows(conn, _CARRIERS, as_of, code=question.code, day=question.since)
    if not carriers:
        day = question.since or question.until
        refuse_code(conn, question.code, AsOf(day, as_of.known_at, as_of.basis), field="from")
    refuse_early(conn, question.until, field="to")
    answer: Answer = {
        "code": question.code,
        "from": question.since.isoformat() if question.since else None,
        "to": question.until.isoformat(),
        "known_at": as_of.echo(known_at(conn, as_of))["known_at"],
        "candidates": [],
        "results": [],
        "possible": [],
    }
    if len(carriers) > 1:
        return {**answer, "status": "ambiguous", "candidates": [_carrier(c) for c in carriers]}
    certain, possible = _results(conn, carriers[0], question, as_of)
    status = ("unknown_successor", "matched", "several")[min(len(certain), 2)]
    return {**answer, "status": status, "results": certain, "possible": possible}


def _results(
    conn: Connection[Any], carrier: Mapping[str, Any], question: Question, as_of: AsOf
) -> tuple[list[Answer], list[Answer]]:
    """The certain and the merely possible results, each in order of code."""
    since = question.since or carrier["start"] or question.until
    forward = since <= question.until
    found: dict[UUID, Answer | None] = {}

    def state(unit: UUID) -> Answer | None:
        if unit not in found:
            rows = _rows(conn, _STATE, as_of, unit_id=unit, day=question.until)
            found[unit] = rows[0] if rows else None
        return found[unit]

    def links(unit: UUID) -> list[Link]:
        rows = _rows(conn, _LINKS, as_of, unit_id=unit, forward=forward)
        return [Link(row["to"], row["on"], row["kind"], row["share"]) for row in rows]

    reached = walk(carrier["unit_id"], since, question.until, links, lambda u: bool(state(u)))
    told: tuple[list[Answer], list[Answer]] = ([], [])
    for unit in sorted(reached, key=lambda r: str((state(r.unit) or {}).get("code"))):
        result = {"unit_id": str(unit.unit), "kind": unit.kind, "share": unit.share}
        told[0 if unit.certain else 1].append({**(state(unit.unit) or {}), **result})
    return told


def _carrier(row: Mapping[str, Any]) -> Answer:
    return {
        "unit_id": str(row["unit_id"]),
        "name": row["name"],
        "from": row["start"].isoformat() if row["start"] else None,
        "to": row["stop"].isoformat() if row["stop"] else None,
    }


def _rows(conn: Connection[Any], query: str, as_of: AsOf, **params: Any) -> list[Answer]:
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, {**as_of.params(), **params}).fetchall()
