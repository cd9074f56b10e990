"""``gazetteer validate``: validating a polygon layer, without any database."""

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from boundaries.layers.geometry_faults import Floats
from boundaries.layers.layer_writer import detect_layer_format
from boundaries.layers.point_files import read_points
from boundaries.validation.corrected_layer import write_corrected_layer
from boundaries.validation.proposal_rows import format_proposal
from boundaries.validation.repair_proposals import (
    ProposalEngine,
    ProposalRequest,
    ProposalSet,
    apply_choices,
    parse_choice,
    propose_for_findings,
)
from boundaries.validation.report_formats import detect_report_format, encode_geojson, write_report
from boundaries.validation.report_rows import count_findings
from boundaries.validation.validation_report import (
    ReadOptions,
    ValidationOptions,
    ValidationReport,
    build_validation_options,
    parse_column_names,
    validate_file,
)
from gazetteer.problems import Problem
from gazetteer.progress import Progress
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.settings import get_settings
from web.commands.input_files import input_file_argument
from web.commands.output_files import check_outputs
from web.commands.progress_display import show_progress
from web.commands.severity_counts import count_severities
from web.commands.terminal_language import (
    command_language,
    echo_message,
    language_option,
    terminal_text,
)

EXIT_WRONG_USAGE = 2
_PROGRESS_DELAY_S = 2.0
_MAX_SHOWN = 5


@click.command("validate")
@input_file_argument(must_exist=False)
@click.option("--level", type=click.Choice(UNIT_LEVELS), help="Check the units of this level only.")
@click.option(
    "--gap-width",
    type=click.FloatRange(min=0),
    metavar="M",
    help="Maximum gap width in metres; wider holes are listed, not counted as gaps.",
)
@click.option(
    "--accuracy",
    type=click.FloatRange(min=0),
    metavar="M",
    help="Accuracy of the lines (RMSE) in metres, if known.",
)
@click.option(
    "--planar", is_flag=True, help="Planar coordinates in metres, whatever FILE declares."
)
@click.option(
    "--crs", help="Coordinate reference system, if FILE does not declare it: 4490, 4547, …"
)
@click.option("--encoding", help="Encoding of the attributes, if it cannot be detected: gb18030, …")
@click.option("--layer", help="Layer name, for files with several layers.")
@click.option("--columns", metavar="code=XZQDM,…", help="Field mapping.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the findings: .geojson, .gpkg, .csv or .xlsx; default: GeoJSON on stdout.",
)
@click.option("--json", "as_json", is_flag=True, help="GeoJSON only, also on a terminal.")
@click.option(
    "--proposals",
    is_flag=True,
    help="Include proposals to correct each finding; FILE is not changed.",
)
@click.option(
    "--fixed",
    type=click.Path(path_type=Path),
    metavar="POINTS",
    help="GeoJSON of points, such as surveyed markers, whose vertices must not move.",
)
@click.option(
    "--accept",
    multiple=True,
    metavar="ID=WAY:UNIT",
    help="A proposal to apply in the copy; may be repeated, applied in this order.",
)
@click.option(
    "--corrected",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="COPY",
    help="File for the copy: .gpkg, .zip (Shapefile) or .geojson. FILE is not changed.",
)
@language_option
@click.pass_context
def validate_command(
    context: click.Context,
    /,
    file: Path,
    output: Path | None,
    as_json: bool,
    accept: tuple[str, ...],
    corrected: Path | None,
    **options: Any,
) -> None:
    """Check the polygons of FILE (GeoJSON, GeoPackage, Shapefile; optionally zipped).

    Exit code 1 if there is an error among the findings, 2 if FILE cannot be validated.
    """
    if bool(accept) != bool(corrected):
        raise click.UsageError(terminal_text("cli.validate.accept_needs_corrected"))
    check_outputs((file, options["fixed"]), (output, corrected))
    try:
        kind = detect_report_format(output) if output else "geojson"
        request = _parse_options(options)
        with _delay_progress() as report_progress:
            report = validate_file(
                file, request.read_options, request.validation_options, report_progress
            )
            engine = ProposalEngine(report.layer, request.validation_options, request.fixed_points)
            proposal_set = (
                propose_for_findings(report, ProposalRequest(), engine, report_progress)
                if options["proposals"]
                else None
            )
        _write_findings(report, proposal_set, output, kind, as_json)
        if corrected:
            _write_corrected_copy(report, engine, accept, corrected)
    except Problem as problem:
        click.echo(f"gazetteer: {problem.text(command_language())}", err=True)
        context.exit(EXIT_WRONG_USAGE)
    _print_summary(report)
    context.exit(1 if report.is_blocking else 0)


