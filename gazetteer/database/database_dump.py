"""Dumps of a whole database, by the programs of PostgreSQL."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import psycopg

from gazetteer.database.cluster_binaries import find_binaries
from gazetteer.database.errors import DatabaseProgramFailed
from gazetteer.messages import message
from gazetteer.problems import Conflict

DUMP_SIGNATURE = b"PGDMP"
"""The first bytes of a dump in the custom format."""

# A dump of an older schema does not know the tables of a newer one, so that ``pg_restore --clean``
# could not drop what those refer to.
_CLEAR = """
DO $$
DECLARE
    statement text;
BEGIN
    FOR statement IN
        SELECT format('DROP %s IF EXISTS %s CASCADE',
                      CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
                                   WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass)
        FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN
            ('r', 'p', 'v', 'm', 'S')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('e', 'i'))
        UNION ALL
        SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)
        FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
        UNION ALL
        SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace n
        WHERE nspname NOT IN ('public', 'information_schema') AND nspname NOT LIKE 'pg\\_%'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = n.oid AND d.deptype = 'e')
    LOOP
        EXECUTE statement;
    END LOOP;
END $$;
"""


def dump_database(conninfo: str, snapshot: str, output: IO[bytes]) -> None:
    """Write a dump in the custom format.

    Args:
        conninfo: the database.
        snapshot: an exported snapshot: the state to dump.
        output: gets the dump; it need not be seekable.

    Raises:
        DatabaseProgramFailed: ``pg_dump`` failed.
    """
    with _run_program(
        "pg_dump", "--format=custom", f"--snapshot={snapshot}", conninfo, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        shutil.copyfileobj(process.stdout, output)


def restore_dump(conninfo: str, dump: Path, *, replace: bool) -> None:
    """Restore a dump in one transaction: all of it or nothing.

    Args:
        conninfo: the database; empty, unless its content is replaced.
        dump: the file, in the custom format.
        replace: whether to drop everything in the database first.

    Raises:
        Conflict: the database is not empty, and is not to be replaced.
        DatabaseProgramFailed: the dump is damaged, or the database refuses it.
    """
    if not replace:
        _check_empty(conninfo)
    with _run_program(
        "psql", "-Xq", "-v", "ON_ERROR_STOP=1", conninfo,
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
    ) as database:  # fmt: skip
        script = database.stdin
        assert script is not None
        with suppress(BrokenPipeError), script:  # the error is that of the program
            script.write(b"BEGIN;\n" + (_CLEAR.encode() if replace else b""))
            with _run_program(
                "pg_restore", "--no-owner", "--file=-", str(dump), stdout=subprocess.PIPE
            ) as process:
                assert process.stdout is not None
                shutil.copyfileobj(process.stdout, script)
            script.write(b"COMMIT;\n")  # only now: without it the transaction is rolled back


def _check_empty(conninfo: str) -> None:
    with psycopg.connect(conninfo) as conn:
        row = conn.execute("SELECT to_regclass('public.alembic_version') IS NULL").fetchone()
    if row is None or not row[0]:
        raise Conflict(message("backup.database_not_empty"))


@contextmanager
def _run_program(
    program: str, *arguments: str, stdout: int, stdin: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program of PostgreSQL, which must succeed by the end of the block.

    Raises:
        DatabaseProgramFailed: it did not, with what it wrote to stderr.
    """
    command = [find_binaries().program_path(program), *arguments]
    with TemporaryFile() as errors:
        with subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=errors) as process:
            yield process
        if process.returncode:
            errors.seek(0)
            text = errors.read().decode(errors="replace").strip()
            raise DatabaseProgramFailed(
                message("database.program_failed", program=program, error=text)
            )
