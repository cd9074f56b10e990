"""``gazetteer import --draft``: a file becomes a draft instead of a changeset."""

import json
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import click
import psycopg

from boundaries.drafts import draft_access
from boundaries.drafts.draft_imports import import_into_draft
from gazetteer.accounts.account_store import find_account
from gazetteer.accounts.actors import Actor
from gazetteer.accounts.roles import find_current_unit
from gazetteer.ledger.drafts.draft import Draft, DraftHeader, Purpose
from web.commands.import_staging import ImportSource, StagedImport
from web.commands.terminal_language import echo_message


@dataclass(frozen=True, slots=True)
class DraftedImport:
    """A staged file, and the code of the unit for which it is to be a draft."""

    source: ImportSource
    staged: StagedImport
    unit: str


def begin_draft(conninfo: str, drafted: DraftedImport, login: str, title: str) -> Draft:
    """The draft of an account with the records of the file.

    Raises:
        NotFound: there is no such account.
        UnknownCode: no unit ever had the code.
        Forbidden: the account may not edit the unit, or the file touches others.
        Conflict: the file changes nothing.
    """
    with psycopg.connect(conninfo, autocommit=True) as conn:
        actor = Actor(find_account(conn, login))
        unit = find_current_unit(conn, drafted.unit)
        draft_access.require_draft_action(conn, actor, unit, draft_access.EDITING_ACTIONS)
        timelines = [one for one in drafted.staged.batch if one.kind != "act"]
        described = {"file": drafted.source.file.name, "kind": drafted.source.kind}
        act_id = drafted.staged.acts[0] if drafted.staged.acts else None
        header = _build_header(drafted, unit, title)
        return import_into_draft(conn, header, timelines, described, actor, act_id)


def print_drafted(draft: Draft, *, as_json: bool) -> None:
    """Say where the draft is."""
    path = f"/drafts/{draft.draft_id}"
    if as_json:
        click.echo(json.dumps({"draft": str(draft.draft_id), "number": draft.number, "path": path}))
    else:
        echo_message("cli.draft_begun", number=draft.number, path=path)


def _build_header(drafted: DraftedImport, unit: UUID, title: str) -> DraftHeader:
    drawing = drafted.source.drawing
    act = drawing.act if drawing is not None else None
    stated = (
        None
        if act is None
        else {
            name: str(value)
            for name, value in (
                ("title", act.title),
                ("number", act.number),
                ("approved_on", act.approved_on),
            )
            if value
        }
    )
    effective_on: date | None = drawing.day if drawing is not None and act is not None else None
    return DraftHeader(
        title=title,
        purpose=Purpose.ACT if act is not None else Purpose.CORRECTION,
        unit_id=unit,
        event_kind="boundary_change" if act is not None else None,
        effective_on=effective_on,
        act=stated,
    )
