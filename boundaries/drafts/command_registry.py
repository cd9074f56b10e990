"""All commands that a step of a draft may be, by name."""

from collections.abc import Mapping

from boundaries.network.commands.convert_unit import CONVERT_UNIT
from boundaries.network.commands.merge_units import MERGE_UNITS
from boundaries.network.commands.move_node import MOVE_NODE
from boundaries.network.commands.replace_area import REPLACE_AREA, REPLACE_AREAS
from boundaries.network.commands.reshape_edge import RESHAPE_EDGE
from boundaries.network.commands.split_unit import SPLIT_UNIT
from boundaries.network.commands.transfer_area import TRANSFER_AREA
from boundaries.network.commands.vertices import DELETE_VERTEX, INSERT_VERTEX, MOVE_VERTEX
from boundaries.register_ledger import LEDGER
from gazetteer.records.commands.abolish_unit import ABOLISH_UNIT
from gazetteer.records.commands.alternative_names import ADD_NAME, END_NAME
from gazetteer.records.commands.change_parent import CHANGE_PARENT
from gazetteer.records.commands.command import Command
from gazetteer.records.commands.establish_unit import ESTABLISH_UNIT
from gazetteer.records.commands.move_seat import MOVE_SEAT
from gazetteer.records.commands.places import (
    CREATE_PLACE,
    MOVE_PLACE,
    RENAME_PLACE,
    RETIRE_PLACE,
)
from gazetteer.records.commands.recode_unit import RECODE_UNIT
from gazetteer.records.commands.rename_unit import RENAME_UNIT
from gazetteer.records.commands.restore_records import build_restore_command
from gazetteer.records.commands.set_spelling import SET_SPELLING

UNIT_COMMANDS = (
    CONVERT_UNIT,
    RENAME_UNIT,
    CHANGE_PARENT,
    RECODE_UNIT,
    MOVE_SEAT,
    ESTABLISH_UNIT,
    ABOLISH_UNIT,
    MERGE_UNITS,
)
"""Commands on units that need no drawing."""

BOUNDARY_COMMANDS = (
    MOVE_VERTEX,
    INSERT_VERTEX,
    DELETE_VERTEX,
    MOVE_NODE,
    RESHAPE_EDGE,
    SPLIT_UNIT,
    TRANSFER_AREA,
    REPLACE_AREA,
    REPLACE_AREAS,
)
"""Commands on borders, which are drawn."""

NAME_COMMANDS = (
    ADD_NAME,
    END_NAME,
    SET_SPELLING,
    CREATE_PLACE,
    RENAME_PLACE,
    MOVE_PLACE,
    RETIRE_PLACE,
)
"""Commands on names and places."""

COMMANDS: Mapping[str, Command] = {
    command.name: command for command in (*UNIT_COMMANDS, *BOUNDARY_COMMANDS, *NAME_COMMANDS)
}
"""Those that people and programs take."""

RESTORE_RECORDS = build_restore_command(LEDGER.kinds)
"""What reverting a changeset takes."""

EVERY_COMMAND: Mapping[str, Command] = {**COMMANDS, RESTORE_RECORDS.name: RESTORE_RECORDS}
"""Those that may be steps of a draft."""
