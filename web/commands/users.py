"""``gazetteer user`` and ``gazetteer key``: accounts and API keys, from the terminal.

Whoever can start these commands can reach the database anyway, so they require no role; the audit
log names the system account. Passwords come from a hidden prompt or from standard input, never as
an argument, which other users of the machine could read.
"""

import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from psycopg import Connection

from gazetteer.accounts import account_store, api_keys, grants
from gazetteer.accounts.account_store import Account
from gazetteer.accounts.api_keys import ApiKey
from gazetteer.accounts.roles import Grant, Role, find_current_unit, parse_role
from gazetteer.messages import DEFAULT_LANG, LANGS, message
from gazetteer.problems import NotFound
from web.commands.register_connection import label_operator, open_register
from web.commands.terminal_language import echo_message, terminal_text

_json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")
_password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of stdin."
)
_unit_option = click.option(
    "--unit", help="Division code; the role applies there and below. Default: everywhere."
)
_role_argument = click.argument("role", type=click.Choice([role.value for role in Role]))


@click.group()
def user_group() -> None:
    """Accounts of people, and their roles."""


@user_group.command("add")
@click.argument("login")
@click.option("--name", required=True, help="The person's name, as shown.")
@click.option("--language", type=click.Choice(LANGS), default=DEFAULT_LANG, show_default=True)
@_password_option
def add_user(login: str, name: str, language: str, password_stdin: bool) -> None:
    """Create an account LOGIN. Its owner chooses another password at the first login."""
    password = _read_password(password_stdin)
    with open_register() as conn:
        account = account_store.create_account(
            conn,
            by=label_operator("terminal"),
            login=login,
            display_name=name,
            password=password,
            language=language,
        )
    echo_message("cli.user.created", login=account.login)


@user_group.command("list")
@_json_option
def list_users(as_json: bool) -> None:
    """All accounts and their roles."""
    with open_register() as conn:
        facts = [_serialize_account(conn, account) for account in account_store.list_accounts(conn)]
    _print_rows(
        facts,
        as_json,
        lambda f: (f["login"], f["display_name"], _format_state(f), _format_roles(f)),
    )


@user_group.command()
@click.argument("login")
@_password_option
def passwd_command(login: str, password_stdin: bool) -> None:
    """Set a new first password for LOGIN; ends all sessions of the account."""
    password = _read_password(password_stdin)
    with open_register() as conn:
        account_store.set_password(
            conn, login, password, by=label_operator("terminal"), must_change=True
        )
    echo_message("cli.user.password_set", login=login)


@user_group.command()
@click.argument("login")
def deactivate_command(login: str) -> None:
    """Disable LOGIN: its sessions end, its keys stop; nothing is deleted."""
    with open_register() as conn:
        account_store.set_active(conn, login, False, by=label_operator("terminal"))
    echo_message("cli.user.disabled", login=login)


@user_group.command()
@click.argument("login")
def activate_command(login: str) -> None:
    """Enable LOGIN again."""
    with open_register() as conn:
        account_store.set_active(conn, login, True, by=label_operator("terminal"))
    echo_message("cli.user.enabled", login=login)


@user_group.command()
@click.argument("login")
@_role_argument
@_unit_option
def grant_command(login: str, role: str, unit: str | None) -> None:
    """Grant LOGIN a ROLE over a unit and everything below it."""
    with open_register() as conn:
        unit_id = find_current_unit(conn, unit) if unit else None
        account_store.grant_role(conn, login, Role(role), unit_id, by=label_operator("terminal"))
    _report_grant("cli.user.granted", login, role, unit)


@user_group.command()
@click.argument("login")
@_role_argument
@_unit_option
def revoke_command(login: str, role: str, unit: str | None) -> None:
    """Revoke the ROLE over that unit from LOGIN."""
    with open_register() as conn:
        requested = Grant(Role(role), find_current_unit(conn, unit) if unit else None)
        granted = next(
            (g for g in account_store.find_account(conn, login).grants if g == requested), None
        )
        if granted is None or granted.grant_id is None:
            raise NotFound(message("account.role_not_held", login=login), field="role")
        account_store.revoke_grant(conn, login, granted.grant_id, by=label_operator("terminal"))
    _report_grant("cli.user.revoked", login, role, unit)


@click.group()
def key_group() -> None:
    """API keys, with which other systems use the register."""


