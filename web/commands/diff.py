"""``gazetteer diff``: what differs between two states of the register, or by a draft."""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from boundaries.differences.difference_tables import DifferenceFile, write_difference_file
from boundaries.differences.record_words import describe_record, describe_unit
from boundaries.differences.register_difference import RegisterDifference
from boundaries.differences.state_comparison import compare_states
from boundaries.drafts.draft_comparison import compare_draft
from boundaries.drafts.open_draft import Conn, open_draft
from gazetteer.ledger.as_of import AsOf
from gazetteer.messages import AnyOf, message
from web.commands.drafts import find_draft
from web.commands.progress_display import show_progress
from web.commands.register_connection import open_register
from web.commands.terminal_language import (
    CommandFailed,
    command_language,
    echo_message,
    terminal_text,
)
from web.services.difference_serializers import describe_states, serialize_difference

_DAY = click.DateTime(["%Y-%m-%d"])
_MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"])
_ENDINGS = (*(f".{one}" for one in DifferenceFile), ".json")
_MOST_LINES = 40
"""Records and territories that the summary lists; the rest is counted."""

JsonObject = dict[str, Any]


@click.command()
@click.argument("code", required=False)
@click.option("--from", "first", type=_DAY, help="The state before: in force on this day.")
@click.option("--to", "second", type=_DAY, help="The state after: in force on this day.")
@click.option("--from-known-at", type=_MOMENT, help="Before: as known then; default: now.")
@click.option("--to-known-at", type=_MOMENT, help="After: as known then; default: now.")
@click.option(
    "--draft",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="What this draft changes on its day, instead of two states.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write a file: .gpkg, .xlsx or .json.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def diff_command(
    code: str | None,
    first: datetime | None,
    second: datetime | None,
    from_known_at: datetime | None,
    to_known_at: datetime | None,
    draft: int | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Compare two states of a unit and everything below it, or a draft with the register.

    Without a file, what differs is summarized.
    """
    if output is not None and output.suffix.lower() not in _ENDINGS:
        raise click.UsageError(terminal_text("cli.diff.ending", endings=AnyOf(_ENDINGS)))
    if draft is not None and any((code, first, second, from_known_at, to_known_at)):
        raise click.UsageError(terminal_text("cli.diff.draft_alone"))
    with open_register() as conn, conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if draft is not None:
            head, difference = _compare_draft(conn, draft)
        elif code is not None and first is not None and second is not None:
            sides = AsOf(first.date(), from_known_at), AsOf(second.date(), to_known_at)
            head, difference = _compare_states(conn, code, *sides)
        else:
            raise click.UsageError(terminal_text("cli.diff.states_missing"))
    if output is not None:
        _write_output(output, head, difference)
    elif as_json:
        click.echo(_format_json(head, difference))
    else:
        _print_summary(difference)


def _compare_states(
    conn: Conn, code: str, before: AsOf, after: AsOf
) -> tuple[JsonObject, RegisterDifference]:
    with show_progress() as report_progress:
        states, difference = compare_states(conn, code, before, after, progress=report_progress)
    return {"unit": code, **describe_states(states)}, difference


def _compare_draft(conn: Conn, number: int) -> tuple[JsonObject, RegisterDifference]:
    opened = open_draft(conn, find_draft(conn, number).draft_id)
    head = {"draft": number, "on": opened.draft.first_day.isoformat()}
    return head, compare_draft(conn, opened).difference


def _format_json(head: JsonObject, difference: RegisterDifference) -> str:
    return json.dumps({**head, **serialize_difference(difference)}, ensure_ascii=False)


def _write_output(path: Path, head: JsonObject, difference: RegisterDifference) -> None:
    ending = path.suffix.lower().removeprefix(".")
    try:
        if ending == "json":
            path.write_text(_format_json(head, difference), "utf-8")
        else:
            write_difference_file(path, difference, DifferenceFile(ending), command_language())
    except OSError as error:
        reason = error.strerror or str(error)
        raise CommandFailed(terminal_text("cli.cannot_write", path=path, reason=reason)) from None
    echo_message("cli.diff.written", path=path)


def _print_summary(difference: RegisterDifference) -> None:
    if difference.is_empty:
        echo_message("difference.none")
        return
    _print_list("difference.areas", _list_area_lines(difference))
    _print_list("difference.territory", _list_territory_lines(difference))
    _print_list("difference.vertices", _list_vertex_lines(difference))
    _print_list("difference.records", _list_record_lines(difference))


def _print_list(title: str, lines: list[str]) -> None:
    if lines:
        click.echo(terminal_text(title))
    for line in lines[:_MOST_LINES]:
        click.echo(f"  {line}")
    if len(lines) > _MOST_LINES:
        click.echo(f"  {terminal_text('difference.more', n=len(lines) - _MOST_LINES)}")


def _list_area_lines(difference: RegisterDifference) -> list[str]:
    return [
        f"{describe_unit(difference.names.name_latter(change.unit))}"
        f"  {_format_m2(change.before_m2)} → {_format_m2(change.after_m2)}"
        for change in difference.areas
    ]


def _list_territory_lines(difference: RegisterDifference) -> list[str]:
    names = difference.names
    return [
        f"{describe_unit(names.name_former(one.giver)) if one.giver else '—'} →"
        f" {describe_unit(names.name_latter(one.taker)) if one.taker else '—'}"
        f"  {_format_m2(one.area_m2)}"
        for one in difference.territory
    ]


def _list_vertex_lines(difference: RegisterDifference) -> list[str]:
    counts = Counter(change.kind for change in difference.vertices)
    return [
        terminal_text("cli.diff.count", what=message(f"difference.change.{kind}"), count=count)
        for kind, count in sorted(counts.items())
    ]


def _list_record_lines(difference: RegisterDifference) -> list[str]:
    lang = command_language()
    lines = []
    for record in difference.records:
        before, after = describe_record(record, difference.names, lang)
        kind = message(f"drafts.record.{record.key[0]}").text(lang)
        subject = describe_unit(difference.subjects[record.key])
        lines.append(f"{kind} {subject}  {before or '—'} → {after or '—'}")
    return lines


def _format_m2(area: float | None) -> str:
    return "—" if area is None else f"{area:,.0f} m²"
