"""Large files, processed in the background: ``/v1/jobs``, with progress, resumed after a kill."""

import errno
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, BinaryIO, Literal
from uuid import UUID, uuid4

from flask import Response, send_file
from pydantic import BaseModel, Field, ValidationError

from boundaries.batch.csv_files import sniff_csv
from boundaries.batch.facility_coverage import CoverageTask
from boundaries.batch.row_tasks import GeocodeTask
from gazetteer.jobs import job_queue, job_store
from gazetteer.jobs.job_files import JobFiles
from gazetteer.jobs.job_runner import try_lock_job
from gazetteer.jobs.job_store import Job, JobState
from gazetteer.ledger.as_of import Basis, resolve_known_at
from gazetteer.messages import message
from gazetteer.problems import Conflict, NotFound, Unavailable
from gazetteer.records.division_queries import find_unit
from web.http import rate_limits
from web.http.app_settings import current_settings
from web.http.as_of_params import AtDay, Instant
from web.http.connections import connection
from web.http.endpoints import Api, Parameters, json_response
from web.http.language import request_language
from web.http.validation_errors import build_invalid_value
from web.services.job_kinds import FORM_OF_KIND, RowTask, build_row_task
from web.uploads.batch_forms import (
    CRS_DESCRIPTION,
    CoverageForm,
    FileForm,
    GeocodeForm,
    LevelColumn,
    ReverseForm,
)
from web.uploads.csv_uploads import JOBS_PATH, get_upload

api = Api()

JobId = Annotated[UUID, Field(description="Id of the job, as returned when it was submitted")]

GEOPACKAGE = "application/geopackage+sqlite3"
JobKind = Literal["geocode_csv", "reverse_csv", "coverage"]


