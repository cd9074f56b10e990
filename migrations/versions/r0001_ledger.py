"""The ledger: changesets, the feed of changes, the head that orders them, the audit chain."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
-- Written at the end of its transaction, when its last sequence number is known: hence the
-- deferred references to it.
CREATE TABLE changeset (
    changeset_id bigint PRIMARY KEY,
    first_seq    bigint NOT NULL,
    last_seq     bigint NOT NULL,
    author       text NOT NULL,
    reason       text NOT NULL,
    purpose      text NOT NULL CHECK (purpose IN ('act', 'correction', 'load')),
    origin       text,
    acts         uuid[] NOT NULL,
    recorded_at  timestamptz NOT NULL UNIQUE
);

CREATE TABLE record (
    record_id uuid PRIMARY KEY,
    kind      text NOT NULL
);

CREATE TABLE change (
    seq          bigint PRIMARY KEY,
    changeset_id bigint NOT NULL REFERENCES changeset DEFERRABLE INITIALLY DEFERRED,
    kind         text NOT NULL,
    record_id    uuid NOT NULL REFERENCES record
);
-- Usage: which changeset touched a record last (conflicts), history of a record
CREATE UNIQUE INDEX change_of_record ON change (record_id, changeset_id);

-- One row. Whoever publishes locks it until commit: sequence numbers have no gaps, and their
-- order is the order in which readers can see them.
CREATE TABLE ledger_head (
    "only"       boolean PRIMARY KEY CHECK ("only"),
    changeset_id bigint NOT NULL,
    seq          bigint NOT NULL,
    recorded_at  timestamptz NOT NULL
);
INSERT INTO ledger_head VALUES (true, 0, 0, '-infinity');

-- Sum of the digests of all versions known now, kept with every change.
CREATE TABLE ledger_sum (
    kind       text PRIMARY KEY,
    versions   bigint NOT NULL,
    digest_sum numeric(78, 0) NOT NULL
);

CREATE TABLE audit (
    audit_id      bigint PRIMARY KEY,
    happened_at   timestamptz NOT NULL,
    actor         text NOT NULL,
    action        text NOT NULL,
    subject       text NOT NULL,
    detail        jsonb NOT NULL,
    previous_hash bytea NOT NULL,
    hash          bytea NOT NULL UNIQUE
);
"""

GUARDS = """
CREATE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME;
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON changeset
    EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON change
    EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON record
    EXECUTE FUNCTION refuse_rewrite();

-- Of a version nothing may change but the day until which it was believed.
CREATE FUNCTION only_close() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    expected record := OLD;
BEGIN
    expected.recorded := NEW.recorded;
    expected.closed_in := NEW.closed_in;
    IF expected IS DISTINCT FROM NEW OR NOT upper_inf(OLD.recorded) OR upper_inf(NEW.recorded)
       OR lower(NEW.recorded) IS DISTINCT FROM lower(OLD.recorded) OR NEW.closed_in IS NULL THEN
        RAISE EXCEPTION 'a version in % can only be closed', TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

-- Everything that every kind of version has in common.
CREATE FUNCTION create_version_table(kind text, columns text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format($ddl$
        CREATE TABLE %1$I (
            version_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            record_id       uuid NOT NULL REFERENCES record,
            valid           daterange NOT NULL,
            recorded        tstzrange NOT NULL,
            started_by      uuid,
            ended_by        uuid,
            start_precision text NOT NULL,
            end_precision   text NOT NULL,
            opened_in       bigint NOT NULL REFERENCES changeset DEFERRABLE INITIALLY DEFERRED,
            closed_in       bigint REFERENCES changeset DEFERRABLE INITIALLY DEFERRED,
            digest          bytea NOT NULL,
            %2$s,
            CONSTRAINT %3$I CHECK (NOT isempty(valid)),
            CONSTRAINT %4$I EXCLUDE USING gist
                (record_id WITH =, valid WITH &&, recorded WITH &&)
                DEFERRABLE INITIALLY IMMEDIATE
        );
        CREATE TRIGGER only_close AFTER UPDATE ON %1$I
            FOR EACH ROW EXECUTE FUNCTION only_close();
        CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON %1$I
            EXECUTE FUNCTION refuse_rewrite();
        INSERT INTO ledger_sum VALUES (%5$L, 0, 0);
    $ddl$, kind || '_version', columns, kind || '_no_empty_period',
           kind || '_one_version_a_day', kind);
END $$;
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute(TABLES)
    op.execute(GUARDS)
