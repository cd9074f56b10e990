"""A file of addresses to units: ``/v1/geocode/csv``."""

from flask import Response

from boundaries.batch.csv_files import sniff_csv
from boundaries.batch.row_processing import build_sequential_executor
from web.http.endpoints import Api
from web.http.language import request_language
from web.services.search_index import get_day_index, index_as_of_fields
from web.uploads.batch_forms import GeocodeForm
from web.uploads.csv_uploads import copy_small_upload, stream_csv

api = Api()


@api.write("POST", "/v1/geocode/csv", "text/csv", requires_account=False)
def geocode_csv_file(form: GeocodeForm) -> Response:
    """A CSV file of addresses, each answered as `/v1/geocode` would.

    The rows stay as they are written, in the encoding of the file; `result_*` columns are added.
    `result_status` is `matched`, `ambiguous` (with `result_candidates`; none is picked),
    `not_found`, or `invalid`, where `result_detail` says why. All rows are answered from one state
    of the register, which the header `X-Gazetteer-Known-At` tells. A file that is too large for
    this (413, `too_large`) goes to `/v1/jobs`.
    """
    stream = copy_small_upload()
    task = form.build_task(request_language(), 0)
    sheet = sniff_csv(stream, form.encoding, form.delimiter)
    plan = task.build_plan(sheet)
    day_index = get_day_index(task.at)
    pieces = plan.iter_result_chunks(
        stream, build_sequential_executor(task.build_processor(day_index, plan.columns))
    )
    as_of_fields = index_as_of_fields(day_index)
    headers = {"At": as_of_fields["at"] or "", "Known-At": as_of_fields["known_at"] or ""}
    return stream_csv((piece.text for piece in pieces), sheet, headers)
