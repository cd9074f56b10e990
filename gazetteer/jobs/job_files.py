"""The files of a job: one directory for each, shared by the service and its workers."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID


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
        """The uploaded file."""
        return self.directory / "data.csv"

    @property
    def partial_result(self) -> Path:
        """The result so far; after a kill it may be longer than at the last checkpoint."""
        return self.directory / "result.part"

    @property
    def result_file(self) -> Path:
        """The complete result; it exists only when the job is finished."""
        return self.directory / "result.csv"

    @property
    def geopackage_file(self) -> Path:
        """The complete result as a GeoPackage."""
        return self.directory / "result.gpkg"

    def store_input(self, stream: BinaryIO) -> None:
        """Store the uploaded file, readable by no other user of the machine."""
        self.directory.mkdir(parents=True, mode=0o700)
        stream.seek(0)
        with self.input_file.open("wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)

    def remove_all(self) -> None:
        """Remove the directory with all files that exist."""
        shutil.rmtree(self.directory, ignore_errors=True)
