"""``gazetteer validate``: a polygon layer judged without any database."""

import locale
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from boundaries.validation.formats import format_of, geojson, written
from boundaries.validation.report import (
    Progress,
    Reading,
    Report,
    column_names,
    judging,
    validate,
)
from boundaries.validation.telling import SEVERITIES, counts
from gazetteer.problems import Problem
from gazetteer.records.levels import UNIT_LEVELS
from gazetteer.settings import settings
from web.commands.progress import progress

WRONG_USAGE = 2
_PATIENCE_S = 2.0
_SHOWN = 5


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
@click.pass_context
def validate_(
    context: click.Context,
    file: Path,
    level: str | None,
    gap_width: float | None,
    accuracy: float | None,
    planar: bool,
    crs: str | None,
    encoding: str | None,
    layer: str | None,
    columns: str | None,
    output: Path | None,
    as_json: bool,
    lang: str | None,
) -> None:
    """Judge the polygons of FILE (GeoJSON, GeoPackage, Shapefile; packed or not) by all rules.

    Exit code 1 if there is an error among the findings, 2 if FILE cannot be judged.
    """
    words = lang or _language()
    try:
        kind = format_of(output) if output else "geojson"
        reading = Reading(planar, crs, encoding, layer, column_names(columns))
        by = judging(settings(), level, gap_width, accuracy)
        with _patient() as tell:
            report = validate(file, reading, by, tell)
        _hand_over(report, output, kind, words, as_json)
    except Problem as problem:
        click.echo(f"gazetteer: {problem.text(words)}", err=True)
        context.exit(WRONG_USAGE)
    _summarize(report, words)
    context.exit(1 if report.blocking else 0)


def _language() -> str:
    """The language of the terminal; English where it is neither."""
    return "zh" if (locale.getlocale(locale.LC_MESSAGES)[0] or "").startswith("zh") else "en"


@contextmanager
def _patient() -> Iterator[Progress]:
    """Progress, shown only once two seconds have passed."""
    began = time.monotonic()
    with progress() as tell:

        def later(done: int, total: int, what: str) -> None:
            if time.monotonic() - began > _PATIENCE_S:
                tell(done, total, what)

        yield later


def _hand_over(report: Report, output: Path | None, kind: str, lang: str, as_json: bool) -> None:
    if output is None:
        click.echo(geojson(report, lang, indent=sys.stdout.isatty() and not as_json))
        return
    try:
        written(report, output, kind, lang)
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.BadParameter(f"cannot write {output}: {reason}", param_hint="-o") from None


def _summarize(report: Report, lang: str) -> None:
    """What was found, in a few lines on stderr."""
    told = counts(report)
    by_severity = ", ".join(f"{told['by_severity'][grade]} {grade}" for grade in SEVERITIES)
    click.echo(f"{report.layer.source}: {len(report.layer)} features; {by_severity}", err=True)
    for rule, count in told["by_rule"].items():
        click.echo(f"  {rule}: {count}", err=True)
    for finding in report.findings[:_SHOWN]:
        click.echo(f"  - {finding.rule} {finding.text(lang)}", err=True)
    if len(report.findings) > _SHOWN:
        click.echo(f"  … {len(report.findings) - _SHOWN} more", err=True)
    if report.holes:
        width = report.tolerances.gap_width_m
        click.echo(f"  {len(report.holes)} holes wider than {width:g} m left open", err=True)
    for remark in report.remarks:
        click.echo(f"  {remark.rule} {remark.text(lang)}", err=True)
