"""Jobs as requests and responses describe them."""

from typing import Literal

from pydantic import BaseModel, Field

from boundaries.batch.result_columns import Headings
from boundaries.batch.result_spreadsheet import TableFormat
from gazetteer.jobs.job_store import JobState, ProgressUnit
from gazetteer.ledger.as_of import Basis
from web.http.as_of_params import AtDay, Instant
from web.uploads.batch_forms import CRS_DESCRIPTION, FileForm, LevelColumn


class JobForm(FileForm):
    """The kind of the job, and the form of its endpoint: `/v1/geocode/csv` and so on."""

    kind: Literal["geocode_csv", "reverse_csv", "coverage"] = Field(
        description="Kind of job: `geocode_csv`, `reverse_csv` or `coverage`"
    )
    columns: list[str] | None = Field(
        None, description="All kinds: names of the columns to process"
    )
    province: LevelColumn = None
    prefecture: LevelColumn = None
    county: LevelColumn = None
    township: LevelColumn = None
    village: LevelColumn = None
    result_columns: list[str] | None = Field(
        None,
        description="`geocode_csv`, `reverse_csv`: result columns to add, in this order; or"
        " `short` (default) or `full`",
    )
    headings: Headings | None = Field(
        None,
        description="`geocode_csv`, `reverse_csv`: `names` (default) or `labels`, see"
        " `/v1/geocode/csv`",
    )
    format: TableFormat | None = Field(
        None,
        description="`geocode_csv`, `reverse_csv`: `xlsx` for a spreadsheet beside the CSV file",
    )
    bom: bool | None = Field(
        None,
        description="`geocode_csv`, `reverse_csv`: whether CSV is in UTF-8 with a byte order mark",
    )
    decisions: list[str] | None = Field(
        None,
        description="`geocode_csv`: what a person decided about ambiguous rows, see"
        " `/v1/geocode/csv`",
    )
    at: AtDay = None
    known_at: Instant | None = Field(
        None,
        description="`reverse_csv`: time up to which recorded data is taken into account, ISO 8601"
        " with UTC offset or `Z`; default: now",
    )
    basis: Basis | None = Field(
        None,
        description="`reverse_csv`: date of a legal act from which a change counts; default:"
        " `effective`",
    )
    crs: str | None = Field(None, description=CRS_DESCRIPTION, max_length=40)
    level: str | None = Field(
        None, description="`coverage`: level of the units in which facilities are counted"
    )
    within: str | None = Field(None, description="`coverage`: division code of the territory")
    coordinates: list[str] | None = Field(
        None,
        description="`coverage`: names of the two columns of the position (longitude, latitude)",
    )
    name: str | None = Field(
        None, description="`coverage`: name of the column that contains the facility names"
    )


class JobProblemModel(BaseModel):
    """The reason why a job failed."""

    code: str
    detail: str
    field: str | None = None


class JobResultModel(BaseModel):
    """The URLs of the result."""

    csv: str
    gpkg: str
    xlsx: str | None = Field(description="Null unless the job was asked for it by `format`")


class JobProgressModel(BaseModel):
    """How far a job is: `done` of `total`, counted in `unit`."""

    done: int
    total: int
    unit: ProgressUnit


class JobModel(BaseModel):
    """A job.

    Kinds that process a file of rows state `rows_done` of `rows_total`, `encoding` and `delimiter`;
    for the others these are null. `result` is set when such a job is finished; `files` is the URL
    of the list of result files of any job. Anyone who knows the id of a job on a file can read and
    delete the job: do not share it.
    """

    id: str
    kind: Literal["geocode_csv", "reverse_csv", "coverage", "findings", "checks", "naming_defects"]
    state: JobState
    progress: JobProgressModel
    rows_total: int | None
    rows_done: int | None
    encoding: str | None
    delimiter: str | None
    at: str
    known_at: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    expires_at: str
    problem: JobProblemModel | None
    result: JobResultModel | None
    files: str


class JobFileModel(BaseModel):
    """A file of the result of a job."""

    name: str
    media_type: str
    bytes: int
    href: str


class JobFilesModel(BaseModel):
    """The files of the result of a job; none before it is finished."""

    files: list[JobFileModel]
