"""The health of the service, and the extent of the register: ``/status``."""

from importlib.metadata import version
from typing import Any

from psycopg.rows import dict_row
from pydantic import BaseModel

from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.ledger.as_of import today
from gazetteer.ledger.coming_days import load_coming_days
from gazetteer.ledger.record_kind import Audience, select_visible_kinds
from gazetteer.records.division_queries import load_record_starts
from web.http.connections import connection
from web.http.endpoints import Api

api = Api()

_HEAD_SQL = """
SELECT h.seq, h.changeset_id, nullif(h.recorded_at, '-infinity') AS recorded_at,
       a.version_num AS schema,
       (SELECT coalesce(jsonb_object_agg(kind, versions), '{}')
        FROM ledger_sum WHERE kind = ANY (%s)) AS versions,
       current_setting('server_version') AS postgresql, postgis_lib_version() AS postgis
FROM ledger_head h, alembic_version a
"""


class ServiceStatusModel(BaseModel):
    """The status of the service, and the latest state and content of the register.

    `status` is `ok`; if the service does not work, the response is a problem with status 503.
    `records_begin` gives the beginning of the records for each level.
    `coming_days` are the days after today on which a published change takes effect.
    """

    status: str
    version: str
    seq: int
    changeset_id: int
    recorded_at: str | None
    records_begin: dict[str, str | None]
    coming_days: list[str]
    versions: dict[str, int]
    schema_revision: str
    postgresql: str
    postgis: str


@api.get("/status", ServiceStatusModel)
def get_status() -> dict[str, Any]:
    """Get the status of the service.

    Reports whether the service and its database work, and the state of the register.
    """
    kinds = select_visible_kinds(REGISTER_KINDS, Audience.PUBLIC)
    with connection() as conn:
        with conn.cursor(row_factory=dict_row) as cursor:
            head = cursor.execute(_HEAD_SQL, (list(kinds),)).fetchone()
        begin = load_record_starts(conn)
        coming_days = load_coming_days(conn, kinds, today())
    return {
        "status": "ok",
        "version": version("gazetteer"),
        "seq": head["seq"],
        "changeset_id": head["changeset_id"],
        "recorded_at": head["recorded_at"],
        "records_begin": begin,
        "coming_days": [day.isoformat() for day in coming_days],
        "versions": head["versions"],
        "schema_revision": head["schema"],
        "postgresql": head["postgresql"],
        "postgis": head["postgis"],
    }
