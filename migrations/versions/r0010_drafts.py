"""Drafts: steps over the published state, seen by their people only."""

from alembic import op

revision = "0010"
down_revision = "0009"

TABLES = """
CREATE TABLE draft (
    draft_id       uuid PRIMARY KEY,
    number         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    title          text NOT NULL,
    purpose        text NOT NULL CONSTRAINT draft_purpose CHECK (purpose IN ('act', 'correction')),
    unit_id        uuid REFERENCES record,  -- NULL: for the whole register
    event_kind     text,
    effective_on   date,  -- NULL: a correction for as long as things were as on the day below
    act            jsonb,
    documents      jsonb NOT NULL,
    publish_after  timestamptz,
    act_id         uuid NOT NULL,
    reference_on   date NOT NULL,
    owner          uuid NOT NULL REFERENCES account,
    made_by        uuid NOT NULL REFERENCES account,
    made_at        timestamptz NOT NULL,
    base_changeset bigint NOT NULL,  -- over which the steps were played last
    revision       integer NOT NULL,
    state          text NOT NULL CONSTRAINT draft_state CHECK (state IN
        ('in_work', 'submitted', 'approved', 'published', 'discarded')),
    published_in   bigint REFERENCES changeset,
    CONSTRAINT draft_act CHECK (purpose <> 'act' OR num_nulls(effective_on, act) = 0),
    CONSTRAINT draft_published CHECK ((state = 'published') = (published_in IS NOT NULL))
);
-- Usage: lists of drafts
CREATE INDEX draft_of_state ON draft (state, number);

CREATE TABLE draft_step (
    step_id    uuid PRIMARY KEY,
    draft_id   uuid NOT NULL REFERENCES draft,
    number     integer NOT NULL,
    made_at    timestamptz NOT NULL,
    account_id uuid NOT NULL REFERENCES account,
    command    text NOT NULL,
    arguments  jsonb NOT NULL,
    footprint  jsonb NOT NULL,  -- what it met, and has to meet again wherever it is played
    left_out   jsonb NOT NULL,
    undone     boolean NOT NULL,
    UNIQUE (draft_id, number)
);

-- The timelines of the records that a step changes, whole
CREATE TABLE draft_change (
    step_id   uuid REFERENCES draft_step,
    kind      text NOT NULL,
    record_id uuid,
    before    jsonb NOT NULL,
    after     jsonb NOT NULL,
    PRIMARY KEY (step_id, record_id)
);

CREATE TABLE draft_event (
    draft_id    uuid REFERENCES draft,
    number      integer,
    happened_at timestamptz NOT NULL,
    actor       text NOT NULL,
    account_id  uuid REFERENCES account,
    event       text NOT NULL CONSTRAINT draft_event_event CHECK (event IN
        ('created', 'edited', 'described', 'rebased', 'remarked', 'answered', 'submitted',
         'withdrawn', 'approved', 'rejected', 'published', 'discarded', 'resumed', 'handed_over')),
    revision    integer NOT NULL,
    words       text,
    detail      jsonb NOT NULL,
    PRIMARY KEY (draft_id, number)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON draft_event
    EXECUTE FUNCTION refuse_rewrite();

CREATE TABLE draft_exception (
    draft_id      uuid REFERENCES draft,
    draft_finding text,  -- id of a finding that the draft adds
    made_at       timestamptz NOT NULL,
    account_id    uuid NOT NULL REFERENCES account,
    rule          text NOT NULL,
    kind          text NOT NULL,
    units         uuid[] NOT NULL,
    fingerprint   text NOT NULL,
    reason        text NOT NULL,
    document      text NOT NULL,
    signer        text NOT NULL,
    expires_on    date NOT NULL,
    finding_id    uuid REFERENCES finding,  -- which a run answered with it
    PRIMARY KEY (draft_id, draft_finding)
);
"""

INDEXES = """
-- Usage: the units below a unit, in a draft
CREATE INDEX unit_subordination_parent ON unit_version (subordination_parent)
    WHERE subordination_parent IS NOT NULL;
CREATE INDEX unit_custody_parent ON unit_version (custody_parent)
    WHERE custody_parent IS NOT NULL;
-- Usage: the places within a unit that ends
CREATE INDEX place_within ON place_version (within) WHERE within IS NOT NULL;
"""


def upgrade() -> None:
    """Create the tables of drafts, and the indexes that their commands look into."""
    op.execute(TABLES)
    op.execute(INDEXES)
