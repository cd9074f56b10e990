"""The last stage of a load: publish a checked batch in one transaction."""

from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from gazetteer.ingest.staged_batch import Progress, StagedBatch, ignore_progress
from gazetteer.ledger.publish import Changeset, Ledger


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a load did; ``changeset_id`` is None if everything was known already."""

    changeset_id: int | None
    changed_count: int
    preserved_count: int


def publish_staged_batch(
    conn: Connection[Any],
    ledger: Ledger,
    batch: StagedBatch,
    *,
    author: str,
    reason: str | None = None,
    strict: bool = True,
    progress: Progress = ignore_progress,
) -> LoadResult:
    """Publish a batch: all of it or nothing.

    Records that people changed by hand since an earlier load are left alone and counted as kept.

    Raises:
        RowsRejected: ``strict``, and a row was rejected; nothing was loaded.
    """
    if strict:
        batch.check_no_rejections()
    total = len(batch)
    changeset = Changeset(author, reason or f"load of {batch.source}", "load", origin=batch.source)
    published = ledger.publish_timelines(
        conn, changeset, batch, lambda done: progress(done, total, "publish")
    )
    if published is None:
        return LoadResult(None, 0, 0)
    if not published.change_count:
        return LoadResult(None, 0, len(published.preserved))
    # Reads must not wait for autovacuum: it counts the rows and frees index-only look-ups.
    conn.execute("VACUUM (ANALYZE)")
    return LoadResult(published.changeset_id, published.change_count, len(published.preserved))
