"""Jobs on files, and the queue from which workers take them."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0006"
down_revision = "0005"

TABLES = """
CREATE TABLE job (
    job_id       uuid PRIMARY KEY,  -- random: who knows it may read the result
    queue_id     bigint UNIQUE,
    kind         text NOT NULL,
    form         jsonb NOT NULL,
    language     text NOT NULL,
    state        text NOT NULL CONSTRAINT job_state CHECK (state IN
        ('queued', 'running', 'finished', 'failed', 'cancelled')),
    at           date NOT NULL,
    known_at     timestamptz,
    seq          bigint,
    encoding     text NOT NULL,
    delimiter    text NOT NULL,
    rows_total   integer NOT NULL,
    rows_done    integer NOT NULL DEFAULT 0,
    records_done integer NOT NULL DEFAULT 0,
    result_bytes bigint NOT NULL DEFAULT 0,
    problem      jsonb,
    created_at   timestamptz NOT NULL,
    started_at   timestamptz,
    finished_at  timestamptz
);
-- Usage: what is old enough to be deleted
CREATE INDEX job_by_age ON job (created_at);
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute("CREATE SCHEMA queue")
    op.execute("SET LOCAL search_path = queue")
    # As the library ships them; pyproject.toml holds it to the version whose tables these are. Its
    # own steps cannot be used: one of them needs a commit in the middle.
    op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema())
    op.execute("SET LOCAL search_path = DEFAULT")
