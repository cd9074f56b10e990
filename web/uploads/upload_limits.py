"""Uploads that are too large for their endpoint are refused before they are read."""

from flask import Flask, request

from web.http.app_settings import current_settings
from web.uploads.layer_uploads import build_too_large

_LAYER_ENDPOINTS = frozenset({"validate_layer", "write_corrected_copy"})
_FIELDS_MB = 1.0
"""Megabytes for the fields of a form beside its file."""


def install_upload_limits(app: Flask) -> None:
    """Hold uploads to the limit of their endpoint; a stream without a length is cut off at it."""

    @app.before_request
    def check_upload_size() -> None:
        if request.endpoint in _LAYER_ENDPOINTS:
            settings = current_settings()
            max_bytes = int((settings.validate_limit_mb + _FIELDS_MB) * (1 << 20))
            request.max_content_length = max_bytes
            if (request.content_length or 0) > max_bytes:
                raise build_too_large(settings)
