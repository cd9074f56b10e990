"""The HTTP interface: one file for each resource; each parses, calls and formats."""

from web import tiles
from web.api import (
    accounts,
    areas,
    changes,
    checks,
    codes,
    divisions,
    geocode,
    places,
    reconcile,
    reverse,
    search,
    session,
    status,
    suggest,
)

APIS = (
    divisions.api,
    areas.api,
    codes.api,
    places.api,
    search.api,
    geocode.api,
    reverse.api,
    tiles.api,
    changes.api,
    checks.api,
    session.api,
    accounts.api,
    suggest.api,
    reconcile.api,
    status.api,
)