@key_group.command("add")
@click.argument("login")
@click.option("--name", required=True, help="Purpose of the key.")
@click.option(
    "--grant", "grant_texts", multiple=True, metavar="ROLE[:CODE]", help="May be repeated."
)
@click.option("--days", type=click.IntRange(min=1, max=36_500), help="Expires after so many days.")
@_json_option
def add_key(
    login: str, name: str, grant_texts: Sequence[str], days: int | None, as_json: bool
) -> None:
    """Create a key of the account LOGIN; its text is shown only once."""
    expires = datetime.now(UTC) + timedelta(days=days) if days else None
    with open_register() as conn:
        new_key, text = api_keys.create_key(
            conn,
            account_store.find_account(conn, login),
            by=label_operator("terminal"),
            name=name,
            requested=[_parse_grant(conn, grant) for grant in grant_texts],
            expires_at=expires,
        )
    if as_json:
        click.echo(json.dumps({"key_id": new_key.key_id, "key": text}))
        return
    echo_message("cli.key.shown_once", key=new_key.key_id, err=True)
    click.echo(text)


@key_group.command("list")
@click.option("--login", help="Only the keys of this account.")
@_json_option
def list_keys(login: str | None, as_json: bool) -> None:
    """Keys, the newest first."""
    with open_register() as conn:
        owner = account_store.find_account(conn, login).account_id if login else None
        facts = [_serialize_key(conn, listed_key) for listed_key in api_keys.list_keys(conn, owner)]
    _print_rows(
        facts,
        as_json,
        lambda f: (f["key_id"], f["login"], f["name"], _format_state(f), _format_roles(f)),
    )


@key_group.command("revoke")
@click.argument("key_id")
def revoke_key(key_id: str) -> None:
    """Revoke a key permanently."""
    with open_register() as conn:
        api_keys.revoke_key(conn, key_id, by=label_operator("terminal"))
    echo_message("cli.key.revoked", key=key_id)


def _read_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    answer: str = click.prompt(
        terminal_text("cli.password"),
        hide_input=True,
        confirmation_prompt=terminal_text("cli.password_again"),
    )
    return answer


def _parse_grant(conn: Connection[Any], text: str) -> Grant:
    role, _, code = text.partition(":")
    return Grant(parse_role(role), find_current_unit(conn, code) if code else None)


def _report_grant(id_: str, login: str, role: str, unit: str | None) -> None:
    """Print what happened to a role of an account and where the role applies."""
    area = unit or message("cli.user.whole_register")
    echo_message(id_, login=login, role=message(f"role.{role}"), area=area)


def _serialize_account(conn: Connection[Any], account: Account) -> dict[str, Any]:
    return {
        "login": account.login,
        "display_name": account.display_name,
        "active": account.active,
        "language": account.language,
        "must_change_password": account.must_change_password,
        "grants": _serialize_grants(conn, account.grants),
    }


def _serialize_key(conn: Connection[Any], api_key: ApiKey) -> dict[str, Any]:
    times = ("created_at", "expires_at", "last_used_at", "revoked_at")
    return {
        "key_id": api_key.key_id,
        "login": api_key.login,
        "name": api_key.name,
        **{name: _format_moment(getattr(api_key, name)) for name in times},
        "active": api_key.revoked_at is None,
        "grants": _serialize_grants(conn, api_key.grants),
    }


def _serialize_grants(
    conn: Connection[Any], granted: Sequence[Grant]
) -> list[dict[str, str | None]]:
    names = grants.load_unit_names(conn, granted)
    return [
        {
            "role": grant.role.value,
            "unit_id": str(grant.unit_id) if grant.unit_id else None,
            "unit_code": names[grant.unit_id][0] if grant.unit_id in names else None,
        }
        for grant in granted
    ]


def _format_moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _format_state(facts: dict[str, Any]) -> str:
    return terminal_text("cli.active" if facts["active"] else "cli.inactive")


def _format_roles(facts: dict[str, Any]) -> str:
    granted = facts["grants"]
    return (
        " ".join(f"{g['role']}:{g['unit_code'] or g['unit_id'] or 'all'}" for g in granted) or "-"
    )


def _print_rows(
    facts: list[dict[str, Any]],
    as_json: bool,
    row: Callable[[dict[str, Any]], tuple[str, ...]],
) -> None:
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for fact in facts:
        click.echo("\t".join(row(fact)))
