"""Uploads that are too large for their endpoint are refused before they are read."""

from flask import Flask, current_app, request

from gazetteer.settings import Settings
from web.layer_uploads import too_large

_LAYERS = frozenset({"validate", "validate_copy"})
_FIELDS_MB = 1.0
"""Room for the fields of a form beside its file."""


def install(app: Flask) -> None:
    """Hold uploads to the limit of their endpoint; a stream without a length is cut off at it."""

    @app.before_request
    def limit() -> None:
        if request.endpoint in _LAYERS:
            settings: Settings = current_app.config["GAZETTEER"]
            most = int((settings.validate_limit_mb + _FIELDS_MB) * (1 << 20))
            request.max_content_length = most
            if (request.content_length or 0) > most:
                raise too_large(settings)
