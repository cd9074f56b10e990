"""How large the body of a request may be: a limit for each endpoint, held while it is read.

A body that states its length is refused before a byte of it is read, one that is sent in chunks as
soon as it exceeds the limit. Pages, and endpoints that declare nothing, take :data:`SMALL_BODY`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import LimitedStream

from gazetteer.messages import message
from gazetteer.problems import TooLarge
from gazetteer.settings import Settings
from web.http.app_settings import current_settings

FORM_FIELDS_MB = 1
"""Megabytes for the fields of a form beside its file, which no limit of a file includes."""

_MB = 1 << 20


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """The limit of a body, or of the file in it.

    ``read_megabytes`` reads it from the settings; the message ``message_id`` names it as ``limit``.
    ``field`` is what a problem calls the body: ``data`` for a file in a form.
    """

    read_megabytes: Callable[[Settings], float]
    message_id: str = "request.body_too_large"
    field: str = "body"

    @property
    def is_upload(self) -> bool:
        """Whether the body is a form with a file."""
        return self.field == "data"

    def count_bytes(self, settings: Settings) -> int:
        """The largest body, with the other fields of a form."""
        megabytes = self.read_megabytes(settings) + (FORM_FIELDS_MB if self.is_upload else 0)
        return int(megabytes * _MB)

    def build_problem(self, settings: Settings) -> TooLarge:
        """The problem of a body that exceeds the limit; it names the limit."""
        limit = self.read_megabytes(settings)
        return TooLarge(message(self.message_id, limit=limit), field=self.field, limit_mb=limit)


SMALL_BODY = BodyLimit(lambda settings: settings.body_limit_mb)
"""Of JSON and of forms without a file."""

UPLOADED_FILE = BodyLimit(
    lambda settings: settings.upload_limit_mb, "request.file_too_large", "data"
)
"""Of files, which are on disk and not in memory while they are processed."""


class BoundedStream(LimitedStream):
    """A stream without a length: reading on beyond the limit is an error.

    Its base class cuts it off at the limit without a word when all of it is read at once: half a
    form would look like a whole one.
    """

    def __init__(self, stream: IO[bytes], max_bytes: int) -> None:
        super().__init__(stream, max_bytes + 1, is_max=True)  # so many are one too many

    @property
    def is_exhausted(self) -> bool:
        """Never known in advance: there is always one more read, which fails beyond the limit."""
        return False


def install_body_limits(app: Flask, limits: Mapping[str, BodyLimit]) -> None:
    """Hold every request of ``app`` to its limit; call it before anything looks into a body.

    Args:
        app: the application.
        limits: the limit of each endpoint by its name; others take :data:`SMALL_BODY`.
    """

    def find_limit() -> BodyLimit:
        return limits.get(request.endpoint or "", SMALL_BODY)

    def enforce_limit() -> None:
        environ = request.environ  # reads have no body: nothing is parsed for them
        if not environ.get("CONTENT_LENGTH") and "HTTP_TRANSFER_ENCODING" not in environ:
            return
        limit, settings = find_limit(), current_settings()
        max_bytes = limit.count_bytes(settings)
        if (request.content_length or 0) > max_bytes:
            raise limit.build_problem(settings)
        if "HTTP_TRANSFER_ENCODING" in environ:
            environ["wsgi.input"] = BoundedStream(environ["wsgi.input"], max_bytes)
        request.max_form_memory_size = FORM_FIELDS_MB * _MB if limit.is_upload else max_bytes

    def answer_too_large(_: RequestEntityTooLarge) -> ResponseReturnValue:
        """Answer what was found while reading: a stream without a length, or fields of a form."""
        problem = find_limit().build_problem(current_settings())
        if request.content_length is not None:
            words = message("request.form_too_large", limit=FORM_FIELDS_MB)
            problem = TooLarge(words, limit_mb=FORM_FIELDS_MB)
        # As a problem it is answered in the way of its page or endpoint.
        return current_app.handle_user_exception(problem)

    app.before_request(enforce_limit)
    app.register_error_handler(RequestEntityTooLarge, answer_too_large)
