"""Validating a polygon layer, and writing a corrected copy of it: ``/v1/validate``."""

from pathlib import PurePath
from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from flask import Response, request
from pydantic import BaseModel, Field

from boundaries.layers.layer_writer import MIME_TYPES, LayerFormat
from boundaries.validation.repair_proposals import ProposalRequest
from boundaries.validation.report_formats import REPORT_MIME_TYPES
from boundaries.validation.sandbox import CopyOptions, ReportOptions
from gazetteer.messages import message
from gazetteer.problems import NotFound
from web.api.finding_models import LayerFindingsModel
from web.http.app_settings import current_settings
from web.http.endpoints import Api, HandlerResult
from web.http.language import request_language
from web.uploads.layer_responses import GEOJSON, LayerModel
from web.uploads.layer_uploads import (
    FILE_MEDIA,
    LAYER_FILE,
    LayerUploadForm,
    read_progress,
    validate_upload,
)

api = Api()

MAX_PROPOSALS, MAX_PROPOSAL_SECONDS = 100, 15.0
"""For how many findings a request searches proposals, and for how many seconds."""

ValidationId = Annotated[UUID, Field(description="UUID that was sent as `progress`")]


class ValidateForm(LayerUploadForm):
    """The file, and the format of the findings."""

    format: Literal["geojson", "gpkg", "csv", "xlsx"] = Field(
        "geojson",
        description="Format of the findings: `geojson` (default), `gpkg`, `csv` or `xlsx`",
    )
    outlines: bool = Field(
        False,
        description="Include the outlines of the layer as a backdrop (GeoJSON only); default:"
        " `false`",
    )
    proposals: bool = Field(
        False,
        description="Include proposals to correct overlaps, gaps and mismatched boundaries, for the"
        f" {MAX_PROPOSALS} most severe findings as far as time allows; default: `false`",
    )
    findings: list[str] | None = Field(
        None, description="Include proposals only for the findings with these ids"
    )


class CorrectedCopyForm(LayerUploadForm):
    """The file, the accepted proposals, and the format of the copy."""

    accept: list[str] = Field(
        description="Accepted proposals, each as `ID=WAY:UNIT`: id of the finding, way and unit of"
        " the proposal",
        min_length=1,
        max_length=MAX_PROPOSALS,
    )
    format: Literal["gpkg", "shp", "geojson"] = Field(
        "gpkg", description="Format of the copy: `gpkg` (default), `shp` or `geojson`"
    )
    result_crs: str | None = Field(
        None,
        description="EPSG code of the coordinate reference system of the copy; default: that of the"
        " file",
    )
    result_encoding: Literal["utf-8", "gbk"] = Field(
        "utf-8", description="Encoding of the attributes of a Shapefile: `utf-8` (default) or `gbk`"
    )


class ValidationProgressModel(BaseModel):
    """The progress of a validation: `done` of `total` steps of the stage `what`."""

    what: Literal["read", "judge", "propose"]
    done: int
    total: int


@api.write(
    "POST",
    "/v1/validate",
    LayerFindingsModel,
    requires_account=False,
    file_media=FILE_MEDIA,
    body_limit=LAYER_FILE,
    media=REPORT_MIME_TYPES["geojson"],
    alternative_media=tuple(
        REPORT_MIME_TYPES[disposition] for disposition in ("gpkg", "csv", "xlsx")
    ),
)
def validate_layer(form: ValidateForm) -> Response:
    """Validate a polygon layer against all rules of `/v1/rules`.

    No account is required, and nothing is stored or repaired. Each finding gives the exact
    location, the measured value and the limit. Proposals show possible corrections and never delay
    the findings. A layer that exceeds the size or time limit of the service is refused (413); the
    command `gazetteer validate` has no limits.

    The layer may also be the body of the request itself, as `application/geo+json` or another of
    the listed types; the form fields are then parameters of the query string.
    """
    proposal_request = None
    if form.proposals or form.findings:
        proposal_request = ProposalRequest(
            tuple(form.findings or ()), MAX_PROPOSALS, MAX_PROPOSAL_SECONDS
        )
    outlines = form.outlines and form.format == "geojson"
    content = validate_upload(
        form, ReportOptions(form.format, request_language(), outlines, proposal_request)
    )
    response = Response(content, mimetype=REPORT_MIME_TYPES[form.format])
    if form.format != "geojson":
        disposition = f"attachment; filename=findings.{form.format}"
        response.headers["Content-Disposition"] = disposition
    return response


@api.write(
    "POST",
    "/v1/validate/copy",
    LayerModel,
    requires_account=False,
    body_limit=LAYER_FILE,
    media=GEOJSON,
    alternative_media=(MIME_TYPES[LayerFormat.GEOPACKAGE], MIME_TYPES[LayerFormat.SHAPEFILE]),
)
def write_corrected_copy(form: CorrectedCopyForm) -> Response:
    """Create a copy of a layer with the accepted proposals applied.

    The file is validated again, with the same form fields as before, and the accepted proposals are
    applied one after the other. Everything else remains unchanged, including the attributes. An
    accepted proposal that does not exist, or no longer exists, is refused with its id.
    """
    copy_options = CopyOptions(
        form.format, tuple(form.accept), form.result_crs, form.result_encoding
    )
    content = validate_upload(form, copy_options)
    response = Response(content, mimetype=MIME_TYPES[LayerFormat(form.format)])
    sent = request.files["data"].filename or ""
    stem = PurePath(sent.replace("\\", "/")).name.partition(".")[0] or "layer"
    name = f"{stem}-corrected.{'zip' if form.format == 'shp' else form.format}"
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Disposition"] = disposition
    return response


@api.get("/v1/validate/<uuid:judgement>", ValidationProgressModel)
def get_validation_progress(judgement: ValidationId) -> HandlerResult:
    """Get the progress of a validation.

    The validation is identified by the id that was sent as `progress`. Returns 404 before it begins
    and after it has ended.
    """
    progress = read_progress(current_settings(), judgement)
    if progress is None:
        raise NotFound(message("layer.no_validation"), field="judgement")
    return {"what": progress.what, "done": progress.done, "total": progress.total}
