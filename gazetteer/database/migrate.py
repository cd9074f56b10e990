"""Migration of a database to the schema of this program."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

MIGRATIONS = Path(__file__).parents[2] / "migrations"
_LOCK = 0x6D696772  # "migr": programs that start at the same time must migrate one by one


def _build_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def list_revisions() -> list[str]:
    """All revisions, the earliest first."""
    script = ScriptDirectory.from_config(_build_config())
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


def migrate_database(conninfo: str, revision: str = "head") -> None:
    """Upgrade the database to a revision, each step in one transaction, unless it is up to date."""
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=NullPool
    )
    with psycopg.connect(conninfo, autocommit=True) as guard, engine.connect() as connection:
        guard.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        config = _build_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
    engine.dispose()
