"""``gazetteer check``: the register examines itself."""

import json
from dataclasses import asdict

import click
import psycopg

from boundaries.consistency.consistency_check import run_self_check
from gazetteer.database.connection_info import register_database
from gazetteer.records.check_result import CheckResult
from gazetteer.settings import get_settings
from web.commands.progress import show_progress

_MAX_SHOWN = 10


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Every finding, one JSON object a line.")
def check_command(as_json: bool) -> None:
    """Look for what is wrong in the register; exit code 1 if there is an error among it."""
    with (
        register_database(get_settings()) as conninfo,
        psycopg.connect(conninfo, autocommit=True) as conn,
        show_progress() as report_progress,
    ):
        results = run_self_check(conn, report_progress)
    if as_json:
        for finding in results:
            click.echo(json.dumps(asdict(finding), ensure_ascii=False))
    else:
        _print_results(results)
    if any(finding.severity == "error" for finding in results):
        raise click.exceptions.Exit(1)


def _print_results(results: list[CheckResult]) -> None:
    by_check: dict[str, list[CheckResult]] = {}
    for finding in results:
        by_check.setdefault(finding.check, []).append(finding)
    for name, findings in by_check.items():
        first = findings[0]
        click.secho(f"{first.severity}: {name} ({len(findings):,})", bold=True)
        click.echo(f"  hint: {first.hint_en}")
        for finding in findings[:_MAX_SHOWN]:
            click.echo(f"  - {finding.detail_en}")
        if len(findings) > _MAX_SHOWN:
            click.echo(f"  … and {len(findings) - _MAX_SHOWN:,} more; --json shows all")
    errors = sum(finding.severity == "error" for finding in results)
    click.echo(f"{errors:,} errors, {len(results) - errors:,} warnings and remarks")
