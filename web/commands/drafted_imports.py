"""``gazetteer import``: a file becomes a draft, which somebody else reviews and publishes."""

import json
from dataclasses import dataclass
from uuid import UUID

import click
import psycopg

from boundaries.drafts.draft_imports import DraftedImport, import_into_draft
from gazetteer.accounts.account_store import find_account
from gazetteer.accounts.actors import Actor
from gazetteer.accounts.roles import find_current_unit
from gazetteer.ledger.drafts.draft import DraftHeader, Purpose
from gazetteer.messages import message
from gazetteer.problems import Forbidden, NotFound
from web.commands.area_options import StatedDrawing
from web.commands.import_staging import ImportSource, StagedImport
from web.commands.terminal_language import echo_message


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A staged file, and the code of the unit for which it is to be a draft, if one was stated."""

    source: ImportSource
    staged: StagedImport
    unit: str | None


def begin_draft(conninfo: str, imported: ImportedFile, login: str, title: str) -> DraftedImport:
    """The draft of an account with the records of the file.

    Raises:
        NotFound: there is no such account.
        UnknownCode: no unit ever had the code.
        Forbidden: the account may not edit the unit, or the file touches others.
        Conflict: the file changes nothing.
    """
    staged = imported.staged
    with psycopg.connect(conninfo, autocommit=True) as conn:
        try:
            actor = Actor(find_account(conn, login))
        except NotFound:
            words = message("cli.import.author_without_account", login=login)
            raise NotFound(words, field="author") from None
        unit = find_current_unit(conn, imported.unit, "unit") if imported.unit else None
        timelines = [one for one in staged.batch if one.kind != "act"]
        described = {"file": imported.source.file.name, "kind": imported.source.kind}
        act_id = staged.acts[0] if staged.acts else None
        header = _build_header(imported.source.drawing, unit, title)
        try:
            return import_into_draft(
                conn,
                header,
                timelines,
                described,
                actor,
                act_id=act_id,
                find_unit=imported.unit is None,
                keep_edited=staged.purpose == "load",
            )
        except Forbidden:
            if imported.unit is None:
                echo_message("cli.import.state_unit", err=True)
            raise


def print_drafted(drafted: DraftedImport, *, as_json: bool) -> None:
    """Say where the draft is, and how much it changes."""
    draft, path = drafted.draft, f"/drafts/{drafted.draft.draft_id}"
    if as_json:
        facts = {
            "draft": str(draft.draft_id),
            "number": draft.number,
            "path": path,
            "changed_records": drafted.changed_count,
            "kept_records": drafted.preserved_count,
        }
        click.echo(json.dumps(facts))
        return
    echo_message("cli.draft_begun", number=draft.number, path=path, n=drafted.changed_count)
    if drafted.preserved_count:
        echo_message("cli.load.kept_records", value=f"{drafted.preserved_count:,}")


def _build_header(drawing: StatedDrawing | None, unit: UUID | None, title: str) -> DraftHeader:
    act = drawing.act if drawing is not None else None
    if drawing is None or act is None:
        return DraftHeader(title, Purpose.CORRECTION, unit)
    names = ("title", "number", "approved_on")
    stated = {name: str(getattr(act, name)) for name in names if getattr(act, name)}
    return DraftHeader(title, Purpose.ACT, unit, "boundary_change", drawing.day, stated)
