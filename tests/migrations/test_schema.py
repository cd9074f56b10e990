"""The schema that the migrations build is the one that the metadata say, table for table."""

import re
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import Connection
from sqlalchemy import MetaData, create_engine
from sqlalchemy.pool import NullPool

from boundaries.areas.tables import build_register_metadata
from boundaries.findings.tables import add_finding_tables
from boundaries.outlines.tables import add_outline_table
from gazetteer.accounts.tables import add_account_tables
from gazetteer.files.tables import add_file_table
from gazetteer.jobs.tables import add_job_tables
from gazetteer.ledger.drafts.tables import add_draft_tables
from gazetteer.naming.tables import add_naming_tables

# What PostGIS and Alembic keep for themselves.
FOREIGN = ("spatial_ref_sys", "alembic_version")


@pytest.fixture
def metadata() -> MetaData:
    metadata = build_register_metadata()
    add_account_tables(metadata)
    add_file_table(metadata)
    add_job_tables(metadata)
    add_finding_tables(metadata)
    add_draft_tables(metadata)
    add_outline_table(metadata)
    add_naming_tables(metadata)
    return metadata


def engine(conninfo: str) -> Any:
    return create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=NullPool
    )


def test_alembic_finds_no_difference(database: str, metadata: MetaData) -> None:
    options = {
        "compare_type": True,
        "compare_server_default": True,
        "include_object": lambda thing, name, *_: name not in FOREIGN,
    }
    with engine(database).connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


COLUMNS = """
SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated,
       pg_get_expr(adbin, adrelid)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE relkind = 'r' AND relnamespace = %s::regnamespace AND attnum > 0 AND NOT attisdropped
"""
CONSTRAINTS = """
SELECT relname, contype, CASE WHEN contype IN ('c', 'x') THEN conname END,
       pg_get_constraintdef(k.oid), condeferrable, condeferred
FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid
WHERE connamespace = %s::regnamespace AND contype <> 't'
"""
INDEXES = """
SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %s
"""
# Checks of values that only the database holds; the metadata name those that have a name.
ONLY_IN_THE_DATABASE = {"changeset_purpose_check", "ledger_head_only_check"}


def described(conn: Connection[Any], query: str, schema: str) -> set[tuple[Any, ...]]:
    rows = conn.execute(query.encode(), (schema,)).fetchall()
    # Types and functions stand in one schema, the tables that use them in both.
    plain = [[re.sub(r"\b(public|twin)\.", "", str(cell)) for cell in row] for row in rows]
    return {
        tuple(row)
        for row in plain
        if row[0] not in FOREIGN and ONLY_IN_THE_DATABASE.isdisjoint(row)
    }


@pytest.mark.parametrize(
    "query", [COLUMNS, CONSTRAINTS, INDEXES], ids=["columns", "constraints", "indexes"]
)
def test_tables_made_from_the_metadata_are_the_same_in_every_part(
    database: str, metadata: MetaData, query: str
) -> None:
    """Also what Alembic does not compare: exclusion, generated columns, deferred references."""
    with engine(database).begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA twin")
        connection.exec_driver_sql("SET LOCAL search_path = twin, public")
        metadata.create_all(connection, checkfirst=False)
    with psycopg.connect(database) as conn:
        conn.execute("SET search_path = pg_catalog")  # names come with their schema
        migrated = described(conn, query, "public")
        made = described(conn, query, "twin")
    assert migrated - made == set()
    assert made - migrated == set()
