"""``gazetteer naming``: the law of geographic names, at the terminal."""

import click

from web.commands.naming_lexicons import lexicons_group


@click.group()
def naming_group() -> None:
    """The naming rules and what they look up."""


naming_group.add_command(lexicons_group)
