"""``gazetteer check``: data quality checks on the whole register."""

import json
from collections.abc import Sequence

import click

from boundaries.consistency.consistency_check import run_self_check
from gazetteer.files.file_store import open_store
from gazetteer.messages import Message, has_message, message
from gazetteer.records.check_result import CheckResult
from gazetteer.rules.rule_catalogue import read_catalogue
from gazetteer.settings import get_settings
from web.commands.progress_display import show_progress
from web.commands.register_connection import open_register
from web.commands.severity_counts import count_severities
from web.commands.terminal_language import command_language, echo_message

_MAX_SHOWN = 10


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Every result, one JSON object a line.")
def check_command(as_json: bool) -> None:
    """Check the register; exit code 1 if there is an error among the results."""
    with open_register() as conn, show_progress() as report_progress:
        results = run_self_check(conn, report_progress, open_store(get_settings()))
    if as_json:
        for result in results:
            click.echo(json.dumps(result.serialize(), ensure_ascii=False))
    else:
        _print_results(results)
    if any(result.severity == "error" for result in results):
        raise click.exceptions.Exit(1)


def _print_results(results: Sequence[CheckResult]) -> None:
    by_check: dict[str, list[CheckResult]] = {}
    for result in results:
        by_check.setdefault(result.check, []).append(result)
    for same_check in by_check.values():
        _print_check(same_check)
    echo_message("cli.check.total", counts=count_severities(r.severity for r in results))


def _print_check(results: Sequence[CheckResult]) -> None:
    """The results of one check under a heading, the first few in full."""
    first, lang = results[0], command_language()
    heading = message(
        "cli.check.heading",
        severity=message(f"severity.{first.severity}"),
        title=_find_title(first.check),
        check=first.check,
        count=len(results),
    )
    click.secho(heading.text(lang), bold=True)
    echo_message("cli.check.hint", hint=first.hint)
    for result in results[:_MAX_SHOWN]:
        click.echo(f"  - {result.detail.text(lang)}")
    if len(results) > _MAX_SHOWN:
        echo_message("cli.check.more", n=len(results) - _MAX_SHOWN)


def _find_title(check: str) -> Message | str:
    """The title of a check; that of the rule where the check is one of the rule catalogue."""
    rule = read_catalogue().get(check)
    if rule is not None:
        return rule.title
    id_ = f"check.{check}.title"
    return message(id_) if has_message(id_) else check
