"""Stored defects of names: pages of them, their numbers, and the exceptions with their reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from gazetteer.ledger.audit_chain import append_row
from gazetteer.messages import message
from gazetteer.naming.defect_kinds import DefectKind
from gazetteer.problems import InvalidValue, NotFound

Conn = Connection[Any]
_MOST_NAMES = 50
"""Names of one defect that a page shows."""


@dataclass(frozen=True, slots=True)
class DefectRun:
    """A completed search: of which day and state of the register, when, over how many names."""

    run_id: int
    seq: int
    at: date
    started_at: datetime
    finished_at: datetime
    names: int


@dataclass(frozen=True, slots=True)
class DefectName:
    """A name of a defect, with the units above its place, the highest first."""

    place_id: UUID
    text: str
    code: str | None
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameDefect:
    """A defect: a subject (a name, a sound, a word) in a unit.

    ``unit`` is the name of that unit (None: the country), ``exception_id`` that of an exception
    which holds on the day, with its reason.
    """

    defect_id: int
    kind: str
    rule: str
    unit_code: str | None
    unit: str | None
    subject: str
    places: int
    name_ids: list[UUID]
    exception_id: int | None
    reason: str | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class DefectFilter:
    """Which defects are wanted: None is no condition.

    ``unit`` limits them to those of a unit and of the units below it, ``after`` to those behind
    one on the page before.
    """

    kind: DefectKind | None = None
    unit: UUID | None = None
    with_exceptions: bool = False
    after: int = 0
    limit: int = 50


_DEFECTS = """
WITH RECURSIVE below AS (
    SELECT %(unit)s::uuid AS unit_id WHERE %(unit)s::uuid IS NOT NULL
    UNION
    SELECT u.unit_id FROM below b JOIN unit_state u ON u.parent_id = b.unit_id
    WHERE upper_inf(u.recorded) AND u.valid @> %(at)s::date AND u.level <> 'village'
)
SELECT d.defect_id, d.kind, d.rule, s.code AS unit_code, s.name AS unit, d.subject, d.places,
       d.name_ids, e.exception_id, e.reason, e.expires_on
FROM naming_defect d
LEFT JOIN LATERAL (
    SELECT u.code, u.name FROM unit_state u WHERE u.unit_id = d.unit_id
    AND upper_inf(u.recorded) AND u.valid @> %(at)s::date LIMIT 1
) s ON true
LEFT JOIN LATERAL (
    SELECT x.exception_id, x.reason, x.expires_on FROM naming_exception x
    WHERE x.kind = d.kind AND x.subject = d.subject AND x.unit_id IS NOT DISTINCT FROM d.unit_id
    AND x.withdrawn_at IS NULL AND (x.expires_on IS NULL OR x.expires_on >= %(at)s::date)
    ORDER BY x.exception_id DESC LIMIT 1
) e ON true
WHERE (%(kind)s::text IS NULL OR d.kind = %(kind)s)
AND (%(unit)s::uuid IS NULL OR d.unit_id IN (SELECT unit_id FROM below))
AND d.defect_id > %(after)s
AND (%(with_exceptions)s OR e.exception_id IS NULL)
ORDER BY d.defect_id LIMIT %(limit)s
"""
_COUNTS = """
SELECT d.kind, count(*) FILTER (WHERE e.exception_id IS NULL), count(e.exception_id)
FROM naming_defect d
LEFT JOIN LATERAL (
    SELECT x.exception_id FROM naming_exception x
    WHERE x.kind = d.kind AND x.subject = d.subject AND x.unit_id IS NOT DISTINCT FROM d.unit_id
    AND x.withdrawn_at IS NULL AND (x.expires_on IS NULL OR x.expires_on >= %(at)s::date) LIMIT 1
) e ON true
GROUP BY 1
"""
_NAMES = """
SELECT n.record_id, n.place_id, n.text, s.code,
       ARRAY(SELECT a.name FROM unnest(ARRAY[k.province, k.prefecture, k.county, k.township])
             WITH ORDINALITY AS w(unit, number)
             JOIN LATERAL (SELECT u.name FROM unit_state u WHERE u.unit_id = w.unit
                 AND upper_inf(u.recorded) AND u.valid @> %(at)s::date LIMIT 1) a ON true
             WHERE w.unit IS DISTINCT FROM p.unit_id
             AND (w.number <> 3 OR w.unit IS DISTINCT FROM k.prefecture)
             ORDER BY w.number)
FROM unnest(%(names)s::uuid[]) wanted
JOIN name_version n ON n.record_id = wanted AND upper_inf(n.recorded) AND n.valid @> %(at)s::date
JOIN place_version p ON p.record_id = n.place_id AND upper_inf(p.recorded)
    AND p.valid @> %(at)s::date
