"""People: accounts, API keys, what each may do, sessions, counts of failed logins."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = """
CREATE TABLE account (
    account_id           uuid PRIMARY KEY,
    login                text NOT NULL UNIQUE,
    display_name         text NOT NULL,
    password_hash        text NOT NULL,
    must_change_password boolean NOT NULL,
    active               boolean NOT NULL,
    language             text NOT NULL CONSTRAINT account_language CHECK (language IN ('zh', 'en')),
    created_at           timestamptz NOT NULL
);

CREATE TABLE account_grant (
    grant_id   uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account,
    role       text NOT NULL CONSTRAINT account_grant_role CHECK (role IN
        ('viewer', 'mapping_staff', 'inspector', 'naming_officer', 'reviewer', 'administrator')),
    unit_id    uuid REFERENCES record,  -- null: the whole register
    CONSTRAINT account_grant_once UNIQUE NULLS NOT DISTINCT (account_id, role, unit_id)
);

CREATE TABLE api_key (
    key_id       text PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES account,
    name         text NOT NULL,
    secret_hash  bytea NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz
);
-- Usage: the keys of one account
CREATE INDEX api_key_of_account ON api_key (account_id);

CREATE TABLE api_key_grant (
    grant_id uuid PRIMARY KEY,
    key_id   text NOT NULL REFERENCES api_key,
    role     text NOT NULL CONSTRAINT api_key_grant_role CHECK (role IN
        ('viewer', 'mapping_staff', 'inspector', 'naming_officer', 'reviewer', 'administrator')),
    unit_id  uuid REFERENCES record,
    CONSTRAINT api_key_grant_once UNIQUE NULLS NOT DISTINCT (key_id, role, unit_id)
);

CREATE TABLE login_session (
    token_hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account,
    opened_at  timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL
);
-- Usage: close all sessions of one account
CREATE INDEX login_session_of_account ON login_session (account_id);

-- A bucket is the hash of what was tried (login name, address, both): what a person typed into
-- the wrong field is not kept.
CREATE TABLE login_attempts (
    bucket   bytea PRIMARY KEY,
    attempts integer NOT NULL,
    since    timestamptz NOT NULL
);
"""


def upgrade() -> None:
    op.execute(TABLES)
