"""``gazetteer load`` and ``gazetteer import``: staged loading, with a report of rejections."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import click
import psycopg

from boundaries.ingest.area_import import AREA_FILE_KIND
from boundaries.ingest.register_files import COMPANION_KINDS, FILE_KINDS, read_bundled_data
from boundaries.register_ledger import LEDGER
from gazetteer.database.connection_info import register_database
from gazetteer.ingest.publish_batch import publish_staged_batch
from gazetteer.ingest.staged_batch import StagedBatch
from gazetteer.progress import Progress
from gazetteer.settings import get_settings
from web.commands.area_options import (
    DAY,
    add_area_options,
    build_layer_options,
    check_no_drawing,
    parse_drawing,
)
from web.commands.drafted_imports import ImportedFile, begin_draft, print_drafted
from web.commands.import_staging import ImportSource, StagedImport, stage_import
from web.commands.input_files import input_file_argument
from web.commands.load_output import LoadOutput
from web.commands.progress_display import show_progress
from web.commands.terminal_language import terminal_text

FIXTURES = Path(__file__).parents[2] / "fixtures"


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
        with psycopg.connect(conninfo, autocommit=True) as conn:
            batch = read_bundled_data(conn, FIXTURES, report_progress, divisions)
        changeset = _Changeset(author="gazetteer load", strict=False)
        _publish_batch(conninfo, batch, changeset, LoadOutput(report), report_progress)


@click.command("import")
@input_file_argument()
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
    type=DAY,
    help="The day whose state a file of divisions or areas shows.",
)
@add_area_options
@click.option("--reason", required=True, help="Why: the title of the draft.")
@click.option("--author", required=True, help="Whose draft: login name; with --publish any name.")
@click.option(
    "--unit",
    metavar="CODE",
    help="Unit of the draft; default: the lowest one that has all that the file changes.",
)
@click.option("--publish", is_flag=True, help="Publish at once, unreviewed: to fill a register.")
@click.option("--check", is_flag=True, help="Read and check only; load nothing.")
@click.option("--skip-rejected", is_flag=True, help="Load the good rows although some are rejected")
@click.option(
    "--accept-findings",
    metavar="WHY",
    help="Import areas in spite of errors, with this reason; stored with draft and changeset.",
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
    unit: str | None,
    publish: bool,
    check: bool,
    skip_rejected: bool,
    accept_findings: str | None,
    report: Path | None,
    as_json: bool,
    **area_options: Any,
) -> None:
    """Import a FILE in the form of the bundled data: read, check, report, then begin a draft.

    Areas may be GeoJSON, GeoPackage or Shapefile, optionally zipped; they are validated as by
    'gazetteer validate', together with the known areas around them. Where the register knows a
    border already, they say how the same border is drawn better (on all days on which it is known,
    or --between two of them), or with --effective that it runs here from a day on.

    The draft belongs to the account --author; somebody else reviews and publishes it. With
    --publish there is neither draft nor review. With rejected rows nothing is imported, unless
    --skip-rejected; with errors in the areas nothing, unless --accept-findings.
    """
    _check_destination(unit, publish=publish)
    source = _parse_source(kind, file, dict(companions), state, area_options)
    output = LoadOutput(report, as_json)
    with register_database(get_settings()) as conninfo, show_progress() as report_progress:
        with psycopg.connect(conninfo, autocommit=True) as conn:
            staged = stage_import(conn, source, accept_findings, report_progress)
        if check or staged.refusal:
            _report_unpublished(staged, output)
        changeset = _build_changeset(staged, author, reason, strict=not skip_rejected)
        if publish:
            _publish_batch(conninfo, staged.batch, changeset, output, report_progress)
            return
        _draft_batch(conninfo, ImportedFile(source, staged, unit), changeset, output)


def _check_destination(unit: str | None, *, publish: bool) -> None:
    if publish and unit:
        raise click.UsageError(terminal_text("cli.import.publish_without_draft"))


@dataclass(frozen=True, slots=True)
class _Changeset:
    """Who publishes a batch and why; ``strict`` refuses it where a row was rejected."""

    author: str
    reason: str | None = None
    strict: bool = True
    purpose: str = "load"
    acts: tuple[UUID, ...] = ()


def _parse_source(
    kind: str,
    file: Path,
    companions: Mapping[str, Path],
    state: datetime | None,
    area_options: Mapping[str, Any],
) -> ImportSource:
    day = state.date() if state else None
    drawing = None
    if kind == AREA_FILE_KIND:
        drawing = parse_drawing(day, area_options)
    else:
        check_no_drawing(area_options)
    return ImportSource(kind, file, companions, day, build_layer_options(area_options), drawing)


def _report_unpublished(staged: StagedImport, output: LoadOutput) -> NoReturn:
    """Report a batch that is not loaded, and end the command.

    Raises:
        Problem: the batch is refused.
        Exit: with 1 if rows were rejected, else 0.
    """
    output.print_result(staged.batch, None, output.write_findings(staged.batch))
    if staged.refusal:
        raise staged.refusal
    raise click.exceptions.Exit(1 if staged.batch.count_rejections() else 0)


def _build_changeset(staged: StagedImport, author: str, reason: str, *, strict: bool) -> _Changeset:
    full_reason = f"{reason}: {staged.accepted}" if staged.accepted else reason
    return _Changeset(author, full_reason, strict, staged.purpose, staged.acts)


def _draft_batch(
    conninfo: str, imported: ImportedFile, changeset: _Changeset, output: LoadOutput
) -> None:
    batch = imported.staged.batch
    if changeset.strict:
        batch.check_no_rejections()
    output.write_findings(batch)
    title = changeset.reason or batch.source
    drafted = begin_draft(conninfo, imported, changeset.author, title)
    print_drafted(drafted, as_json=output.as_json)


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
            purpose=changeset.purpose,
            acts=changeset.acts,
            progress=report_progress,
        )
    output.print_result(batch, result, report_path)
