"""The days to come on which published changes take effect, for pages and the API."""

from boundaries.schema.area_kinds import REGISTER_KINDS
from gazetteer.ledger.as_of import today
from gazetteer.ledger.coming_days import load_coming_days
from web.http.connections import lookup_connection


def list_coming_days() -> list[str]:
    """The days after today on which a published change takes effect, ascending, in ISO 8601."""
    with lookup_connection() as conn:
        return [day.isoformat() for day in load_coming_days(conn, REGISTER_KINDS, today())]
