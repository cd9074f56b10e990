"""Former codes to present ones: ``/v1/codes/translate``, also for CSV files."""

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
from web.http.as_of_params import Code, Day, KnownAt
from web.http.connections import lookup_connection, snapshot_connection
from web.http.endpoints import Api, Parameters
from web.http.language import request_language
from web.http.text_patterns import CODE_PATTERN
from web.uploads.csv_uploads import get_upload, stream_csv

api = Api()

Since = Annotated[
    Day | None,
    Field(
        alias="from",
        description="Date on which the code was in use, `YYYY-MM-DD`; default: any date",
    ),
]
Until = Annotated[
    Day | None,
    Field(
        alias="to",
        description="Date of the codes in the result, `YYYY-MM-DD` (Asia/Shanghai); default: today",
    ),
]


class TranslationQuery(Parameters):
    """A code and two days."""

    code: Code
    since: Since = None
    until: Until = None
    known_at: KnownAt = None


class TranslationResultModel(BaseModel):
    """A unit that holds territory of the former unit.

    `share` is the fraction of that territory; null if there is no evidence.
    """

    code: str | None
    name: str | None
    unit_id: str
    kind: str
    share: float | None


class TranslationModel(BaseModel):
    """The codes of the territory of a former code.

    `status` is `matched`, `several` (all codes are listed, none is chosen), `ambiguous` (several
    units had the code and `from` was not given; see `candidates`) or `unknown_successor`.
    `possible` lists units that later received territory from a successor; there is no evidence
    whether it was part of the territory in question.
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
    """Translate a former division code.

    Returns the codes, on the date `to`, of the territory that had the given code on the date
    `from`.
    """
    as_of = AsOf(query.until or today(), query.known_at)
    with lookup_connection() as conn:
        return translate_unit_code(
            conn, TranslationRequest(query.code, query.since, as_of.at), as_of
        )


class TranslationForm(Parameters):
    """The fields beside the file `data` (multipart/form-data)."""

    columns: str = Field(
        description="Name of the column that contains the former codes", min_length=1
    )
    since: Since = None
    until: Until = None
    known_at: KnownAt = None
    encoding: str | None = Field(
        None,
        description="Encoding of the file: `utf-8`, `utf-8-sig` or `gb18030`; default: detected",
        pattern=r"^[\w-]+$",
    )


ADDED_COLUMNS = ("result_status", "result_code", "result_name", "result_kind", "result_share",
         "result_candidates", "result_detail")  # fmt: skip
_MAX_IN_MEMORY = 1 << 20


@api.write("POST", "/v1/codes/translate/csv", "text/csv", requires_account=False)
def translate_code_csv(form: TranslationForm) -> Response:
    """Translate a column of former division codes in a CSV file.

    The existing columns are returned unchanged, followed by `result_*` columns. If one code became
    several, `result_status` says so and `result_candidates` lists them; none is chosen.
    """
    stream = get_upload()
    sheet = sniff_csv(stream, form.encoding, require_even=True)
    return stream_csv(_translate_rows(form, stream, sheet), sheet)


def _translate_rows(form: TranslationForm, stream: BinaryIO, sheet: CsvFile) -> Iterator[str]:
    """The result in pieces. All rows are of one state of the register, read before any is sent."""
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
