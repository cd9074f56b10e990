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

from gazetteer.ledger.period import Period, ends_after, extends_past, starts_before

Attributes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """The attributes of a record during one period."""

    period: Period
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Statement:
    """During ``period`` the record had ``attributes``; None: it was not in force."""

    kind: str
    record_id: UUID
    period: Period
    attributes: Attributes | None


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
