"""What a staged load hands over: timelines to publish, and everything that was wrong or doubtful.

Pure values. Whether a rejection stops the load is the caller's decision (:meth:`StagedBatch.check_no_rejections`).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from gazetteer.ingest.code_index import CodeIndex
from gazetteer.ingest.territory_changes import TerritoryChanges
from gazetteer.ledger.versions import Timeline
from gazetteer.problems import Problem

Progress = Callable[[int, int, str], None]
"""``progress(done, total, what)``; ``what`` names the stage (a file name or ``publish``)."""


def ignore_progress(done: int, total: int, what: str) -> None:
    """Tell nobody."""


class Severity(StrEnum):
    """What a finding means for its row."""

    REJECT = "reject"  # the row is not loaded
    WARNING = "warning"  # loaded, but somebody should look
    INFO = "info"  # said for completeness


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
    severity: Severity
    reason_zh: str
    reason_en: str


class BatchPart(Protocol):
    """Timelines that can be walked through more than once."""

    def __len__(self) -> int:
        """How many there will be at most (a name without known reading gets no spelling)."""

    def __iter__(self) -> Iterator[Timeline]: ...


@dataclass(frozen=True, slots=True)
class MaterializedPart:
    """Timelines that are there already."""

    timelines: Sequence[Timeline]

    def __len__(self) -> int:
        return len(self.timelines)

    def __iter__(self) -> Iterator[Timeline]:
        return iter(self.timelines)


class RowsRejected(Problem):
    """A strict load found rows that cannot be loaded; the report lists them all."""

    code = "rows_rejected"
    title_zh, title_en = "数据行被拒绝", "Rows rejected"


@dataclass(frozen=True)
class StagedBatch:
    """Everything that one or several files say, ready to be published in one transaction.

    ``parts`` stay unevaluated where they are large: the villages of the whole country are made
    while they are walked through, so memory does not grow with them.
    """

    source: str
    parts: tuple[BatchPart, ...]
    findings: tuple[LoadFinding, ...] = ()
    row_counts: Mapping[str, int] = field(default_factory=dict)  # rows read, by file name
    encodings: Mapping[str, str] = field(default_factory=dict)  # by file name
    code_index: CodeIndex = field(
        default_factory=CodeIndex
    )  # units down to townships, for later files
    territory_changes: TerritoryChanges = field(
        default_factory=TerritoryChanges
    )  # when territories changed

    def __len__(self) -> int:
        """How many timelines there will be at most: the total for a progress bar."""
        return sum(len(part) for part in self.parts)

    def __iter__(self) -> Iterator[Timeline]:
        """All timelines. A record may come before one that it refers to."""
        for part in self.parts:
            yield from part

    def count_by_kind(self) -> dict[str, int]:
        """Number of records by kind. Walks through everything."""
        return dict(Counter(timeline.kind for timeline in self))

    def count_rejections(self) -> int:
        """Number of findings that keep a row out."""
        return sum(1 for finding in self.findings if finding.severity is Severity.REJECT)

    def check_no_rejections(self) -> None:
        """Refuse the batch if any row was rejected.

        Raises:
            RowsRejected: names the first of the rejected rows.
        """
        for first in self.findings:
            if first.severity is Severity.REJECT:
                raise RowsRejected(
                    f"{self.count_rejections()} 行被拒绝;首条:{first.file} 第 {first.line} 行,"
                    f"{first.field}:{first.reason_zh}",
                    f"{self.count_rejections()} rows rejected; the first: {first.file} line {first.line}, "
                    f"{first.field}: {first.reason_en}",
                    field=first.field,
                    file=first.file,
                    line=first.line,
                    rejected=self.count_rejections(),
                )


def merge_batches(
    source: str,
    batches: Iterable[StagedBatch],
    code_index: CodeIndex,
    territory_changes: TerritoryChanges,
) -> StagedBatch:
    """Several batches as one; their order is kept."""
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
    """How reports and sources name a file."""
    return path.name