class JobForm(FileForm):
    """The kind of the job, and the form of its endpoint: `/v1/geocode/csv` and so on."""

    kind: JobKind = Field(description="Kind of job: `geocode_csv`, `reverse_csv` or `coverage`")
    columns: list[str] | None = Field(
        None, description="All kinds: names of the columns to process"
    )
    province: LevelColumn = None
    prefecture: LevelColumn = None
    county: LevelColumn = None
    township: LevelColumn = None
    village: LevelColumn = None
    result_columns: list[str] | None = Field(
        None, description="`geocode_csv`, `reverse_csv`: result columns to add, in this order"
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


class JobModel(BaseModel):
    """A job; `rows_done` of `rows_total` rows have been processed.

    `result` is set when the job is finished. Anyone who knows the id can read and delete the job:
    do not share it.
    """

    id: str
    kind: JobKind
    state: JobState
    rows_total: int
    rows_done: int
    encoding: str
    delimiter: str
    at: str
    known_at: str | None
    created_at: str
    started_at: str | None
    finished_at: str | None
    expires_at: str
    problem: JobProblemModel | None
    result: JobResultModel | None


@api.write("POST", "/v1/jobs", JobModel, 202, requires_account=False)
def create_job(form: JobForm) -> Response:
    """Submit a file for processing in the background.

    The file and the form are checked immediately, as by the endpoint for the kind of job, and
    errors are returned in this response. The header `Location` is the URL of the job. Jobs and
    their results are deleted at `expires_at`, some days after submission.
    """
    settings = current_settings()
    task_form = _build_task_form(form)
    stream = get_upload()
    rate_limits.count_action("job")
    task = build_row_task(task_form, request_language(), settings)
    with connection() as conn:
        day = _check_task(conn, task)
    sheet = sniff_csv(stream, form.encoding, form.delimiter)
    task.build_plan(sheet)
    form_values = task_form.model_dump(mode="json", exclude_unset=True)
    job_request = job_store.JobRequest(
        uuid4(),
        form.kind,
        form_values,
        request_language(),
        day,
        sheet.encoding,
        sheet.delimiter,
        sheet.rows,
    )
    files = JobFiles(settings.jobs_directory, job_request.job_id)
    _store_upload(files, stream)
    with connection() as conn, conn.transaction():
        job_store.insert_job(conn, job_request)
        job_queue.enqueue_job(conn, job_request.job_id)
    response = json_response(_serialize_job(_load_job(job_request.job_id)), 202)
    response.headers["Location"] = f"{JOBS_PATH}/{job_request.job_id}"
    return response


@api.get("/v1/jobs/<uuid:job_id>", JobModel)
def get_job(job_id: JobId) -> dict[str, Any]:
    """Get the progress of a job."""
    return _serialize_job(_load_job(job_id))


class ResultQuery(Parameters):
    """The format of the result."""

    format: Literal["csv", "gpkg"] = Field(
        "csv",
        description="Format of the result: `csv` (default), or `gpkg` for a GeoPackage with points",
    )


@api.get("/v1/jobs/<uuid:job_id>/result", "text/csv", alternative_media=(GEOPACKAGE,))
def download_job_result(job_id: JobId, query: ResultQuery) -> Response:
    """Download the result of a finished job.

    Returns 409 if the job has no result.
    """
    job = _load_job(job_id)
    files = JobFiles(current_settings().jobs_directory, job_id)
    if job.state != JobState.FINISHED:
        words = message("jobs.no_result", state=message(f"jobs.state.{job.state}"))
        raise Conflict(words, state=job.state)
    if query.format == "gpkg":
        return send_file(
            files.geopackage_file.absolute(),
            GEOPACKAGE,
            as_attachment=True,
            download_name="result.gpkg",
        )
    body_encoding = "utf-8" if job.encoding == "utf-8-sig" else job.encoding
    response = send_file(
        files.result_file.absolute(), "text/csv", as_attachment=True, download_name="result.csv"
    )
    response.headers["Content-Type"] = f"text/csv; charset={body_encoding}"
    return response


@api.write("DELETE", "/v1/jobs/<uuid:job_id>", JobModel, requires_account=False)
def delete_job(job_id: JobId) -> dict[str, Any]:
    """Cancel or delete a job.

    A job that has not ended is cancelled; one that has ended is deleted. In both cases its files
    are deleted. The response is the cancelled job, or the deleted job in its last state.
    """
    with connection() as conn:
        job = _read_job(conn, job_id)
        if job_store.cancel_job(conn, job_id):
            job = _read_job(conn, job_id)
        else:
            job_store.delete_job(conn, job_id)
        with try_lock_job(conn, job_id) as is_exclusive:
            if is_exclusive:  # otherwise its worker tidies up after itself
                JobFiles(current_settings().jobs_directory, job_id).remove_all()
    return {**_serialize_job(job), "result": None}


def _build_task_form(form: JobForm) -> GeocodeForm | ReverseForm | CoverageForm:
    values = form.model_dump(exclude={"kind"}, exclude_unset=True, by_alias=True)
    try:
        return FORM_OF_KIND[form.kind].model_validate(values)
    except ValidationError as error:
        raise build_invalid_value(error, "field") from None


def _check_task(conn: Any, task: RowTask) -> date:
    """The day of the task.

    Raises:
        UnknownCode, CodeNotInForce, InvalidValue: the register has no such unit or moment.
    """
    if isinstance(task, GeocodeTask):
        return task.at
    if isinstance(task, CoverageTask):
        find_unit(conn, task.within, task.as_of, field="within")
    resolve_known_at(conn, task.as_of)
    return task.as_of.at


def _store_upload(files: JobFiles, stream: BinaryIO) -> None:
    try:
        files.store_input(stream)
    except OSError as error:
        files.remove_all()
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Unavailable(message("jobs.disk_full")) from None


def _load_job(job_id: UUID) -> Job:
    with connection() as conn:
        return _read_job(conn, job_id)


def _read_job(conn: Any, job_id: UUID) -> Job:
    job = job_store.load_job(conn, job_id)
    if job is None or job.kind not in FORM_OF_KIND:
        raise NotFound(message("jobs.not_found"), field="job_id")
    return job


def _serialize_job(job: Job) -> dict[str, Any]:
    days = current_settings().job_days
    result_url = f"{JOBS_PATH}/{job.job_id}/result?format="
    is_finished = job.state == JobState.FINISHED
    return {
        "id": str(job.job_id),
        "kind": job.kind,
        "state": job.state,
        "rows_total": job.rows_total,
        "rows_done": job.rows_done,
        "encoding": job.encoding,
        "delimiter": job.delimiter,
        "at": job.at.isoformat(),
        "known_at": _serialize_moment(job.known_at),
        "created_at": _serialize_moment(job.created_at),
        "started_at": _serialize_moment(job.started_at),
        "finished_at": _serialize_moment(job.finished_at),
        "expires_at": _serialize_moment(job.created_at + timedelta(days=days)),
        "problem": job.problem,
        "result": {"csv": result_url + "csv", "gpkg": result_url + "gpkg"} if is_finished else None,
    }


def _serialize_moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
