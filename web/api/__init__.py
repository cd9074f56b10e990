"""The HTTP interface: one file for each resource; each parses, calls and formats."""

from web.api import divisions

APIS = (divisions.api,)
