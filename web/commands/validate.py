"""``gazetteer validate``: a polygon layer judged without any database."""

import locale
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from boundaries.layers.geometry_faults import Floats
from boundaries.layers.layer_writer import detect_layer_format as format_of_layer
from boundaries.layers.point_files import read_points
from boundaries.validation.corrected_layer import write_corrected_layer
from boundaries.validation.proposal_rows import format_proposal
from boundaries.validation.repair_proposals import (
    ProposalEngine,
    ProposalRequest,
    ProposalSet,
    parse_choice,
    propose_for_findings,
)
from boundaries.validation.repair_proposals import apply_choices as done_in_copy
from boundaries.validation.report_formats import detect_report_format, encode_geojson, write_report
from boundaries.validation.report_rows import SEVERITIES, count_findings
from boundaries.validation.validation_report import (
    Progress,
    ReadOptions,
    ValidationOptions,
    ValidationReport,
    build_validation_options,
    parse_column_names,
    validate_file,
)
from gazetteer.problems import Problem
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.settings import get_settings
from web.commands.progress import show_progress

EXIT_WRONG_USAGE = 2
_PROGRESS_DELAY_S = 2.0
_MAX_SHOWN = 5


@click.command("validate")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--level", type=click.Choice(UNIT_LEVELS), help="Judge the units of this level only.")
@click.option(
    "--gap-width",
    type=click.FloatRange(min=0),
    metavar="M",
    help="Holes up to this many metres wide are gaps; wider ones are left open and listed.",
)
@click.option(
    "--accuracy",
    type=click.FloatRange(min=0),
    metavar="M",
    help="The accuracy of the lines (RMSE) in metres, if known.",
)
@click.option("--planar", is_flag=True, help="Coordinates are plain metres, whatever FILE says.")
@click.option("--crs", help="The coordinate system, where FILE does not say it: 4490, 4547, …")
@click.option("--encoding", help="The encoding of attributes, where it cannot be told: gb18030, …")
@click.option("--layer", help="Which of several layers.")
@click.option("--columns", metavar="code=XZQDM,…", help="Which column is what.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the findings: .geojson, .gpkg, .csv or .xlsx; else GeoJSON on stdout.",
)
@click.option("--json", "as_json", is_flag=True, help="GeoJSON only, also on a terminal.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="Language; else that of the locale.")
@click.option(
    "--proposals", is_flag=True, help="With what could be done about each finding; nothing is done."
)
@click.option(
    "--fixed",
    type=click.Path(path_type=Path),
    metavar="POINTS",
    help="GeoJSON of places, such as surveyed markers, whose vertices must not move.",
)
@click.option(
    "--accept",
    multiple=True,
    metavar="ID=WAY:UNIT",
    help="A proposal that is to be done in the copy; may be given several times, in their order.",
)
@click.option(
    "--corrected",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="COPY",
    help="Where to write the copy: .gpkg, .zip (Shapefile) or .geojson. FILE stays as it is.",
)
@click.pass_context
def validate_command(
    context: click.Context,
    /,
    file: Path,
    output: Path | None,
    as_json: bool,
    lang: str | None,
    accept: tuple[str, ...],
    corrected: Path | None,
    **options: Any,
) -> None:
    """Judge the polygons of FILE (GeoJSON, GeoPackage, Shapefile; packed or not) by all rules.

    Exit code 1 if there is an error among the findings, 2 if FILE cannot be judged.
    """
    if bool(accept) != bool(corrected):
        raise click.UsageError("--accept and --corrected go together")
    output_lang = lang or _terminal_language()
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
        _write_findings(report, proposal_set, output, kind, output_lang, as_json)
        if corrected:
            _write_corrected_copy(report, engine, accept, corrected, output_lang)
    except Problem as problem:
        click.echo(f"gazetteer: {problem.text(output_lang)}", err=True)
        context.exit(EXIT_WRONG_USAGE)
    _print_summary(report, output_lang)
    context.exit(1 if report.is_blocking else 0)


@dataclass(frozen=True, slots=True)
class _ValidateRequest:
    """How to read and to judge, and which vertices must not move."""

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
    report: ValidationReport, engine: ProposalEngine, accept: tuple[str, ...], path: Path, lang: str
) -> None:
    """Write the copy, and say what was done in it."""
    format_of_layer(path)
    correction = done_in_copy(report, map(parse_choice, accept), engine)
    try:
        losses = write_corrected_layer(path, correction.layer, None, None)
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.BadParameter(
            f"cannot write {path}: {reason}", param_hint="--corrected"
        ) from None
    for step in correction.steps:
        click.echo(f"{path}: {format_proposal(step, report.layer.names, lang)}", err=True)
    for loss in losses:
        click.echo(loss.text(lang), err=True)


def _terminal_language() -> str:
    """The language of the terminal; English where it is neither."""
    return "zh" if (locale.getlocale(locale.LC_MESSAGES)[0] or "").startswith("zh") else "en"


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
    lang: str,
    as_json: bool,
) -> None:
    if output is None:
        indent = sys.stdout.isatty() and not as_json
        click.echo(encode_geojson(report, lang, proposal_set=proposal_set, indent=indent))
        return
    try:
        write_report(report, output, kind, lang, proposal_set)
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.BadParameter(f"cannot write {output}: {reason}", param_hint="-o") from None


def _print_summary(report: ValidationReport, lang: str) -> None:
    """What was found, in a few lines on stderr."""
    totals = count_findings(report)
    by_severity = ", ".join(f"{totals['by_severity'][grade]} {grade}" for grade in SEVERITIES)
    click.echo(f"{report.layer.source}: {len(report.layer)} features; {by_severity}", err=True)
    for rule, count in totals["by_rule"].items():
        click.echo(f"  {rule}: {count}", err=True)
    for finding in report.findings[:_MAX_SHOWN]:
        click.echo(f"  - {finding.rule} {finding.text(lang)}", err=True)
    if len(report.findings) > _MAX_SHOWN:
        click.echo(f"  … {len(report.findings) - _MAX_SHOWN} more", err=True)
    if report.holes:
        width = report.tolerances.gap_width_m
        click.echo(f"  {len(report.holes)} holes wider than {width:g} m left open", err=True)
    for remark in report.remarks:
        click.echo(f"  {remark.rule} {remark.text(lang)}", err=True)
