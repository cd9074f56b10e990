"""``gazetteer explain``: why an address is read as it is."""

import json
from datetime import datetime

import click
import psycopg

from gazetteer.database.connection_info import register_database
from gazetteer.ledger.as_of import today
from gazetteer.search.geocoder.explanation import explain_address
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.index_loading import load_index
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
