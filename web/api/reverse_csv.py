"""Reverse geocoding a file of positions: ``/v1/reverse/csv``."""

from dataclasses import replace

from flask import Response

from boundaries.batch.result_spreadsheet import SPREADSHEET_MEDIA
from boundaries.batch.row_processing import build_sequential_executor
from gazetteer.ledger.as_of import resolve_known_at
from web.http.app_settings import current_settings
from web.http.connections import lookup_connection
from web.http.endpoints import Api
from web.http.language import request_language
from web.services.point_index_cache import find_area_index
from web.uploads.batch_forms import ReverseForm
from web.uploads.csv_uploads import copy_small_upload, open_table, send_result

api = Api()


@api.write(
    "POST",
    "/v1/reverse/csv",
    "text/csv",
    requires_account=False,
    alternative_media=(SPREADSHEET_MEDIA,),
)
def reverse_geocode_csv(form: ReverseForm) -> Response:
    """Reverse geocode a file of positions, in CSV or XLSX.

    Each row is reverse geocoded as by `/v1/reverse` and returned unchanged, in the encoding of the
    file, followed by `result_*` columns. `result_status` is `matched`, `ambiguous` (on a boundary;
    see `result_candidates`), `outside` (at sea or abroad) or `invalid` (see `result_detail`). All
    rows are processed against one state of the register, given by the header
    `X-Gazetteer-Known-At`. Submit files that are too large (413 `too_large`) to `/v1/jobs`.
    """
    upload = copy_small_upload()
    task = form.build_task(request_language(), current_settings().near_boundary_m)
    stream, sheet = open_table(upload, form.encoding, form.delimiter)
    plan = task.build_plan(sheet)
    area_index = find_area_index(task.as_of)
    if area_index is None or area_index.recorded_at is None:
        with lookup_connection() as conn:
            moment = resolve_known_at(conn, task.as_of)
    else:
        moment = area_index.recorded_at
    pinned = replace(task, as_of=replace(task.as_of, known_at=moment))
    pieces = plan.iter_result_chunks(
        stream,
        build_sequential_executor(
            pinned.build_processor(lookup_connection, plan.columns, area_index)
        ),
    )
    as_of_fields = pinned.as_of.as_of_fields(moment)
    headers = {
        "At": as_of_fields["at"],
        "Known-At": as_of_fields["known_at"],
        "Basis": as_of_fields["basis"],
    }
    return send_result((piece.text for piece in pieces), plan, form, headers)
