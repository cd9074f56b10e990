"""Work in the background: ``/v1/jobs``, with progress, files of results, resumed after a kill."""

import errno
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal
from uuid import UUID, uuid4

from flask import Response, send_file
from pydantic import Field, ValidationError

from boundaries.batch.facility_coverage import CoverageTask
from boundaries.batch.result_spreadsheet import SPREADSHEET_MEDIA, TableFormat
from boundaries.batch.row_tasks import FilePlan, GeocodeTask
from boundaries.findings import finding_features
from boundaries.layers.spreadsheet import check_sheet_size
from gazetteer.jobs import job_queue, job_store
from gazetteer.jobs.job_files import RESULT_NAME_PATTERN, JobFiles
from gazetteer.jobs.job_runner import try_lock_job
from gazetteer.jobs.job_store import CsvFormat, Job, JobRequest, JobState, ProgressUnit, ResultFile
from gazetteer.ledger.as_of import resolve_known_at
from gazetteer.messages import message
from gazetteer.problems import Conflict, NotFound, Unavailable
from gazetteer.records.division_queries import find_unit
from web.api.job_models import JobFilesModel, JobForm, JobModel
from web.auth import authentication
from web.http import rate_limits
from web.http.app_settings import current_settings
from web.http.connections import connection
from web.http.endpoints import Api, Parameters, json_response
from web.http.language import request_language
from web.http.validation_errors import build_invalid_value
from web.services.job_kinds import (
    CSV_RESULT,
    FORM_OF_KIND,
    GEOPACKAGE,
    GEOPACKAGE_RESULT,
    JOB_KINDS,
    XLSX_RESULT,
    RowTask,
    build_row_task,
)
from web.uploads.batch_forms import CoverageForm, GeocodeForm, ReverseForm
from web.uploads.csv_uploads import JOBS_PATH, get_upload, open_table

api = Api()

JobId = Annotated[UUID, Field(description="Id of the job, as returned when it was submitted")]
ResultName = Annotated[
    str, Field(pattern=RESULT_NAME_PATTERN, description="Name of the file, such as `result.csv`")
]


@api.write("POST", "/v1/jobs", JobModel, 202, requires_account=False)
def create_job(form: JobForm) -> Response:
    """Submit a file for processing in the background.

    The file and the form are checked immediately, as by the endpoint for the kind of job, and
    errors are returned in this response. The header `Location` is the URL of the job. Jobs and
    their results are deleted at `expires_at`, some days after submission.
    """
    settings = current_settings()
    task_form = _build_task_form(form)
    upload = get_upload()
    rate_limits.count_action("job")
    task = build_row_task(task_form, request_language(), settings)
    with connection() as conn:
        day = _check_task(conn, task)
    stream, sheet = open_table(upload, form.encoding, form.delimiter)
    plan = task.build_plan(sheet)
    if form.format is TableFormat.XLSX and isinstance(plan, FilePlan):
        check_sheet_size(sheet.rows, len(sheet.header) + len(plan.columns.names))
    form_values = task_form.model_dump(mode="json", exclude_unset=True)
    csv = CsvFormat(sheet.encoding, sheet.delimiter, sheet.rows)
    job_request = JobRequest(uuid4(), form_values, request_language(), day, csv)
    files = JobFiles(settings.jobs_directory, job_request.job_id)
    _store_upload(files, stream)
    with connection() as conn:
        job_queue.submit_job(conn, JOB_KINDS[form.kind], job_request)
    response = json_response(_serialize_job(_load_job(job_request.job_id)), 202)
    response.headers["Location"] = f"{JOBS_PATH}/{job_request.job_id}"
    return response


@api.get("/v1/jobs/<uuid:job_id>", JobModel)
def get_job(job_id: JobId) -> dict[str, Any]:
    """Get the progress of a job."""
    return _serialize_job(_load_job(job_id))


class ResultQuery(Parameters):
    """The format of the result."""

    format: Literal["csv", "gpkg", "xlsx"] = Field(
        "csv",
        description="Format of the result: `csv` (default), `gpkg` for a GeoPackage with points, or"
        " `xlsx` if the job was asked for it",
    )


@api.get(
    "/v1/jobs/<uuid:job_id>/result", "text/csv", alternative_media=(GEOPACKAGE, SPREADSHEET_MEDIA)
)
def download_job_result(job_id: JobId, query: ResultQuery) -> Response:
    """Download the result of a finished job on a file.

    Returns 409 if the job has no result.
    """
    name = {"csv": CSV_RESULT, "gpkg": GEOPACKAGE_RESULT, "xlsx": XLSX_RESULT}[query.format]
    return _send_result(job_id, name, field="format")


