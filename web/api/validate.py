"""A polygon layer judged, and a corrected copy of it: ``/v1/validate``."""

from pathlib import PurePath
from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from flask import Response, current_app, request
from pydantic import BaseModel, Field

from boundaries.layers.write import MIME_TYPES, LayerFormat
from boundaries.validation.child import CopyOptions, ReportOptions
from boundaries.validation.formats import REPORT_MIME_TYPES
from boundaries.validation.proposing import ProposalRequest
from gazetteer.problems import NotFound
from web.api.findings import Findings
from web.contract import Answer, Api
from web.language import language
from web.layer_files import GEOJSON, WrittenLayer
from web.layer_uploads import LayerForm, judged, steps

api = Api()

MOST_PROPOSALS, PROPOSING_SECONDS = 100, 15.0
"""For how many findings proposals are looked for at once, and for how long."""

JudgementId = Annotated[UUID, Field(description="The id that was sent as `progress`")]


class ValidateForm(LayerForm):
    """The file, and how the findings on it are to be told."""

    format: Literal["geojson", "gpkg", "csv", "xlsx"] = Field("geojson")
    outlines: bool = Field(
        False, description="With the borders of the layer to draw beneath (GeoJSON only)"
    )
    proposals: bool = Field(
        False,
        description="With what could be done about overlaps, gaps and borders that are not"
        f" identical: for the {MOST_PROPOSALS} gravest findings, as far as time allows",
    )
    findings: list[str] | None = Field(
        None, description="Proposals for the findings with these ids only"
    )


class CopyForm(LayerForm):
    """The file, the proposals that were accepted, and how the copy is to be written."""

    accept: list[str] = Field(
        description="Each as `ID=WAY:UNIT`: the id of a finding, the way and unit of its proposal",
        min_length=1,
        max_length=MOST_PROPOSALS,
    )
    format: Literal["gpkg", "shp", "geojson"] = Field("gpkg")
    result_crs: str | None = Field(None, description="Of the copy; default: that of the file")
    result_encoding: Literal["utf-8", "gbk"] = Field("utf-8", description="Of a Shapefile")


class Judging(BaseModel):
    """How far a judgement is: `done` of `total` steps of reading, judging or proposing."""

    what: Literal["read", "judge", "propose"]
    done: int
    total: int


@api.write(
    "POST",
    "/v1/validate",
    Findings,
    account=False,
    media=REPORT_MIME_TYPES["geojson"],
    also=tuple(REPORT_MIME_TYPES[name] for name in ("gpkg", "csv", "xlsx")),
)
def validate(form: ValidateForm) -> Response:
    """Judge a polygon layer by all rules of `/v1/rules`.

    No account is needed and nothing is kept. Nothing is repaired: findings tell the exact place,
    what was measured and what may be; proposals tell what could be done, and never stand in the
    way of the findings. A layer that takes longer or is larger than the service allows is refused
    (413); `gazetteer validate` judges it without limits.
    """
    sought = None
    if form.proposals or form.findings:
        sought = ProposalRequest(tuple(form.findings or ()), MOST_PROPOSALS, PROPOSING_SECONDS)
    outlines = form.outlines and form.format == "geojson"
    content = judged(form, ReportOptions(form.format, language(), outlines, sought))
    response = Response(content, mimetype=REPORT_MIME_TYPES[form.format])
    if form.format != "geojson":
        name = f"attachment; filename=findings.{form.format}"
        response.headers["Content-Disposition"] = name
    return response


@api.write(
    "POST",
    "/v1/validate/copy",
    WrittenLayer,
    account=False,
    media=GEOJSON,
    also=(MIME_TYPES[LayerFormat.GEOPACKAGE], MIME_TYPES[LayerFormat.SHAPEFILE]),
)
def validate_copy(form: CopyForm) -> Response:
    """A copy of a layer in which accepted proposals are done, one after the other.

    The file is judged anew, with the same fields as before. What was not accepted stays as it is,
    attributes and all. An accepted proposal that there is not (any more) is refused by its id.
    """
    wanted = CopyOptions(form.format, tuple(form.accept), form.result_crs, form.result_encoding)
    content = judged(form, wanted)
    response = Response(content, mimetype=MIME_TYPES[LayerFormat(form.format)])
    sent = request.files["data"].filename or ""
    stem = PurePath(sent.replace("\\", "/")).name.partition(".")[0] or "layer"
    name = f"{stem}-corrected.{'zip' if form.format == 'shp' else form.format}"
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["Content-Disposition"] = disposition
    return response


@api.get("/v1/validate/<uuid:judgement>", Judging)
def judgement_progress(judgement: JudgementId) -> Answer:
    """How far the judgement is that was sent with this id as `progress`.

    404 before it begins and when it is over.
    """
    found = steps(current_app.config["GAZETTEER"], judgement)
    if found is None:
        raise NotFound(
            "没有以此编号进行的检查。", "no judgement with this id is at work", field="judgement"
        )
    return {"what": found.what, "done": found.done, "total": found.total}
