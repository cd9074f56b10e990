"""``gazetteer user`` and ``gazetteer key``: people and systems, from the terminal of the machine.

Whoever can start these commands can reach the database anyway, so they ask for no role; the audit
names the system account. Passwords come from a hidden prompt or from standard input, never as an
argument, which other users of the machine could read.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from getpass import getuser
from typing import Any

import click
import psycopg
from psycopg import Connection

from gazetteer.database.register import register_database
from gazetteer.people import accounts, grants, keys
from gazetteer.people.accounts import Account
from gazetteer.people.keys import ApiKey
from gazetteer.people.roles import Grant, Role, find_current_unit, parse_role
from gazetteer.problems import NotFound
from gazetteer.settings import get_settings

_json = click.option("--json", "as_json", is_flag=True, help="For programs.")
_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of stdin."
)
_unit = click.option("--unit", help="Division code; the role holds there and below. Default: all.")
_role = click.argument("role", type=click.Choice([role.value for role in Role]))


@click.group()
def user() -> None:
    """Accounts of people, and their roles."""


@user.command("add")
@click.argument("login")
@click.option("--name", required=True, help="The person's name, as shown.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@_stdin
def add_user(login: str, name: str, language: str, password_stdin: bool) -> None:
    """Make an account LOGIN. Its owner chooses another password at the first login."""
    password = _password(password_stdin)
    with _register() as conn:
        made = accounts.create_account(
            conn,
            by=_operator(),
            login=login,
            display_name=name,
            password=password,
            language=language,
        )
    click.echo(f"{made.login}: made, without any role (see: gazetteer user grant)")


@user.command("list")
@_json
def list_users(as_json: bool) -> None:
    """All accounts and their roles."""
    with _register() as conn:
        facts = [_account_facts(conn, account) for account in accounts.list_accounts(conn)]
    _say(facts, as_json, lambda f: (f["login"], f["display_name"], _state(f), _roles(f)))


@user.command()
@click.argument("login")
@_stdin
def passwd(login: str, password_stdin: bool) -> None:
    """Set a new first password for LOGIN; ends all sessions of the account."""
    password = _password(password_stdin)
    with _register() as conn:
        accounts.set_password(conn, login, password, by=_operator(), must_change=True)
    click.echo(f"{login}: must choose another password at the next login")


@user.command()
@click.argument("login")
def deactivate(login: str) -> None:
    """Switch LOGIN off: sessions end, keys stop; nothing is deleted."""
    with _register() as conn:
        accounts.set_active(conn, login, False, by=_operator())
    click.echo(f"{login}: switched off")


@user.command()
@click.argument("login")
def activate(login: str) -> None:
    """Switch LOGIN on again."""
    with _register() as conn:
        accounts.set_active(conn, login, True, by=_operator())
    click.echo(f"{login}: switched on")


@user.command()
@click.argument("login")
@_role
@_unit
def grant(login: str, role: str, unit: str | None) -> None:
    """Give LOGIN a ROLE over a unit and everything below it."""
    with _register() as conn:
        unit_id = find_current_unit(conn, unit) if unit else None
        accounts.grant_role(conn, login, Role(role), unit_id, by=_operator())
    click.echo(f"{login}: {role} of {unit or 'the whole register'}")


@user.command()
@click.argument("login")
@_role
@_unit
def revoke(login: str, role: str, unit: str | None) -> None:
    """Take the ROLE over that unit from LOGIN."""
    with _register() as conn:
        wanted = Grant(Role(role), find_current_unit(conn, unit) if unit else None)
        held = next((g for g in accounts.find_account(conn, login).grants if g == wanted), None)
        if held is None or held.grant_id is None:
            raise NotFound("该账号没有此角色。", f"{login} does not hold that role", field="role")
        accounts.revoke_grant(conn, login, held.grant_id, by=_operator())
    click.echo(f"{login}: no longer {role} of {unit or 'the whole register'}")


@click.group()
def key() -> None:
    """API keys, by which other systems work with the register."""


@key.command("add")
@click.argument("login")
@click.option("--name", required=True, help="What the key is for.")
@click.option("--grant", "wanted", multiple=True, metavar="ROLE[:CODE]", help="May be repeated.")
@click.option("--days", type=click.IntRange(min=1, max=36_500), help="Expires after so many days.")
@_json
def add_key(login: str, name: str, wanted: Sequence[str], days: int | None, as_json: bool) -> None:
    """Make a key of the account LOGIN; its text is shown this one time."""
    expires = datetime.now(UTC) + timedelta(days=days) if days else None
    with _register() as conn:
        made, text = keys.create_key(
            conn,
            accounts.find_account(conn, login),
            by=_operator(),
            name=name,
            requested=[_grant(conn, grant) for grant in wanted],
            expires_at=expires,
        )
    if as_json:
        click.echo(json.dumps({"key_id": made.key_id, "key": text}))
        return
    click.echo(f"Keep it now, it cannot be shown again ({made.key_id}):", err=True)
    click.echo(text)


@key.command("list")
@click.option("--login", help="Only the keys of this account.")
@_json
def list_keys(login: str | None, as_json: bool) -> None:
    """Keys, the newest first."""
    with _register() as conn:
        owner = accounts.find_account(conn, login).account_id if login else None
        facts = [_key_facts(conn, found) for found in keys.list_keys(conn, owner)]
    _say(facts, as_json, lambda f: (f["key_id"], f["login"], f["name"], _state(f), _roles(f)))


@key.command("revoke")
@click.argument("key_id")
def revoke_key(key_id: str) -> None:
    """Stop a key for good."""
    with _register() as conn:
        keys.revoke_key(conn, key_id, by=_operator())
    click.echo(f"{key_id}: stopped")


@contextmanager
def _register() -> Iterator[Connection[Any]]:
    with (
        register_database(get_settings()) as conninfo,
        psycopg.connect(conninfo, autocommit=True) as conn,
    ):
        yield conn


def _operator() -> str:
    return f"terminal:{getuser()}"


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer


def _grant(conn: Connection[Any], text: str) -> Grant:
    role, _, code = text.partition(":")
    return Grant(parse_role(role), find_current_unit(conn, code) if code else None)


def _account_facts(conn: Connection[Any], account: Account) -> dict[str, Any]:
    return {
        "login": account.login,
        "display_name": account.display_name,
        "active": account.active,
        "language": account.language,
        "must_change_password": account.must_change_password,
        "grants": _grant_facts(conn, account.grants),
    }


def _key_facts(conn: Connection[Any], found: ApiKey) -> dict[str, Any]:
    times = ("created_at", "expires_at", "last_used_at", "revoked_at")
    return {
        "key_id": found.key_id,
        "login": found.login,
        "name": found.name,
        **{name: _moment(getattr(found, name)) for name in times},
        "active": found.revoked_at is None,
        "grants": _grant_facts(conn, found.grants),
    }


def _grant_facts(conn: Connection[Any], held: Sequence[Grant]) -> list[dict[str, str | None]]:
    names = grants.load_unit_names(conn, held)
    return [
        {
            "role": grant.role.value,
            "unit_id": str(grant.unit_id) if grant.unit_id else None,
            "unit_code": names[grant.unit_id][0] if grant.unit_id in names else None,
        }
        for grant in held
    ]


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _state(facts: dict[str, Any]) -> str:
    return "on" if facts["active"] else "off"


def _roles(facts: dict[str, Any]) -> str:
    held = facts["grants"]
    return " ".join(f"{g['role']}:{g['unit_code'] or g['unit_id'] or 'all'}" for g in held) or "-"


def _say(
    facts: list[dict[str, Any]],
    as_json: bool,
    row: Callable[[dict[str, Any]], tuple[str, ...]],
) -> None:
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for fact in facts:
        click.echo("\t".join(row(fact)))
