"""A polygon layer judged, and a corrected copy of it: ``/v1/validate``."""

from pathlib import PurePath
from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from flask import Response, current_app, request
from pydantic import BaseModel, Field

from boundaries.layers.layer_writer import MIME_TYPES, LayerFormat
from boundaries.validation.repair_proposals import ProposalRequest
from boundaries.validation.report_formats import REPORT_MIME_TYPES
from boundaries.validation.sandbox import CopyOptions, ReportOptions
from gazetteer.problems import NotFound
from web.api.finding_models import LayerFindingsModel
from web.http.endpoints import Api, HandlerResult
from web.http.language import request_language
from web.uploads.layer_responses import GEOJSON, LayerModel
from web.uploads.layer_uploads import LayerUploadForm, read_progress, validate_upload

api = Api()

MAX_PROPOSALS, MAX_PROPOSAL_SECONDS = 100, 15.0
"""For how many findings proposals are looked for at once, and for how long."""

ValidationId = Annotated[UUID, Field(description="The id that was sent as `progress`")]


class ValidateForm(LayerUploadForm):
    """The file, and how the findings on it are to be told."""

    format: Literal["geojson", "gpkg", "csv", "xlsx"] = Field("geojson")
    outlines: bool = Field(
        False, description="With the borders of the layer to draw beneath (GeoJSON only)"
    )
    proposals: bool = Field(
        False,
        description="With what could be done about overlaps, gaps and borders that are not"
        f" identical: for the {MAX_PROPOSALS} gravest findings, as far as time allows",
    )
    findings: list[str] | None = Field(
        None, description="Proposals for the findings with these ids only"
    )


class CorrectedCopyForm(LayerUploadForm):
    """The file, the proposals that were accepted, and how the copy is to be written."""

    accept: list[str] = Field(
        description="Each as `ID=WAY:UNIT`: the id of a finding, the way and unit of its proposal",
        min_length=1,
        max_length=MAX_PROPOSALS,
    )
    format: Literal["gpkg", "shp", "geojson"] = Field("gpkg")
    result_crs: str | None = Field(None, description="Of the copy; default: that of the file")
    result_encoding: Literal["utf-8", "gbk"] = Field("utf-8", description="Of a Shapefile")


class ValidationProgressModel(BaseModel):
    """How far a judgement is: `done` of `total` steps of reading, judging or proposing."""

    what: Literal["read", "judge", "propose"]
    done: int
    total: int


@api.write(
    "POST",
    "/v1/validate",
    LayerFindingsModel,
    requires_account=False,
    media=REPORT_MIME_TYPES["geojson"],
    alternative_media=tuple(
        REPORT_MIME_TYPES[disposition] for disposition in ("gpkg", "csv", "xlsx")
    ),
)
def validate_layer(form: ValidateForm) -> Response:
    """Judge a polygon layer by all rules of `/v1/rules`.

    No account is needed and nothing is kept. Nothing is repaired: findings tell the exact place,
    what was measured and what may be; proposals tell what could be done, and never stand in the
    way of the findings. A layer that takes longer or is larger than the service allows is refused
    (413); `gazetteer validate` judges it without limits.
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
    media=GEOJSON,
    alternative_media=(MIME_TYPES[LayerFormat.GEOPACKAGE], MIME_TYPES[LayerFormat.SHAPEFILE]),
)
def write_corrected_copy(form: CorrectedCopyForm) -> Response:
    """A copy of a layer in which accepted proposals are done, one after the other.

    The file is judged anew, with the same fields as before. What was not accepted stays as it is,
    attributes and all. An accepted proposal that there is not (any more) is refused by its id.
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
    """How far the judgement is that was sent with this id as `progress`.

    404 before it begins and when it is over.
    """
    progress = read_progress(current_app.config["GAZETTEER"], judgement)
    if progress is None:
        raise NotFound(
            "没有以此编号进行的检查。", "no judgement with this id is at work", field="judgement"
        )
    return {"what": progress.what, "done": progress.done, "total": progress.total}
