"""The HTTP interface: one file for each resource; each parses, calls and formats."""

from web import tiles
from web.api import (
    accounts,
    areas,
    changes,
    codes,
    divisions,
    places,
    reverse,
    search,
    session,
)

APIS = (
    divisions.api,
    areas.api,
    codes.api,
    places.api,
    search.api,
    reverse.api,
    tiles.api,
    changes.api,
    session.api,
    accounts.api,
)