@dataclass(frozen=True, slots=True)
class _ValidateRequest:
    """How to read and validate a layer, and which vertices must not move."""

    read_options: ReadOptions
    validation_options: ValidationOptions
    fixed_points: Floats | None


def _parse_options(options: Mapping[str, Any]) -> _ValidateRequest:
    columns = parse_column_names(options["columns"])
    read_arguments = {name: options[name] for name in ("planar", "crs", "encoding", "layer")}
    rule_options = build_validation_options(
        get_settings(), options["level"], options["gap_width"], options["accuracy"]
    )
    fixed_points = read_points(options["fixed"]) if options["fixed"] else None
    return _ValidateRequest(
        ReadOptions(**read_arguments, columns=columns), rule_options, fixed_points
    )


def _write_corrected_copy(
    report: ValidationReport, engine: ProposalEngine, accept: tuple[str, ...], path: Path
) -> None:
    """Write the copy, and print the changes made in it."""
    lang = command_language()
    detect_layer_format(path)
    correction = apply_choices(report, map(parse_choice, accept), engine)
    try:
        losses = write_corrected_layer(path, correction.layer, None, None)
    except OSError as error:
        raise _build_write_error(path, error, "--corrected") from None
    for step in correction.steps:
        change = format_proposal(step, report.layer.names, lang)
        echo_message("cli.validate.corrected", path=path, change=change, err=True)
    for loss in losses:
        click.echo(loss.text(lang), err=True)


@contextmanager
def _delay_progress() -> Iterator[Progress]:
    """Progress, shown only once two seconds have passed."""
    began = time.monotonic()
    with show_progress() as report_progress:

        def report_after_delay(done: int, total: int, what: str) -> None:
            if time.monotonic() - began > _PROGRESS_DELAY_S:
                report_progress(done, total, what)

        yield report_after_delay


def _write_findings(
    report: ValidationReport,
    proposal_set: ProposalSet | None,
    output: Path | None,
    kind: str,
    as_json: bool,
) -> None:
    lang = command_language()
    if output is None:
        indent = sys.stdout.isatty() and not as_json
        click.echo(encode_geojson(report, lang, proposal_set=proposal_set, indent=indent))
        return
    try:
        write_report(report, output, kind, lang, proposal_set)
    except OSError as error:
        raise _build_write_error(output, error, "-o") from None


def _build_write_error(path: Path, error: OSError, option: str) -> click.BadParameter:
    reason = error.strerror or str(error)
    text = terminal_text("cli.cannot_write", path=path, reason=reason)
    return click.BadParameter(text, param_hint=option)


def _print_summary(report: ValidationReport) -> None:
    """Print the outcome in a few lines on stderr."""
    lang = command_language()
    echo_message(
        "cli.validate.total",
        file=report.layer.source,
        n=len(report.layer),
        counts=count_severities(finding.severity for finding in report.findings),
        err=True,
    )
    for rule, count in count_findings(report)["by_rule"].items():
        click.echo(f"  {rule}: {count}", err=True)
    for finding in report.findings[:_MAX_SHOWN]:
        click.echo(f"  - {finding.rule} {finding.text(lang)}", err=True)
    if len(report.findings) > _MAX_SHOWN:
        echo_message("cli.validate.more", n=len(report.findings) - _MAX_SHOWN, err=True)
    if report.holes:
        width = report.tolerances.gap_width_m
        echo_message("cli.validate.open_holes", n=len(report.holes), width=width, err=True)
    for remark in report.remarks:
        click.echo(f"  {remark.rule} {remark.text(lang)}", err=True)
