"""The database of the register: the configured one, or the private cluster."""

from collections.abc import Iterator
from contextlib import contextmanager

from gazetteer.database.cluster import Cluster
from gazetteer.database.migrate import migrate_database
from gazetteer.database.requirements import ensure_database
from gazetteer.settings import Settings


@contextmanager
def running_database(settings: Settings) -> Iterator[str]:
    """The connection string of a running database; a private cluster runs until the end.

    Raises:
        DatabaseFault: one of its subclasses, by what prevents the use of the database.
    """
    if settings.database_url:
        yield settings.database_url
        return
    with Cluster(settings.home) as conninfo:
        yield conninfo


@contextmanager
def register_database(settings: Settings) -> Iterator[str]:
    """The connection string of a database with the extensions and the schema of this program.

    Raises:
        DatabaseFault: one of its subclasses, by what prevents the use of the database.
    """
    with running_database(settings) as conninfo:
        ensure_database(conninfo)
        migrate_database(conninfo)
        yield conninfo