LEFT JOIN name_key k ON k.name_id = n.record_id AND k.valid @> %(at)s::date
LEFT JOIN LATERAL (
    SELECT u.code FROM unit_state u WHERE u.unit_id = p.unit_id
    AND upper_inf(u.recorded) AND u.valid @> %(at)s::date LIMIT 1
) s ON true
"""
_ADD_EXCEPTION = """
INSERT INTO naming_exception (kind, unit_id, subject, reason, decided_by, decided_at, expires_on)
SELECT kind, unit_id, subject, %(reason)s, %(by)s, clock_timestamp(), %(expires_on)s
FROM naming_defect WHERE defect_id = %(defect)s RETURNING exception_id, kind, subject
"""


def find_last_run(conn: Conn) -> DefectRun | None:
    """The newest completed search; None: there was none yet."""
    with conn.cursor(row_factory=class_row(DefectRun)) as cursor:
        return cursor.execute(
            "SELECT run_id, seq, at, started_at, finished_at, names FROM naming_defect_run"
            " ORDER BY run_id DESC LIMIT 1"
        ).fetchone()


def count_defects(conn: Conn, at: date) -> dict[DefectKind, tuple[int, int]]:
    """By kind, the defects without and with an exception that holds on a day."""
    rows = conn.execute(_COUNTS, {"at": at})
    return {DefectKind(kind): (open_, excepted) for kind, open_, excepted in rows}


def load_defects(conn: Conn, wanted: DefectFilter, at: date) -> list[NameDefect]:
    """A page of defects, in the order in which they were found."""
    params = {
        "kind": wanted.kind,
        "unit": wanted.unit,
        "at": at,
        "after": wanted.after,
        "with_exceptions": wanted.with_exceptions,
        "limit": wanted.limit,
    }
    with conn.cursor(row_factory=class_row(NameDefect)) as cursor:
        return cursor.execute(_DEFECTS, params).fetchall()


def load_defect_names(
    conn: Conn, defects: Sequence[NameDefect], at: date
) -> dict[UUID, DefectName]:
    """The names of defects by their ids: at most :data:`_MOST_NAMES` of each."""
    wanted = {name for defect in defects for name in defect.name_ids[:_MOST_NAMES]}
    rows = conn.execute(_NAMES, {"names": list(wanted), "at": at})
    return {
        name_id: DefectName(place_id, text, code, tuple(units))
        for name_id, place_id, text, code, units in rows
    }


def find_defect_unit(conn: Conn, defect: int) -> UUID | None:
    """The unit of a defect; None: the country.

    Raises:
        NotFound: there is no such defect.
    """
    row = conn.execute(
        "SELECT unit_id FROM naming_defect WHERE defect_id = %s", (defect,)
    ).fetchone()
    if row is None:
        raise NotFound(message("naming_defect.not_found", id=defect), field="defect_id")
    unit: UUID | None = row[0]
    return unit


def find_exception_unit(conn: Conn, exception_id: int) -> UUID | None:
    """The unit of an exception; None: the country.

    Raises:
        NotFound: there is no such exception.
    """
    row = conn.execute(
        "SELECT unit_id FROM naming_exception WHERE exception_id = %s", (exception_id,)
    ).fetchone()
    if row is None:
        words = message("naming_defect.no_exception", id=exception_id)
        raise NotFound(words, field="exception_id")
    unit: UUID | None = row[0]
    return unit


def add_exception(conn: Conn, defect: int, reason: str, expires_on: date | None, by: str) -> int:
    """Except a defect, for a reason and perhaps until a day; returns the id of the exception.

    It holds for the subject in the unit, whatever later searches find of it.

    Raises:
        InvalidValue: there is no reason.
        NotFound: there is no such defect.
    """
    if not reason.strip():
        raise InvalidValue(message("naming_defect.no_reason"), field="reason")
    params = {"defect": defect, "reason": reason.strip(), "expires_on": expires_on, "by": by}
    with conn.transaction():
        row = conn.execute(_ADD_EXCEPTION, params).fetchone()
        if row is None:
            raise NotFound(message("naming_defect.not_found", id=defect), field="defect_id")
        exception_id, kind, subject = row
        append_row(
            conn,
            actor=by,
            action="except",
            subject=f"naming_defect:{kind}:{subject}",
            detail={"exception": exception_id, "reason": reason.strip()},
        )
    return int(exception_id)


def withdraw_exception(conn: Conn, exception_id: int, by: str) -> None:
    """End an exception; the defect counts again.

    Raises:
        NotFound: there is no such exception, or it has ended.
    """
    with conn.transaction():
        row = conn.execute(
            "UPDATE naming_exception SET withdrawn_at = clock_timestamp()"
            " WHERE exception_id = %s AND withdrawn_at IS NULL RETURNING kind, subject",
            (exception_id,),
        ).fetchone()
        if row is None:
            raise NotFound(
                message("naming_defect.no_exception", id=exception_id), field="exception_id"
            )
        append_row(
            conn,
            actor=by,
            action="withdraw",
            subject=f"naming_defect:{row[0]}:{row[1]}",
            detail={"exception": exception_id},
        )
