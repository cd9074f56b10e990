"""Connections for a serving process."""

from psycopg_pool import ConnectionPool


def open_pool(conninfo: str, size: int, *, name: str = "gazetteer") -> ConnectionPool:
    """A pool of connections to the register's database.

    Open it in the process that uses it, after any fork: connections cannot be shared by processes.
    Connections are not tested at every checkout, which would double the round trips of a look-up:
    one that broke while it lay idle fails at its first statement, and is replaced after that.

    Args:
        conninfo: a libpq connection string or URL; with several hosts and
            ``target_session_attrs`` each new connection goes to one that fits.
        size: how many connections at most: one for each thread that asks.
        name: appears in the pool's own log lines and in ``pg_stat_activity``.

    Raises:
        psycopg_pool.PoolTimeout: no connection could be made within ten seconds.
    """
    pool = ConnectionPool(
        conninfo,
        min_size=min(2, size),
        max_size=size,
        kwargs={"application_name": name, "autocommit": True},  # one statement, one state
        name=name,
        timeout=10.0,  # a request waits no longer for a connection, then it is told to come back
        max_idle=300.0,
        max_lifetime=3600.0,
        open=False,
    )
    try:
        pool.open(wait=True, timeout=10.0)
    except BaseException:
        pool.close()
        raise
    return pool
