"""``gazetteer check``: the register examines itself."""

import json
from collections import Counter
from dataclasses import asdict

import click
import psycopg
from rich.console import Console
from rich.table import Table

from boundaries.examination import examine
from gazetteer.database.register import register_database
from gazetteer.records.finding import Finding
from gazetteer.settings import settings
from web.commands.progress import progress

_SHOWN = 20


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Every finding, one JSON object a line.")
def check(as_json: bool) -> None:
    """Look for what is wrong in the register; exit code 1 if there is an error among it."""
    with (
        register_database(settings()) as conninfo,
        psycopg.connect(conninfo, autocommit=True) as conn,
        progress() as tell,
    ):
        found = examine(conn, tell)
    if as_json:
        for finding in found:
            click.echo(json.dumps(asdict(finding), ensure_ascii=False))
    else:
        _print(found)
    if any(finding.severity == "error" for finding in found):
        raise click.exceptions.Exit(1)


def _print(found: list[Finding]) -> None:
    table = Table("severity", "check", "finding", "hint")
    shown: Counter[str] = Counter()
    for finding in found:
        shown[finding.check] += 1
        if shown[finding.check] <= _SHOWN:
            table.add_row(finding.severity, finding.check, finding.detail_en, finding.hint_en)
    console = Console()
    if found:
        console.print(table)
    for name, count in shown.items():
        more = f", {count - _SHOWN} not shown (--json shows all)" if count > _SHOWN else ""
        console.print(f"{name}: {count}{more}")
    console.print("No errors." if all(f.severity != "error" for f in found) else "Errors found.")
