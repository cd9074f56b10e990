"""Former codes to present ones: ``/v1/codes/translate``, also for CSV files."""

import csv
import io
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, BinaryIO, Literal

from flask import Response
from pydantic import BaseModel, BeforeValidator, Field

from boundaries.batch.column_headings import guess_code_column
from boundaries.batch.csv_files import CsvFile
from boundaries.batch.encodings import MARKED_UTF8
from boundaries.batch.result_columns import Headings
from boundaries.batch.result_spreadsheet import SPREADSHEET_MEDIA
from boundaries.batch.row_processing import InputColumns, build_sequential_executor
from boundaries.batch.row_tasks import FilePlan
from gazetteer.ledger.as_of import AsOf, resolve_known_at, today
from gazetteer.messages import Lang, message
from gazetteer.problems import InvalidValue
from gazetteer.records.code_translation import TranslationRequest, translate_unit_code
from gazetteer.records.division_queries import check_day_recorded
from gazetteer.records.written_codes import CodeForm
from web.api.response_models import UnitCodeModel
from web.http.as_of_params import Day, KnownAt, WrittenCode
from web.http.connections import lookup_connection, snapshot_connection
from web.http.endpoints import Api, Parameters
from web.http.language import request_language
from web.services.code_rows import CODE_COLUMNS, CodeTranslator, explain_result
from web.uploads.batch_forms import ResultForm
from web.uploads.csv_uploads import get_upload, has_upload, open_table, send_result

api = Api()


def _read_blank_as_none(value: Any) -> Any:
    """What a form of a page sends for a date that is not filled in."""
    return None if value == "" else value


Since = Annotated[
    Day | None,
    BeforeValidator(_read_blank_as_none),
    Field(
        alias="from",
        description="Date on which the code was in use, `YYYY-MM-DD`; default: any date",
    ),
]
Until = Annotated[
    Day | None,
    BeforeValidator(_read_blank_as_none),
    Field(
        alias="to",
        description="Date of the codes in the result, `YYYY-MM-DD` (Asia/Shanghai); default: today",
    ),
]


class TranslationQuery(Parameters):
    """A code and two days."""

    code: WrittenCode
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
    meaning: str = Field(description="What the changes mean that lead from one to the other")


class ReadCodeModel(BaseModel):
    """The code of a unit for which the given one stands, and in which form it was given."""

    code: str
    form: CodeForm


class TranslationModel(BaseModel):
    """The codes of the territory of a former code.

    `status` is `matched`, `several` (all codes are listed, none is chosen), `partial` (one code,
    and only a part of the territory is known to lie there), `ambiguous` (several units had the code
    and `from` was not given; see `candidates`) or `unknown_successor`. `within` is the lowest unit
    that contains several results.
    `possible` lists units that later received territory from a successor; there is no evidence
    whether it was part of the territory in question.
    """

    code: str
    read_as: ReadCodeModel
    since: str | None = Field(alias="from")
    to: str
    known_at: str
    status: Literal["matched", "several", "partial", "ambiguous", "unknown_successor"]
    direction: Literal["forward", "backward"] | None = Field(
        description="Whether successors or predecessors were followed"
    )
    within: UnitCodeModel | None
    results: list[TranslationResultModel]
    possible: list[TranslationResultModel]
    candidates: list[dict[str, Any]]


@api.get("/v1/codes/translate", TranslationModel)
def get_code_translation(query: TranslationQuery) -> dict[str, Any]:
    """Translate a former division code.

    Returns the codes, on the date `to`, of the territory that had the given code on the date
    `from`. Codes of lists are read as those of units: filled up with zeros (`440100000000`), or
    summary codes (`440101`); `read_as` says how.
    """
    as_of = AsOf(query.until or today(), query.known_at)
    with lookup_connection() as conn:
        request = TranslationRequest(query.code, query.since, as_of.at)
        answer = translate_unit_code(conn, request, as_of)
    for result in (*answer["results"], *answer["possible"]):
        result["meaning"] = explain_result(answer, result, request_language())
    return answer


