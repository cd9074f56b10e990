"""The territory of one unit from an uploaded layer, as GeoJSON in CGCS2000."""

import json
from typing import Any

from flask import request

from boundaries.validation.sandbox import CopyOptions
from gazetteer.files.file_formats import sanitize_file_name
from gazetteer.messages import message
from gazetteer.problems import InvalidValue
from web.uploads.layer_uploads import LayerUploadForm, validate_upload

_CGCS2000 = "4490"


def read_drawn_area(form: LayerUploadForm, code: str) -> dict[str, Any]:
    """The GeoJSON polygon of a unit in the file of this request.

    Of several features it is the one that has the code of the unit in any column.

    Raises:
        Problem: the file cannot be read, or exceeds what the service accepts.
        InvalidValue: it has no feature for the unit, or several.
    """
    content = validate_upload(form, CopyOptions("geojson", (), _CGCS2000))
    features = json.loads(content)["features"]
    chosen = features
    if len(features) != 1:
        chosen = [one for one in features if code in map(str, one["properties"].values())]
    if len(chosen) != 1:
        words = message("draft.no_single_area", n=len(features), unit=code)
        raise InvalidValue(words, field="data")
    geometry: dict[str, Any] = chosen[0]["geometry"]
    return geometry


def get_file_name() -> str:
    """The name of the file of this request, without any directory."""
    return sanitize_file_name(request.files["data"].filename or "", "layer")
