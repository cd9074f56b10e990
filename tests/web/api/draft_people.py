"""People who work on drafts over HTTP, each with a key."""

from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from psycopg import Connection
from werkzeug.test import TestResponse

from gazetteer.accounts.account_store import find_account
from gazetteer.accounts.api_keys import create_key
from gazetteer.accounts.roles import Grant, Role, find_current_unit
from tests.gazetteer.accounts.community import person

ROLES = {
    "ed1": (Role.MAPPING_STAFF, "440100"),
    "ed2": (Role.MAPPING_STAFF, "440100"),
    "edp": (Role.MAPPING_STAFF, "440000"),
    "eds": (Role.MAPPING_STAFF, "440300"),
    "view": (Role.VIEWER, "440100"),
    "rev": (Role.REVIEWER, "440000"),
    "revc": (Role.REVIEWER, "440106"),
}
ACT = {"title": "关于界线变更的批复", "number": "粤府函〔2026〕9号", "approved_on": "2026-11-20"}


def create_people(conn: Connection[Any]) -> dict[str, str]:
    """The accounts of :data:`ROLES`, and a key of each."""
    keys = {}
    for login, (role, code) in ROLES.items():
        grant = Grant(role, find_current_unit(conn, code))
        person(conn, login, grant)
        account = find_account(conn, login)
        keys[login] = create_key(conn, account, by="tests", name="drafts", requested=[grant])[1]
    return keys


@dataclass(frozen=True)
class Colleague:
    """One of the people, at the service."""

    client: FlaskClient
    key: str

    def get(self, path: str) -> TestResponse:
        """Read with the key."""
        return self.client.get(path, headers={"Authorization": f"Bearer {self.key}"})

    def post(self, path: str, body: dict[str, Any]) -> TestResponse:
        """Write with the key."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return self.client.post(path, json=body, headers=headers)

    def create_draft(self, **stated: Any) -> dict[str, Any]:
        """A draft for the prefecture, by an act of a day to come unless stated otherwise."""
        body = {
            "title": "天河、白云界线变更",
            "unit": "440100",
            "purpose": "act",
            "event_kind": "boundary_change",
            "effective_on": "2026-12-15",
            "act": ACT,
            **stated,
        }
        answer = self.post("/v1/drafts", body)
        assert answer.status_code == 201, answer.json
        return read_body(answer)

    def run(self, draft: dict[str, Any], command: str, **arguments: Any) -> TestResponse:
        """Run a command over the revision that the draft has; count on if it succeeds."""
        body = {"revision": draft["revision"], "command": command, **arguments}
        answer = self.post(f"/v1/drafts/{draft['id']}/commands", body)
        if answer.status_code == 200:
            draft["revision"] = read_body(answer)["revision"]
        return answer

    def move(self, draft: dict[str, Any], to: str, **stated: Any) -> TestResponse:
        """Submit, approve, publish a draft …"""
        body = {"revision": draft["revision"], **stated}
        return self.post(f"/v1/drafts/{draft['id']}/{to}", body)


def read_body(answer: TestResponse) -> dict[str, Any]:
    """The JSON of an answer."""
    assert answer.json is not None
    body: dict[str, Any] = answer.json
    return body
