"""Where the files of a job lie: one directory for each, shared by the service and its workers."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one job below the directory of all jobs."""

    jobs: Path
    job_id: UUID

    @property
    def directory(self) -> Path:
        """The directory of this job."""
        return self.jobs / str(self.job_id)

    @property
    def data(self) -> Path:
        """The file as it was sent."""
        return self.directory / "data.csv"

    @property
    def part(self) -> Path:
        """The result as far as it is made; longer than the checkpoint says after a kill."""
        return self.directory / "result.part"

    @property
    def result(self) -> Path:
        """The whole result; there only when the job is finished."""
        return self.directory / "result.csv"

    @property
    def geopackage(self) -> Path:
        """The whole result as a GeoPackage."""
        return self.directory / "result.gpkg"

    def keep(self, stream: BinaryIO) -> None:
        """Keep the file that was sent, readable by nobody else on the machine."""
        self.directory.mkdir(parents=True, mode=0o700)
        stream.seek(0)
        with self.data.open("wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)

    def remove(self) -> None:
        """Remove all of it, whatever is there."""
        shutil.rmtree(self.directory, ignore_errors=True)
