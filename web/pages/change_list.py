"""The list of published changesets, newest first, without their authors (see the feed).

A changeset all of whose records are of internal kinds is not listed.
"""

from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.ledger.record_kind import Audience, select_visible_kinds
from gazetteer.messages import Lang, message

PAGE_SIZE = 50

_LATEST_SQL = """
SELECT c.changeset_id AS id, c.reason, c.purpose, c.origin, c.recorded_at,
       c.first_seq, c.last_seq, c.last_seq - c.first_seq + 1 AS records,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object(
               'title', a.title, 'number', a.number, 'authority', a.authority,
               'approved_on', a.approved_on, 'effective_on', a.effective_on,
               'announced_on', a.announced_on, 'implemented_on', a.implemented_on,
               'source', a.source))
           FROM act_version a WHERE a.record_id = ANY (c.acts[1:3]) AND upper_inf(a.recorded)
       ), '[]') AS acts,
       cardinality(c.acts) AS act_count
FROM changeset c WHERE c.changeset_id < %(before)s AND EXISTS (
    SELECT FROM change
    WHERE change.seq BETWEEN c.first_seq AND c.last_seq AND change.kind = ANY (%(kinds)s)
)
ORDER BY c.changeset_id DESC LIMIT %(limit)s
"""


def load_latest_changesets(
    conn: Connection[Any], before: int | None = None
) -> list[dict[str, Any]]:
    """At most :data:`PAGE_SIZE` changesets with the first three of their acts, the newest first.

    Args:
        conn: A connection to the register.
        before: Only those with a smaller number; None begins with the newest.
    """
    kinds = list(select_visible_kinds(REGISTER_KINDS, Audience.PUBLIC))
    params = {"before": before or 2**63 - 1, "limit": PAGE_SIZE, "kinds": kinds}
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_LATEST_SQL, params).fetchall()


def word_reason(changeset: dict[str, Any], lang: Lang) -> str:
    """Why a changeset was published; the standard reason of a load in the reader's language."""
    if changeset["reason"] == f"load of {changeset['origin']}":
        return message("changes.load", source=changeset["origin"]).text(lang)
    return str(changeset["reason"])
