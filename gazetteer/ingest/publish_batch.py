"""The last stage of a load: publish a checked batch in one transaction."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection, sql

from gazetteer.ingest.staged_batch import StagedBatch, ignore_progress
from gazetteer.ledger.changesets import Publication
from gazetteer.ledger.publish import Changeset, Ledger
from gazetteer.messages import Lang, message
from gazetteer.progress import Progress

Conn = Connection[Any]

_ROW_CHANGES = """
SELECT s.schemaname, s.relname, s.n_tup_ins + s.n_tup_upd + s.n_tup_del
FROM pg_stat_xact_user_tables s JOIN pg_class c ON c.oid = s.relid AND c.relpersistence <> 't'
"""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """The outcome of a load; ``changeset_id`` is None if everything was known already.

    ``preserved_count`` is the number of records that were not overwritten because people had
    changed them.
    """

    changeset_id: int | None
    changed_count: int
    preserved_count: int


def publish_staged_batch(
    conn: Conn,
    ledger: Ledger,
    batch: StagedBatch,
    *,
    author: str,
    reason: str | None = None,
    strict: bool = True,
    purpose: str = "load",
    acts: Sequence[UUID] = (),
    progress: Progress = ignore_progress,
) -> LoadResult:
    """Publish a batch: all of it or nothing.

    A load does not overwrite records that people changed since an earlier one: they are counted.

    Args:
        conn: An autocommit connection that is not within a transaction.
        ledger: The kinds of record of the register, and what is derived from them.
        batch: The records to publish.
        author: Who loads them.
        reason: Why; by default, that they were loaded from their source.
        strict: Whether a rejected row stops the load.
        purpose: ``load``, or ``act`` and ``correction``, which overwrite what people changed.
        acts: The acts of a legal change.
        progress: Called with the records done, their total at most, and ``publish``.

    Raises:
        RowsRejected: ``strict``, and a row was rejected; nothing was loaded.
    """
    if strict:
        batch.check_no_rejections()
    total = len(batch)
    reason = reason or _build_default_reason(batch.source)
    changeset = Changeset(author, reason, purpose, acts, origin=batch.source)
    with _vacuum_written_tables(conn), _pass_over_garbage():
        published = ledger.publish_timelines(
            conn, changeset, batch, lambda done: progress(done, total, "publish")
        )
    return _summarize_load(published) if published else LoadResult(None, 0, 0)


def _summarize_load(published: Publication) -> LoadResult:
    changeset_id = published.changeset_id if published.change_count else None
    return LoadResult(changeset_id, published.change_count, len(published.preserved))


def word_load_reason(reason: str, origin: str | None, lang: Lang) -> str:
    """The reason of a changeset in a language: one that somebody stated is returned as it is."""
    if origin is not None and reason == _build_default_reason(origin):
        return message("ingest.load_reason", source=origin).text(lang)
    return reason


def _build_default_reason(source: str) -> str:
    return f"load of {source}"


@contextmanager
def _pass_over_garbage() -> Iterator[None]:
    """Leave what exists already out of the search for garbage.

    A batch holds millions of objects to its end; each full search would walk through them all.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _vacuum_written_tables(conn: Conn) -> Iterator[None]:
    """One transaction, and then fresh statistics and visibility maps of the tables it wrote to.

    Reads should not wait for autovacuum, which does the same later.
    """
    with conn.transaction():
        before = _count_row_changes(conn)
        yield
        after = _count_row_changes(conn)
    names = [sql.Identifier(*name) for name, n in after.items() if n != before.get(name, 0)]
    if names:  # without a list the whole database would be vacuumed
        conn.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.SQL(", ").join(names)))


def _count_row_changes(conn: Conn) -> dict[tuple[str, str], int]:
    """Rows written by this session, by table; counts of earlier transactions may be among them."""
    return {(schema, table): n for schema, table, n in conn.execute(_ROW_CHANGES)}
