"""Compressed responses, for clients that accept them, by Flask-Compress."""

from flask import Flask, Response, request
from flask_compress import Compress

_MEDIA = [
    "text/html",
    "text/css",
    "text/csv",
    "text/plain",
    "text/javascript",
    "image/svg+xml",
    "application/json",
    "application/geo+json",
    "application/schema+json",
    "application/problem+json",
    "application/x-ndjson",
    "application/vnd.oai.openapi+json",
    "application/vnd.mapbox.style+json",
    "application/vnd.mapbox-vector-tile",
]
_ENCODINGS = ["zstd", "br", "gzip"]
_SMALLEST_BYTES = 1400
"""What fits into one packet gains nothing."""


def install_compression(app: Flask) -> None:
    """Compress what is text, whole or streamed; to be called before all that alters responses.

    Flask runs what was installed last first. Entity tags get the encoding as a suffix, which
    :mod:`web.http.etags` ignores in what clients send back.
    """
    app.config.update(
        COMPRESS_REGISTER=False,
        COMPRESS_MIMETYPES=_MEDIA,
        COMPRESS_ALGORITHM=_ENCODINGS,
        COMPRESS_ALGORITHM_STREAMING=_ENCODINGS,
        COMPRESS_MIN_SIZE=_SMALLEST_BYTES,
    )
    compress = Compress(app)

    def compress_response(response: Response) -> Response:
        if response.status_code == 206 or _holds_secrets(response):  # a part stays as it is
            return response
        return compress.after_request(response)

    app.after_request(compress_response)


def _holds_secrets(response: Response) -> bool:
    """Whether it may have tokens of a session beside texts of others.

    The size of a compressed page would give them away letter by letter (BREACH).
    """
    return response.mimetype == "text/html" and "HTTP_COOKIE" in request.environ
