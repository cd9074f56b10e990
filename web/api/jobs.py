"""Files that take long: ``/v1/jobs``, in the background, with progress, resumed after a kill."""

import errno
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, BinaryIO, Literal
from uuid import UUID, uuid4

from flask import Response, current_app, send_file
from pydantic import BaseModel, Field, ValidationError

from boundaries.batch.csv_files import sniff_csv
from boundaries.batch.facility_coverage import CoverageTask
from boundaries.batch.row_tasks import GeocodeTask
from gazetteer.jobs import job_queue, job_store
from gazetteer.jobs.job_files import JobFiles
from gazetteer.jobs.job_runner import try_lock_job
from gazetteer.jobs.job_store import Job, JobState
from gazetteer.ledger.as_of import Basis, resolve_known_at
from gazetteer.problems import Conflict, NotFound, Unavailable
from gazetteer.records.division_queries import find_unit
from gazetteer.settings import Settings
from web.http import rate_limits
from web.http.as_of_params import Day, Instant
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

JobId = Annotated[UUID, Field(description="Id of the job, as the answer that made it told")]

GEOPACKAGE = "application/geopackage+sqlite3"
JobKind = Literal["geocode_csv", "reverse_csv", "coverage"]


class JobForm(FileForm):
    """The kind of the job, and the form of its endpoint: `/v1/geocode/csv` and so on."""

    kind: JobKind = Field(description="What shall be done to the file")
    columns: list[str] | None = Field(None, description="All: the columns that are asked about")
    province: LevelColumn = None
    prefecture: LevelColumn = None
    county: LevelColumn = None
    township: LevelColumn = None
    village: LevelColumn = None
    result_columns: list[str] | None = Field(None, description="geocode_csv, reverse_csv")
    at: Day | None = Field(None, description="In force on this day (Asia/Shanghai); default today")
    known_at: Instant | None = Field(None, description="reverse_csv: as known at this moment")
    basis: Basis | None = Field(None, description="reverse_csv: which date of an act decides")
    crs: str | None = Field(None, description=CRS_DESCRIPTION, max_length=40)
    level: str | None = Field(None, description="coverage: the level of the units")
    within: str | None = Field(None, description="coverage: the code of the territory")
    coordinates: list[str] | None = Field(None, description="coverage: the columns of a position")
    name: str | None = Field(None, description="coverage: the column with the facility's name")


class JobProblemModel(BaseModel):
    """Why a job failed."""

    code: str
    detail: str
    field: str | None = None


class JobResultModel(BaseModel):
    """Where the result can be had."""

    csv: str
    gpkg: str


class JobModel(BaseModel):
    """A job. `rows_done` of `rows_total` are answered; `result` is there when it is finished.

    Whoever knows the id may read and delete the job: keep it to yourself.
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
    """Put a file to work in the background.

    The file and its form are checked at once, as the endpoint of the kind would; what is wrong is
    refused here. Ask `Location` how far the job is. Jobs and their results are deleted after some
    days: `expires_at`.
    """
    settings: Settings = current_app.config["GAZETTEER"]
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
    """How far a job is."""
    return _serialize_job(_load_job(job_id))


class ResultQuery(Parameters):
    """In which form."""

    format: Literal["csv", "gpkg"] = Field("csv", description="CSV, or GeoPackage with points")


@api.get("/v1/jobs/<uuid:job_id>/result", "text/csv", alternative_media=(GEOPACKAGE,))
def download_job_result(job_id: JobId, query: ResultQuery) -> Response:
    """The whole result of a finished job; 409 while there is none."""
    job = _load_job(job_id)
    files = JobFiles(current_app.config["GAZETTEER"].jobs, job_id)
    if job.state != JobState.FINISHED:
        raise Conflict(
            f"任务没有结果：{job.state}。",
            f"the job has no result: {job.state}",
            state=job.state,
        )
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
    """Cancel a job that has not ended, or forget one that has; its files are deleted.

    The answer is the job as it is now, or, if it had ended, as it was.
    """
    with connection() as conn:
        job = _read_job(conn, job_id)
        if job_store.cancel_job(conn, job_id):
            job = _read_job(conn, job_id)
        else:
            job_store.delete_job(conn, job_id)
        with try_lock_job(conn, job_id) as is_exclusive:
            if is_exclusive:  # otherwise its worker tidies up after itself
                JobFiles(current_app.config["GAZETTEER"].jobs, job_id).remove_all()
    return {**_serialize_job(job), "result": None}


def _build_task_form(form: JobForm) -> GeocodeForm | ReverseForm | CoverageForm:
    values = form.model_dump(exclude={"kind"}, exclude_unset=True, by_alias=True)
    try:
        return FORM_OF_KIND[form.kind].model_validate(values)
    except ValidationError as error:
        raise build_invalid_value(error) from None


def _check_task(conn: Any, task: RowTask) -> date:
    """The day of the task, after refusing what the register does not know."""
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
        raise Unavailable("磁盘空间不足。", "there is no room for the file now") from None


def _load_job(job_id: UUID) -> Job:
    with connection() as conn:
        return _read_job(conn, job_id)


def _read_job(conn: Any, job_id: UUID) -> Job:
    job = job_store.load_job(conn, job_id)
    if job is None or job.kind not in FORM_OF_KIND:
        raise NotFound(
            "没有此任务，或已过期删除。", "there is no such job, or it has expired", field="job_id"
        )
    return job


def _serialize_job(job: Job) -> dict[str, Any]:
    days: float = current_app.config["GAZETTEER"].job_days
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
