"""The timeline of a record after a step, from what the step makes of it on each span. Pure."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

from gazetteer.ledger.drafts.known_records import RecordKey
from gazetteer.ledger.period import Period, PeriodEnd
from gazetteer.ledger.versions import Attributes, Statement, Version, apply_statement


@dataclass(frozen=True, slots=True)
class PlayedSpan:
    """A span of days on which the same records are known, and what a step changes on them."""

    start: PeriodEnd
    end: PeriodEnd
    changes: Mapping[RecordKey, Attributes | None]


def compose_versions(
    key: RecordKey,
    known: Sequence[Version],
    spans: Sequence[PlayedSpan],
    own_bounds: frozenset[PeriodEnd],
) -> tuple[Version, ...]:
    """The versions of a record after a step.

    A day of change keeps the act and the precision that the record itself has of it; where the
    record did not change on that day and does not now, its versions are one. So are they where a
    correction finds that nothing happened on its first day.

    Args:
        key: the record.
        known: its versions before the step.
        spans: what the step changes, span by span.
        own_bounds: the bounds that the step itself sets, which replace known ones.
    """
    known_bounds = _index_bounds(known)
    versions = tuple(known)
    for span in spans:
        if key in span.changes:
            start, end = (
                bound if bound in own_bounds else known_bounds.get(bound.on, bound)
                for bound in (span.start, span.end)
            )
            statement = Statement(*key, Period(start, end), span.changes[key])
            versions = apply_statement(versions, statement)
    replaced = {bound.on for bound in own_bounds if bound.act is None}
    return _merge_equal(versions, known_bounds.keys() - replaced)


def _index_bounds(versions: Sequence[Version]) -> dict[date | None, PeriodEnd]:
    """The ends of versions by their days; where one ends and the next starts, the start."""
    ends = {version.period.end.on: version.period.end for version in versions}
    starts = {version.period.start.on: version.period.start for version in versions}
    return {day: bound for day, bound in {**ends, **starts}.items() if day is not None}


def _merge_equal(versions: Sequence[Version], known_days: Set[date | None]) -> tuple[Version, ...]:
    """The versions, those as one that follow each other and are equal but on known days."""
    merged: list[Version] = []
    for version in versions:
        start = version.period.start
        if (
            merged
            and merged[-1].period.end.on == start.on
            and start.on not in known_days
            and merged[-1].attributes == version.attributes
        ):
            earlier = merged.pop()
            merged.append(replace(version, period=Period(earlier.period.start, version.period.end)))
        else:
            merged.append(version)
    return tuple(merged)
