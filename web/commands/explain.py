"""``gazetteer explain``: why an address is read as it is."""

import json
from datetime import datetime

import click
import psycopg

from gazetteer.database.register import register_database
from gazetteer.ledger.asof import today
from gazetteer.search.explain import explained
from gazetteer.search.loading import read_index
from gazetteer.search.view import View
from gazetteer.settings import settings


@click.command()
@click.argument("address")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="In force on this day; else today.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", help="In which words.")
@click.option("--json", "as_json", is_flag=True, help="The lines as a JSON array.")
def explain(address: str, at: datetime | None, lang: str, as_json: bool) -> None:
    """Show each step by which ADDRESS is read, each reading, and each fault of the answer."""
    with (
        register_database(settings()) as conninfo,
        psycopg.connect(conninfo, autocommit=True) as conn,
    ):
        index = read_index(conn)
    view = View(index, at.date() if at else today())
    lines = [line.text(lang) for line in explained(view, address)]
    click.echo(json.dumps(lines, ensure_ascii=False) if as_json else "\n".join(lines))
