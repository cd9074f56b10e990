"""The tables of accounts as SQLAlchemy metadata, to which the migrations must lead."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP

from gazetteer.accounts.roles import Role

_TIMESTAMP = TIMESTAMP(timezone=True)
_ROLES = ", ".join(f"'{role}'" for role in Role)


def add_account_tables(metadata: MetaData) -> None:
    """Accounts with their grants, keys with theirs, sessions, and counts of failed logins."""
    Table(
        "account",
        metadata,
        Column("account_id", Uuid, primary_key=True),
        Column("login", Text, nullable=False, unique=True),
        Column("display_name", Text, nullable=False),
        Column("password_hash", Text, nullable=False),
        Column("must_change_password", Boolean, nullable=False),
        Column("active", Boolean, nullable=False),
        Column("language", Text, nullable=False),
        Column("created_at", _TIMESTAMP, nullable=False),
        CheckConstraint("language ~ '^[a-z]{2,3}$'", name="account_language"),
    )
    _add_grant_table(
        metadata, "account_grant", Column("account_id", Uuid, ForeignKey("account.account_id"))
    )
    Table(
        "api_key",
        metadata,
        Column("key_id", Text, primary_key=True),
        Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False),
        Column("name", Text, nullable=False),
        Column("secret_hash", LargeBinary, nullable=False),
        Column("created_at", _TIMESTAMP, nullable=False),
        Column("expires_at", _TIMESTAMP),
        Column("last_used_at", _TIMESTAMP),
        Column("revoked_at", _TIMESTAMP),
        Index("api_key_of_account", "account_id"),  # the keys of one account
    )
    _add_grant_table(
        metadata, "api_key_grant", Column("key_id", Text, ForeignKey("api_key.key_id"))
    )
    _add_login_tables(metadata)


def _add_login_tables(metadata: MetaData) -> None:
    Table(
        "login_session",
        metadata,
        Column("token_hash", LargeBinary, primary_key=True),
        Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False),
        Column("opened_at", _TIMESTAMP, nullable=False),
        Column("seen_at", _TIMESTAMP, nullable=False),
        Index("login_session_of_account", "account_id"),  # revoke all of one account
    )
    Table(
        "login_attempts",
        metadata,
        Column("bucket", LargeBinary, primary_key=True),
        Column("attempts", Integer, nullable=False),
        Column("since", _TIMESTAMP, nullable=False),
    )


def _add_grant_table(metadata: MetaData, name: str, holder: Column[object]) -> None:
    holder.nullable = False
    Table(
        name,
        metadata,
        Column("grant_id", Uuid, primary_key=True),
        holder,
        Column("role", Text, nullable=False),
        Column("unit_id", Uuid, ForeignKey("record.record_id")),
        CheckConstraint(f"role IN ({_ROLES})", name=f"{name}_role"),
        UniqueConstraint(
            holder.name, "role", "unit_id", name=f"{name}_once", postgresql_nulls_not_distinct=True
        ),
    )
