"""``gazetteer load`` and ``gazetteer import``: staged loading, with a report of rejections."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

import click
import psycopg

from boundaries.ingest.area_import import DEFAULT_ACCURACY_M
from boundaries.ingest.layer_import import build_import_batch, validate_import_layer
from boundaries.ingest.register_files import (
    COMPANION_KINDS,
    FILE_KINDS,
    LayerImportOptions,
    read_bundled_data,
    read_import_file,
)
from boundaries.schema.register_ledger import LEDGER
from boundaries.validation.validation_report import build_validation_options
from gazetteer.database.connection_info import register_database
from gazetteer.ingest.publish_batch import publish_staged_batch
from gazetteer.ingest.staged_batch import StagedBatch
from gazetteer.problems import Problem
from gazetteer.progress import Progress
from gazetteer.settings import get_settings
from web.commands.load_output import LoadOutput
from web.commands.progress_display import show_progress
from web.commands.terminal_language import terminal_text

FIXTURES = Path(__file__).parents[2] / "fixtures"


def parse_columns(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> dict[str, str] | None:
    """``code=XZQDM,name=XZQMC`` as a mapping.

    Raises:
        BadParameter: a part is not of the form FIELD=COLUMN.
    """
    if value is None:
        return None
    pairs = [part.partition("=") for part in value.split(",")]
    if not all(field and column for field, _, column in pairs):
        raise click.BadParameter(terminal_text("cli.load.column_pairs"), context, parameter)
    return {field.strip(): column.strip() for field, _, column in pairs}


def _add_report_option(command: Any) -> Any:
    return click.option(
        "--report",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Where to write the rejected and doubtful rows (CSV); default: <home>/reports.",
    )(command)


@click.command()
@click.argument("what", type=click.Choice(["guangdong", "china"]), default="guangdong")
@click.argument("divisions", required=False, type=click.Path(exists=True, path_type=Path))
@_add_report_option
def load_command(what: str, divisions: Path | None, report: Path | None) -> None:
    """Load the bundled data of Guangdong, or all China from a DIVISIONS file as well.

    One transaction: killed in the middle it leaves nothing; a second load changes nothing.
    """
    if what == "china" and divisions is None:
        raise click.UsageError(terminal_text("cli.load.china_needs_file"))
    with register_database(get_settings()) as conninfo, show_progress() as report_progress:
        batch = read_bundled_data(FIXTURES, report_progress, divisions)
        changeset = _Changeset(author="gazetteer load", strict=False)
        _publish_batch(conninfo, batch, changeset, LoadOutput(report), report_progress)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", required=True, type=click.Choice(FILE_KINDS), help="What the file holds")
@click.option(
    "--with",
    "companions",
    type=(click.Choice(COMPANION_KINDS), click.Path(exists=True, dir_okay=False, path_type=Path)),
    multiple=True,
    metavar="KIND FILE",
    help=f"A companion file ({', '.join(COMPANION_KINDS)}).",
)
@click.option(
    "--state",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day whose state a file of divisions or areas shows.",
)
@click.option("--layer", "name", help="Layer name, for a file of areas with several layers.")
@click.option("--crs", help="Coordinate reference system, if the file does not declare it.")
@click.option("--encoding", help="Encoding of its texts, if it cannot be detected.")
@click.option(
    "--columns",
    callback=parse_columns,
    metavar="FIELD=COLUMN,…",
    help="Its columns for code, name, level, parent_code; e.g. code=XZQDM,name=XZQMC.",
)
@click.option("--source", help="Source of its polygons; default: the name of the file.")
@click.option("--accuracy-m", type=float, help="Accuracy of its borders in metres.")
@click.option("--reason", required=True, help="Why; stored with the changeset permanently.")
@click.option("--author", required=True, help="Who.")
@click.option("--check", is_flag=True, help="Read and check only; load nothing.")
@click.option("--skip-rejected", is_flag=True, help="Load the good rows although some are rejected")
@click.option(
    "--accept-findings",
    metavar="WHY",
    help="Import areas in spite of errors, with this reason; stored with the changeset.",
)
@_add_report_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def import_command(
    file: Path,
    kind: str,
    companions: tuple[tuple[str, Path], ...],
    state: datetime | None,
    reason: str,
    author: str,
    check: bool,
    skip_rejected: bool,
    accept_findings: str | None,
    report: Path | None,
    as_json: bool,
    **layer_options: Any,
) -> None:
    """Import a FILE in the form of the bundled data: read, check, report, then load all of it.

    Areas may be GeoJSON, GeoPackage or Shapefile, optionally zipped; they are validated as by
    'gazetteer validate', together with the known areas around them.

    With rejected rows nothing is loaded, unless --skip-rejected; with errors in the areas nothing,
    unless --accept-findings.
    """
    day = state.date() if state else None
    source = _ImportSource(kind, file, dict(companions), day, _build_layer_options(layer_options))
    output = LoadOutput(report, as_json)
    with register_database(get_settings()) as conninfo, show_progress() as report_progress:
        with psycopg.connect(conninfo, autocommit=True) as conn:
            staged = _stage_source(conn, source, accept_findings, report_progress)
        if check or staged.refusal:
            _report_unpublished(staged, output)
        full_reason = f"{reason}: {staged.accepted}" if staged.accepted else reason
        changeset = _Changeset(author, full_reason, strict=not skip_rejected)
        _publish_batch(conninfo, staged.batch, changeset, output, report_progress)


@dataclass(frozen=True, slots=True)
class _ImportSource:
    """A file to import, with its companions by kind; areas also have options of their own."""

    kind: str
    file: Path
    companions: Mapping[str, Path]
    day: date | None
    layer_options: LayerImportOptions


@dataclass(frozen=True, slots=True)
class _StagedImport:
    """A batch to load, or why it is refused; ``accepted`` are the errors accepted with it."""

    batch: StagedBatch
    refusal: Problem | None = None
    accepted: str | None = None


@dataclass(frozen=True, slots=True)
class _Changeset:
    """Who publishes a batch and why; ``strict`` refuses it where a row was rejected."""

    author: str
    reason: str | None = None
    strict: bool = True


def _build_layer_options(options: Mapping[str, Any]) -> LayerImportOptions:
    accuracy_m = DEFAULT_ACCURACY_M if options["accuracy_m"] is None else options["accuracy_m"]
    rest = {name: options[name] for name in ("name", "crs", "encoding", "columns", "source")}
    return LayerImportOptions(**rest, accuracy_m=accuracy_m)


def _stage_source(
    conn: psycopg.Connection[Any],
    source: _ImportSource,
    accept_findings: str | None,
    report_progress: Progress,
) -> _StagedImport:
    if source.kind == "areas":
        return _stage_areas(conn, source, accept_findings, report_progress)
    files = {source.kind: source.file, **source.companions}
    return _StagedImport(read_import_file(conn, source.kind, files, source.day, report_progress))


def _stage_areas(
    conn: psycopg.Connection[Any],
    source: _ImportSource,
    accept_findings: str | None,
    report_progress: Progress,
) -> _StagedImport:
    """The areas of a file, validated before anything is built from them."""
    layer = source.layer_options.read_file(source.file)
    stage = terminal_text("cli.load.validating", file=layer.source)
    validated = validate_import_layer(
        conn,
        layer,
        source.day,
        build_validation_options(get_settings(), None, None, None),
        lambda done, total, _: report_progress(done, total, stage),
    )
    if validated.blocking_findings and not accept_findings:
        rejections = tuple(validated.iter_rejections(accepted=False))
        batch = StagedBatch(layer.source, (), rejections, {layer.source: len(layer)})
        return _StagedImport(batch, validated.build_problem())
    batch = build_import_batch(conn, validated, source.layer_options, source.day, report_progress)
    accepted = (
        validated.format_acceptance(accept_findings)
        if validated.blocking_findings and accept_findings
        else None
    )
    return _StagedImport(batch, accepted=accepted)


def _report_unpublished(staged: _StagedImport, output: LoadOutput) -> NoReturn:
    """Report a batch that is not loaded, and end the command.

    Raises:
        Problem: the batch is refused.
        Exit: with 1 if rows were rejected, else 0.
    """
    output.print_result(staged.batch, None, output.write_findings(staged.batch))
    if staged.refusal:
        raise staged.refusal
    raise click.exceptions.Exit(1 if staged.batch.count_rejections() else 0)


def _publish_batch(
    conninfo: str,
    batch: StagedBatch,
    changeset: _Changeset,
    output: LoadOutput,
    report_progress: Progress,
) -> None:
    report_path = output.write_findings(batch)
    with psycopg.connect(conninfo, autocommit=True) as conn:
        result = publish_staged_batch(
            conn,
            LEDGER,
            batch,
            author=changeset.author,
            reason=changeset.reason,
            strict=changeset.strict,
            progress=report_progress,
        )
    output.print_result(batch, result, report_path)
