"""Findings on the register with everything that happened to them, and the runs that found them."""

from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = """
CREATE TABLE finding_run (
    run_id      uuid PRIMARY KEY,
    number      bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    at          date NOT NULL,
    seq         bigint NOT NULL,  -- the state of the register that was judged
    actor       text NOT NULL,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    found       integer NOT NULL,
    steps       jsonb NOT NULL
);

CREATE TABLE finding (
    finding_id uuid PRIMARY KEY,
    number     bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    rule       text NOT NULL,
    kind       text NOT NULL,
    units      uuid[] NOT NULL
);
-- Usage: what is found on a unit
CREATE INDEX finding_units ON finding USING gin (units);

-- What happened to a finding, counted from 1. A run that sees it (or sees it differently) writes
-- down what it saw; a person who answers it writes down the answer.
CREATE TABLE finding_event (
    finding_id  uuid NOT NULL REFERENCES finding,
    number      integer NOT NULL,
    happened_at timestamptz NOT NULL,
    actor       text NOT NULL,
    step        text NOT NULL,
    state       text NOT NULL,
    cause       text,
    run_id      uuid REFERENCES finding_run,
    severity    text,
    zh          text,
    en          text,
    measured    double precision,
    may_be      double precision,
    measured_in text,
    area_m2     double precision,
    place       geometry(Geometry, 4490),
    fingerprint text,
    reason      text,
    document    text,
    signer      text,
    expires_on  date,
    PRIMARY KEY (finding_id, number),
    CONSTRAINT finding_event_step CHECK (step IN
        ('found', 'changed', 'returned', 'gone', 'corrected', 'excepted')),
    CONSTRAINT finding_event_state CHECK (state IN ('open', 'answered', 'verified')),
    CONSTRAINT finding_event_cause CHECK ((step = 'returned') = (cause IS NOT NULL) AND cause IN
        ('not_corrected', 'changed', 'expired', 'again')),
    CONSTRAINT finding_event_run CHECK (
        (step IN ('corrected', 'excepted')) = (run_id IS NULL)),
    CONSTRAINT finding_event_seen CHECK (num_nulls(severity, zh, en, fingerprint) =
        CASE WHEN step IN ('found', 'changed', 'returned') THEN 0 ELSE 4 END),
    CONSTRAINT finding_event_answered CHECK (
        (step IN ('corrected', 'excepted')) = (reason IS NOT NULL)),
    CONSTRAINT finding_event_excepted CHECK (
        step <> 'excepted' OR num_nulls(document, signer, expires_on) = 0)
);
-- Usage: what a run did
CREATE INDEX finding_event_of_run ON finding_event (run_id);
"""

GUARDS = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    EXECUTE FUNCTION refuse_rewrite();
"""


def upgrade() -> None:
    op.execute(TABLES)
    for table in ("finding_run", "finding", "finding_event"):
        op.execute(GUARDS.format(table=table))
