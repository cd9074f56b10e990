"""``gazetteer draft``: what the operator sees and publishes."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection

from boundaries.drafts import draft_editing, draft_review
from boundaries.drafts.command_registry import COMMANDS
from gazetteer.accounts.actors import Actor
from gazetteer.accounts.roles import Grant, Role, find_current_unit
from gazetteer.ledger.drafts.draft import Draft, DraftHeader, Purpose
from tests.gazetteer.accounts.community import person
from tests.web.run_command import gazetteer


@pytest.fixture
def conn(register_copy: str) -> Iterator[Connection]:
    with psycopg.connect(register_copy, autocommit=True) as connection:
        yield connection


def draft_rename(conn: Connection) -> Draft:
    """An approved correction of a name."""
    canton = find_current_unit(conn, "440100")
    editor = Actor(person(conn, "editor", Grant(Role.MAPPING_STAFF, canton)))
    checker = Actor(person(conn, "checker", Grant(Role.REVIEWER, canton)))
    draft = draft_review.create_draft(conn, DraftHeader("更正", Purpose.CORRECTION, canton), editor)
    command = COMMANDS["rename_unit"]
    arguments = command.arguments.model_validate({"unit": "440117", "name": "从江区"})
    draft_editing.take_step(conn, draft.draft_id, 0, command, arguments, editor)
    draft_review.submit_draft(conn, draft.draft_id, 1, editor)
    return draft_review.approve_draft(conn, draft.draft_id, 1, checker)


def test_a_draft_is_listed_shown_and_published(
    conn: Connection, register_copy: str, tmp_path: Path
) -> None:
    draft = draft_rename(conn)
    listed = gazetteer(register_copy, tmp_path, "draft", "list")
    assert (listed.returncode, "更正" in listed.stdout) == (0, True), listed.stderr
    shown = gazetteer(register_copy, tmp_path, "draft", "show", str(draft.number), "--json")
    body = json.loads(shown.stdout)
    assert [step["command"] for step in body["steps"]] == ["rename_unit"]
    assert body["findings"]["added"] == []
    number = str(draft.number)
    stranger = gazetteer(register_copy, tmp_path, "draft", "publish", number, "--as", "nobody")
    assert (stranger.returncode, "nobody" in stranger.stderr) == (1, True)
    published = gazetteer(register_copy, tmp_path, "draft", "publish", number, "--as", "checker")
    assert (published.returncode, "changeset" in published.stdout) == (0, True), published.stderr
    again = gazetteer(register_copy, tmp_path, "draft", "publish", number, "--as", "checker")
    assert (again.returncode, "published" in again.stderr) == (1, True)
    assert gazetteer(register_copy, tmp_path, "draft", "show", "999").returncode == 1
