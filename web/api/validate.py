"""A polygon layer judged: ``/v1/validate``."""

from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Any, Literal

from flask import Response, current_app, request
from pydantic import Field, FiniteFloat, model_validator

from boundaries.validation.child import Limits, Wanted, judged_apart
from boundaries.validation.formats import MEDIA
from boundaries.validation.report import Reading, column_names, judging
from gazetteer.problems import InvalidValue, Problem, TooLarge
from gazetteer.settings import Settings
from web import access_limits
from web.api.findings import Findings
from web.contract import Api, Parameters
from web.language import language
from web.slots import slot

api = Api()

UNPACKED = 4
"""How many times its size a file may have once it is unpacked."""

_MB = 1 << 20
_LONGEST_NAME = 200


class ValidateForm(Parameters):
    """The fields beside the file `data`: GeoJSON, GeoPackage or Shapefile, packed or not."""

    level: Literal["province", "prefecture", "county", "township", "village"] | None = Field(
        None, description="The level of the units; default: told by their attributes"
    )
    gap_width: FiniteFloat | None = Field(
        None,
        ge=0,
        lt=1e7,
        description="Holes up to this many metres wide are gaps; wider ones are left open, listed",
    )
    accuracy: FiniteFloat | None = Field(
        None, ge=0, lt=1e5, description="The accuracy of the lines (RMSE) in metres, if known"
    )
    planar: bool = Field(False, description="Coordinates are plain metres, whatever the file says")
    crs: str | None = Field(None, description="Where the file does not say it: 4490, 4547, …")
    encoding: str | None = Field(None, description="Of attributes, where it cannot be told")
    layer: str | None = Field(None, description="Which of several layers")
    columns: str | None = Field(
        None, description="Which column is what: `code=XZQDM,name=XZQMC`; also level, parent_code"
    )
    format: Literal["geojson", "gpkg", "csv", "xlsx"] = Field("geojson")
    outlines: bool = Field(
        False, description="With the borders of the layer to draw beneath (GeoJSON only)"
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, given: dict[str, Any]) -> dict[str, Any]:
        """A form on a page sends its empty fields too."""
        return {name: value for name, value in given.items() if value != ""}

    def reading(self, max_bytes: int) -> Reading:
        """How to read the file."""
        names = column_names(self.columns)
        return Reading(self.planar, self.crs, self.encoding, self.layer, names, max_bytes)


@api.write(
    "POST",
    "/v1/validate",
    Findings,
    account=False,
    media=MEDIA["geojson"],
    also=tuple(MEDIA[name] for name in ("gpkg", "csv", "xlsx")),
)
def validate(form: ValidateForm) -> Response:
    """Judge a polygon layer by all rules of `/v1/rules`.

    No account is needed and nothing is kept. Nothing is repaired: findings tell the exact place,
    what was measured and what may be. A layer that takes longer or is larger than the service
    allows is refused (413); `gazetteer validate` judges it without limits.
    """
    settings: Settings = current_app.config["GAZETTEER"]
    access_limits.count("validate")
    with TemporaryDirectory(prefix="validate-") as directory, slot("validate", settings):
        file = _received(Path(directory), settings)
        result = Path(directory, "result")
        reading = form.reading(int(settings.validate_limit_mb * UNPACKED * _MB))
        by = judging(settings, form.level, form.gap_width, form.accuracy)
        wanted = Wanted(form.format, language(), form.outlines and form.format == "geojson")
        limits = Limits(settings.validate_seconds, settings.validate_memory_mb * _MB)
        try:
            judged_apart(file, reading, by, wanted, result, limits)
        except Problem as problem:
            if problem.field == "file":
                problem.field = "data"
            raise
        content = result.read_bytes()
    response = Response(content, mimetype=MEDIA[form.format])
    if form.format != "geojson":
        name = f"attachment; filename=findings.{form.format}"
        response.headers["Content-Disposition"] = name
    return response


def _received(directory: Path, settings: Settings) -> Path:
    """The uploaded file, under its own name without any directory.

    Raises:
        InvalidValue: there is none.
        TooLarge: more than the setting allows.
    """
    upload = request.files.get("data")
    if upload is None:
        raise InvalidValue("缺少文件 data。", "the file data is missing", field="data")
    size = upload.stream.seek(0, 2)
    upload.stream.seek(0)
    limit = settings.validate_limit_mb
    if size > limit * _MB:
        raise TooLarge(
            f"文件超过 {limit:g} MB；更大的图层请在本机运行 gazetteer validate。",
            f"the file has over {limit:g} MB; run gazetteer validate on larger layers yourself",
            field="data",
        )
    file = directory / _name(upload.filename or "")
    upload.save(file)
    return file


def _name(given: str) -> str:
    """What the sender calls the file, fit to be a name here: it stands in problems and answers."""
    bare = PurePath(given.replace("\\", "/")).name
    kept = "".join(char for char in bare if char.isprintable())
    return kept.encode()[-_LONGEST_NAME:].decode(errors="ignore").lstrip(".") or "layer"
