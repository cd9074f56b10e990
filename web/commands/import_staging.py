"""A file to import as a batch that can be published, or the reason why it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from boundaries.ingest.layer_import import (
    ValidatedLayer,
    build_import_batch,
    validate_import_layer,
)
from boundaries.ingest.register_files import (
    LayerImportOptions,
    StagedLayer,
    read_import_file,
    stage_layer,
)
from boundaries.validation.validation_report import build_validation_options
from gazetteer.ingest.staged_batch import MaterializedPart, StagedBatch
from gazetteer.ledger.versions import Timeline
from gazetteer.problems import Problem
from gazetteer.progress import Progress
from gazetteer.settings import get_settings
from web.commands.area_options import StatedDrawing
from web.commands.terminal_language import terminal_text

Conn = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class ImportSource:
    """A file to import, with its companions by kind; ``drawing`` is there if it holds areas."""

    kind: str
    file: Path
    companions: Mapping[str, Path]
    day: date | None
    layer_options: LayerImportOptions
    drawing: StatedDrawing | None = None


@dataclass(frozen=True, slots=True)
class StagedImport:
    """A batch to load, or why it is refused; ``accepted`` are the errors accepted with it."""

    batch: StagedBatch
    refusal: Problem | None = None
    accepted: str | None = None
    purpose: str = "load"
    acts: tuple[UUID, ...] = ()


def stage_import(
    conn: Conn, source: ImportSource, accept_findings: str | None, report_progress: Progress
) -> StagedImport:
    """Read and check a file, on top of what the register knows.

    Args:
        conn: A connection to the register.
        source: The file, and what was stated of it.
        accept_findings: Why areas are to be imported in spite of errors; None: they are not.
        report_progress: Called with the steps done, their total and the name of the stage.
    """
    if source.drawing is not None:
        return _stage_areas(conn, source, source.drawing, accept_findings, report_progress)
    files = {source.kind: source.file, **source.companions}
    return StagedImport(read_import_file(conn, source.kind, files, source.day, report_progress))


def _stage_areas(
    conn: Conn,
    source: ImportSource,
    drawing: StatedDrawing,
    accept_findings: str | None,
    report_progress: Progress,
) -> StagedImport:
    """The areas of a file, validated before anything is built from them."""
    layer = source.layer_options.read_file(source.file)
    act_id, new_act = _find_or_build_act(conn, drawing)
    staged = stage_layer(
        conn, layer, drawing.build_period(act_id), source.layer_options, report_progress
    )
    validated = _validate_staged_layer(staged, report_progress)
    if validated.blocking_findings and not accept_findings:
        rejections = tuple(validated.iter_rejections(accepted=False))
        batch = StagedBatch(layer.source, (), rejections, {layer.source: len(layer)})
        return StagedImport(batch, validated.build_problem())
    batch = build_import_batch(validated, staged.regions, staged.known_territory)
    accepted = (
        validated.format_acceptance(accept_findings)
        if validated.blocking_findings and accept_findings
        else None
    )
    if act_id is None:
        known = staged.known_territory.known.edges
        is_correction = any(timeline.record_id in known for timeline in batch)
        return StagedImport(batch, None, accepted, "correction" if is_correction else "load")
    if new_act and len(batch):
        batch = replace(batch, parts=(MaterializedPart([new_act]), *batch.parts))
    return StagedImport(batch, None, accepted, "act", (act_id,))


def _find_or_build_act(conn: Conn, drawing: StatedDrawing) -> tuple[UUID | None, Timeline | None]:
    """The act behind a change, with its record if it is not in the register yet."""
    if drawing.act is None:
        return None, None
    known = drawing.act.find_known_id(conn)
    if known is not None:
        return known, None
    act = drawing.act.build_timeline()
    return act.record_id, act


def _validate_staged_layer(staged: StagedLayer, report_progress: Progress) -> ValidatedLayer:
    stage = terminal_text("cli.load.validating", file=staged.layer.source)
    return validate_import_layer(
        staged.layer,
        staged.known_territory,
        build_validation_options(get_settings(), None, None, None),
        lambda done, total, _: report_progress(done, total, stage),
    )
