"""Files of evidence, stored by their hash: ``/v1/files``."""

from typing import Annotated, Any, Literal

from flask import Response, request, send_file
from pydantic import BaseModel, Field

from gazetteer.accounts.actors import Actor
from gazetteer.accounts.roles import Action
from gazetteer.files.file_formats import FORMAT_OF_MEDIA_TYPE, complete_file_name
from gazetteer.files.file_inspection import build_preview, inspect_file
from gazetteer.files.file_records import FileDescription, StoredFile, keep_file, load_file
from gazetteer.files.file_store import MEGABYTE, open_store, translate_faults
from gazetteer.ledger.change_feed import serialize_instant
from gazetteer.ledger.record_kind import Audience
from gazetteer.messages import message
from gazetteer.problems import NotFound
from web.auth import authentication
from web.http.app_settings import current_settings
from web.http.body_limits import BodyLimit
from web.http.connections import connection
from web.http.endpoints import Api, Parameters, json_response
from web.http.etags import derive_etag, respond_unless_current
from web.http.heavy_requests import limited_slot
from web.http.text_patterns import SHA256_PATTERN
from web.uploads.csv_uploads import get_upload

api = Api()

FILES_PATH = "/v1/files"
FileId = Annotated[
    str,
    Field(
        pattern=SHA256_PATTERN,
        description="Id of the file: its SHA-256 as 64 lowercase hexadecimal digits",
    ),
]

_SENDING = (Action.EDIT_BOUNDARIES, Action.EDIT_NAMES, Action.INSPECT)
_RELEASING = (Action.REVIEW,)
FILE_LIMIT = BodyLimit(lambda settings: settings.file_limit_mb, "files.too_large", "data")
_PUBLIC_CACHE = "public, max-age=31536000, immutable"
"""An id stands for its content, and what was public stays public."""

_PREVIEW_VERSION = 1
"""To be raised when the same file gets another preview."""


class FileUploadForm(Parameters):
    """What is stated of the file `data`."""

    audience: Audience = Field(
        Audience.INTERNAL,
        description="Who may read the file: `internal` (default, those who may read what is not"
        " published) or `public`; releasing a file to the public takes the right to review",
    )


class FileModel(BaseModel):
    """A stored file; `media_type` is that of its content."""

    file_id: str
    media_type: str
    size: int
    name: str
    audience: Literal["public", "internal"]
    uploaded_at: str


@api.write("POST", FILES_PATH, FileModel, 201, body_limit=FILE_LIMIT, repeat_status=200)
def upload_file(form: FileUploadForm) -> Response:
    """Store a file of evidence.

    Accepted are PDF, OFD, JPEG, PNG, TIFF, WebP, DOCX and XLSX, recognised by their content. The
    file is stored as it is, bit by bit. The same content is one file: sent again, the response is
    200 with the same id.
    """
    stored, is_new = store_upload(form.audience)
    response = json_response(_serialize_file(stored), 201 if is_new else 200)
    response.headers["Location"] = f"{FILES_PATH}/{stored.sha256}"
    return response


def store_upload(audience: Audience) -> tuple[StoredFile, bool]:
    """The uploaded file of this request in the store, and whether it is new there.

    Raises:
        Unauthenticated, Forbidden: the account may not send files to this audience.
        Problem: the file is of no accepted kind, or too large, or cannot be stored.
    """
    who = _require_sender(audience)
    stream, settings = get_upload(), current_settings()
    sent_name, store = request.files["data"].filename or "", open_store(settings)
    max_bytes = int(settings.file_limit_mb * MEGABYTE)
    with limited_slot(settings), store.receive_file(stream, max_bytes) as incoming:
        file_format = inspect_file(incoming.path)
        name = complete_file_name(sent_name, file_format)
        description = FileDescription(file_format.media_type, name, audience, who.label)
        with connection() as conn:
            return keep_file(conn, store, incoming, description)


@api.get(
    f"{FILES_PATH}/<sha256>",
    "application/octet-stream",
    alternative_media=tuple(FORMAT_OF_MEDIA_TYPE),
    conditional=True,
)
def download_file(sha256: FileId) -> Response:
    """Download a stored file, bit by bit as it was sent.

    Internal files require an account that may read what is not published.
    """
    stored = _load_readable_file(sha256)

    def send_original() -> Response:
        path = open_store(current_settings()).locate_file(sha256).absolute()
        with translate_faults():
            return send_file(
                path, stored.media_type, as_attachment=True, download_name=stored.name, etag=sha256
            )

    return _protect_response(respond_unless_current(sha256, send_original), stored)


@api.get(f"{FILES_PATH}/<sha256>/preview", "image/jpeg", conditional=True)
def show_file_preview(sha256: FileId) -> Response:
    """Get a small picture of an image: at most 1600 pixels wide and high, upright, no metadata.

    Of several pages it shows the first. Returns 404 for files that are not images.
    """
    stored, settings = _load_readable_file(sha256), current_settings()

    def send_preview() -> Response:
        path = open_store(settings).locate_file(sha256)
        with translate_faults(), limited_slot(settings):
            path.stat()
            return Response(build_preview(path, stored.media_type), mimetype="image/jpeg")

    etag = derive_etag("preview", _PREVIEW_VERSION, sha256)
    return _protect_response(respond_unless_current(etag, send_preview), stored)


def _require_sender(audience: Audience) -> Actor:
    """Who may send a file for an audience: editors and inspectors, to the public reviewers."""
    who = authentication.current_actor()
    actions = _RELEASING if audience is Audience.PUBLIC else _SENDING
    held = [action for action in actions if who.may_perform_anywhere(action)]
    return authentication.require_permission_somewhere(held[0] if held else actions[0])


def _load_readable_file(sha256: str) -> StoredFile:
    """A stored file that this request may read.

    Strangers learn nothing of internal files, not even which exist: to log in comes first.

    Raises:
        Unauthenticated, Forbidden: it is not public, or does not exist.
        NotFound: it does not exist.
    """
    with connection() as conn:
        stored = load_file(conn, sha256)
    if stored is None or stored.audience is not Audience.PUBLIC:
        authentication.require_permission_somewhere(Action.READ_UNPUBLISHED)
    if stored is None:
        raise NotFound(message("files.not_found"), field="sha256")
    return stored


def _protect_response(response: Response, stored: StoredFile) -> Response:
    """No browser runs what a file contains, and no shared cache stores an internal one."""
    is_public = stored.audience is Audience.PUBLIC
    response.headers["Cache-Control"] = _PUBLIC_CACHE if is_public else "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _serialize_file(stored: StoredFile) -> dict[str, Any]:
    return {
        "file_id": stored.sha256,
        "media_type": stored.media_type,
        "size": stored.size,
        "name": stored.name,
        "audience": stored.audience,
        "uploaded_at": serialize_instant(stored.uploaded_at),
    }
