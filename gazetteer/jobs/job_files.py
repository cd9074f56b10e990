"""The files of a job: one directory for each, shared by the service and its workers."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

RESULT_NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(\.[A-Za-z0-9]{1,16}){1,2}$"
"""Names of result files: no separator, no leading dot, an extension."""
_INPUT_NAME, _PARTIAL_NAME = "data.csv", "result.part"


@dataclass(frozen=True, slots=True)
class JobFiles:
    """The files of one job below the directory of all jobs."""

    jobs_directory: Path
    job_id: UUID

    @property
    def directory(self) -> Path:
        """The directory of this job."""
        return self.jobs_directory / str(self.job_id)

    @property
    def input_file(self) -> Path:
        """The uploaded file of a job that has one."""
        return self.directory / _INPUT_NAME

    @property
    def partial_result(self) -> Path:
        """The result so far; after a kill it may be longer than at the last checkpoint."""
        return self.directory / _PARTIAL_NAME

    def build_result_path(self, name: str) -> Path:
        """The path of a result file.

        Raises:
            ValueError: the name is not one of a result file.
        """
        if not re.fullmatch(RESULT_NAME_PATTERN, name) or name in (_INPUT_NAME, _PARTIAL_NAME):
            raise ValueError(f"not the name of a result file: {name!r}")
        return self.directory / name

    def create_directory(self) -> None:
        """Create the directory unless it exists; no other user of the machine can read it."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)

    def store_input(self, stream: BinaryIO) -> None:
        """Store the uploaded file."""
        self.create_directory()
        stream.seek(0)
        with self.input_file.open("wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)

    def remove_all(self) -> None:
        """Remove the directory with all files that exist."""
        shutil.rmtree(self.directory, ignore_errors=True)
