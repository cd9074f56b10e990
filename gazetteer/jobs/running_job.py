"""A job while a worker runs it: what its kind gets to work with, and how it reports back."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from psycopg import Connection

from gazetteer.jobs import job_store
from gazetteer.jobs.job_files import JobFiles
from gazetteer.jobs.job_store import Job, ResultFile
from gazetteer.settings import Settings

_REPORT_SECONDS = 0.5


class JobStopped(Exception):
    """The worker must stop; the job continues later."""


class JobCancelled(Exception):
    """The job was cancelled; nothing of it is needed any more."""


@dataclass(slots=True)
class RunningJob:
    """A job that this process runs.

    ``conn`` holds the lock of the job and is in autocommit: a kind that needs transactions or
    snapshots connects by ``conninfo``. ``should_stop`` says whether the worker must stop.
    """

    job: Job
    files: JobFiles
    conn: Connection[Any]
    conninfo: str
    settings: Settings
    should_stop: Callable[[], bool]
    results: list[ResultFile] = field(default_factory=list)
    _last_report: float = 0.0

    def report_progress(self, done: int, total: int) -> None:
        """Report how much of a job without rows is done; may be called often.

        Raises:
            JobStopped: the worker must stop.
            JobCancelled: the job was cancelled.
        """
        if self.should_stop():
            raise JobStopped
        if time.monotonic() - self._last_report < _REPORT_SECONDS:
            return
        self._last_report = time.monotonic()
        share = self.job.total * done // max(total, 1)
        if not job_store.save_progress(self.conn, self.job.job_id, share):
            raise JobCancelled

    @contextmanager
    def write_result(self, name: str, media_type: str) -> Iterator[BinaryIO]:
        """A file of the result to write to; it appears under its name when it is complete.

        Args:
            name: of the file, as in :data:`gazetteer.jobs.job_files.RESULT_NAME_PATTERN`.
            media_type: what it is downloaded as.
        """
        path = self.files.build_result_path(name)
        part = path.with_name(f".{name}.part")
        self.files.create_directory()
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        self.add_result(name, media_type)

    def add_result(self, name: str, media_type: str) -> None:
        """Add a complete file, which has its name already, to the result."""
        self.results.append(ResultFile(name, media_type))
