"""Geocoding a file of addresses: ``/v1/geocode/csv``."""

from flask import Response

from boundaries.batch.result_spreadsheet import SPREADSHEET_MEDIA
from boundaries.batch.row_processing import build_sequential_executor
from web.http.endpoints import Api
from web.http.language import request_language
from web.services.search_index import get_day_index, index_as_of_fields
from web.uploads.batch_forms import GeocodeForm
from web.uploads.csv_uploads import copy_small_upload, open_table, send_result

api = Api()


@api.write(
    "POST",
    "/v1/geocode/csv",
    "text/csv",
    requires_account=False,
    alternative_media=(SPREADSHEET_MEDIA,),
)
def geocode_csv_file(form: GeocodeForm) -> Response:
    """Geocode a file of addresses, in CSV or XLSX.

    Each row is geocoded as by `/v1/geocode` and returned unchanged, in the encoding of the file,
    followed by `result_*` columns. `result_status` is `matched`, `ambiguous` (see
    `result_candidates`; none is chosen), `not_found` or `invalid` (see `result_detail`). What a
    person decided about ambiguous rows is sent in `decisions` with the file once more: such rows
    are `matched` or `not_found`, with `person` in `result_decided_by`. All rows are geocoded
    against one state of the register, given by the header `X-Gazetteer-Known-At`. Submit files that
    are too large (413 `too_large`) to `/v1/jobs`.
    """
    upload = copy_small_upload()
    task = form.build_task(request_language(), 0)
    stream, sheet = open_table(upload, form.encoding, form.delimiter)
    plan = task.build_plan(sheet)
    day_index = get_day_index(task.at)
    pieces = plan.iter_result_chunks(
        stream, build_sequential_executor(task.build_processor(day_index, plan.columns))
    )
    as_of_fields = index_as_of_fields(day_index)
    headers = {"At": as_of_fields["at"] or "", "Known-At": as_of_fields["known_at"] or ""}
    return send_result((piece.text for piece in pieces), plan, form, headers)
