"""``gazetteer explain``: why an address is read as it is."""

import json
from datetime import datetime

import click
import psycopg

from gazetteer.database.register import register_database
from gazetteer.ledger.asof import today
from gazetteer.search.explain import explain_address
from gazetteer.search.loading import load_index
from gazetteer.search.view import DayIndex
from gazetteer.settings import get_settings


@click.command()
@click.argument("address")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="In force on this day; else today.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", help="In which words.")
@click.option("--json", "as_json", is_flag=True, help="The lines as a JSON array.")
def explain_command(address: str, at: datetime | None, lang: str, as_json: bool) -> None:
    """Show each step by which ADDRESS is read, each reading, and each fault of the answer."""
    with (
        register_database(get_settings()) as conninfo,
        psycopg.connect(conninfo, autocommit=True) as conn,
    ):
        index = load_index(conn)
    day_index = DayIndex(index, at.date() if at else today())
    lines = [line.text(lang) for line in explain_address(day_index, address)]
    click.echo(json.dumps(lines, ensure_ascii=False) if as_json else "\n".join(lines))
