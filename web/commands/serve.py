"""``gazetteer serve``: everything from an empty directory to a page that answers."""

from contextlib import nullcontext

import click
import psycopg

from boundaries.ingest.register_files import read_bundled_data
from boundaries.register_ledger import LEDGER
from gazetteer.accounts.bootstrap import ensure_first_administrator
from gazetteer.database.connection_info import register_database
from gazetteer.ingest.publish_batch import publish_staged_batch
from gazetteer.problems import InvalidValue
from gazetteer.settings import Settings, get_settings
from web.commands.load import FIXTURES
from web.commands.progress_display import show_progress
from web.commands.terminal_language import command_language, echo_message
from web.gunicorn_server import (
    GunicornServer,
    check_port_free,
    format_service_url,
    prepare_metrics,
)
from web.services.export_files import discard_export_files
from web.supervised_worker import run_supervised_workers
from web.tls_files import check_tls_files


@click.command()
@click.option("--empty", is_flag=True, help="Do not load the bundled data into an empty register.")
@click.option("--no-worker", is_flag=True, help="Leave the jobs of /v1/jobs to other workers.")
def serve_command(empty: bool, no_worker: bool) -> None:
    """Serve the register; the first start loads the bundled data and creates an administrator."""
    settings = get_settings()
    _require_tls_files(settings)
    check_port_free(settings)
    with register_database(settings) as conninfo:
        if not empty:
            _load_if_empty(conninfo)
        _print_greeting(conninfo, settings)
        prepare_metrics(settings)
        discard_export_files(settings)
        with nullcontext() if no_worker else run_supervised_workers():
            GunicornServer(settings, conninfo).run()


def _require_tls_files(settings: Settings) -> None:
    """End with the usage (exit code 2) where certificate and key cannot be used."""
    try:
        check_tls_files(settings)
    except InvalidValue as problem:
        raise click.UsageError(problem.text(command_language())) from None


def _load_if_empty(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as conn:
        if conn.execute("SELECT changeset_id FROM changeset LIMIT 1").fetchone():
            return
        echo_message("cli.serve.first_start", err=True)
        with show_progress() as report_progress:
            batch = read_bundled_data(conn, FIXTURES, report_progress)
            publish_staged_batch(
                conn,
                LEDGER,
                batch,
                author="gazetteer serve",
                strict=False,
                progress=report_progress,
            )


def _print_greeting(conninfo: str, settings: Settings) -> None:
    with psycopg.connect(conninfo, autocommit=True) as conn:
        first = ensure_first_administrator(conn)
    if first:
        login, password = first
        echo_message("cli.serve.first_login", login=login, password=password)
    echo_message("cli.serve.address", url=format_service_url(settings))
