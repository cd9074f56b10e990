"""Tables over HTTP: the upload with its limit, and the response as CSV or as a spreadsheet."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, NamedTuple, cast
from urllib.parse import quote

from flask import Response, after_this_request, request, stream_with_context

from boundaries.batch.csv_files import CsvFile, sniff_csv
from boundaries.batch.encodings import MARKED_UTF8, get_body_encoding
from boundaries.batch.result_spreadsheet import (
    SPREADSHEET_MEDIA,
    TableFormat,
    write_result_spreadsheet,
)
from boundaries.batch.row_tasks import FilePlan
from boundaries.batch.table_conversion import convert_table
from gazetteer.messages import message
from gazetteer.problems import InvalidValue, TooLarge
from web.http.app_settings import current_settings
from web.uploads.batch_forms import ResultForm

JOBS_PATH = "/v1/jobs"


class OpenTable(NamedTuple):
    """A CSV file at its beginning, and its format."""

    stream: BinaryIO
    sheet: CsvFile


_MAX_IN_MEMORY = 1 << 20


def get_upload(field: str = "data") -> BinaryIO:
    """The uploaded file of a form field; large ones are on disk, not in memory.

    Raises:
        InvalidValue: there is none.
    """
    upload = request.files.get(field)
    if upload is None or not has_upload(field):
        raise InvalidValue(message("request.file_missing", name=field), field=field)
    return cast(BinaryIO, upload.stream)


def has_upload(field: str = "data") -> bool:
    """Whether a file was chosen; browsers send an empty one without a name if none was."""
    upload = request.files.get(field)
    return upload is not None and bool(upload.filename)


def copy_small_upload(field: str = "data") -> BinaryIO:
    """A copy of the uploaded file, which a streamed response can read after the request.

    Raises:
        InvalidValue: there is none.
        TooLarge: it is larger than the setting allows; ``jobs`` is the path for such files.
    """
    stream = get_upload(field)
    limit = current_settings().csv_limit_mb
    size = stream.seek(0, 2)
    if size > limit * 1_000_000:
        words = message("batch.file_too_large", limit=limit, path=JOBS_PATH)
        raise TooLarge(words, field=field, jobs=JOBS_PATH)
    stream.seek(0)
    copy = SpooledTemporaryFile(_MAX_IN_MEMORY)  # noqa: SIM115 (closed after the response)
    after_this_request(lambda response: _close_with_response(response, copy))
    shutil.copyfileobj(stream, copy)
    copy.seek(0)
    return cast(BinaryIO, copy)


def open_table(
    stream: BinaryIO, encoding: str | None, delimiter: str | None, *, require_even: bool = False
) -> OpenTable:
    """A table of any kind as a CSV file with its format, until the response is sent.

    Args:
        stream: the uploaded file.
        encoding: its encoding as declared by the sender, if any.
        delimiter: its delimiter as declared, if any.
        require_even: whether to refuse rows that are shorter or longer than the header.

    Raises:
        InvalidValue: the file cannot be read, or is not as declared; names the field.
    """
    converted = convert_table(stream, encoding)
    if converted is None:
        sheet = sniff_csv(stream, encoding, delimiter, require_even=require_even)
        return OpenTable(stream, sheet)
    after_this_request(lambda response: _close_with_response(response, converted))
    return OpenTable(converted, sniff_csv(converted, require_even=require_even))


def _close_with_response(
    response: Response, file: BinaryIO | SpooledTemporaryFile[bytes]
) -> Response:
    response.call_on_close(file.close)
    return response


def send_result(
    pieces: Iterable[str],
    plan: FilePlan,
    form: ResultForm,
    extra_headers: Mapping[str, str] | None = None,
) -> Response:
    """The result of a task on a file, in the format that its form asks for.

    A header names the columns that were processed, percent-encoded and separated by commas.

    Args:
        pieces: the result as CSV, each piece one or several whole rows.
        plan: the task applied to the file.
        form: the form of the request.
        extra_headers: as for :func:`stream_csv`.

    Raises:
        InvalidValue: the result does not fit into the format.
    """
    sheet = plan.csv_file
    used = [quote(sheet.header[position]) for position in plan.input_columns.positions]
    headers = {**(extra_headers or {}), "Columns": ",".join(used)}
    if form.format is not TableFormat.XLSX:
        encoding = MARKED_UTF8 if form.bom else sheet.encoding
        return stream_csv(pieces, replace(sheet, encoding=encoding), headers)
    file = cast(BinaryIO, SpooledTemporaryFile(_MAX_IN_MEMORY))  # noqa: SIM115 (closed after it)
    after_this_request(lambda response: _close_with_response(response, file))
    write_result_spreadsheet(file, sheet, plan.columns, pieces)
    size = file.tell()
    file.seek(0)
    response = Response(
        iter(lambda: file.read(_MAX_IN_MEMORY), b""),
        content_type=SPREADSHEET_MEDIA,
        headers=_describe_table(sheet, headers),
    )
    response.content_length = size
    response.headers["Content-Disposition"] = "attachment; filename=result.xlsx"
    return response


def stream_csv(
    pieces: Iterable[str], sheet: CsvFile, extra_headers: Mapping[str, str] | None = None
) -> Response:
    """A CSV file, streamed while it is computed, in the encoding of ``sheet``.

    Args:
        pieces: its text; the first piece is computed before anything is sent.
        sheet: the format of the file, which headers report.
        extra_headers: further headers, by names without the prefix ``X-Gazetteer-``.
    """
    remaining = iter(pieces)
    first = next(remaining, "")
    body_encoding = get_body_encoding(sheet.encoding)

    def encode_pieces() -> Iterator[bytes]:
        yield first.encode(sheet.encoding)
        for piece in remaining:
            yield piece.encode(body_encoding)

    response = Response(
        stream_with_context(encode_pieces()),
        content_type=f"text/csv; charset={body_encoding}",
        headers=_describe_table(sheet, extra_headers or {}),
    )
    response.headers["Content-Disposition"] = "attachment; filename=result.csv"
    return response


def _describe_table(sheet: CsvFile, extra_headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that report how a file was read."""
    header_values = {
        "Encoding": sheet.encoding,
        "Delimiter": {"\t": "tab"}.get(sheet.delimiter, sheet.delimiter),
        "Rows": str(sheet.rows),
        **extra_headers,
    }
    return {f"X-Gazetteer-{name}": value for name, value in header_values.items()}
