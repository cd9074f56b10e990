"""The HTTP interface: one file for each resource; each parses, calls and formats."""

from web.api import accounts, divisions, session

APIS = (divisions.api, session.api, accounts.api)
