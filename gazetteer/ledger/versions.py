"""Versions of a record, and the one arithmetic by which its timeline changes.

A *timeline* is what is known now of one record: versions ordered by time, never overlapping.
Every change of a register, a new act as well as a correction, is the same sentence: "from this
day to that day the record was so", a :class:`Statement`. Pure values; no database here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID

from gazetteer.ledger.bounds import Span, ends_after, reaches_past, starts_before

Attributes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """What a record was during one span."""

    span: Span
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Statement:
    """During ``span`` the record was ``attributes``; ``None`` says that it was not in force."""

    kind: str
    record_id: UUID
    span: Span
    attributes: Attributes | None


@dataclass(frozen=True, slots=True)
class Timeline:
    """A whole record as it should be known: all its versions, in order of time."""

    kind: str
    record_id: UUID
    versions: tuple[Version, ...]


def _left_over(version: Version, span: Span) -> Iterable[Version]:
    """The parts of ``version`` outside ``span``; the new bounds are those of ``span``."""
    if starts_before(version.span.start, span.start):
        yield replace(version, span=Span(version.span.start, span.start))
    if ends_after(version.span.end, span.end):
        yield replace(version, span=Span(span.end, version.span.end))


def overlap(a: Span, b: Span) -> bool:
    """Whether two spans share a day."""
    return reaches_past(a.end, b.start) and reaches_past(b.end, a.start)


def stated(known: Sequence[Version], statement: Statement) -> tuple[Version, ...]:
    """The timeline after ``statement``: it holds within its span, the rest stays as known."""
    parts: list[Version] = []
    for version in known:
        if overlap(version.span, statement.span):
            parts.extend(_left_over(version, statement.span))
        else:
            parts.append(version)
    if statement.attributes is not None:
        parts.append(Version(statement.span, statement.attributes))
    return in_order(parts)


def in_order(versions: Iterable[Version]) -> tuple[Version, ...]:
    """Versions by time.

    Raises:
        ValueError: two of them overlap.
    """
    ordered = sorted(versions, key=lambda version: version.span.start.on or date.min)
    for earlier, later in pairwise(ordered):
        if overlap(earlier.span, later.span):
            raise ValueError(f"overlapping periods at {later.span.start.on}")
    return tuple(ordered)
