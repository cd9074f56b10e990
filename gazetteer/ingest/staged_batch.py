"""The result of reading files: timelines to publish, and everything that was wrong or doubtful.

Pure values. Whether a rejection stops the load is the caller's decision
(:meth:`StagedBatch.check_no_rejections`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from gazetteer.ingest.code_index import CodeIndex
from gazetteer.ingest.file_positions import describe_position
from gazetteer.ingest.territory_changes import TerritoryChanges
from gazetteer.ledger.versions import Timeline
from gazetteer.messages import Message, message
from gazetteer.problems import Problem


def ignore_progress(done: int, total: int, what: str) -> None:
    """Report no progress."""


class LoadSeverity(StrEnum):
    """What a finding means for its row."""

    REJECT = "reject"  # the row is not loaded
    WARNING = "warning"  # loaded, but somebody should look
    INFO = "info"  # for completeness


@dataclass(frozen=True, slots=True)
class LoadFinding:
    """A finding about one row of one file; ``line`` counts from 1 with the header, 0 = whole file.

    ``rule`` is the stable id of the check (``duplicate_code``), ``field`` the column it is about.
    """

    file: str
    line: int
    field: str
    value: str
    rule: str
    severity: LoadSeverity
    message: Message


class BatchPart(Protocol):
    """Timelines that can be walked through more than once."""

    def __len__(self) -> int:
        """How many there will be at most (a name without known reading gets no spelling)."""

    def __iter__(self) -> Iterator[Timeline]: ...


@dataclass(frozen=True, slots=True)
class MaterializedPart:
    """Timelines in memory."""

    timelines: Sequence[Timeline]

    def __len__(self) -> int:
        return len(self.timelines)

    def __iter__(self) -> Iterator[Timeline]:
        return iter(self.timelines)


class RowsRejected(Problem):
    """A strict load found rows that cannot be loaded; the report lists them all."""

    code = "rows_rejected"


@dataclass(frozen=True)
class StagedBatch:
    """The content of one or several files, ready to be published in one transaction.

    ``parts`` stay unevaluated where they are large: the villages of the whole country are built
    during iteration, so that memory does not grow with them. ``code_index`` holds the units down
    to townships for later files, ``territory_changes`` the days on which territories changed.
    """

    source: str
    parts: tuple[BatchPart, ...]
    findings: tuple[LoadFinding, ...] = ()
    row_counts: Mapping[str, int] = field(default_factory=dict)  # rows read, by file name
    encodings: Mapping[str, str] = field(default_factory=dict)  # by file name
    code_index: CodeIndex = field(default_factory=CodeIndex)
    territory_changes: TerritoryChanges = field(default_factory=TerritoryChanges)

    def __len__(self) -> int:
        """How many timelines there will be at most: the total for a progress bar."""
        return sum(len(part) for part in self.parts)

    def __iter__(self) -> Iterator[Timeline]:
        """All timelines. A record may come before one that it refers to."""
        for part in self.parts:
            yield from part

    def count_by_kind(self) -> dict[str, int]:
        """Number of records by kind. Iterates over everything."""
        return dict(Counter(timeline.kind for timeline in self))

    def count_rejections(self) -> int:
        """Number of findings that keep a row out."""
        return sum(1 for finding in self.findings if finding.severity is LoadSeverity.REJECT)

    def check_no_rejections(self) -> None:
        """Refuse the batch if any row was rejected.

        Raises:
            RowsRejected: names the first of the rejected rows.
        """
        rejections = [each for each in self.findings if each.severity is LoadSeverity.REJECT]
        if not rejections:
            return
        first = rejections[0]
        raise RowsRejected(
            message(
                "ingest.rows_rejected",
                n=len(rejections),
                position=describe_position(first.file, first.line, first.field),
                reason=first.message,
            ),
            field=first.field,
            file=first.file,
            line=first.line,
            rejected=len(rejections),
        )


def merge_batches(
    source: str,
    batches: Iterable[StagedBatch],
    code_index: CodeIndex,
    territory_changes: TerritoryChanges,
) -> StagedBatch:
    """Several batches as one, in the same order."""
    ordered_batches = tuple(batches)
    return StagedBatch(
        source=source,
        parts=tuple(part for batch in ordered_batches for part in batch.parts),
        findings=tuple(finding for batch in ordered_batches for finding in batch.findings),
        row_counts={name: n for batch in ordered_batches for name, n in batch.row_counts.items()},
        encodings={name: e for batch in ordered_batches for name, e in batch.encodings.items()},
        code_index=code_index,
        territory_changes=territory_changes,
    )


def format_file_name(path: Path) -> str:
    """The name of a file in reports and sources."""
    return path.name
