"""Is the service well, and what does it hold: ``/status``."""

from importlib.metadata import version
from typing import Any

from psycopg.rows import dict_row
from pydantic import BaseModel

from gazetteer.records.division_queries import load_record_starts
from web.http.connections import connection
from web.http.endpoints import Api

api = Api()

_HEAD_SQL = """
SELECT h.seq, h.changeset_id, h.recorded_at, a.version_num AS schema,
       (SELECT jsonb_object_agg(kind, versions) FROM ledger_sum) AS versions,
       current_setting('server_version') AS postgresql, postgis_lib_version() AS postgis
FROM ledger_head h, alembic_version a
"""


class ServiceStatusModel(BaseModel):
    """`ok`, or a 503 problem; how far the ledger is, what it holds, since when."""

    status: str
    version: str
    seq: int
    changeset_id: int
    recorded_at: str | None
    records_begin: dict[str, str | None]
    versions: dict[str, int]
    schema_revision: str
    postgresql: str
    postgis: str


@api.get("/status", ServiceStatusModel)
def get_status() -> dict[str, Any]:
    """Whether the service and its database are well, and how far the register is."""
    with connection() as conn:
        with conn.cursor(row_factory=dict_row) as cursor:
            head = cursor.execute(_HEAD_SQL).fetchone()
        begin = load_record_starts(conn)
    published = head["changeset_id"] > 0
    return {
        "status": "ok",
        "version": version("gazetteer"),
        "seq": head["seq"],
        "changeset_id": head["changeset_id"],
        "recorded_at": head["recorded_at"] if published else None,
        "records_begin": begin,
        "versions": head["versions"],
        "schema_revision": head["schema"],
        "postgresql": head["postgresql"],
        "postgis": head["postgis"],
    }
