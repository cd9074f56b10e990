"""An uploaded layer to validate: its form, its file, its limits and its progress."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from uuid import UUID

from flask import request
from pydantic import Field, FiniteFloat, model_validator

from boundaries.validation.sandbox import (
    CopyOptions,
    ReportOptions,
    validate_in_subprocess,
)
from boundaries.validation.validation_report import (
    ReadOptions,
    build_validation_options,
    parse_column_names,
)
from gazetteer.files.file_formats import sanitize_file_name
from gazetteer.limited_process import ProcessLimits
from gazetteer.messages import message
from gazetteer.problems import InvalidValue, Problem
from gazetteer.settings import Settings
from web.http import rate_limits
from web.http.app_settings import current_settings
from web.http.body_limits import BodyLimit
from web.http.endpoints import Parameters
from web.http.heavy_requests import limited_slot

MAX_UNPACK_RATIO = 4
"""The largest size of an unpacked file, as a multiple of the upload limit."""

LAYER_FILE = BodyLimit(lambda settings: settings.validate_limit_mb, "layer.file_too_large", "data")
"""How large a layer may be that is validated within the request."""

FILE_MEDIA = (
    *("application/geo+json", "application/json", "application/geopackage+sqlite3"),
    *("application/zip", "application/gzip", "application/octet-stream"),
)
"""The media types of a layer that is the body of the request itself."""

_MB = 1 << 20
_STALE_AFTER_S = 3600.0


class LayerUploadForm(Parameters):
    """The fields beside the file `data`: GeoJSON, GeoPackage or Shapefile, optionally zipped."""

    level: Literal["province", "prefecture", "county", "township", "village"] | None = Field(
        None, description="Level of the units; default: all levels found in the attributes"
    )
    gap_width: FiniteFloat | None = Field(
        None,
        ge=0,
        lt=1e7,
        description="Maximum gap width in metres; wider holes are listed but not reported as gaps."
        " For the default, see the limits in `/v1/rules`.",
    )
    accuracy: FiniteFloat | None = Field(
        None,
        ge=0,
        lt=1e5,
        description="Accuracy of the lines (root mean square error) in metres, if known",
    )
    planar: bool = Field(
        False,
        description="Read the coordinates as planar, in metres, regardless of what the file"
        " declares; default: `false`",
    )
    crs: str | None = Field(
        None,
        description="EPSG code of the coordinate reference system, such as 4490 or 4547, if the"
        " file does not declare it",
    )
    encoding: str | None = Field(
        None, description="Encoding of the attributes, if it cannot be detected, such as `gbk`"
    )
    layer: str | None = Field(
        None, description="Name of the layer to read, if the file contains several"
    )
    columns: str | None = Field(
        None,
        description="Mapping of the fields `code`, `name`, `level` and `parent_code`, such as"
        " `code=XZQDM,name=XZQMC`; default: detected",
    )
    progress: UUID | None = Field(
        None,
        description="UUID of your choice, under which `/v1/validate/{id}` reports the progress",
    )

    @model_validator(mode="before")
    @classmethod
    def _drop_empty_fields(cls, values: dict[str, Any]) -> dict[str, Any]:
        """A form on a page sends its empty fields too."""
        return {name: value for name, value in values.items() if value != ""}

    def build_read_options(self, max_bytes: int) -> ReadOptions:
        """How to read the file."""
        names = parse_column_names(self.columns)
        return ReadOptions(self.planar, self.crs, self.encoding, self.layer, names, max_bytes)


@dataclass(frozen=True, slots=True)
class ValidationProgress:
    """The progress of a validation: `done` of `total` steps of the activity `what`."""

    done: int
    total: int
    what: str


def validate_upload(form: LayerUploadForm, output_options: ReportOptions | CopyOptions) -> bytes:
    """The output of the validating subprocess for the file of this request: a report or a copy.

    Raises:
        Problem: the file cannot be validated, or exceeds what the service accepts.
    """
    settings = current_settings()
    rate_limits.count_action("validate")
    with (
        TemporaryDirectory(prefix="validate-") as directory,
        limited_slot(settings),
        _open_progress_file(settings, form.progress) as progress_file,
    ):
        file = _save_upload(Path(directory), settings)
        result = Path(directory, "result")
        read_options = form.build_read_options(
            int(settings.validate_limit_mb * MAX_UNPACK_RATIO * _MB)
        )
        options = build_validation_options(settings, form.level, form.gap_width, form.accuracy)
        limits = ProcessLimits(settings.validate_seconds, settings.validate_memory_mb * _MB)
        try:
            validate_in_subprocess(
                file, read_options, options, output_options, result, limits, progress_file
            )
        except Problem as problem:
            if problem.field == "file":
                problem.field = "data"
            raise
        return result.read_bytes()


def read_progress(settings: Settings, progress: UUID) -> ValidationProgress | None:
    """The progress of the validation that was sent with this id; None where none is running."""
    try:
        return ValidationProgress(**json.loads(_progress_path(settings, progress).read_text()))
    except FileNotFoundError:
        return None


@contextmanager
def _open_progress_file(settings: Settings, progress: UUID | None) -> Iterator[Path | None]:
    """A file for the progress, visible to every process of the service; removed at the end."""
    if progress is None:
        yield None
        return
    path = _progress_path(settings, progress)
    path.parent.mkdir(parents=True, exist_ok=True)
    _delete_stale_files(path.parent)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _progress_path(settings: Settings, progress: UUID) -> Path:
    return settings.home / "validating" / f"{progress}.json"


def _delete_stale_files(folder: Path) -> None:
    """Delete the files that a killed service left behind."""
    for stale in folder.iterdir():
        try:
            if time.time() - stale.stat().st_mtime > _STALE_AFTER_S:
                stale.unlink()
        except FileNotFoundError:  # deleted by another process
            continue


def _save_upload(directory: Path, settings: Settings) -> Path:
    """The uploaded file, under its own name without any directory.

    Raises:
        InvalidValue: there is none.
        TooLarge: more than :data:`LAYER_FILE` allows.
    """
    if request.mimetype in FILE_MEDIA:
        return _save_body(directory)
    upload = request.files.get("data")
    if upload is None:
        raise InvalidValue(message("request.file_missing", name="data"), field="data")
    size = upload.stream.seek(0, 2)
    upload.stream.seek(0)
    if size > settings.validate_limit_mb * _MB:
        raise LAYER_FILE.build_problem(settings)
    file = directory / sanitize_file_name(upload.filename or "", "layer")
    upload.save(file)
    return file


def _save_body(directory: Path) -> Path:
    """The body of the request as a file; :data:`LAYER_FILE` limits it already.

    Raises:
        InvalidValue: it is empty.
    """
    file = directory / "layer"
    with file.open("wb") as target:
        shutil.copyfileobj(request.stream, target)
    if not file.stat().st_size:
        raise InvalidValue(message("request.file_missing", name="data"), field="data")
    return file
