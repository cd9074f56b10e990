"""``gazetteer explain``: how the geocoder interprets an address, step by step."""

import json
from datetime import datetime

import click

from boundaries.batch.row_tasks import load_newest_index
from gazetteer.database.connection_info import register_database
from gazetteer.ledger.as_of import today
from gazetteer.search.geocoder.explanation import explain_address
from gazetteer.search.index.day_index import DayIndex
from gazetteer.settings import get_settings
from web.commands.terminal_language import command_language, language_option


@click.command()
@click.argument("address")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), help="In force on this day; else today.")
@click.option("--json", "as_json", is_flag=True, help="The lines as a JSON array.")
@language_option
def explain_command(address: str, at: datetime | None, as_json: bool) -> None:
    """Show how ADDRESS is parsed: each step, each interpretation and each discrepancy."""
    with register_database(get_settings()) as conninfo:
        index = load_newest_index(conninfo)
    day_index = DayIndex(index, at.date() if at else today())
    lang = command_language()
    lines = [line.text(lang) for line in explain_address(day_index, address)]
    click.echo(json.dumps(lines, ensure_ascii=False) if as_json else "\n".join(lines))
