"""What a staged load hands over: timelines to publish, and everything that was wrong or doubtful.

Pure values. Whether a rejection stops the load is the caller's decision (:meth:`Batch.must_hold`).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from gazetteer.intake.index import UnitIndex
from gazetteer.intake.territory import Territory
from gazetteer.ledger.versions import Timeline
from gazetteer.problems import Problem

Progress = Callable[[int, int, str], None]
"""``progress(done, total, what)``; ``what`` names the stage (a file name or ``publish``)."""


def no_progress(done: int, total: int, what: str) -> None:
    """Tell nobody."""


class Severity(StrEnum):
    """What a finding means for its row."""

    REJECT = "reject"  # the row is not loaded
    WARNING = "warning"  # loaded, but somebody should look
    INFO = "info"  # said for completeness


@dataclass(frozen=True, slots=True)
class Rejection:
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


class Part(Protocol):
    """Timelines that can be walked through more than once."""

    def __len__(self) -> int:
        """How many there will be at most (a name without known reading gets no spelling)."""

    def __iter__(self) -> Iterator[Timeline]: ...


@dataclass(frozen=True, slots=True)
class Made:
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
class Batch:
    """Everything that one or several files say, ready to be published in one transaction.

    ``parts`` stay unevaluated where they are large: the villages of the whole country are made
    while they are walked through, so memory does not grow with them.
    """

    source: str
    parts: tuple[Part, ...]
    rejections: tuple[Rejection, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)  # rows read, by file name
    encodings: Mapping[str, str] = field(default_factory=dict)  # by file name
    known: UnitIndex = field(default_factory=UnitIndex)  # units down to townships, for later files
    territory: Territory = field(default_factory=Territory)  # when territories changed

    def __len__(self) -> int:
        """How many timelines there will be at most: the total for a progress bar."""
        return sum(len(part) for part in self.parts)

    def __iter__(self) -> Iterator[Timeline]:
        """All timelines. A record may come before one that it refers to."""
        for part in self.parts:
            yield from part

    def counts(self) -> dict[str, int]:
        """Number of records by kind. Walks through everything."""
        return dict(Counter(timeline.kind for timeline in self))

    def rejected(self) -> int:
        """Number of findings that keep a row out."""
        return sum(1 for finding in self.rejections if finding.severity is Severity.REJECT)

    def must_hold(self) -> None:
        """Refuse the batch if any row was rejected.

        Raises:
            RowsRejected: names the first of the rejected rows.
        """
        for first in self.rejections:
            if first.severity is Severity.REJECT:
                raise RowsRejected(
                    f"{self.rejected()} 行被拒绝;首条:{first.file} 第 {first.line} 行,"
                    f"{first.field}:{first.reason_zh}",
                    f"{self.rejected()} rows rejected; the first: {first.file} line {first.line}, "
                    f"{first.field}: {first.reason_en}",
                    field=first.field,
                    file=first.file,
                    line=first.line,
                    rejected=self.rejected(),
                )


def joined(source: str, batches: Iterable[Batch], known: UnitIndex, lands: Territory) -> Batch:
    """Several batches as one; their order is kept."""
    whole = tuple(batches)
    return Batch(
        source=source,
        parts=tuple(part for batch in whole for part in batch.parts),
        rejections=tuple(finding for batch in whole for finding in batch.rejections),
        rows={name: n for batch in whole for name, n in batch.rows.items()},
        encodings={name: e for batch in whole for name, e in batch.encodings.items()},
        known=known,
        territory=lands,
    )


def file_name(path: Path) -> str:
    """How reports and sources name a file."""
    return path.name