class TranslationForm(ResultForm):
    """The fields beside the file `data` (multipart/form-data)."""

    codes: str | None = Field(
        None,
        description="The former codes themselves, one in each line, in place of a file: a column"
        " copied from a table",
    )
    columns: str | None = Field(
        None,
        description="Name of the column that contains the former codes; default: the column with a"
        " heading such as `代码`, `区划代码` or `code`, or the only column",
    )
    since: Since = None
    from_column: str | None = Field(
        None,
        description="Name of the column that contains the date on which the code of the row was in"
        " use, such as 1990-06-01, 1990年6月 or 1990; rows without a date have that of `from`",
        min_length=1,
    )
    until: Until = None
    known_at: KnownAt = None
    identity_numbers: bool = Field(
        False,
        description="Translate the code with which an identity number begins; default: `false`",
    )

    def build_plan(self, sheet: CsvFile, lang: Lang) -> FilePlan:
        """The plan of the translation of a file, with its texts in ``lang``.

        Raises:
            InvalidValue: the file does not have a column, or has one that would be added.
        """
        positions = [self._find_code_column(sheet)]
        if self.from_column is not None:
            positions.append(sheet.find_position(self.from_column, "from_column"))
        columns = self.build_layout().build_columns(sheet, CODE_COLUMNS, lang)
        return FilePlan(sheet, InputColumns(tuple(positions)), columns, lang)

    def _find_code_column(self, sheet: CsvFile) -> int:
        if self.columns:
            return sheet.find_position(self.columns)
        position = guess_code_column(sheet.header)
        if position is None:
            words = message("batch.no_code_column", columns=sheet.header)
            raise InvalidValue(words, field="columns")
        return position


_MAX_IN_MEMORY = 1 << 20


@api.write(
    "POST",
    "/v1/codes/translate/csv",
    "text/csv",
    requires_account=False,
    alternative_media=(SPREADSHEET_MEDIA,),
)
def translate_code_csv(form: TranslationForm) -> Response:
    """Translate a column of former division codes, in CSV or XLSX or as a pasted list.

    The existing columns are returned unchanged, followed by `result_*` columns. If one code became
    several, `result_status` says so and `result_candidates` lists them; none is chosen. Codes are
    read as spreadsheets leave them (`440106.0`, `'440106`, full width, filled up with zeros);
    `result_detail` says why a cell is refused and what a result means.
    """
    lang = request_language()
    stream, sheet = open_table(
        _open_codes(form, lang), form.encoding, form.delimiter, require_even=True
    )
    plan = form.build_plan(sheet, lang)
    return send_result(_translate_rows(form, plan, stream), plan, form)


def _open_codes(form: TranslationForm, lang: Lang) -> BinaryIO:
    """The uploaded file, or the pasted column as a table; a heading in it is a row like others.

    Raises:
        InvalidValue: there is neither, or both.
    """
    if not (form.codes and form.codes.strip()):
        return get_upload()
    if has_upload():
        raise InvalidValue(message("translation.two_sources"), field="codes")
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    is_labelled = form.headings is Headings.LABELS
    writer.writerow([message("tool.code").text(lang) if is_labelled else "code"])
    for line in form.codes.splitlines():
        writer.writerow([line.strip()] if line.strip() else [])
    return io.BytesIO(text.getvalue().encode(MARKED_UTF8))


def _translate_rows(form: TranslationForm, plan: FilePlan, stream: BinaryIO) -> Iterator[str]:
    """The result in pieces. All rows are of one state of the register, read before any is sent."""
    as_of = AsOf(form.until or today(), form.known_at)
    with SpooledTemporaryFile(_MAX_IN_MEMORY, "w+", encoding="utf-8", newline="") as result:
        with snapshot_connection() as conn:
            _check_days(conn, form, as_of)
            translator = CodeTranslator(
                conn, as_of, form.since, form.identity_numbers, plan.lang, plan.columns.names
            )
            process_chunks = build_sequential_executor(
                lambda rows: [
                    plan.columns.format_values(translator.translate_row(row)) for row in rows
                ]
            )
            for piece in plan.iter_result_chunks(stream, process_chunks):
                result.write(piece.text)
        result.seek(0)
        yield from iter(lambda: "".join(result.readlines(_MAX_IN_MEMORY)), "")


def _check_days(conn: Any, form: TranslationForm, as_of: AsOf) -> None:
    """Refuse days and moments that no row can be translated at, once instead of in every row."""
    resolve_known_at(conn, as_of)
    check_day_recorded(conn, as_of.at, field="to")
    if form.since is not None:
        check_day_recorded(conn, form.since, field="from")
