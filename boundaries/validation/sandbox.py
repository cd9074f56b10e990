"""A file of a stranger judged in a process of its own, which may take so long and so much memory.

Geometry work holds the interpreter for minutes at a time, and a file can be made to ask for any
amount of memory. In a child process neither reaches those who serve others.
"""

import json
import os
import resource
import subprocess
import sys
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
    Progress,
    ReadOptions,
    ValidationOptions,
    ValidationReport,
    validate_file,
)
from gazetteer.ingest.table_files import UnreadableFile
from gazetteer.problems import InvalidValue, Problem, TooLarge

_PROBLEMS = {kind.code: kind for kind in (InvalidValue, UnreadableFile, TooLarge, LayerNotNamed,
                                          CrsNotKnown)}  # fmt: skip
_DONE, _REFUSED, _NO_MEMORY = 0, 2, 3
_NICENESS = 10


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    """What one judgement may take: seconds on the clock, and bytes of memory."""

    seconds: float
    memory: int


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How the report is to be told: format, language, with outlines for a map, with proposals."""

    format: str
    lang: str
    outlines: bool = False
    proposals: ProposalRequest | None = None


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """A copy of the layer with the proposals that were accepted, in place of a report.

    ``accept`` are texts as of :func:`~boundaries.validation.repair_proposals.parse_choice`; ``crs`` None is
    that of the file.
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
    limits: SandboxLimits,
    progress_file: Path | None = None,
) -> None:
    """Judge ``path`` in a child process, which writes ``result``, and how far it is to ``heard``.

    Where proposals take more than the limits, the report without them is there.

    Raises:
        Problem: the file cannot be judged, or took more than the limits.
    """
    order = {
        "path": str(path),
        "reading": asdict(read_options),
        "validation": asdict(validation_options),
        "copy" if isinstance(output_options, CopyOptions) else "report": asdict(output_options),
        "result": str(result),
        "progress_file": None if progress_file is None else str(progress_file),
        "memory": limits.memory,
    }
    try:
        _run_child(order, limits)
    except TooLarge:
        if not result.exists():
            raise


def _run_child(order: Mapping[str, Any], limits: SandboxLimits) -> None:
    command = [sys.executable, "-m", "boundaries.validation.sandbox"]
    try:
        completed = subprocess.run(
            command,
            input=json.dumps(order),
            capture_output=True,
            text=True,
            timeout=limits.seconds,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    except subprocess.TimeoutExpired:
        raise _limit_error(
            f"判断超过 {limits.seconds:g} 秒", f"judging it took over {limits.seconds:g} seconds"
        ) from None
    if completed.returncode == _REFUSED:
        raise _parse_problem(json.loads(completed.stdout))
    if completed.returncode != _DONE:
        if completed.returncode != _NO_MEMORY and completed.returncode >= 0:
            raise RuntimeError(f"judging a layer failed:\n{completed.stderr}")
        megabytes = limits.memory >> 20
        raise _limit_error(
            f"判断所需内存超过 {megabytes} MB", f"judging it needs over {megabytes} MB of memory"
        )


def _limit_error(zh: str, en: str) -> TooLarge:
    return TooLarge(
        f"图层太大：{zh}。请分幅送检，或在本机运行 gazetteer validate。",
        f"the layer is too large: {en}; send parts of it, or run gazetteer validate yourself",
        field="file",
    )


def _parse_problem(members: Mapping[str, Any]) -> Problem:
    return _PROBLEMS[members["code"]](
        members["zh"], members["en"], field=members["field"], **members["extras"]
    )


def main() -> None:
    """What the child process does: read its order from stdin, and end with a code that tells."""
    order = json.load(sys.stdin)
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (order["memory"], order["memory"]))
    try:
        _execute_order(order)
    except Problem as problem:
        members = {"code": problem.code, "zh": problem.zh, "en": problem.en, "field": problem.field}
        print(json.dumps({**members, "extras": dict(problem.extras)}))
        sys.exit(_REFUSED)
    except (MemoryError, shapely.GEOSException) as error:
        if isinstance(error, MemoryError) or "bad_alloc" in str(error):
            sys.exit(_NO_MEMORY)
        raise


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
    """Writes how far the work is, whole each time, so that nobody reads half of it."""
    if progress_file is None:
        return lambda done, total, what: None
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
    """The report, in place of the one before only when it is whole."""
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
    main()
