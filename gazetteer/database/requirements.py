"""The requirements of the register on a database: checked, and met where possible."""

from contextlib import suppress
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from gazetteer.database.errors import (
    DatabaseFault,
    DatabaseUnreachable,
    DatabaseUnsuitable,
    DiskFull,
    PostGISMissing,
)
from gazetteer.messages import message

OLDEST_POSTGRESQL = 15
OLDEST_POSTGIS = (3, 3)
_CONNECT_SECONDS = 10
# An arbitrary constant: programs that prepare the same database do so one by one.
_PREPARATION_LOCK = 0x67617A65
_EXTENSIONS = ("postgis", "btree_gist")


@dataclass(frozen=True)
class DatabaseFacts:
    """The releases of the database server."""

    postgresql: str
    postgis: str


def ensure_database(conninfo: str) -> DatabaseFacts:
    """Check a database; create it and its extensions if they are missing.

    Args:
        conninfo: a libpq connection string or URL; several hosts are allowed.

    Raises:
        DatabaseUnreachable: the server does not respond, or it refuses the account.
        DatabaseUnsuitable: PostgreSQL or PostGIS is too old, or the encoding is not UTF-8.
        PostGISMissing: an extension is not installed, or the account may not enable it.
        DiskFull: the server has no space left.
    """
    try:
        with _connect_or_create(conninfo) as connection:
            _check_server(connection)
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_PREPARATION_LOCK,))
            for name in _EXTENSIONS:
                _ensure_extension(connection, name)
            return _load_facts(connection)
    except psycopg.errors.DiskFull as error:
        raise DiskFull(message("database.server_disk_full")) from error


def _connect_or_create(conninfo: str) -> psycopg.Connection:
    try:
        return _open_connection(conninfo)
    except psycopg.OperationalError as error:
        refused = error
    try:
        dbname = str(conninfo_to_dict(conninfo).get("dbname", ""))
        with _open_connection(
            make_conninfo(conninfo, dbname="postgres"), autocommit=True
        ) as server:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if not dbname or server.execute(query, (dbname,)).fetchone():
                raise _unreachable_error(refused)
            _create_database(server, dbname)
    except psycopg.OperationalError:  # the first error is more informative than the second
        raise _unreachable_error(refused) from refused
    return _open_connection(conninfo)


def _open_connection(conninfo: str, *, autocommit: bool = False) -> psycopg.Connection:
    return psycopg.connect(conninfo, autocommit=autocommit, connect_timeout=_CONNECT_SECONDS)


def _create_database(server: psycopg.Connection, dbname: str) -> None:
    statement = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'"
    try:
        # Another program may have created it at the same moment.
        with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            server.execute(sql.SQL(statement).format(sql.Identifier(dbname)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseUnreachable(
            message("database.not_created_on_server", database=dbname)
        ) from error


def _check_server(connection: psycopg.Connection) -> None:
    info = connection.info
    if info.server_version // 10000 < OLDEST_POSTGRESQL:
        version = info.parameter_status("server_version")
        raise DatabaseUnsuitable(
            message("database.postgresql_too_old", version=version, oldest=OLDEST_POSTGRESQL)
        )
    encoding = info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise DatabaseUnsuitable(
            message("database.not_utf8", database=info.dbname, encoding=encoding)
        )


def _ensure_extension(connection: psycopg.Connection, name: str) -> None:
    row = connection.execute(
        "SELECT installed_version, default_version FROM pg_available_extensions WHERE name = %s",
        (name,),
    ).fetchone()
    major = connection.info.server_version // 10000
    if row is None:
        package = f"postgresql-{major}-postgis-3" if name == "postgis" else "postgresql-contrib"
        raise PostGISMissing(message("database.extension_missing", extension=name, package=package))
    installed, available = row
    if name == "postgis" and _parse_release(installed or available) < OLDEST_POSTGIS:
        oldest = "{}.{}".format(*OLDEST_POSTGIS)
        raise DatabaseUnsuitable(
            message("database.postgis_too_old", version=installed or available, oldest=oldest)
        )
    if installed is None:
        try:
            connection.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            not_enabled = message(
                "database.extension_not_enabled",
                extension=name,
                database=connection.info.dbname,
                user=connection.info.user,
            )
            raise PostGISMissing(not_enabled) from error


def _load_facts(connection: psycopg.Connection) -> DatabaseFacts:
    row = connection.execute(
        "SELECT current_setting('server_version'), extversion"
        " FROM pg_extension WHERE extname = 'postgis'"
    ).fetchone()
    assert row is not None  # it has just been enabled
    return DatabaseFacts(str(row[0]).split()[0], str(row[1]))


def _parse_release(version: str) -> tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


def _unreachable_error(error: psycopg.Error) -> DatabaseFault:
    return DatabaseUnreachable(message("database.unreachable", error=str(error).strip()))
