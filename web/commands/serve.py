"""``gazetteer serve``: everything from an empty directory to a page that answers."""

from contextlib import nullcontext

import click
import psycopg

from boundaries.ingest.register_files import read_bundled_data
from boundaries.schema.register_ledger import LEDGER
from gazetteer.accounts.bootstrap import ensure_first_administrator
from gazetteer.database.connection_info import register_database
from gazetteer.ingest.publish_batch import publish_staged_batch
from gazetteer.settings import Settings, get_settings
from web.commands.load import FIXTURES
from web.commands.progress import show_progress
from web.gunicorn_server import GunicornServer, check_port_free, prepare_metrics
from web.supervised_worker import run_supervised_worker


@click.command()
@click.option("--empty", is_flag=True, help="Do not load the shipped data into an empty register.")
@click.option("--no-worker", is_flag=True, help="Leave the jobs of /v1/jobs to other workers.")
def serve_command(empty: bool, no_worker: bool) -> None:
    """Serve the register; at the first start, load the shipped data and make an administrator."""
    ours = get_settings()
    check_port_free(ours)
    with register_database(ours) as conninfo:
        if not empty:
            _load_if_empty(conninfo)
        _print_greeting(conninfo, ours)
        prepare_metrics(ours)
        with nullcontext() if no_worker else run_supervised_worker():
            GunicornServer(ours, conninfo).run()


def _load_if_empty(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as conn:
        if conn.execute("SELECT changeset_id FROM changeset LIMIT 1").fetchone():
            return
        click.echo("First start: loading Guangdong …", err=True)
        with show_progress() as report_progress:
            batch = read_bundled_data(FIXTURES, report_progress)
            publish_staged_batch(
                conn,
                LEDGER,
                batch,
                author="gazetteer serve",
                strict=False,
                progress=report_progress,
            )


def _print_greeting(conninfo: str, ours: Settings) -> None:
    with psycopg.connect(conninfo, autocommit=True) as conn:
        first = ensure_first_administrator(conn)
    if first:
        name, password = first
        click.echo(f"First login: {name} / {password}  (shown once; change it then)")
    click.echo(f"Register: http://{ours.host}:{ours.port}")
