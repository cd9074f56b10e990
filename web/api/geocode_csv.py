"""A file of addresses to units: ``/v1/geocode/csv``."""

from flask import Response

from gazetteer.search.bulk.rows import build_sequential_executor
from gazetteer.search.bulk.sheets import sniff_csv
from web.bulk_forms import GeocodeForm
from web.contract import Api
from web.csv_files import streamed, uploaded_small
from web.language import language
from web.search_index import search_view, told_moment

api = Api()


@api.write("POST", "/v1/geocode/csv", "text/csv", account=False)
def geocode_csv(form: GeocodeForm) -> Response:
    """A CSV file of addresses, each answered as `/v1/geocode` would.

    The rows stay as they are written, in the encoding of the file; `result_*` columns are added.
    `result_status` is `matched`, `ambiguous` (with `result_candidates`; none is picked),
    `not_found`, or `invalid`, where `result_detail` says why. All rows are answered from one state
    of the register, which the header `X-Gazetteer-Known-At` tells. A file that is too large for
    this (413, `too_large`) goes to `/v1/jobs`.
    """
    stream = uploaded_small()
    task = form.task(language(), 0)
    sheet = sniff_csv(stream, form.encoding, form.delimiter)
    plan = task.build_plan(sheet)
    view = search_view(task.at)
    pieces = plan.iter_result_chunks(
        stream, build_sequential_executor(task.build_processor(view, plan.columns))
    )
    moment = told_moment(view)
    told = {"At": moment["at"] or "", "Known-At": moment["known_at"] or ""}
    return streamed((piece.text for piece in pieces), sheet, told)
