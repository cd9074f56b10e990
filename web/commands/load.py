"""``gazetteer load`` and ``gazetteer import``: staged loading, with a report of every rejection."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

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
from gazetteer.ingest import write_load_report
from gazetteer.ingest.publish_batch import LoadResult, publish_staged_batch
from gazetteer.ingest.staged_batch import StagedBatch
from gazetteer.problems import Problem
from gazetteer.settings import get_settings
from web.commands.progress import ProgressReporter, show_progress

FIXTURES = Path(__file__).parents[2] / "fixtures"


def parse_columns(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> dict[str, str] | None:
    """``code=XZQDM,name=XZQMC`` as a mapping."""
    if value is None:
        return None
    pairs = [part.partition("=") for part in value.split(",")]
    if not all(field and column for field, _, column in pairs):
        raise click.BadParameter("write FIELD=COLUMN, with commas between", context, parameter)
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
    """Load the shipped data of Guangdong, or all China from a DIVISIONS file as well.

    One transaction: killed in the middle it leaves nothing; a second load changes nothing.
    """
    if what == "china" and divisions is None:
        raise click.UsageError("'load china' needs the path of a divisions file (CSV, may be .gz)")
    with register_database(get_settings()) as conninfo, show_progress() as report_progress:
        batch = read_bundled_data(FIXTURES, report_progress, divisions)
        _publish_batch(
            conninfo, batch, report, report_progress, strict=False, author="gazetteer load"
        )


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", required=True, type=click.Choice(FILE_KINDS), help="What the file holds")
@click.option(
    "--with",
    "companions",
    type=(click.Choice(COMPANION_KINDS), click.Path(exists=True, dir_okay=False, path_type=Path)),
    multiple=True,
    metavar="KIND FILE",
    help=f"A file that goes with it ({', '.join(COMPANION_KINDS)}).",
)
@click.option(
    "--state",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day whose state a file of divisions or areas shows.",
)
@click.option("--layer", "name", help="Which of several layers of a file of areas.")
@click.option("--crs", help="Its coordinate system, where the file does not say it.")
@click.option("--encoding", help="Of its texts, where it cannot be told.")
@click.option(
    "--columns",
    callback=parse_columns,
    metavar="FIELD=COLUMN,…",
    help="Which of its columns hold code, name, level, parent_code; e.g. code=XZQDM,name=XZQMC.",
)
@click.option("--source", help="Where its polygons come from; default the name of the file.")
@click.option("--accuracy-m", type=float, help="How far its borders may lie from the truth.")
@click.option("--reason", required=True, help="Why; kept with the changeset for ever.")
@click.option("--author", required=True, help="Who.")
@click.option("--check", is_flag=True, help="Read and check only; load nothing.")
@click.option("--skip-rejected", is_flag=True, help="Load the good rows although some are rejected")
@click.option(
    "--accept-findings",
    metavar="WHY",
    help="Import areas although the rules find errors in them; kept with the changeset.",
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
    """Import a FILE of the same form as the shipped data: read, check, report, then load all of it.

    Areas may be GeoJSON, GeoPackage or Shapefile, packed or not; they are judged as
    'gazetteer validate' does, together with the known areas around them.

    With rejected rows nothing is loaded, unless --skip-rejected; with errors in the areas nothing,
    unless --accept-findings.
    """
    day = state.date() if state else None
    with register_database(get_settings()) as conninfo, show_progress() as report_progress:
        with psycopg.connect(conninfo, autocommit=True) as conn:
            if kind == "areas":
                area_batch = _validate_areas(
                    conn,
                    file,
                    day,
                    _build_layer_options(layer_options),
                    accept_findings,
                    report_progress,
                )
                batch, refusal = area_batch.batch, area_batch.refusal
                reason = f"{reason}: {area_batch.accepted}" if area_batch.accepted else reason
            else:
                batch, refusal = (
                    read_import_file(
                        conn, kind, {kind: file, **dict(companions)}, day, report_progress
                    ),
                    None,
                )
        if check or refusal:
            _print_result(batch, None, _write_rejections(batch, report), as_json)
            if refusal:
                raise refusal
            raise click.exceptions.Exit(1 if batch.count_rejections() else 0)
        who = {"author": author, "reason": reason}
        strict = not skip_rejected
        _publish_batch(
            conninfo, batch, report, report_progress, strict=strict, as_json=as_json, **who
        )


@dataclass(frozen=True, slots=True)
class _AreaBatch:
    """Areas to be loaded, or why they are not; ``accepted`` is what is to be kept with them."""

    batch: StagedBatch
    refusal: Problem | None = None
    accepted: str | None = None


def _build_layer_options(options: Mapping[str, Any]) -> LayerImportOptions:
    accuracy_m = DEFAULT_ACCURACY_M if options["accuracy_m"] is None else options["accuracy_m"]
    rest = {name: options[name] for name in ("name", "crs", "encoding", "columns", "source")}
    return LayerImportOptions(**rest, accuracy_m=accuracy_m)


def _validate_areas(
    conn: psycopg.Connection[Any],
    file: Path,
    day: date | None,
    layer_options: LayerImportOptions,
    why: str | None,
    report_progress: ProgressReporter,
) -> _AreaBatch:
    """The areas of a file, judged before anything is made of them."""
    layer = layer_options.read_file(file)
    validated = validate_import_layer(
        conn,
        layer,
        day,
        build_validation_options(get_settings(), None, None, None),
        report_progress,
    )
    if validated.blocking_findings and not why:
        rejections = tuple(validated.iter_rejections(accepted=False))
        return _AreaBatch(
            StagedBatch(layer.source, (), rejections, {layer.source: len(layer)}),
            validated.build_problem(),
        )
    batch = build_import_batch(conn, validated, layer_options, day, report_progress)
    return _AreaBatch(
        batch,
        None,
        validated.format_acceptance(why) if validated.blocking_findings and why else None,
    )


def _publish_batch(
    conninfo: str,
    batch: StagedBatch,
    report: Path | None,
    report_progress: ProgressReporter,
    *,
    strict: bool,
    author: str,
    reason: str | None = None,
    as_json: bool = False,
) -> None:
    report_path = _write_rejections(batch, report)
    with psycopg.connect(conninfo, autocommit=True) as conn:
        result = publish_staged_batch(
            conn,
            LEDGER,
            batch,
            author=author,
            reason=reason,
            strict=strict,
            progress=report_progress,
        )
    _print_result(batch, result, report_path, as_json)


def _write_rejections(batch: StagedBatch, report: Path | None) -> Path:
    path = report or get_settings().home / "reports" / f"{batch.source}.report.csv"
    write_load_report(path, batch.findings)
    click.echo(f"{len(batch.findings)} findings: {path}", err=True)
    return path


def _print_result(
    batch: StagedBatch, result: LoadResult | None, report: Path, as_json: bool
) -> None:
    facts = {
        "source": batch.source,
        "rows": dict(batch.row_counts),
        "rejected": batch.count_rejections(),
        "findings": len(batch.findings),
        "report": str(report),
        "changeset": result.changeset_id if result else None,
        "changed_records": result.changed_count if result else 0,
        "kept_records": result.preserved_count if result else 0,
    }
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        click.echo(f"{name:16} {value}")