@api.get("/v1/jobs/<uuid:job_id>/files", JobFilesModel)
def list_job_files(job_id: JobId) -> dict[str, Any]:
    """List the result files of a job."""
    job, files = _load_job(job_id), JobFiles(current_settings().jobs_directory, job_id)
    with connection() as conn:
        results = job_store.load_result_files(conn, job.job_id)
    return {"files": [_serialize_file(files, file) for file in results]}


@api.get(
    "/v1/jobs/<uuid:job_id>/files/<name>",
    "text/csv",
    alternative_media=(GEOPACKAGE, SPREADSHEET_MEDIA, finding_features.MEDIA_TYPE),
)
def download_job_file(job_id: JobId, name: ResultName) -> Response:
    """Download a result file of a finished job, with its own media type.

    Returns 409 if the job has no result.
    """
    return _send_result(job_id, name, field="name")


@api.write("DELETE", "/v1/jobs/<uuid:job_id>", JobModel, requires_account=False)
def delete_job(job_id: JobId) -> dict[str, Any]:
    """Cancel or delete a job.

    A job that has not ended is cancelled; one that has ended is deleted. In both cases its files
    are deleted. The response is the cancelled job, or the deleted job in its last state.
    """
    job = _load_job(job_id)
    with connection() as conn:
        if job_store.cancel_job(conn, job_id):
            job = job_store.load_job(conn, job_id) or job
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
    """A job that the actor may read and delete.

    Raises:
        NotFound: there is no such job.
        Unauthenticated, Forbidden: its kind is for certain roles only.
    """
    with connection() as conn:
        job = job_store.load_job(conn, job_id)
    kind = JOB_KINDS.get(job.kind) if job else None
    if job is None or kind is None:
        raise NotFound(message("jobs.not_found"), field="job_id")
    if kind.actions:
        authentication.require_permission_somewhere(*kind.actions)
    return job


def _send_result(job_id: UUID, name: str, *, field: str) -> Response:
    """Send a file of a result.

    Raises:
        Conflict: the job is not finished.
        NotFound: it has no such file; names ``field``.
        Unavailable: the file is gone from the directory of jobs.
    """
    job = _load_job(job_id)
    if job.state != JobState.FINISHED:
        words = message("jobs.no_result", state=message(f"jobs.state.{job.state}"))
        raise Conflict(words, state=job.state)
    with connection() as conn:
        results = job_store.load_result_files(conn, job_id)
    file = next((file for file in results if file.name == name), None)
    if file is None:
        words = message("jobs.no_file", name=name, files=[file.name for file in results])
        raise NotFound(words, field=field)
    path = JobFiles(current_settings().jobs_directory, job_id).build_result_path(name)
    _measure_file(path)
    response = send_file(path.absolute(), as_attachment=True, download_name=name)
    response.headers["Content-Type"] = file.media_type
    return response


def _measure_file(path: Path) -> int:
    """The size of a file of a result in bytes.

    Raises:
        Unavailable: it is gone.
    """
    try:
        return path.stat().st_size
    except FileNotFoundError:
        raise Unavailable(message("jobs.file_missing", name=path.name)) from None


def _serialize_file(files: JobFiles, file: ResultFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "media_type": file.media_type,
        "bytes": _measure_file(files.build_result_path(file.name)),
        "href": f"{JOBS_PATH}/{files.job_id}/files/{file.name}",
    }


def _serialize_job(job: Job) -> dict[str, Any]:
    days = current_settings().job_days
    result_url = f"{JOBS_PATH}/{job.job_id}/result?format="
    has_sheet = job.form.get("format") == TableFormat.XLSX
    has_rows = job.progress_unit == ProgressUnit.ROWS
    has_result = has_rows and job.state == JobState.FINISHED
    return {
        "id": str(job.job_id),
        "kind": job.kind,
        "state": job.state,
        "progress": {"done": job.done, "total": job.total, "unit": job.progress_unit},
        "rows_total": job.total if has_rows else None,
        "rows_done": job.done if has_rows else None,
        "encoding": job.encoding,
        "delimiter": job.delimiter,
        "at": job.at.isoformat(),
        "known_at": _serialize_moment(job.known_at),
        "created_at": _serialize_moment(job.created_at),
        "started_at": _serialize_moment(job.started_at),
        "finished_at": _serialize_moment(job.finished_at),
        "expires_at": _serialize_moment(job.created_at + timedelta(days=days)),
        "problem": job.problem,
        "result": {
            "csv": result_url + "csv",
            "gpkg": result_url + "gpkg",
            "xlsx": result_url + "xlsx" if has_sheet else None,
        }
        if has_result
        else None,
        "files": f"{JOBS_PATH}/{job.job_id}/files",
    }


def _serialize_moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
