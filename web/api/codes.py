"""Old codes to new ones: ``/v1/codes/translate`` and its CSV twin."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, BinaryIO

from flask import Response
from pydantic import BaseModel, Field

from boundaries.batch.csv_files import CsvFile, sniff_csv
from boundaries.batch.row_processing import ResultColumns, build_sequential_executor
from boundaries.batch.row_tasks import FilePlan
from gazetteer.ledger.as_of import AsOf, resolve_known_at, today
from gazetteer.problems import Problem
from gazetteer.records.code_translation import TranslationRequest, translate_unit_code
from gazetteer.records.division_queries import check_day_recorded
from web.http.as_of_params import CODE_PATTERN, Code, Day, Instant
from web.http.connections import connection, snapshot_connection
from web.http.endpoints import Api, Parameters
from web.http.language import request_language
from web.uploads.csv_uploads import get_upload, stream_csv

api = Api()

Since = Annotated[
    Day | None,
    Field(alias="from", description="A day on which the code was current; default: any"),
]
Until = Annotated[
    Day | None, Field(alias="to", description="The day of the wanted codes; default today")
]
KnownAt = Annotated[Instant | None, Field(description="As known at this moment")]


class TranslationQuery(Parameters):
    """Which code, between which days."""

    code: Code
    since: Since = None
    until: Until = None
    known_at: KnownAt = None


class TranslationResultModel(BaseModel):
    """A unit that holds territory of the old one; `share` is null where evidence is missing."""

    code: str | None
    name: str | None
    unit_id: str
    kind: str
    share: float | None


class TranslationModel(BaseModel):
    """What became of a code.

    `status`: `matched`, `several` (all are told, none is picked), `ambiguous` (without `from`,
    several units carried the code: `candidates`), `unknown_successor`. `possible` are units to
    which a later owner gave something; no evidence says whether it was of this territory.
    """

    code: str
    since: str | None = Field(alias="from")
    to: str
    known_at: str
    status: str
    results: list[TranslationResultModel]
    possible: list[TranslationResultModel]
    candidates: list[dict[str, Any]]


@api.get("/v1/codes/translate", TranslationModel)
def get_code_translation(query: TranslationQuery) -> dict[str, Any]:
    """The codes, on one day, of the territory that carried a code on another."""
    as_of = AsOf(query.until or today(), query.known_at)
    with connection() as conn:
        return translate_unit_code(
            conn, TranslationRequest(query.code, query.since, as_of.at), as_of
        )


class TranslationForm(Parameters):
    """The fields beside the file `data` (multipart/form-data)."""

    columns: str = Field(description="The column that holds the old codes", min_length=1)
    since: Since = None
    until: Until = None
    known_at: KnownAt = None
    encoding: str | None = Field(
        None, description="utf-8, utf-8-sig or gb18030; default: found out", pattern=r"^[\w-]+$"
    )


ADDED_COLUMNS = ("result_status", "result_code", "result_name", "result_kind", "result_share",
         "result_candidates", "result_detail")  # fmt: skip
_MAX_IN_MEMORY = 1 << 20


@api.write("POST", "/v1/codes/translate/csv", "text/csv", requires_account=False)
def translate_code_csv(form: TranslationForm) -> Response:
    """A CSV file with a column of old codes, translated row by row.

    The input columns are kept, `result_*` are added. Where one code became several, the row says
    so in `result_status` and lists them in `result_candidates`; none is picked.
    """
    stream = get_upload()
    sheet = sniff_csv(stream, form.encoding, require_even=True)
    return stream_csv(_translate_rows(form, stream, sheet), sheet)


def _translate_rows(form: TranslationForm, stream: BinaryIO, sheet: CsvFile) -> Iterator[str]:
    """The result in pieces; all of it is of one state, which is left before any is told."""
    columns = ResultColumns(ADDED_COLUMNS, sheet.delimiter)
    plan = FilePlan(sheet, (sheet.find_position(form.columns),), columns, request_language())
    as_of = AsOf(form.until or today(), form.known_at)
    with SpooledTemporaryFile(_MAX_IN_MEMORY, "w+", encoding="utf-8", newline="") as result:
        with snapshot_connection() as conn:
            _check_days(conn, form, as_of)
            translate_cached = cache(
                lambda code: columns.format_appended_cells(
                    _translate_cell(conn, code, form.since, as_of)
                )
            )
            process_chunks = build_sequential_executor(
                lambda codes: [translate_cached(code.strip()) for (code,) in codes]
            )
            for piece in plan.iter_result_chunks(stream, process_chunks):
                result.write(piece.text)
        result.seek(0)
        yield from iter(lambda: result.read(_MAX_IN_MEMORY), "")


def _check_days(conn: Any, form: TranslationForm, as_of: AsOf) -> None:
    """Refuse days and moments that no row can be translated at, once instead of in every row."""
    resolve_known_at(conn, as_of)
    check_day_recorded(conn, as_of.at, field="to")
    if form.since is not None:
        check_day_recorded(conn, form.since, field="from")


def _translate_cell(conn: Any, code: str, since: date | None, as_of: AsOf) -> list[str]:
    if not re.fullmatch(CODE_PATTERN, code):
        return ["invalid_code", "", "", "", "", "", ""]
    try:
        answer = translate_unit_code(conn, TranslationRequest(code, since, as_of.at), as_of)
    except Problem as problem:
        return [problem.code, "", "", "", "", "", problem.text(request_language())]
    results = answer["results"]
    if answer["status"] != "matched":
        names = [f"{r['code']} {r['name']}" for r in results]
        names += [f"{c['name']} {c['from']}..{c['to'] or ''}" for c in answer["candidates"]]
        return [answer["status"], "", "", "", "", ";".join(names), ""]
    (only,) = results
    share = "" if only["share"] is None else str(only["share"])
    return ["matched", only["code"], only["name"], only["kind"], share, "", ""]
