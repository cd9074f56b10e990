"""The register's database, wherever it is: the given one, or the private cluster."""

from collections.abc import Iterator
from contextlib import contextmanager

from gazetteer.database.cluster import Cluster
from gazetteer.database.migrate import migrate_database
from gazetteer.database.requirements import ensure_database
from gazetteer.settings import Settings


@contextmanager
def running_database(settings: Settings) -> Iterator[str]:
    """The connection string of a database that runs; the cluster, if it is ours, runs meanwhile.

    Raises:
        DatabaseFault: says what is in the way and what to do about it.
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
        DatabaseFault: says what is in the way and what to do about it.
    """
    with running_database(settings) as conninfo:
        ensure_database(conninfo)
        migrate_database(conninfo)
        yield conninfo
