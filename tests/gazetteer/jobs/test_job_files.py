"""Names of result files: nothing leads out of the directory of a job, or to its other files."""

from pathlib import Path
from uuid import UUID

import pytest

from gazetteer.jobs.job_files import JobFiles

FILES = JobFiles(Path("/jobs"), UUID(int=1))


@pytest.mark.parametrize("name", ["result.csv", "findings.geojson", "county-440106_2024.tar.gz"])
def test_a_result_has_its_name_in_the_directory_of_its_job(name: str) -> None:
    assert FILES.build_result_path(name) == FILES.directory / name


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", "../x.csv", "/etc/passwd", "a/b.csv", "a\\b.csv", ".hidden.csv", "x..csv"),
        *("a b.csv", "result.csv\n", "a\0.csv", "report", "x.csv.", "报表.csv", "x" * 65 + ".csv"),
        *("data.csv", "result.part"),
    ],
)
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name of a result file"):
        FILES.build_result_path(name)
