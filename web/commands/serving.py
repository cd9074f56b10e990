"""``gazetteer serve``: everything from an empty directory to a page that answers."""

from contextlib import nullcontext

import click
import psycopg

from boundaries.files import read_bundled_data
from boundaries.register import LEDGER
from gazetteer.database.register import register_database
from gazetteer.intake.load import publish_staged_batch
from gazetteer.people.first import ensure_first_administrator
from gazetteer.settings import Settings, get_settings
from web.commands.loading import FIXTURES
from web.commands.progress import progress
from web.serving import Service, prepare_metrics, refuse_taken_port
from web.workers import worker_beside


@click.command()
@click.option("--empty", is_flag=True, help="Do not load the shipped data into an empty register.")
@click.option("--no-worker", is_flag=True, help="Leave the jobs of /v1/jobs to other workers.")
def serve(empty: bool, no_worker: bool) -> None:
    """Serve the register; at the first start, load the shipped data and make an administrator."""
    ours = get_settings()
    refuse_taken_port(ours)
    with register_database(ours) as conninfo:
        if not empty:
            _load_if_empty(conninfo)
        _greet(conninfo, ours)
        prepare_metrics(ours)
        with nullcontext() if no_worker else worker_beside():
            Service(ours, conninfo).run()


def _load_if_empty(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as conn:
        if conn.execute("SELECT changeset_id FROM changeset LIMIT 1").fetchone():
            return
        click.echo("First start: loading Guangdong …", err=True)
        with progress() as tell:
            batch = read_bundled_data(FIXTURES, tell)
            publish_staged_batch(
                conn, LEDGER, batch, author="gazetteer serve", strict=False, progress=tell
            )


def _greet(conninfo: str, ours: Settings) -> None:
    with psycopg.connect(conninfo, autocommit=True) as conn:
        first = ensure_first_administrator(conn)
    if first:
        name, password = first
        click.echo(f"First login: {name} / {password}  (shown once; change it then)")
    click.echo(f"Register: http://{ours.host}:{ours.port}")
