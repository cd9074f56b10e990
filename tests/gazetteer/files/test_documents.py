"""Documents of acts: internal records that name a stored file."""

import io
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import Connection

from gazetteer.files.file_records import FileDescription, keep_file
from gazetteer.files.file_store import FileStore
from gazetteer.ledger.integrity import find_tampering
from gazetteer.ledger.period import UNBOUNDED, Period, PeriodEnd
from gazetteer.ledger.publish import Changeset, Ledger
from gazetteer.ledger.record_kind import Audience
from gazetteer.ledger.versions import Statement
from gazetteer.problems import Conflict
from gazetteer.records.record_kinds import DOCUMENT, DOCUMENT_ROLES, NAME_KINDS

LEDGER = Ledger(NAME_KINDS)
SPAN = Period(PeriodEnd(date(2026, 5, 1)), UNBOUNDED)
APPROVAL = Changeset("account:li", "the approval", "correction")


@pytest.fixture
def act(conn: Connection[Any]) -> UUID:
    act_id = uuid4()
    LEDGER.publish_statements(
        conn, APPROVAL, [Statement("act", act_id, SPAN, {"title": "关于撤县设区的批复"})]
    )
    return act_id


def document(act: UUID, sha256: str, role: str = "approval") -> Statement:
    values = {"act": act, "title": "批复", "role": role, "file": sha256}
    return Statement("document", uuid4(), SPAN, values)


def test_documents_are_internal() -> None:
    assert DOCUMENT.audience is Audience.INTERNAL


def test_a_document_of_each_role_is_published_with_its_file(
    conn: Connection[Any], act: UUID, store: FileStore
) -> None:
    description = FileDescription("application/pdf", "批复.pdf", Audience.INTERNAL, "account:li")
    with store.receive_file(io.BytesIO(b"approval")) as incoming:
        stored, _ = keep_file(conn, store, incoming, description)
    documents = [document(act, stored.sha256, role) for role in DOCUMENT_ROLES]
    publication = LEDGER.publish_statements(conn, APPROVAL, documents)
    assert publication is not None
    assert publication.change_count == len(DOCUMENT_ROLES)
    assert list(find_tampering(conn, NAME_KINDS)) == []
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        conn.execute("DELETE FROM file")


def test_a_document_without_its_file_is_not_published(conn: Connection[Any], act: UUID) -> None:
    with pytest.raises(Conflict) as refused:
        LEDGER.publish_statements(conn, APPROVAL, [document(act, "ab" * 32)])
    assert refused.value.field == "file"
    assert "ab" * 32 in refused.value.text("en")
    assert conn.execute("SELECT count(*) FROM document_version").fetchone() == (0,)
