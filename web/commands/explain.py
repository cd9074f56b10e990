"""``gazetteer explain``: how the geocoder interprets an address, step by step."""

import json
from datetime import datetime

import click

from gazetteer.ledger.as_of import today
from gazetteer.search.geocoder.explanation import explain_address
from gazetteer.search.index.day_index import DayIndex
from gazetteer.search.index.index_loading import load_index
from web.commands.register_connection import open_register
from web.commands.terminal_language import command_language, language_option


@click.command()
@click.argument("address")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="In force on this day; else today.")
@click.option("--json", "as_json", is_flag=True, help="The lines as a JSON array.")
@language_option
def explain_command(address: str, at: datetime | None, as_json: bool) -> None:
    """Show how ADDRESS is parsed: each step, each interpretation and each discrepancy."""
    with open_register() as conn:
        index = load_index(conn)
    day_index = DayIndex(index, at.date() if at else today())
    lang = command_language()
    lines = [line.text(lang) for line in explain_address(day_index, address)]
    click.echo(json.dumps(lines, ensure_ascii=False) if as_json else "\n".join(lines))
