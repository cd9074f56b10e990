"""The pool of connections of a serving process."""

from psycopg_pool import ConnectionPool


def open_pool(conninfo: str, size: int, *, name: str = "gazetteer") -> ConnectionPool:
    """A pool of connections to the database of the register.

    Open it in the process that uses it, after any fork: connections cannot be shared by processes.
    Connections are not tested at every checkout, which would double the round trips of a lookup:
    one that broke while idle fails at its first statement and is replaced afterwards.

    Args:
        conninfo: a libpq connection string or URL; with several hosts and
            ``target_session_attrs`` each new connection goes to a matching one.
        size: the largest number of connections: one for each thread that uses them.
        name: appears in the log lines of the pool and in ``pg_stat_activity``.

    Raises:
        psycopg_pool.PoolTimeout: no connection could be made within ten seconds.
    """
    pool = ConnectionPool(
        conninfo,
        min_size=min(2, size),
        max_size=size,
        kwargs={"application_name": name, "autocommit": True},  # one statement, one state
        name=name,
        timeout=10.0,  # seconds that a request waits for a connection before it is refused
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
