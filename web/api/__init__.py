"""The HTTP interface: one file for each resource; each parses, calls and formats."""

from web import tiles
from web.api import accounts, areas, changes, divisions, reverse, session

APIS = (divisions.api, areas.api, reverse.api, tiles.api, session.api, accounts.api, changes.api)
