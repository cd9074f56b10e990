"""CSV in and out over HTTP: the uploaded file with its limit, and the answer as it is made."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from flask import Response, after_this_request, current_app, request, stream_with_context

from boundaries.batch.csv_files import CsvFile
from gazetteer.problems import InvalidValue, TooLarge

JOBS_PATH = "/v1/jobs"
_MAX_IN_MEMORY = 1 << 20


def get_upload(field: str = "data") -> BinaryIO:
    """The uploaded file of the form field; large ones lie on disk, not in memory.

    Raises:
        InvalidValue: there is none.
    """
    upload = request.files.get(field)
    if upload is None:
        raise InvalidValue(f"缺少文件 {field}。", f"the file {field} is missing", field=field)
    return cast(BinaryIO, upload.stream)


def copy_small_upload(field: str = "data") -> BinaryIO:
    """A copy of the uploaded file, which the answer still reads when the request is over.

    Raises:
        InvalidValue: there is none.
        TooLarge: it would keep its sender waiting; ``jobs`` is the path that takes it.
    """
    stream = get_upload(field)
    limit: float = current_app.config["GAZETTEER"].csv_limit_mb
    size = stream.seek(0, 2)
    if size > limit * 1_000_000:
        raise TooLarge(
            f"文件超过 {limit:g} MB，请改为提交任务：POST {JOBS_PATH}。",
            f"the file has over {limit:g} MB; send it as a job: POST {JOBS_PATH}",
            field=field,
            jobs=JOBS_PATH,
        )
    stream.seek(0)
    copy = SpooledTemporaryFile(_MAX_IN_MEMORY)  # noqa: SIM115 (closed after the response)
    after_this_request(lambda response: _close_with_response(response, copy))
    shutil.copyfileobj(stream, copy)
    copy.seek(0)
    return cast(BinaryIO, copy)


def _close_with_response(response: Response, file: SpooledTemporaryFile[bytes]) -> Response:
    response.call_on_close(file.close)
    return response


def stream_csv(
    pieces: Iterable[str], sheet: CsvFile, extra_headers: Mapping[str, str] | None = None
) -> Response:
    """A CSV file as it is being made, in the encoding of the one that was sent.

    Args:
        pieces: of its text; the first is made before anything is sent.
        sheet: what the file that was sent is like; headers tell what was found out about it.
        told: more to tell in headers, by names without their prefix.
    """
    remaining = iter(pieces)
    first = next(remaining, "")
    body_encoding = "utf-8" if sheet.encoding == "utf-8-sig" else sheet.encoding

    def encode_pieces() -> Iterator[bytes]:
        yield first.encode(sheet.encoding)
        for piece in remaining:
            yield piece.encode(body_encoding)

    delimiter = {"\t": "tab"}.get(sheet.delimiter, sheet.delimiter)
    header_values = {
        "Encoding": sheet.encoding,
        "Delimiter": delimiter,
        "Rows": str(sheet.rows),
        **(extra_headers or {}),
    }
    response = Response(
        stream_with_context(encode_pieces()),
        mimetype=f"text/csv; charset={body_encoding}",
        headers={f"X-Gazetteer-{name}": value for name, value in header_values.items()},
    )
    response.headers["Content-Disposition"] = "attachment; filename=result.csv"
    return response
