"""A layer that somebody sends to be judged: its form, its file, its limits, and how far it is."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Any, Literal
from uuid import UUID

from flask import current_app, request
from pydantic import Field, FiniteFloat, model_validator

from boundaries.validation.sandbox import (
    CopyOptions,
    ReportOptions,
    SandboxLimits,
    validate_in_subprocess,
)
from boundaries.validation.validation_report import (
    ReadOptions,
    build_validation_options,
    parse_column_names,
)
from gazetteer.problems import InvalidValue, Problem, TooLarge
from gazetteer.settings import Settings
from web.http import rate_limits
from web.http.endpoints import Parameters
from web.http.heavy_requests import limited_slot

MAX_UNPACK_RATIO = 4
"""How many times its size a file may have once it is unpacked."""

_MB = 1 << 20
_MAX_NAME_BYTES = 200
_STALE_AFTER_S = 3600.0


class LayerUploadForm(Parameters):
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
    progress: UUID | None = Field(
        None, description="An id of your own, by which `/v1/validate/{id}` tells how far it is"
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
    """How far a judgement is: so many of so many steps of what is being done."""

    done: int
    total: int
    what: str


def validate_upload(form: LayerUploadForm, output_options: ReportOptions | CopyOptions) -> bytes:
    """What the child process makes of the file of this request: a report or a copy.

    Raises:
        Problem: the file cannot be judged, or is more than the service takes.
    """
    settings: Settings = current_app.config["GAZETTEER"]
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
        limits = SandboxLimits(settings.validate_seconds, settings.validate_memory_mb * _MB)
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
    """How far the judgement is that was sent with this id; None where none is at work."""
    try:
        return ValidationProgress(**json.loads(_progress_path(settings, progress).read_text()))
    except FileNotFoundError:
        return None


@contextmanager
def _open_progress_file(settings: Settings, progress: UUID | None) -> Iterator[Path | None]:
    """A file for the progress, seen by every process of the service; gone when the work is."""
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
    """Delete what a service that was killed has left."""
    for stale in folder.iterdir():
        try:
            if time.time() - stale.stat().st_mtime > _STALE_AFTER_S:
                stale.unlink()
        except FileNotFoundError:  # another process was quicker
            continue


def _save_upload(directory: Path, settings: Settings) -> Path:
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
    if size > settings.validate_limit_mb * _MB:
        raise build_too_large(settings)
    file = directory / _sanitize_file_name(upload.filename or "")
    upload.save(file)
    return file


def build_too_large(settings: Settings) -> TooLarge:
    """The problem of a file that is larger than the setting allows."""
    limit = settings.validate_limit_mb
    return TooLarge(
        f"文件超过 {limit:g} MB；更大的图层请在本机运行 gazetteer validate。",
        f"the file has over {limit:g} MB; run gazetteer validate on larger layers yourself",
        field="data",
    )


def _sanitize_file_name(sent_name: str) -> str:
    """What the sender calls the file, fit to be a name here: it stands in problems and answers."""
    base_name = PurePath(sent_name.replace("\\", "/")).name
    printable = "".join(char for char in base_name if char.isprintable())
    return printable.encode()[-_MAX_NAME_BYTES:].decode(errors="ignore").lstrip(".") or "layer"
