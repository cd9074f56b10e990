"""Files that may be read in parts: ``Range``, ``Content-Length`` and 206 (RFC 9110, 14)."""

import os
from typing import BinaryIO

from flask import Response, request
from werkzeug.http import parse_range_header
from werkzeug.wsgi import wrap_file


def send_file_ranges(file: BinaryIO, media_type: str, etag: str) -> Response:
    """A file, or the part of it that is asked for; it is closed with the response.

    Args:
        file: an open file with a number.
        media_type: what it is.
        etag: the tag of its content, by which ``If-Range`` tells whether parts belong together.

    Raises:
        RequestedRangeNotSatisfiable: the file does not reach that far (416).
    """
    size = os.fstat(file.fileno()).st_size
    response = Response(
        wrap_file(request.environ, file), content_type=media_type, direct_passthrough=True
    )
    response.content_length = size
    response.set_etag(etag)
    response.make_conditional(
        request.environ, accept_ranges=_asks_for_one_range(), complete_length=size
    )
    response.headers["Accept-Ranges"] = "bytes"
    return response


def _asks_for_one_range() -> bool:
    """Whether the header names one part in bytes; any other is answered with the whole file."""
    wanted = parse_range_header(request.environ.get("HTTP_RANGE"))
    return wanted is not None and wanted.units == "bytes" and len(wanted.ranges) == 1
