"""What a database must offer before the register moves in, and giving it what is missing."""

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

OLDEST_POSTGRESQL = 15
OLDEST_POSTGIS = (3, 3)
_CONNECT_SECONDS = 10
# Any constant number: programs that prepare the same database do so one after the other.
_PREPARATION_LOCK = 0x67617A65
_EXTENSIONS = ("postgis", "btree_gist")


@dataclass(frozen=True)
class DatabaseFacts:
    """The releases that answer."""

    postgresql: str
    postgis: str


def ensure_database(conninfo: str) -> DatabaseFacts:
    """Make the database and its extensions, where they are missing, and check that it fits.

    Args:
        conninfo: a libpq connection string or URL; several hosts are allowed.

    Raises:
        DatabaseUnreachable: nobody answers there, or the account is refused.
        DatabaseUnsuitable: PostgreSQL or PostGIS is too old, or the encoding is not UTF-8.
        PostGISMissing: an extension is not installed, or the account may not switch it on.
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
        raise DiskFull(
            "The database server has no space left on its disk.", "Free some there, then try again."
        ) from error


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
    except psycopg.OperationalError:  # the first refusal tells more than the second
        raise _unreachable_error(refused) from refused
    return _open_connection(conninfo)


def _open_connection(conninfo: str, *, autocommit: bool = False) -> psycopg.Connection:
    return psycopg.connect(conninfo, autocommit=autocommit, connect_timeout=_CONNECT_SECONDS)


def _create_database(server: psycopg.Connection, dbname: str) -> None:
    statement = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'"
    try:
        # Another program may have made it in this moment.
        with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            server.execute(sql.SQL(statement).format(sql.Identifier(dbname)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseUnreachable(
            f"The database {dbname} does not exist, and the account may not create it.",
            f'Let an administrator of the server run: CREATE DATABASE "{dbname}" '
            "TEMPLATE template0 ENCODING 'UTF8';",
        ) from error


def _check_server(connection: psycopg.Connection) -> None:
    info = connection.info
    if info.server_version // 10000 < OLDEST_POSTGRESQL:
        raise DatabaseUnsuitable(
            f"The server is PostgreSQL {info.parameter_status('server_version')}.",
            f"The register needs PostgreSQL {OLDEST_POSTGRESQL} or later.",
        )
    if info.parameter_status("server_encoding") != "UTF8":
        raise DatabaseUnsuitable(
            f"The database {info.dbname} is encoded in {info.parameter_status('server_encoding')}.",
            "Make a new one: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8';",
        )


def _ensure_extension(connection: psycopg.Connection, name: str) -> None:
    row = connection.execute(
        "SELECT installed_version, default_version FROM pg_available_extensions WHERE name = %s",
        (name,),
    ).fetchone()
    major = connection.info.server_version // 10000
    if row is None:
        package = f"postgresql-{major}-postgis-3" if name == "postgis" else "postgresql-contrib"
        raise PostGISMissing(
            f"The database server has no extension {name}.",
            f"Install it on the server: sudo apt-get install {package}",
        )
    installed, available = row
    if name == "postgis" and _parse_release(installed or available) < OLDEST_POSTGIS:
        raise DatabaseUnsuitable(
            f"The database server has PostGIS {installed or available}.",
            "The register needs PostGIS {}.{} or later.".format(*OLDEST_POSTGIS),
        )
    if installed is None:
        try:
            connection.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise PostGISMissing(
                f"The extension {name} is not switched on in the database "
                f"{connection.info.dbname}, and user {connection.info.user} may not do it.",
                f"Let an administrator run there: CREATE EXTENSION {name};",
            ) from error


def _load_facts(connection: psycopg.Connection) -> DatabaseFacts:
    row = connection.execute(
        "SELECT current_setting('server_version'), extversion"
        " FROM pg_extension WHERE extname = 'postgis'"
    ).fetchone()
    assert row is not None  # it has just been switched on
    return DatabaseFacts(str(row[0]).split()[0], str(row[1]))


def _parse_release(version: str) -> tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


def _unreachable_error(error: psycopg.Error) -> DatabaseFault:
    return DatabaseUnreachable(
        f"The database does not answer: {str(error).strip()}",
        "Check GAZETTEER_DATABASE_URL, and that the server runs and admits this machine.",
    )
