"""``gazetteer naming``: the naming rules, their lists of words, and the defects of all names."""

import click

from web.commands.built_up_areas import built_up_areas_command
from web.commands.naming_checks import check_command
from web.commands.naming_defects import defects_command
from web.commands.naming_lexicons import lexicons_group


@click.group()
def naming_group() -> None:
    """The naming rules, their lists of words, and the defects of all names."""


naming_group.add_command(check_command, "check")
naming_group.add_command(defects_command, "defects")
naming_group.add_command(built_up_areas_command, "built-up-areas")
naming_group.add_command(lexicons_group)
