"""``gazetteer draft``: what drafts there are, what each changes, and publishing one."""

import json
from typing import Any
from uuid import UUID

import click
from psycopg import Connection

from boundaries.drafts import draft_access
from boundaries.drafts.area_balance import measure_change
from boundaries.drafts.draft_editing import validate_draft
from boundaries.drafts.draft_publication import publish_draft
from boundaries.drafts.open_draft import open_draft
from gazetteer.accounts.account_store import find_account
from gazetteer.accounts.actors import Actor
from gazetteer.ledger.drafts import draft_store
from gazetteer.ledger.drafts.draft import Draft, DraftState
from gazetteer.messages import Message, message
from gazetteer.problems import NotFound
from web.commands.register_connection import open_register
from web.commands.terminal_language import command_language, echo_message
from web.services.draft_serializers import (
    serialize_draft,
    serialize_finding_changes,
    serialize_steps,
)

_json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")
_number_argument = click.argument("number", type=click.IntRange(min=1))
_OPEN = (DraftState.IN_WORK, DraftState.SUBMITTED, DraftState.APPROVED)
_EXIT_BLOCKED = 1


@click.group()
def draft_group() -> None:
    """Drafts: what there is, what each changes, and publishing what was approved."""


@draft_group.command("list")
@click.option(
    "--state",
    type=click.Choice([state.value for state in DraftState]),
    multiple=True,
    help="Only in these states; default: all that are not published or discarded.",
)
@_json_option
def list_command(state: tuple[str, ...], as_json: bool) -> None:
    """List drafts, the newest first."""
    states = [DraftState(one) for one in state] or list(_OPEN)
    with open_register() as conn, conn.transaction():
        drafts = [
            serialize_draft(conn, open_draft(conn, draft.draft_id))
            for draft in draft_store.list_drafts(conn, states)
        ]
    for draft in drafts:
        if as_json:
            _print_json(draft)
        else:
            echo_message(
                "cli.draft_line",
                number=draft["number"],
                state=message(f"draft.state.{draft['state']}"),
                title=draft["title"],
                unit=_name_unit(draft),
                day=draft["effective_on"] or "—",
            )


@draft_group.command("show")
@_number_argument
@_json_option
@click.pass_context
def show_command(context: click.Context, number: int, as_json: bool) -> None:
    """Show a draft: its steps, the balance of areas, the findings that it adds.

    Exit code 1 if one of them stands in the way of publication.
    """
    lang = command_language()
    with open_register() as conn, conn.transaction():
        opened = open_draft(conn, find_draft(conn, number).draft_id)
        finding_changes = validate_draft(opened)
        touched = measure_change(
            opened.base, opened.drafted_records, opened.result, opened.draft.first_day
        )
        shown = {
            **serialize_draft(conn, opened),
            "steps": serialize_steps(conn, opened.steps, lang),
            "area_m2": touched.area_m2,
            "findings": serialize_finding_changes(finding_changes, lang),
        }
    if as_json:
        _print_json(shown)
    else:
        _print_draft(shown)
    if finding_changes.blocking_count:
        context.exit(_EXIT_BLOCKED)


@draft_group.command("publish")
@_number_argument
@click.option("--as", "login", required=True, metavar="LOGIN", help="In whose name.")
def publish_command(number: int, login: str) -> None:
    """Publish an approved draft, all of it or nothing.

    The account must be allowed to edit or review the unit of the draft.
    """
    with open_register() as conn:
        draft, actor = find_draft(conn, number), Actor(find_account(conn, login))
        with conn.transaction():
            draft_access.require_publisher(conn, actor, open_draft(conn, draft.draft_id))
        published = publish_draft(conn, draft.draft_id, actor)
    echo_message("cli.draft_published", changeset=published.changeset_id, n=published.change_count)


def find_draft(conn: Connection[Any], number: int) -> Draft:
    """The draft with a number.

    Raises:
        NotFound: there is none.
    """
    row = conn.execute("SELECT draft_id FROM draft WHERE number = %s", (number,)).fetchone()
    if row is None:
        raise NotFound(message("draft.not_found"), field="number")
    draft_id: UUID = row[0]
    return draft_store.load_draft(conn, draft_id)


def _print_draft(shown: dict[str, Any]) -> None:
    echo_message(
        "cli.draft_line",
        number=shown["number"],
        state=message(f"draft.state.{shown['state']}"),
        title=shown["title"],
        unit=_name_unit(shown),
        day=shown["effective_on"] or "—",
    )
    for step in shown["steps"]:
        click.echo(f"  {step['number']}. {step['title']}{' ✗' if step['undone'] else ''}")
    for code, area in sorted(shown["area_m2"].items()):
        click.echo(f"  {code}  {area:+,.2f} m²")
    for finding in shown["findings"]["added"]:
        click.echo(f"  {finding['severity']} {finding['rule']}: {finding['message']}")


def _name_unit(shown: dict[str, Any]) -> str | Message:
    unit = shown["unit"]
    return message("drafts.whole_register") if unit is None else unit["code"] or unit["unit_id"]


def _print_json(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, default=str))
