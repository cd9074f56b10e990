"""Versions of a record, and the arithmetic by which its timeline changes.

A *timeline* is what is known now of one record: versions ordered by time, never overlapping.
Every change of a register, a new act as well as a correction, is a :class:`Statement`: "from this
day to that day the record had these attributes". Pure values; no database here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID

from gazetteer.ledger.period import Period, PeriodEnd, ends_after, extends_past, starts_before

Attributes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """The attributes of a record during one period."""

    period: Period
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Statement:
    """During ``period`` the record had ``attributes``; None: it was not in force.

    ``replaces_later``: the statement also holds where a later change is known already, which it
    thereby takes back; without it such a statement is refused. :func:`cut_at_next_change` ends a
    statement where the next change begins.
    """

    kind: str
    record_id: UUID
    period: Period
    attributes: Attributes | None
    replaces_later: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """A whole record as it should be known: all its versions, in chronological order."""

    kind: str
    record_id: UUID
    versions: tuple[Version, ...]


def _cut_outside(version: Version, period: Period) -> Iterable[Version]:
    """The parts of ``version`` outside ``period``; the new ends are those of ``period``."""
    if starts_before(version.period.start, period.start):
        yield replace(version, period=Period(version.period.start, period.start))
    if ends_after(version.period.end, period.end):
        yield replace(version, period=Period(period.end, version.period.end))


def periods_overlap(a: Period, b: Period) -> bool:
    """Whether two periods have a day in common."""
    return extends_past(a.end, b.start) and extends_past(b.end, a.start)


def apply_statement(known: Sequence[Version], statement: Statement) -> tuple[Version, ...]:
    """The timeline after ``statement``, which replaces what was known within its period."""
    parts: list[Version] = []
    for version in known:
        if periods_overlap(version.period, statement.period):
            parts.extend(_cut_outside(version, statement.period))
        else:
            parts.append(version)
    if statement.attributes is not None:
        parts.append(Version(statement.period, statement.attributes))
    return sort_versions(parts)


def find_next_change(known: Sequence[Version], statement: Statement) -> PeriodEnd | None:
    """The first day inside the period of a statement, after its start, on which a change is known.

    A change is the start of a version, or an end after which the record is not in force. For a
    statement that the record is not in force such an end is none. Where a version ends and another
    one starts, the end that names an act is returned.
    """
    bounds = [version.period.start for version in known]
    if statement.attributes is not None:
        bounds += [version.period.end for version in known]
    period = statement.period
    inside = [b for b in bounds if starts_before(period.start, b) and extends_past(period.end, b)]
    return min(inside, key=lambda b: (b.on or date.min, b.act is None), default=None)


def cut_at_next_change(known: Sequence[Version], statement: Statement) -> Statement:
    """The statement, ended where the next known change begins: with its day, act and precision."""
    change = find_next_change(known, statement)
    if change is None:
        return statement
    return replace(statement, period=Period(statement.period.start, change))


def sort_versions(versions: Iterable[Version]) -> tuple[Version, ...]:
    """Versions in chronological order.

    Raises:
        ValueError: two of them overlap.
    """
    ordered = sorted(versions, key=lambda version: version.period.start.on or date.min)
    for earlier, later in pairwise(ordered):
        if periods_overlap(earlier.period, later.period):
            raise ValueError(f"overlapping periods at {later.period.start.on}")
    return tuple(ordered)
