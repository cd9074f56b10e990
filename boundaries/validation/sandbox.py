"""Validating an untrusted file in a process of its own, with limits on time and memory.

Geometry work blocks the interpreter for minutes at a time, and a file can be made to need any
amount of memory. In a child process neither affects the processes that serve other users.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import shapely

from boundaries.layers.problems import CrsNotKnown, LayerNotNamed
from boundaries.rules.common.tolerances import Tolerances
from boundaries.validation.corrected_layer import write_corrected_layer
from boundaries.validation.outlines import build_outlines
from boundaries.validation.repair_proposals import (
    ProposalEngine,
    ProposalRequest,
    ProposalSet,
    apply_choices,
    build_empty_proposal_set,
    parse_choice,
    propose_for_findings,
)
from boundaries.validation.report_formats import encode_geojson, write_report
from boundaries.validation.validation_report import (
    ReadOptions,
    ValidationOptions,
    ValidationReport,
    validate_file,
)
from gazetteer.ingest.table_files import UnreadableFile
from gazetteer.limited_process import (
    MemoryLimitExceeded,
    ProcessLimits,
    TimeLimitExceeded,
    execute_order,
    run_limited,
)
from gazetteer.messages import Lang, Message, message
from gazetteer.problems import InvalidValue, TooLarge
from gazetteer.progress import Progress

_PROBLEMS = (InvalidValue, UnreadableFile, TooLarge, LayerNotNamed, CrsNotKnown)


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """The report to write: its format and language, with outlines for a map, with proposals."""

    format: str
    lang: Lang
    outlines: bool = False
    proposals: ProposalRequest | None = None


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """A copy of the layer with accepted proposals, to be written instead of a report.

    ``accept`` are texts for :func:`~boundaries.validation.repair_proposals.parse_choice`; without
    ``crs`` the copy is in the coordinate system of the file.
    """

    format: str
    accept: tuple[str, ...]
    crs: str | None = None
    encoding: str = "utf-8"


def validate_in_subprocess(
    path: Path,
    read_options: ReadOptions,
    validation_options: ValidationOptions,
    output_options: ReportOptions | CopyOptions,
    result: Path,
    limits: ProcessLimits,
    progress_file: Path | None = None,
) -> None:
    """Validate ``path`` in a child process, which writes ``result`` and its progress.

    Where proposals exceed the limits, ``result`` is the report without them. ``progress_file``
    is JSON with ``done``, ``total`` and ``what``.

    Raises:
        Problem: The file cannot be validated, or not within the limits.
    """
    order = {
        "path": str(path),
        "reading": asdict(read_options),
        "validation": asdict(validation_options),
        "copy" if isinstance(output_options, CopyOptions) else "report": asdict(output_options),
        "result": str(result),
        "progress_file": None if progress_file is None else str(progress_file),
    }
    try:
        _run_child(order, limits)
    except TooLarge:
        if not result.exists():
            raise


def _run_child(order: Mapping[str, Any], limits: ProcessLimits) -> None:
    try:
        run_limited("boundaries.validation.sandbox", order, limits, _PROBLEMS)
    except TimeLimitExceeded:
        detail = message("validation.took_too_long", seconds=limits.seconds)
        raise _limit_error(detail) from None
    except MemoryLimitExceeded:
        detail = message("validation.out_of_memory", megabytes=limits.memory >> 20)
        raise _limit_error(detail) from None


def _limit_error(reason: Message) -> TooLarge:
    return TooLarge(message("validation.layer_too_large", reason=reason), field="file")


def _execute_order(order: Mapping[str, Any]) -> None:
    validation_fields = order["validation"]
    by_level = {
        level: Tolerances(**limits) for level, limits in validation_fields["by_level"].items()
    }
    options = ValidationOptions(
        Tolerances(**validation_fields["tolerances"]), by_level, validation_fields["level"]
    )
    progress = _build_progress_writer(order["progress_file"])
    report = validate_file(Path(order["path"]), ReadOptions(**order["reading"]), options, progress)
    engine = ProposalEngine(report.layer, options)
    if "copy" in order:
        _write_correction(report, CopyOptions(**order["copy"]), engine, Path(order["result"]))
        return
    report_options, request = ReportOptions(**order["report"]), order["report"]["proposals"]
    if request is None:
        _write_report(report, report_options, None, Path(order["result"]))
        return
    request = ProposalRequest(**request)
    _write_report(
        report, report_options, build_empty_proposal_set(report, request), Path(order["result"])
    )
    proposal_set = propose_for_findings(report, request, engine, progress)
    _write_report(report, report_options, proposal_set, Path(order["result"]))


def _build_progress_writer(progress_file: str | None) -> Progress:
    """A function that writes the progress as a whole, so that nobody reads half of it."""
    if progress_file is None:
        return lambda *_: None
    path, temporary = Path(progress_file), Path(f"{progress_file}.new")

    def write_progress(done: int, total: int, what: str) -> None:
        temporary.write_text(json.dumps({"done": done, "total": total, "what": what}))
        temporary.replace(path)

    return write_progress


def _write_report(
    report: ValidationReport,
    report_options: ReportOptions,
    proposal_set: ProposalSet | None,
    result: Path,
) -> None:
    """Write a report; it replaces the one before only when it is complete."""
    temporary = result.with_name("fresh")
    if report_options.outlines:
        extra_members = {"outlines": build_outlines(report)}
        temporary.write_bytes(
            encode_geojson(report, report_options.lang, extra_members, proposal_set=proposal_set)
        )
    else:
        write_report(report, temporary, report_options.format, report_options.lang, proposal_set)
    temporary.replace(result)


def _write_correction(
    report: ValidationReport, copy_options: CopyOptions, engine: ProposalEngine, result: Path
) -> None:
    correction = apply_choices(report, map(parse_choice, copy_options.accept), engine)
    write_corrected_layer(
        result, correction.layer, copy_options.format, copy_options.crs, copy_options.encoding
    )


if __name__ == "__main__":
    execute_order(_execute_order, (shapely.GEOSException,))
